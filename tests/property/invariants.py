"""What must hold of every database of fieldops, whatever happened to its server.

    faults(session)              one sentence a violation; a good server leaves none
    lost(session, acknowledged)  the ops that a tablet was told about and that are not there

It reads the tables by plain SQL and reckons what they should hold by itself, so that it can
disagree with the server.  ``tests/property/test_invariants.py`` shows for each check that it fails.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from fieldops.flow.decode import decode
from fieldops.model.record import Decoded
from fieldops.rules.effects import effect
from fieldops_sync.canonical import canonical_hash

_STAMPS = frozenset({"by", "at", "def"})
"""Members that the server adds to a body; they follow from the head and never conflict."""
_MADE_OF_ONE_OP = "receipt"
"""Records of this kind tell a device of a receipt: a change without an op of its own."""


def faults(session: Session, *, resent: bool = False) -> list[str]:
    """All violations.  ``resent``: devices forked or sent again, so seq may name duplicates."""
    tables = _Tables(session)
    return [
        *_gaps(tables),
        *_unmatched(tables),
        *_torn_subjects(tables),
        *_homes(tables),
        *_changed_bytes(tables),
        *_seqs(tables, resent),
        *_uncounted(tables),
        *_hidden(tables),
        *_unreferenced(tables),
        *_raised_twice(tables),
        *_misreckoned(tables),
    ]


def lost(session: Session, acknowledged: Iterable[UUID]) -> list[UUID]:
    """The acknowledged ops that the database does not have."""
    there: set[bytes] = set()
    for table in ("ledger", "held", "quarantine"):
        there |= {bytes(row[0]) for row in session.execute(text(f"SELECT op_id FROM {table}"))}
    return [op_id for op_id in acknowledged if op_id.bytes not in there]


class _Tables:
    """Everything that is compared, read in one snapshot."""

    def __init__(self, session: Session) -> None:
        def rows(query: str) -> list[Any]:
            return list(session.execute(text(query)).all())

        self.head: int = session.execute(text("SELECT head FROM log_head")).scalar_one()
        runs = rows("SELECT position, kind, subjects, ops FROM log ORDER BY position")
        self.log = [change for run in runs for change in _changes(run)]
        self.ledger = {
            bytes(row.op_id): row
            for row in rows("SELECT op_id, hash, source, seq, subject, revision, raw FROM ledger")
        }
        self.record = {
            bytes(row.id): row
            for row in rows(
                "SELECT id, kind, feed, parent, heads, revision, change, body, conflict FROM record"
            )
        }
        self.held = {bytes(row.op_id): row for row in rows("SELECT * FROM held")}
        self.quarantine = rows("SELECT * FROM quarantine")
        self.lives = rows("SELECT no, ranges FROM incarnation")
        self.audit = rows("SELECT detail FROM audit WHERE action = 'push.apply'")
        self.refs = {
            (bytes(row.sha256), bytes(row.subject)): row for row in rows("SELECT * FROM media_ref")
        }
        stored = rows("SELECT sha256 FROM media WHERE state = 'stored'")
        self.stored = {bytes(row.sha256) for row in stored}
        retired = rows("SELECT at_ms, detail FROM audit WHERE action = 'media.retire'")
        self.retired = {
            bytes.fromhex(msgspec.json.decode(row.detail)["sha256"]): row.at_ms for row in retired
        }
        self.ops = {op_id: _read(bytes(row.raw)) for op_id, row in self.ledger.items()}


class _Change(NamedTuple):
    position: int
    kind: str
    subject: bytes
    op_id: bytes


def _changes(run: Any) -> Iterator[_Change]:
    """The changes of a row of the log, which names its last position."""
    ids = [
        [bytes(packed)[at : at + 16] for at in range(0, len(packed), 16)]
        for packed in (run.subjects, run.ops)
    ]
    first = run.position - len(ids[0]) + 1
    for position, (subject, op_id) in enumerate(zip(*ids, strict=True), first):
        yield _Change(position, run.kind, subject, op_id)


def _read(raw: bytes) -> Decoded:
    found = decode(raw)
    assert isinstance(found, Decoded), "the ledger holds an op that cannot be read"
    return found


def _gaps(tables: _Tables) -> Iterator[str]:
    positions = [row.position for row in tables.log]
    if positions != list(range(1, len(positions) + 1)):
        yield f"log: {len(positions)} positions are not 1 to {len(positions)}"
    if tables.head != len(positions):
        yield f"log: the counter says {tables.head}, the log has {len(positions)}"


def _unmatched(tables: _Tables) -> Iterator[str]:
    """Each op has one change of its subject; a change of another subject is a stub's beginning."""
    changes = Counter((change.subject, change.op_id) for change in tables.log)
    kinds = {change.subject: change.kind for change in tables.log}
    own = {(bytes(row.subject), op_id) for op_id, row in tables.ledger.items()}
    for (subject, op_id), count in changes.items():
        if kinds[subject] == _MADE_OF_ONE_OP:
            continue
        if count > 1:
            yield f"log: {count} changes of one subject by op {UUID(bytes=op_id)}"
        if op_id not in tables.ledger:
            yield f"log: a change by op {UUID(bytes=op_id)}, which the ledger does not have"
        elif (subject, op_id) not in own and kinds[subject] != "inspection":
            yield f"log: op {UUID(bytes=op_id)} changed a subject that it does not name"
    for _, op_id in own - changes.keys():
        yield f"ledger: op {UUID(bytes=op_id)} is not in the log"


def _torn_subjects(tables: _Tables) -> Iterator[str]:
    """The revisions of a subject count from 1, and its record is the last of them."""
    revisions: dict[bytes, dict[int, bytes]] = defaultdict(dict)
    counts: Counter[bytes] = Counter()
    for op_id, row in tables.ledger.items():
        revisions[bytes(row.subject)][row.revision] = op_id
        counts[bytes(row.subject)] += 1
    for subject, made in revisions.items():
        record = tables.record.get(subject)
        if sorted(made) != list(range(1, counts[subject] + 1)):
            yield f"ledger: {counts[subject]} revisions of {UUID(bytes=subject)}: {sorted(made)}"
        elif record is None:
            yield f"record: {UUID(bytes=subject)} has ops but no state"
        elif record.revision != len(made) or bytes(record.change) != made[len(made)]:
            yield f"record: {UUID(bytes=subject)} is not at its last revision"
    for subject, record in tables.record.items():
        if subject not in revisions and record.revision and record.kind != _MADE_OF_ONE_OP:
            yield f"record: {UUID(bytes=subject)} has a state but no ops"


def _homes(tables: _Tables) -> Iterator[str]:
    """An op stands in exactly one place; what was replayed or reused stands in two by design."""
    homes = Counter([*tables.ledger, *tables.held])
    homes.update(
        bytes(row.op_id)
        for row in tables.quarantine
        if row.reason != "id-reused" and row.state != "replayed"
    )
    for op_id, count in homes.items():
        if count > 1:
            yield f"op {UUID(bytes=op_id)} stands in {count} places"


def _changed_bytes(tables: _Tables) -> Iterator[str]:
    every = [*tables.ledger.values(), *tables.held.values(), *tables.quarantine]
    for row in every:
        if canonical_hash(bytes(row.raw)) != bytes(row.hash):
            yield f"op {UUID(bytes=bytes(row.op_id))} does not have its hash"
    for op_id, decoded in tables.ops.items():
        if decoded.op.id.bytes != op_id:
            yield f"ledger: op {UUID(bytes=op_id)} holds the bytes of another"


def _seqs(tables: _Tables, resent: bool) -> Iterator[str]:
    """An incarnation's ranges are the seq of its ops that are stored somewhere."""
    stored: dict[int, set[int]] = defaultdict(set)
    for row in (*tables.ledger.values(), *tables.held.values(), *tables.quarantine):
        if row.seq is not None:
            stored[row.source].add(row.seq)
    for life in tables.lives:
        pairs = msgspec.json.decode(bytes(life.ranges), type=list[tuple[int, int]])
        acknowledged = {seq for first, last in pairs for seq in range(first, last + 1)}
        if (absent := acknowledged - stored[life.no]) and not resent:
            yield f"incarnation {life.no}: acknowledged, not stored: {sorted(absent)[:5]}"
        if more := stored[life.no] - acknowledged:
            yield f"incarnation {life.no}: stored, not acknowledged: {sorted(more)[:5]}"


def _uncounted(tables: _Tables) -> Iterator[str]:
    """Every op of a device was audited once, in the transaction that stored it."""
    audited = sum(msgspec.json.decode(bytes(row.detail))["ops"] for row in tables.audit)
    kept = sum(row.source != 0 for row in tables.ledger.values()) + len(tables.held)
    kept += sum(row.device is not None and row.state != "replayed" for row in tables.quarantine)
    if audited != kept:
        yield f"audit: {audited} ops audited, {kept} stored"


def _hidden(tables: _Tables) -> Iterator[str]:
    """Of each member, a record shows exactly the values that nobody wrote over knowingly."""
    by_subject: dict[bytes, list[Decoded]] = defaultdict(list)
    for op_id, row in tables.ledger.items():
        by_subject[bytes(row.subject)].append(tables.ops[op_id])
    for subject, ops in by_subject.items():
        record = tables.record.get(subject)
        if record is not None:
            yield from _hidden_values(_body(tables, record), subject, record, ops)


def _body(tables: _Tables, record: Any) -> Any:
    """A body that is left out is what the subject's only op wrote, as long as that op is there."""
    if record.body is not None:
        return msgspec.json.decode(bytes(record.body))
    only = tables.ops.get(bytes(record.change))
    return only.fields if only is not None and record.revision == 1 else {}


def _hidden_values(body: Any, subject: bytes, record: Any, ops: list[Decoded]) -> Iterator[str]:
    beside = msgspec.json.decode(bytes(record.conflict)) if record.conflict else {}
    writes: dict[str, dict[UUID, Any]] = defaultdict(dict)
    for decoded in ops:
        written = effect(decoded)
        for name, value in {} if written.own else written.fields.items():
            writes[name][decoded.op.id] = value
    bases = {decoded.op.id: decoded.op.base for decoded in ops}
    for name, values in writes.items():
        if name in _STAMPS:
            continue
        over = {older for op_id in values for older in _ancestors(op_id, bases)}
        live = {_text(value) for op_id, value in values.items() if op_id not in over}
        shown = {_text(body.get(name)), *(_text(one["value"]) for one in beside.get(name, ()))}
        if live != shown:
            yield (
                f"record {record.kind} {UUID(bytes=subject)}: {name} shows {sorted(shown)},"
                f" but {sorted(live)} stand"
            )


def _ancestors(op_id: UUID, bases: dict[UUID, list[UUID]]) -> set[UUID]:
    seen: set[UUID] = set()
    waiting = list(bases[op_id])
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen.add(here)
            waiting += bases.get(here, ())
    return seen


def _text(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _unreferenced(tables: _Tables) -> Iterator[str]:
    for op_id, decoded in tables.ops.items():
        for sha256 in decoded.op.media:
            if (bytes.fromhex(sha256), decoded.op.subject.id.bytes) not in tables.refs:
                yield f"media_ref: op {UUID(bytes=op_id)} names {sha256[:12]}, no row does"


def _raised_twice(tables: _Tables) -> Iterator[str]:
    raised = Counter(
        (decoded.op.subject.id, decoded.fields["rule"], decoded.fields.get("cause"))
        for decoded in tables.ops.values()
        if decoded.op.type == "finding.raise@1"
    )
    for (subject, rule, cause), count in raised.items():
        if count > 1:
            yield f"finding {subject}: raised {count} times by {rule} after {cause}"


def _misreckoned(tables: _Tables) -> Iterator[str]:
    """The debt ledger is what a recount from the ops and the records gives."""
    right = recount(tables)
    for key, owed in right.items():
        row = tables.refs.get(key)
        named = f"{key[0].hex()[:12]} of {UUID(bytes=key[1])}"
        if row is None:
            yield f"debts: no row for {named}"
        elif row.owed != owed:
            yield f"debts: {named} is {row.owed}, a recount says {owed}"
    for (sha256, subject), row in tables.refs.items():
        if row.owed == 0 and not row.proven:
            yield f"debts: {sha256.hex()[:12]} of {UUID(bytes=subject)} is here unproven"
    for sha256, subject in tables.refs.keys() - right.keys():
        yield f"debts: {sha256.hex()[:12]} is not named by {UUID(bytes=subject)}"


def ledger_faults(session: Session) -> list[str]:
    """Where the debt ledger disagrees with a recount."""
    return list(_misreckoned(_Tables(session)))


def recount(tables: _Tables) -> dict[tuple[bytes, bytes], int]:
    """(hash, subject) → 1 awaited, 0 here, −1 nobody waits for it."""
    described: dict[bytes, set[str]] = defaultdict(set)
    listed: dict[bytes, set[str]] = defaultdict(set)
    for decoded in tables.ops.values():
        about = decoded.op.subject
        listed[about.id.bytes] |= set(decoded.op.media)
        described[about.id.bytes] |= _hashes(about.kind, effect(decoded).fields)
        if decoded.op.type == "media.stored@1":
            described[about.id.bytes].add(decoded.fields["sha256"])
    parents = {subject: bytes(row.parent) for subject, row in tables.record.items()}
    feeds = {subject: bytes(row.feed) for subject, row in tables.record.items()}
    every = _subjects(tables, described, listed)
    spoken = {
        (sha256, parents[subject])
        for subject, hashes in every.items()
        if tables.record[subject].kind == "photo"
        for sha256 in hashes
    }
    owed = {}
    proven = {(key[0], bytes(row.feed)) for key, row in tables.refs.items() if row.proven}
    for subject, hashes in every.items():
        kind = tables.record[subject].kind
        wanted = _wanted(tables, subject, listed[subject] - described[subject])
        for sha256 in hashes:
            key = bytes.fromhex(sha256)
            is_spoken = kind != "photo" and (sha256, parents[subject]) in spoken
            is_over = kind != "photo" and _is_retired(tables, key, subject)
            if sha256 not in wanted or is_spoken or is_over:
                owed[key, subject] = -1
            else:
                is_here = key in tables.stored and (key, feeds[subject]) in proven
                owed[key, subject] = 0 if is_here else 1
    return owed


def _is_retired(tables: _Tables, sha256: bytes, subject: bytes) -> bool:
    """Whether the bytes were kept long enough, and removed, after the subject had named them.

    A photo's record says so itself.
    """
    row = tables.refs.get((sha256, subject))
    return row is not None and row.since_ms <= tables.retired.get(sha256, -1)


def _subjects(tables: _Tables, *named: dict[bytes, set[str]]) -> dict[bytes, set[str]]:
    """The hashes of each subject that has a state; one that has none is told by another check."""
    every: dict[bytes, set[str]] = defaultdict(set)
    for hashes in named:
        for subject in hashes.keys() & tables.record.keys():
            every[subject] |= hashes[subject]
    return every


def _wanted(tables: _Tables, subject: bytes, listed: set[str]) -> set[str]:
    """What a subject that is not voided, waived or removed names now, in conflict or not."""
    record = tables.record[subject]
    body = _body(tables, record)
    walk = tables.record.get(bytes(record.parent))
    is_walk_void = walk is not None and _body(tables, walk).get("void")
    is_done = record.kind == "photo" and (body.get("waived") or body.get("removed"))
    if body.get("void") or is_walk_void or is_done:
        return set()
    beside = msgspec.json.decode(bytes(record.conflict)) if record.conflict else {}
    wanted = listed | _hashes(record.kind, body)
    for name, values in beside.items():
        for value in values:
            wanted |= _hashes(record.kind, {name: value["value"]})
    return wanted


def _hashes(kind: str, fields: Any) -> set[str]:
    if kind == "photo":
        return {fields["sha256"]} if fields.get("sha256") else set()
    if kind in ("result", "feedback", "note"):
        return set(fields.get("photos") or ())
    return set()
