"""Walks that wait for review, each with photos that a browser can show.

Every photo has bytes and a name of its own for the browser, which decodes each one anew; behind
them lie a few real pictures, so that thousands are there in seconds.  The originals are not there:
nobody asks for them.
"""

import hashlib
import io
import random
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec import Struct
from PIL import Image
from sqlmodel import Session

from bench import ops
from bench.company import Company, do, found
from fieldops.flow import setup
from fieldops.flow.apply import apply
from fieldops.flow.decode import decode
from fieldops.flow.enter import desk_op, enter_server, server_op
from fieldops.model.access import Grant, Level, Role
from fieldops.model.picture import Measures, Picture
from fieldops.model.record import Decoded, Ready
from fieldops.store import debts, media, pictures, sightings
from fieldops.store.blobs.disk import DiskBlobs
from fieldops.store.engine import open_store
from fieldops.store.pictures import Derivative, PictureRow
from fieldops.store.sightings import Sighting
from fieldops_sync.ids import uuid7
from fieldops_sync.payloads import PictureFacts

WALK_PHOTOS = 60
LOGIN, PASSWORD = "reviewer", "a-bench-needs-no-secret-9"
_PICTURES = 24
_VIEW, _THUMB = (1600, 1200), (320, 240)
_FACTS = PictureFacts("decoded", format="JPEG", width=4000, height=3000, camera="Maker Model")


class Shot(Struct, frozen=True):
    """A photo of a walk."""

    id: UUID
    sha256: bytes
    item: str


class Drawn(Struct, frozen=True):
    """The two derivatives of a picture."""

    view: Derivative
    thumb: Derivative


def fill(url: str, folder: Path, photos: int) -> None:
    """Found a company with a supervisor, and walks with so many photos in all, submitted."""
    company = found(url)
    drawn = [*_draw(DiskBlobs(folder))]
    now_ms = time.time_ns() // 1_000_000
    store = open_store(url, synchronous="OFF")
    try:
        do(store, partial(_supervisor, now_ms=now_ms))
        for number in range(photos // WALK_PHOTOS):
            at_ms = now_ms - 60_000 * (1 + number)
            do(store, partial(_walk, company=company, drawn=drawn, at_ms=at_ms))
    finally:
        store.close()


def _supervisor(session: Session, now_ms: int) -> None:
    user = setup.add_user(session, LOGIN, "周敏", setup.SYSTEM, now_ms, password=PASSWORD)
    setup.add_grant(session, user, Grant(Role.SUPERVISOR, None, Level.L2), setup.SYSTEM, now_ms)


def _draw(blobs: DiskBlobs) -> Iterator[Drawn]:
    for seed in range(_PICTURES):
        soft = random.Random(seed).randbytes(3 * 32 * 24)
        picture = Image.frombytes("RGB", (32, 24), soft).resize(_VIEW)
        grain = Image.effect_noise(_VIEW, 60).convert("RGB")
        whole = Image.blend(picture, grain, 0.25)
        yield Drawn(_kept(blobs, whole), _kept(blobs, whole.resize(_THUMB)))


def _kept(blobs: DiskBlobs, image: Image.Image) -> Derivative:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=75)
    sha256 = hashlib.sha256(out.getvalue())
    out.seek(0)
    blobs.put(sha256.hexdigest(), out, len(out.getvalue()))
    return Derivative(sha256.digest(), len(out.getvalue()), "image/jpeg")


def _walk(session: Session, company: Company, drawn: list[Drawn], at_ms: int) -> None:
    walk = company.walk()
    shots = [Shot(uuid7(), uuid7().bytes + uuid7().bytes, _item(n)) for n in range(WALK_PHOTOS)]
    begun = ops.start(walk, at_ms)
    raws = [begun, *(_attach(walk, shot, at_ms) for shot in shots)]
    over = ("inspection", walk.inspection)
    base = [decode(begun).id]
    raws.append(desk_op("inspection.submit@1", over, walk.site, walk.actor, {}, at_ms, base))
    ready = [Ready(one) for one in map(decode, raws) if isinstance(one, Decoded)]
    assert len(apply(session, ready, 0, at_ms).applied) == len(raws)
    for number, shot in enumerate(shots):
        _arrive(session, walk, shot, drawn[number % len(drawn)], at_ms)
    sightings.put(
        session,
        [
            Sighting(one.id, at_ms, one.sha256, walk.site, walk.inspection, one.item, risk=0)
            for one in shots
        ],
    )
    said = [_said(walk, shot, kind, payload, at_ms) for shot in shots for kind, payload in _NEWS]
    enter_server(session, said, at_ms)


def _item(number: int) -> str:
    return ops.item_key(number * (ops.ITEMS // WALK_PHOTOS))


def _attach(walk: ops.Walk, shot: Shot, at_ms: int) -> bytes:
    payload = {"inspection": str(walk.inspection), "sha256": shot.sha256.hex(), "item": shot.item}
    subject = ("photo", shot.id)
    return desk_op("photo.attach@1", subject, walk.site, walk.actor, payload, at_ms)


def _arrive(session: Session, walk: ops.Walk, shot: Shot, drawn: Drawn, at_ms: int) -> None:
    debts.prove(session, shot.sha256, [walk.site])
    media.put(session, media.MediaRow(shot.sha256, 4_000_000, "image/jpeg", "stored", at_ms))
    measures = Measures("00ff00ff00ff00ff", sharpness=400.0, brightness=120.0, contrast=50.0)
    row = PictureRow(shot.sha256, Picture(_FACTS, measures), drawn.thumb, drawn.view)
    pictures.put(session, [row], at_ms)


_NEWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("media.stored@1", {"size_bytes": 4_000_000}),
    ("photo.note@1", {"notes": [], "risk": 0}),
)


def _said(walk: ops.Walk, shot: Shot, kind: str, payload: dict[str, Any], at_ms: int) -> bytes:
    named = {"sha256": shot.sha256.hex(), **payload} if kind == "media.stored@1" else payload
    return server_op(kind, ("photo", shot.id), walk.site, "bench", named, at_ms=at_ms)
