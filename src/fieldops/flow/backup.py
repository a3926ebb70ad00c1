"""Backups: the database and its photos in a folder, complete or not there at all.

    DEST/blobs/ab/<sha256>                photos of all snapshots: only new ones are copied
    DEST/snapshots/<time>/manifest.json   what it holds, with the SHA-256 of each part; comes last
    DEST/snapshots/<time>/…               the database, and the list of its photos

The database is copied first and then the photos that it names: these are immutable, and none that a
record names is ever collected.  A backup is worth something only once it was verified (``drill``).
"""

import hashlib
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import Struct

from fieldops.flow import backupcopy
from fieldops.flow.backupcopy import Copied
from fieldops.flow.timing import rfc3339
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said, at
from fieldops.store import audit, dump, migrate
from fieldops.store.blobs import BlobStore
from fieldops.store.blobs.disk import DiskBlobs
from fieldops.store.dump import Facts, sync_file
from fieldops.store.engine import Store

FORMAT = "fieldops-backup"
VERSION = 1
MANIFEST = "manifest.json"
_CHUNK_BYTES = 1024 * 1024
_NOTHING_THERE = Said("没有可备份的内容", "there is nothing to back up")

Watch = Callable[[str, int, int], None]
"""Told the phase, how much of it is done, and how much there is."""


def unwatched(_phase: str, _done: int, _total: int) -> None:
    """For whoever does not look."""


class Part(Struct, frozen=True):
    """One file of a snapshot."""

    name: str
    size_bytes: int
    sha256: str


class Manifest(Struct, frozen=True):
    """What a snapshot holds; ``blob_bytes`` are those of all its photos, copied now or before.

    ``remade`` are derivatives that its database names and nobody had: a restore makes them again.
    """

    format: str
    version: int
    made_at: str
    fieldops: str
    database: Facts
    parts: list[Part]
    blobs: int
    blob_bytes: int
    remade: list[str] = []


class Created(Struct, frozen=True):
    """A new snapshot; ``copied`` of its photos were not in the backup yet.

    ``removed`` were collected or retired while it was made, and are not in it.
    """

    snapshot: str
    manifest: Manifest
    copied: int
    copied_bytes: int
    removed: int = 0


def create(
    store: Store, blobs: BlobStore, dest: Path, now_ms: int, watch: Watch = unwatched
) -> Created:
    """Make a snapshot in ``dest``; the server may go on.

    A derivative that is gone from the store is left out, and asked for.  Raises ``ProblemError``
    schema-foreign (there is no database yet), backup-bad (a photo is gone from the store; all
    others were copied).
    """
    with store.engine.connect() as connection:
        if migrate.standing(connection) in ("empty", "foreign"):
            raise ProblemError(operation("schema-foreign", _NOTHING_THERE))
    name = rfc3339(now_ms).replace(":", "").replace("-", "").replace(".", "")
    with backupcopy.unfinished(dest / "snapshots", name) as part:
        watch("database", 0, 1)
        facts = dump.dump(store, part)
        watch("database", 1, 1)
        copied = _copy_blobs(store, blobs, dest, part, now_ms, watch)
        manifest = _manifest(part, facts, copied.remade, now_ms)
        _write(part / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        part.rename(dest / "snapshots" / name)
    sync_file(dest / "snapshots")
    store.write(lambda session: audit.add(session, _entry(name, manifest, now_ms))).result()
    return Created(name, manifest, copied.count, copied.size_bytes, copied.removed)


def _entry(name: str, manifest: Manifest, now_ms: int) -> audit.Entry:
    detail = {"snapshot": name, "position": manifest.database.position, "blobs": manifest.blobs}
    detail |= {"remade": len(manifest.remade)} if manifest.remade else {}
    return audit.Entry("backup.create", now_ms, detail=detail)


def _copy_blobs(
    store: Store, blobs: BlobStore, dest: Path, folder: Path, now_ms: int, watch: Watch
) -> Copied:
    """Copy what the backup does not have yet; the snapshot's list then names what it has."""
    kept, file = open_kept(dest), folder / dump.BLOB_LIST
    total, count, copied_bytes, missing = count_lines(file), 0, 0, []
    for done, (sha256, size_bytes) in enumerate(listed(folder), 1):
        if kept.head(sha256) != size_bytes:
            if backupcopy.copy_one(blobs, kept, sha256, size_bytes):
                count, copied_bytes = count + 1, copied_bytes + size_bytes
            else:
                missing.append(sha256)
        watch("photos", done, total)
    if not missing:
        return Copied(count, copied_bytes)
    remade, removed = backupcopy.settle(store, blobs, missing, now_ms)
    backupcopy.leave_out(file, set(missing))
    return Copied(count, copied_bytes, remade, removed)


def open_kept(dest: Path) -> DiskBlobs:
    """The photos of a backup."""
    return DiskBlobs(dest / "blobs")


def listed(folder: Path) -> Iterator[tuple[str, int]]:
    """The photos that a snapshot names: SHA-256 and size in bytes."""
    return backupcopy.listed(folder / dump.BLOB_LIST)


def count_lines(path: Path) -> int:
    """How many lines a file has."""
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def _manifest(folder: Path, facts: Facts, remade: list[str], now_ms: int) -> Manifest:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    for path in files:
        sync_file(path)
    sizes = [size_bytes for _sha256, size_bytes in listed(folder)]
    return Manifest(
        format=FORMAT,
        version=VERSION,
        made_at=rfc3339(now_ms),
        fieldops=version("fieldops"),
        database=facts,
        parts=[part_of(path) for path in files],
        blobs=len(sizes),
        blob_bytes=sum(sizes),
        remade=remade,
    )


def part_of(path: Path) -> Part:
    """A file as it is now."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
    return Part(path.name, path.stat().st_size, digest.hexdigest())


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    sync_file(part)
    part.rename(path)
    sync_file(path.parent)


def snapshots(dest: Path) -> list[str]:
    """The names of the complete snapshots in a backup, the oldest first."""
    return sorted(path.parent.name for path in dest.glob(f"snapshots/[0-9]*/{MANIFEST}"))


def find(dest: Path, name: str = "") -> tuple[Path, Manifest]:
    """The folder and the manifest of a snapshot, the newest one if none is named.

    Raises ``ProblemError`` file or backup-bad.
    """
    known = snapshots(dest)
    wanted = name or (known[-1] if known else "")
    if wanted not in known:
        zh, en = f"没有快照 {wanted}".rstrip(), f"there is no snapshot {wanted}".rstrip()
        raise ProblemError(operation("file", at(str(dest), Said(zh, en))))
    folder = dest / "snapshots" / wanted
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (msgspec.MsgspecError, UnicodeError) as error:
        detail = Said(f"{folder / MANIFEST} 已损坏", f"{folder / MANIFEST} is damaged")
        raise ProblemError(operation("backup-bad", detail)) from error
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        detail = Said(
            f"{folder / MANIFEST} 的版本为 {manifest.version}",
            f"{folder / MANIFEST} is of version {manifest.version}",
        )
        raise ProblemError(operation("backup-bad", detail))
    return folder, manifest


def require_known(manifest: Manifest) -> None:
    """Refuse a snapshot of tables that this version does not know.

    Raises ``ProblemError`` backup-newer.
    """
    if manifest.database.schema not in migrate.numbers():
        made, tables = manifest.fieldops, manifest.database.schema
        detail = Said(f"fieldops {made}，数据库版本 {tables}", f"fieldops {made}, tables {tables}")
        raise ProblemError(operation("backup-newer", detail))


def damaged_parts(folder: Path, manifest: Manifest) -> list[Said]:
    """What is wrong with the files of a snapshot, each re-read as a whole."""
    wrong = []
    for part in manifest.parts:
        path = folder / part.name
        if not path.is_file():
            wrong.append(Said(f"缺少 {part.name}", f"{part.name} is missing"))
        elif part_of(path) != part:
            told = Said(f"{part.name} 与写入时不符", f"{part.name} is not what was written")
            wrong.append(told)
    return wrong
