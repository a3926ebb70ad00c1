"""What a tablet may know of bytes: whether to send them, and whether they are stored.

Bytes are visible to a device that uploaded them, or that looks after a site which has them
(``possession``); what is foreign answers exactly like what is absent.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import possession
from fieldops.flow.finish import sender
from fieldops.flow.land import arrive, locked_refs
from fieldops.flow.timing import rfc3339
from fieldops.store import media, uploads
from fieldops.store.blobs import DirectUploads
from fieldops.store.uploads import UploadRow
from fieldops_sync.mediawire import MediaItem, MediaPlan, MediaStatus
from fieldops_sync.wire import MediaState


class _Known(Struct, frozen=True):
    """What there is of some bytes, as far as the device may know.

    ``waiting`` are sites where they are stored and still awaited, until the device sends them or is
    told ``have``.
    """

    row: media.MediaRow | None
    is_named: bool
    mine: list[UploadRow]
    waiting: set[UUID]


PUT_S = 15 * 60
"""How long a signed PUT is good for (protocol.md, "Pitfalls that are tests")."""


class Ways(Struct, frozen=True):
    """How photos may come in: tus at ``uploads_url``, and ``direct`` where the store allows it."""

    uploads_url: str
    photo_bytes: int
    direct: DirectUploads | None = None


def plan(
    session: Session, device: UUID, items: Sequence[MediaItem], ways: Ways, now_ms: int
) -> list[MediaPlan]:
    """Per item: ``have``, an upload to go on with, a signed PUT, or where to create an upload.

    ``have`` renews the bytes' grace, and what the device has announced awaits them no more.  Bytes
    of another size than announced are not the same.
    """
    known = _known(session, device, [item.sha256 for item in items], now_ms)
    stored = {name: one.waiting for name, one in known.items() if _is_stored(one)}
    if waiting := [bytes.fromhex(name) for name, sites in stored.items() if sites]:
        locked_refs(session, waiting)
    touched = media.touch(session, map(bytes.fromhex, stored), now_ms)
    for sha256 in touched.intersection(waiting):
        arrive(session, sha256, stored[sha256.hex()], now_ms)
    had = {sha256.hex() for sha256 in touched}
    return [
        MediaPlan(item.sha256, "have")
        if item.sha256 in had
        else _upload(item, device, known[item.sha256], ways, now_ms)
        for item in items
    ]


def status(session: Session, device: UUID, hashes: Sequence[str], now_ms: int) -> list[MediaStatus]:
    """Where each photo stands, in the order asked."""
    known = _known(session, device, hashes, now_ms)
    return [MediaStatus(sha256, _state(known[sha256])) for sha256 in hashes]


def _known(session: Session, device: UUID, hashes: Iterable[str], now_ms: int) -> dict[str, _Known]:
    keys = {bytes.fromhex(sha256) for sha256 in hashes}
    sites = possession.scope(session, device, now_ms)
    mine: dict[bytes, list[UploadRow]] = {key: [] for key in keys}
    for upload in uploads.of_device(session, device, keys):
        mine[upload.sha256].append(upload)
    refs = media.refs(session, keys)
    named = {
        key for key in keys if any(sites is None or ref.feed in sites for ref in refs.get(key, ()))
    }
    rows = media.get(session, keys)
    found = {}
    for key in keys:
        is_mine = any(upload.state == "done" for upload in mine[key])
        there = refs.get(key, [])
        row = rows.get(key) if is_mine or possession.is_seen(sites, there) else None
        waiting = possession.waiting(device, sites, there)
        found[key.hex()] = _Known(row, key in named, mine[key], waiting)
    return found


def _is_stored(known: _Known) -> bool:
    return known.row is not None and known.row.state == "stored"


def _state(known: _Known) -> MediaState:
    if _is_stored(known) and not known.waiting:
        return "stored"
    states = [upload.state for upload in known.mine]
    if "verifying" in states:
        return "verifying"
    is_damaged = known.row is not None and known.row.state == "bad"
    if is_damaged or ("bad" in states and "open" not in states):
        return "bad"
    return "awaiting" if known.is_named else "unknown"


def _upload(item: MediaItem, device: UUID, known: _Known, ways: Ways, now_ms: int) -> MediaPlan:
    for upload in known.mine:
        is_alive = upload.state == "verifying" or (
            upload.state == "open" and upload.expires_ms > now_ms
        )
        if is_alive and upload.way == "tus" and upload.size_bytes == item.size:
            url = f"{ways.uploads_url}/{upload.id}"
            return MediaPlan(item.sha256, "tus", url, expires=rfc3339(upload.expires_ms))
    # What is too large, or empty, is told so by tus.
    if ways.direct is None or not 0 < item.size <= ways.photo_bytes:
        return MediaPlan(item.sha256, "tus", ways.uploads_url)
    put = ways.direct.plan_upload(sender(device), item.sha256, item.size, PUT_S)
    return MediaPlan(item.sha256, "put", put.url, put.headers, rfc3339(now_ms + PUT_S * 1000))
