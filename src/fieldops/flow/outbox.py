"""The outbox of a tablet that will never see a network again, taken in from a file.

    file ─ signature of the device's key ─┬─ active device ── push, batch by batch ─┐
                                          └─ revoked one ──── quarantine ───────────┤
                                                      photos ─ put, hash again ─ keep ┴─→ Taken

Taking the same file again changes nothing: its ops are duplicates, its photos are stored.  What is
damaged in the file is named and left out; it keeps nothing else back.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import push, salvage
from fieldops.flow.accept import Item
from fieldops.flow.decode import decode_all
from fieldops.flow.land import keep, land
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said
from fieldops.store import devices, media, uploads
from fieldops.store.blobs import BlobStore, BlobStoreDown, HashMismatch
from fieldops.store.engine import Store
from fieldops.store.uploads import UploadRow
from fieldops_sync.export import (
    BadExport,
    Export,
    ExportedMedia,
    ExportedOp,
    Fault,
    read_export,
)
from fieldops_sync.wire import Limits, Receipt

_SPOOLED_BYTES = 8 * 1024 * 1024
"""A photo larger than this passes through a temporary file on its way to the blob store."""

Step = Callable[[int], None]
"""Told how many ops or photos were taken in since it was told last."""


FAULTS_ZH: dict[Fault, str] = {
    "no-export": "不是导出的发件箱",
    "entry": "{} 缺失或无法读取",
    "too-large": "{} 过大",
    "damaged": "{} 已损坏",
    "manifest": "清单无法读取",
    "version": "导出文件的格式或版本不同",
    "device": "此处没有平板 {}",
    "signature": "签名不属于该平板",
    "other": "{} 与签名时不同",
}
"""The Chinese of what ``BadExport`` says in English."""


class Taken(Struct, frozen=True):
    """What came of it: ``statuses`` counts receipts, ``photos`` are new, ``known`` were there.

    ``ops`` is how many the file should hold; ``damaged`` names the ops and photos in it that are
    not what was signed, which were left out.
    """

    device: UUID
    revoked: bool
    ops: int
    statuses: dict[str, int]
    photos: int
    known: int
    damaged: list[str]


def take(
    store: Store,
    blobs: BlobStore,
    path: Path,
    limits: Limits,
    now_ms: int,
    step: Step = lambda _count: None,
) -> Taken:
    """Take in an exported outbox.

    Raises ``ProblemError`` outbox-file (not signed by an enrolled device), device-forked.
    """
    try:
        with read_export(path, lambda device: _key(store, device)) as export:
            return _take(store, blobs, export, limits, now_ms, step)
    except BadExport as error:
        raise ProblemError(operation("outbox-file", _said(error))) from error


def size(store: Store, path: Path) -> int:
    """How many ops and photos a file holds.  Raises ``ProblemError`` outbox-file."""
    try:
        with read_export(path, lambda device: _key(store, device)) as export:
            return len(export.manifest.ops) + len(export.manifest.media)
    except BadExport as error:
        raise ProblemError(operation("outbox-file", _said(error))) from error


def _said(error: BadExport) -> Said:
    return Said(FAULTS_ZH[error.fault].format(error.what), str(error))


def _key(store: Store, device: UUID) -> dict[str, str] | None:
    with store.read() as session:
        row = devices.get(session, device)
    return None if row is None else msgspec.json.decode(row.public_key, type=dict[str, str])


def _take(
    store: Store, blobs: BlobStore, export: Export, limits: Limits, now_ms: int, step: Step
) -> Taken:
    manifest = export.manifest
    with store.read() as session:
        row = devices.get(session, manifest.device)
    revoked = row is None or row.revoked_ms is not None
    statuses: Counter[str] = Counter()
    damaged: list[str] = []
    named = iter(manifest.ops)
    while some := [*islice(named, limits.batch_ops)]:
        batch = decode_all(_sound(export, some, damaged))
        receipts = _enter(store, manifest.device, manifest.incarnation, batch, revoked, now_ms)
        statuses.update(receipt.status for receipt in receipts)
        step(len(some))
    photos: Counter[bool] = Counter()
    for medium in manifest.media:
        with _leaving_out(damaged):
            photos[_store_photo(store, blobs, export, medium, now_ms)] += 1
        step(1)
    counted = dict(sorted(statuses.items()))
    return Taken(
        manifest.device, revoked, len(manifest.ops), counted, photos[True], photos[False], damaged
    )


def _sound(export: Export, named: list[ExportedOp], damaged: list[str]) -> list[bytes]:
    raws: list[bytes] = []
    for op in named:
        with _leaving_out(damaged):
            raws.append(export.op(op))
    return raws


@contextmanager
def _leaving_out(damaged: list[str]) -> Iterator[None]:
    """Go on with the rest of the file: gaps in ``seq`` never block (protocol.md)."""
    try:
        yield
    except BadExport as error:
        damaged.append(error.what)


def _enter(
    store: Store, device: UUID, incarnation: UUID, batch: list[Item], revoked: bool, now_ms: int
) -> list[Receipt]:
    # Nobody floods a server by carrying files to it: the quota of a day is for the network.
    limits = Limits(device_ops_per_day=2**31)

    def job(session: Any) -> list[Receipt]:
        if revoked:
            return salvage.quarantine_all(session, device, incarnation, batch, limits, now_ms)
        return push.push(session, device, push.Batch(incarnation, batch), limits, now_ms).receipts

    return store.write(job, len(batch)).result()


def _store_photo(
    store: Store, blobs: BlobStore, export: Export, medium: ExportedMedia, now_ms: int
) -> bool:
    """Store one photo's bytes; False if they were stored before.

    Those that another device sent are taken in all the same: they are this one's from then on.
    """
    sha256 = bytes.fromhex(medium.sha256)
    with store.read() as session:
        known = media.get(session, [sha256]).get(sha256)
        is_owed = any(ref.is_owed for ref in media.refs(session, [sha256]).get(sha256, []))
        is_mine = export.manifest.device in uploads.senders(session, [sha256]).get(sha256, ())
    was_stored = known is not None and known.state == "stored"
    if was_stored and is_mine and not is_owed:
        return False
    with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as spooled:
        for chunk in export.media(medium):
            spooled.write(chunk)
        spooled.seek(0)

        def put(before: media.MediaState) -> None:
            spooled.seek(0)
            source, is_afresh = cast(BinaryIO, spooled), before in media.DAMAGED
            blobs.put(medium.sha256, source, medium.size_bytes, is_afresh)

        row = _upload(export, medium, now_ms)
        record = partial(_keep, row=row, now_ms=now_ms)
        try:
            if not land(store, blobs, sha256, put, record, now_ms):
                raise BlobStoreDown(f"{medium.sha256} is being removed; import once more")
        except HashMismatch as error:
            raise BadExport("other", f"media/{medium.sha256}") from error
    return not was_stored


def _keep(session: Session, generation: int, row: UploadRow, now_ms: int) -> bool:
    """As after an upload: the media row, an op for each photo that awaits the bytes, the audit."""
    if uploads.get(session, row.id) is None:
        uploads.add(session, row)
    return keep(session, generation, row, now_ms)


def _upload(export: Export, medium: ExportedMedia, now_ms: int) -> UploadRow:
    return UploadRow(
        id=uuid4(),
        device=export.manifest.device,
        sha256=bytes.fromhex(medium.sha256),
        size_bytes=medium.size_bytes,
        offset_bytes=medium.size_bytes,
        mime=medium.mime,
        metadata="",
        lease=0,
        state="verifying",
        held_until_ms=0,
        made_ms=now_ms,
        expires_ms=now_ms,
    )
