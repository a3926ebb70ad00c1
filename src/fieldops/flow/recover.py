"""Restoring a snapshot: into an empty place, or with ``force`` into the place of what is there.

Nothing is touched before every file of the snapshot was re-read.  The photos come first: they
harm nobody, and a database whose photos are missing would be worse than none.  That it was restored
is noticed on the first contact of any device (``restore``), which then sends again what it kept.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import auditing, backup, backupcopy
from fieldops.flow.backup import Manifest, Watch, unwatched
from fieldops.flow.setup import SYSTEM
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said, lines
from fieldops.rules.checkpoints import Keys
from fieldops.store import audit, checks, dump, schema
from fieldops.store.blobs import BlobMissing, BlobStore, HashMismatch
from fieldops.store.engine import open_store

_HOLDS_TABLES = Said("数据库中已有表", "the database holds tables")


class Recovered(Struct, frozen=True):
    """What was restored; ``copied`` of the photos were not in the store yet."""

    snapshot: str
    position: int
    rows: int
    blobs: int
    copied: int


def recover(
    dest: Path,
    name: str,
    url: str,
    blobs: BlobStore,
    now_ms: int,
    force: bool = False,
    watch: Watch = unwatched,
    keys: Keys | None = None,
) -> Recovered:
    """Restore a snapshot (the newest if ``name`` is empty) to the database at ``url``.

    ``keys`` sign that the audit went back to what the snapshot holds: else it looks cut off.
    Raises ``ProblemError`` file, backup-bad, backup-newer, backup-other-engine, server-running or
    target-not-empty, and ``BlobStoreDown``.
    """
    folder, manifest = backup.find(dest, name)
    backup.require_known(manifest)
    _check_target(manifest, url, force)
    watch("files", 0, 1)
    faults = backup.damaged_parts(folder, manifest)
    watch("files", 1, 1)
    if faults:
        raise ProblemError(operation("backup-bad", lines(faults)))
    copied = _copy_blobs(dest, folder, manifest, blobs, watch)
    watch("database", 0, 1)
    dump.load(url, folder, manifest.database, replace=force)
    watch("database", 1, 1)
    done = Recovered(
        snapshot=folder.name,
        position=manifest.database.position,
        rows=sum(manifest.database.rows.values()),
        blobs=manifest.blobs,
        copied=copied,
    )
    _note(url, done, manifest.remade, keys, now_ms)
    return done


def _check_target(manifest: Manifest, url: str, force: bool) -> None:
    dialect = "sqlite" if url.startswith("sqlite") else "postgresql"
    if dialect != manifest.database.dialect:
        kept = manifest.database.dialect
        detail = Said(
            f"快照属于 {kept}，目标数据库为 {dialect}",
            f"the snapshot is of {kept}, the target of {dialect}",
        )
        raise ProblemError(operation("backup-other-engine", detail))
    if dialect == "postgresql" and (others := dump.others(url)):
        detail = Said(f"{others} 个 fieldops 连接", f"connections of fieldops: {others}")
        raise ProblemError(operation("server-running", detail))
    if not force and not _is_empty(url):
        raise ProblemError(operation("target-not-empty", _HOLDS_TABLES))


def _is_empty(url: str) -> bool:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return not path.exists() or path.stat().st_size == 0
    store = open_store(url)
    try:
        return dump.is_empty(store.engine)
    finally:
        store.close()


def _copy_blobs(
    dest: Path, folder: Path, manifest: Manifest, blobs: BlobStore, watch: Watch
) -> int:
    kept, copied = backup.open_kept(dest), 0
    for done, (sha256, size_bytes) in enumerate(backup.listed(folder), 1):
        if blobs.head(sha256) != size_bytes:
            try:
                with kept.get(sha256) as source:
                    blobs.put(sha256, source, size_bytes)
            except (BlobMissing, HashMismatch) as error:
                raise ProblemError(
                    operation("backup-bad", backupcopy.amiss(sha256, error))
                ) from error
            copied += 1
        watch("photos", done, manifest.blobs)
    return copied


def _note(url: str, done: Recovered, remade: Sequence[str], keys: Keys | None, now_ms: int) -> None:
    """Bring an older snapshot to this version, and write down that it was restored.

    Pictures whose derivatives are not in the backup are forgotten: the worker looks at them again.
    """
    store = open_store(url)
    store.mark_with(None if keys is None else keys.marking)
    try:
        schema.upgrade(store)
        detail = msgspec.to_builtins(done)
        entry = audit.Entry("backup.restore", now_ms, actor=SYSTEM, detail=detail)

        def job(session: Session) -> None:
            checks.forget_pictures(session, map(bytes.fromhex, remade))
            audit.add(session, entry)

        store.write(job).result()
        if keys is not None:
            store.write(lambda session: auditing.sign_restore(session, keys, now_ms)).result()
    finally:
        store.close()
