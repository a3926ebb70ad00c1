"""The photos of a snapshot: copied into the backup, and what to make of those that cannot be had.

not in the store ─┬─ removed since the database was copied ──────── left out
                  ├─ a derivative, and its original is there ────── left out, made again
                  └─ a photo ─ all others are copied, then the backup fails and names it
"""

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from msgspec import Struct

from fieldops.flow.carework import Check
from fieldops.flow.damage import record_checks
from fieldops.folderlock import locked
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said, lines
from fieldops.store import checks, media
from fieldops.store.blobs import BlobMissing, BlobStore, HashMismatch
from fieldops.store.blobs.disk import DiskBlobs
from fieldops.store.engine import Store

_logger = structlog.get_logger(__name__)

_SHOWN = 20
"""How many missing photos are named."""
_REMOVED = ("condemned", "gone")
"""The states of bytes that care has removed, or is about to (``store.media``)."""
_GO_ON = Said(
    "其余照片均已复制。请放回上述照片，或用其哈希运行 `fieldops media scrub`：它们即记录为遗失，"
    "仍有原件的平板会重新发送，下次备份不再因此中止",
    "Every other photo was copied.  Put these back, or run `fieldops media scrub` with their"
    " hashes: then they are on record as lost, tablets that still have them send them again,"
    " and the next backup goes on without them",
)


class Copied(Struct, frozen=True):
    """What was copied now.  ``remade`` are derivatives that have to be made again.

    ``removed`` counts what was collected or retired since the database was copied.
    """

    count: int = 0
    size_bytes: int = 0
    remade: list[str] = []
    removed: int = 0


@contextmanager
def unfinished(folder: Path, name: str) -> Iterator[Path]:
    """A hidden folder for a snapshot in the making, gone afterwards unless it was renamed.

    Each is locked by its maker, so that those of makers that were killed are known, and removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".*.part"):
        with suppress(OSError), locked(left):
            shutil.rmtree(left)
    part = folder / f".{name}.part"
    part.mkdir()
    with locked(part):
        try:
            yield part
        finally:
            shutil.rmtree(part, ignore_errors=True)


def listed(file: Path) -> Iterator[tuple[str, int]]:
    """The photos that a snapshot's list names: SHA-256 and size in bytes."""
    with file.open(encoding="ascii") as lines:
        for line in lines:
            sha256, _, size_bytes = line.partition(" ")
            yield sha256, int(size_bytes)


def leave_out(file: Path, missing: Collection[str]) -> None:
    """Write a snapshot's list anew, without these."""
    part = file.with_name(f"{file.name}.part")
    with part.open("w", encoding="ascii") as out:
        out.writelines(f"{one} {size}\n" for one, size in listed(file) if one not in missing)
    part.replace(file)


def copy_one(blobs: BlobStore, kept: DiskBlobs, sha256: str, size_bytes: int) -> bool:
    """Copy the bytes into the backup; False if the store does not have them, or others."""
    try:
        with blobs.get(sha256) as source:
            kept.put(sha256, source, size_bytes)
    except (BlobMissing, HashMismatch):
        return False
    return True


def amiss(sha256: str, error: Exception) -> Said:
    """What is wrong with a photo of a backup."""
    if isinstance(error, BlobMissing):
        return Said(f"照片 {sha256} 缺失", f"photo {sha256} is missing")
    if isinstance(error, HashMismatch):
        return Said(f"照片 {sha256} 与其哈希不符", f"photo {sha256} is not what its hash says")
    return Said(f"照片 {sha256} 无法读取：{error}", f"photo {sha256} cannot be read: {error}")


def settle(
    store: Store, blobs: BlobStore, missing: Sequence[str], now_ms: int
) -> tuple[list[str], int]:
    """What becomes of bytes that could not be copied: derivatives to be made again, and how many
    others were removed in due course.

    Raises ``ProblemError`` backup-bad if there is a photo among them; then nothing is changed.
    """
    hashes = [bytes.fromhex(sha256) for sha256 in missing]
    with store.read() as session:
        rows = media.get(session, hashes)
        originals = checks.originals(session, hashes)
    photos, derivatives, removed = [], dict[str, str](), 0
    for sha256 in hashes:
        row, original = rows.get(sha256), originals.get(sha256)
        if row is not None and row.state not in (*_REMOVED, "stray"):
            photos.append(sha256.hex())
        elif original is None:
            removed += 1
        elif blobs.head(original.hex()) is None:
            # Without it nothing can be made: the store is not what it should be.
            photos.append(original.hex())
        else:
            derivatives[sha256.hex()] = original.hex()
    if photos:
        raise _lost(photos)
    if derivatives:
        _logger.warning("derivatives are missing and will be made again", count=len(derivatives))
        asked = Check([], derivatives)
        store.write(lambda session: record_checks(session, asked, now_ms)).result()
    return sorted(derivatives), removed


def _lost(photos: Sequence[str]) -> ProblemError:
    """Photos are evidence: a backup without one that is on record must not pass for a whole one."""
    _logger.error("photos are missing from the photo store", count=len(photos), first=photos[0])
    shown, more = photos[:_SHOWN], len(photos) - _SHOWN
    told = [
        Said(
            f"照片 {sha256} 不在照片存储中，或已损坏",
            f"photo {sha256} is not in the photo store, or damaged",
        )
        for sha256 in shown
    ]
    told += [Said(f"另有 {more} 张", f"and {more} more")] if more > 0 else []
    return ProblemError(operation("backup-bad", lines([*told, _GO_ON]), photos=list(shown)))
