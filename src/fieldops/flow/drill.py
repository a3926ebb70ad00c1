"""Verifying a backup: everything is re-read, the database restored to a scratch place and checked.

    parts hashed ─ database restored ─┬─ counts, log, hash of every op
                                      └─ audit: marks, links, signatures, index ─ photos hashed

Only then ``durable_through`` moves, which lets tablets forget what they sent (PROTOCOL.md,
"Restore"), and the drill's date and result are recorded (domain.md, rule 13).
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.flow import auditverify, backup, backupcopy, drillscratch, restore
from fieldops.flow.backup import Manifest, Watch, unwatched
from fieldops.flow.timing import rfc3339
from fieldops.model.change import Change
from fieldops.model.said import Said, at, named
from fieldops.rules import auditwords
from fieldops.rules.checkpoints import Keys
from fieldops.store import audit, dump, ledger, log, meta, schema
from fieldops.store.blobs.interface import BlobError, Verifier, chunks
from fieldops.store.engine import Store, open_store
from fieldops_sync.canonical import canonical_hash

VERIFIED = "backup_verified"
"""The key in ``meta`` of the last drill."""
_SHOWN = 20
"""How many faults of a kind are named."""
_CHANGES = 5000
"""Changes of the log looked at in one go."""
_KEPT_OPS = ("ledger", "held", "quarantine")
_OTHER_POSITION = Said(
    "位置、纪元或最后一次更改与清单不符", "position, epoch or last change differ from the manifest"
)


class Drill(Struct, frozen=True):
    """A drill and its result; ``recorded`` says that ``durable_through`` moved to ``position``.

    ``faults_zh`` says the faults in Chinese, one for one.
    ``audit_lines`` were verified in the restored database, by whose marks if ``audit_marks``: that
    takes the audit's key.  ``seconds`` is how long all of it took, ``bytes`` how much was read.
    """

    snapshot: str
    at: str
    ok: bool
    position: int
    ops: int
    blobs: int
    faults: list[str]
    faults_zh: list[str] = []
    recorded: bool = False
    audit_lines: int = 0
    audit_marks: bool = False
    seconds: float = 0.0
    bytes: int = 0


def verify(
    dest: Path,
    name: str,
    scratch_url: str,
    now_ms: int,
    watch: Watch = unwatched,
    keys: Keys | None = None,
) -> Drill:
    """Check a snapshot (the newest if ``name`` is empty) without touching any live database.

    ``scratch_url`` is a PostgreSQL server where a scratch database may be made; SQLite needs none.
    ``keys`` are the audit's: without them its marks are not looked at.  Raises ``ProblemError``
    file, backup-bad (no readable manifest), backup-newer, backup-other-engine, scratch-denied or
    database-down.
    """
    began_s = time.monotonic()
    folder, manifest = backup.find(dest, name)
    backup.require_known(manifest)
    watch("files", 0, 1)
    faults = backup.damaged_parts(folder, manifest)
    watch("files", 1, 1)
    ops = lines = 0
    if not faults:
        with _restored(folder, manifest, scratch_url) as store, store.read() as session:
            ops = sum(manifest.database.rows.get(table, 0) for table in _KEPT_OPS)
            faults += _check_database(session, manifest, watch)
            lines, wrong = _check_audit(session, keys, watch)
            faults += wrong
        faults += _check_blobs(dest, folder, manifest, watch)
    return Drill(
        snapshot=folder.name,
        at=rfc3339(now_ms),
        ok=not faults,
        position=manifest.database.position,
        ops=ops,
        blobs=manifest.blobs,
        faults=[str(one) for one in faults],
        faults_zh=[one.zh for one in faults],
        audit_lines=lines,
        audit_marks=keys is not None,
        seconds=round(time.monotonic() - began_s, 1),
        bytes=manifest.blob_bytes + sum(part.size_bytes for part in manifest.parts),
    )


@contextmanager
def _restored(folder: Path, manifest: Manifest, scratch_url: str) -> Iterator[Store]:
    """The snapshot's database in a scratch place, at this version's tables."""
    with drillscratch.place(manifest.database.dialect, scratch_url) as url:
        dump.load(url, folder, manifest.database)
        store = open_store(url)
        try:
            if manifest.database.dialect == "sqlite":
                schema.prepare(store)
            yield store
        finally:
            store.close()


def _check_database(session: Session, manifest: Manifest, watch: Watch) -> list[Said]:
    facts = manifest.database
    faults = list(_wrong_counts(session, facts.rows))
    if facts.dialect == "sqlite":
        found = session.execute(text("PRAGMA integrity_check")).scalar_one()
        faults += [] if found == "ok" else [named(f"integrity_check: {found}")]
    last = log.head(session)
    if (log.counter(session), log.epoch(session), last) != (
        facts.position,
        facts.epoch,
        facts.seen,
    ):
        faults.append(_OTHER_POSITION)
    faults += wrong_log(session)
    faults += _wrong_hashes(session, facts.rows, watch)
    return faults


def _wrong_counts(session: Session, rows: dict[str, int]) -> Iterator[Said]:
    for table, count in rows.items():
        found = session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()
        if found != count:
            yield Said(
                f"{table}：有 {found} 行，应为 {count} 行",
                f"{table}: {found} rows instead of {count}",
            )


def wrong_log(session: Session) -> list[Said]:
    """Positions without a change, but for the jumps of restores; changes without their op."""
    jumps = restore.gaps(session)
    gaps, orphans, last = _Found(), _Found(), 0
    while changes := log.read(session, last, _CHANGES):
        for change in changes:
            if change.position > last + 1 and not _is_jump(jumps, last, change.position):
                first, end = last + 1, change.position - 1
                gaps.add(
                    Said(f"日志：{first} 至 {end} 处为空", f"log: nothing at {first} to {end}")
                )
            last = change.position
        for orphan in _orphans(session, changes):
            orphans.add(orphan)
    return gaps.said() + orphans.said()


def _orphans(session: Session, changes: list[Change]) -> list[Said]:
    """Changes without their op; a receipt's change is of no op of its own."""
    with_op = [change for change in changes if change.kind != "receipt"]
    there = ledger.known(session, {change.op for change in with_op})
    return [
        Said(
            f"日志：位置 {change.position} 的操作不在操作账中",
            f"log: no op in the ledger for position {change.position}",
        )
        for change in with_op
        if change.op not in there
    ]


def _is_jump(jumps: list[tuple[int, int]], before: int, position: int) -> bool:
    return any(first <= before and position - 1 <= last for first, last in jumps)


def _wrong_hashes(session: Session, rows: dict[str, int], watch: Watch) -> list[Said]:
    """Ops whose bytes do not have the hash that they were stored under."""
    total = sum(rows.get(table, 0) for table in _KEPT_OPS)
    wrong, done = _Found(), 0
    for table in _KEPT_OPS:
        for op_id, hash_, raw in dump.stream(session, f"SELECT op_id, hash, raw FROM {table}"):
            same = isinstance(raw, bytes | memoryview) and canonical_hash(bytes(raw)) == bytes(
                hash_
            )
            if not same:
                op = bytes(op_id).hex()
                wrong.add(
                    Said(
                        f"{table}：操作 {op} 与存入时的哈希不符",
                        f"{table}: op {op} is not what was hashed",
                    )
                )
            done += 1
            if done % 1000 == 0 or done == total:
                watch("ops", done, total)
    return wrong.said()


def _check_audit(session: Session, keys: Keys | None, watch: Watch) -> tuple[int, list[Said]]:
    """How many lines the restored audit has, and what is wrong with them."""
    found = auditverify.verify(session, keys, watch=partial(watch, "audit"))
    told = [at("audit", auditwords.told(one)) for one in found.faults]
    return found.lines + found.unchained, told


def _check_blobs(dest: Path, folder: Path, manifest: Manifest, watch: Watch) -> list[Said]:
    kept, wrong = backup.open_kept(dest), _Found()
    for done, (sha256, size_bytes) in enumerate(backup.listed(folder), 1):
        verifier = Verifier(sha256, size_bytes)
        try:
            with kept.get(sha256) as source:
                for chunk in chunks(source):
                    verifier.feed(chunk)
            verifier.finish()
        except (BlobError, OSError) as error:
            wrong.add(backupcopy.amiss(sha256, error))
        watch("photos", done, manifest.blobs)
    return wrong.said()


class _Found:
    """The first faults of a kind, and how many more there are."""

    def __init__(self) -> None:
        self._shown: list[Said] = []
        self._more = 0

    def add(self, said: Said) -> None:
        if len(self._shown) < _SHOWN:
            self._shown.append(said)
        else:
            self._more += 1

    def said(self) -> list[Said]:
        more = self._more
        rest = [Said(f"此类另有 {more} 处", f"and {more} more of this kind")] if more else []
        return self._shown + rest


def record(store: Store, dest: Path, drill: Drill, now_ms: int) -> Drill:
    """Record a drill in the live database; a good one moves ``durable_through``.

    It does not where the snapshot is none of this database's own past: another organisation's, or
    of a line that a restore has left.
    """
    _folder, manifest = backup.find(dest, drill.snapshot)

    def job(session: Session) -> Drill:
        facts = manifest.database
        is_own = meta.organisation(session) == facts.organisation and (
            facts.seen is None or log.change_at(session, facts.seen.position) == facts.seen.change
        )
        done = msgspec.structs.replace(drill, recorded=drill.ok and is_own)
        if done.recorded:
            through = max(meta.durable_through(session), facts.position)
            meta.put(session, meta.DURABLE_THROUGH, str(through))
        if is_own:
            meta.put(session, VERIFIED, msgspec.json.encode(done).decode())
        detail: dict[str, Any] = msgspec.to_builtins(done)
        audit.add(session, audit.Entry("backup.verify", now_ms, detail=detail))
        return done

    return store.write(job).result()


def last(session: Session) -> Drill | None:
    """The last drill that was recorded."""
    found = meta.get(session, VERIFIED)
    return None if found is None else msgspec.json.decode(found, type=Drill)
