"""The ops of a tablet: numbered, cut into batches, settled by receipts, forgotten in time.

    pending ──batch──> sent ──custody──> kept ──durable or 14 days──> forgotten
       ^────── retry ───┘ └──refused──> refused (kept until somebody acts)
       ^──────── the server was restored ────────┘

An op is stored without its ``seq``; the number is put in front when it is sent, so that
renumbering never touches the op itself.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct

from fieldops_sync.shelf import Db, get_meta, next_count, set_meta
from fieldops_sync.wire import Limits, Op, Receipt

FRAME_BYTES = 1024
"""Room for everything of a push body but its ops; ids, seen and now take about 400 bytes."""


_SEQ_BYTES_MAX = len('"seq":,') + 16


class LargeOp(Struct, frozen=True):
    """Where the bytes of a large op are to be found: media of this hash."""

    sha256: str
    size_bytes: int


class Oversize(Struct, frozen=True):
    """The payload of an op that stands in for a large one."""

    oversize: LargeOp


class Batch(Struct, frozen=True):
    """Ops that go in one push, in order of ``seq``; ``raws`` hold it."""

    incarnation: UUID
    ids: tuple[UUID, ...]
    raws: tuple[bytes, ...]


class KeptOp(Struct, frozen=True):
    """One op of the outbox as its person sees it; ``receipt`` is None until the server answered."""

    id: UUID
    seq: int
    incarnation: UUID
    kind: str
    subject: UUID
    site: UUID
    state: str
    receipt: Receipt | None
    raw: bytes


def incarnation(db: Db) -> UUID:
    """The incarnation that new ops are numbered in."""
    stored = get_meta(db, "incarnation")
    if stored is None:
        return new_incarnation(db)
    return UUID(bytes=stored)


def new_incarnation(db: Db) -> UUID:
    """Draw a new incarnation; numbering begins again at 1."""
    drawn = uuid4()
    set_meta(db, "incarnation", drawn.bytes)
    set_meta(db, "seq", b"0")
    return drawn


def add(db: Db, op: Op) -> bytes:
    """Number and keep a new op; returns it as stored, without ``seq``."""
    raw = msgspec.json.encode(op)
    number = next_count(db, "seq")
    db.execute(
        "INSERT INTO op (id, made, incarnation, seq, kind, subject, site, raw, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending')",
        (
            op.id.bytes,
            next_count(db, "made"),
            incarnation(db).bytes,
            number,
            op.subject.kind,
            op.subject.id.bytes,
            op.site.bytes,
            raw,
        ),
    )
    return raw


def base(db: Db, kind: str, subject: UUID, heads: Sequence[UUID], revision: int) -> list[UUID]:
    """The revisions a new op on a subject stands on.

    The last op of this tablet, unless the pulled state (``heads`` at ``revision``) is as new.
    """
    row = db.execute(
        "SELECT id, state, revision FROM op WHERE kind = ? AND subject = ?"
        " AND state <> 'refused' ORDER BY made DESC LIMIT 1",
        (kind, subject.bytes),
    ).fetchone()
    if row is None or (row[1] == "kept" and revision >= row[2]):
        return list(heads)
    return [UUID(bytes=bytes(row[0]))]


def numbered(raw: bytes, seq: int) -> bytes:
    """The op with its ``seq``, as it travels."""
    return b'{"seq":%d,' % seq + raw[1:]


def next_batch(db: Db, limits: Limits, ops_max: int) -> Batch:
    """Up to ``ops_max`` unsettled ops within the limits, in order; an empty batch when done."""
    room_bytes = limits.batch_bytes - FRAME_BYTES
    ids: list[UUID] = []
    raws: list[bytes] = []
    for row in _unsettled(db, min(ops_max, limits.batch_ops)):
        raw = numbered(bytes(row[1]), row[2])
        room_bytes -= len(raw) + 1
        if room_bytes < 0 and raws:
            break
        ids.append(UUID(bytes=bytes(row[0])))
        raws.append(raw)
    return Batch(incarnation(db), tuple(ids), tuple(raws))


def oversize(db: Db, op_bytes: int) -> list[tuple[UUID, bytes]]:
    """Unsettled ops that are too large to travel as ops: id and raw."""
    rows = db.execute(
        "SELECT id, raw, seq FROM op WHERE state IN ('pending', 'sent') AND length(raw) > ?",
        (op_bytes - _SEQ_BYTES_MAX,),
    ).fetchall()
    found = [(UUID(bytes=bytes(row[0])), bytes(row[1]), row[2]) for row in rows]
    return [(op_id, raw) for op_id, raw, seq in found if len(numbered(raw, seq)) > op_bytes]


def unsettled_raw(db: Db, op_id: UUID) -> bytes | None:
    """An op on its way, as stored; None if it is settled or unknown."""
    row = db.execute(
        "SELECT raw FROM op WHERE id = ? AND state IN ('pending', 'sent')", (op_id.bytes,)
    ).fetchone()
    return bytes(row[0]) if row else None


def stand_in(raw: bytes) -> tuple[bytes, UUID, str]:
    """The small op that travels for one whose bytes go as media, with its site and their SHA-256.

    It has the same id; its payload says only ``oversize`` with hash and size, its media names the
    hash.  PROTOCOL.md, "Limits".
    """
    op = msgspec.json.decode(raw, type=Op)
    sha256 = hashlib.sha256(raw).hexdigest()
    note = Oversize(oversize=LargeOp(sha256=sha256, size_bytes=len(raw)))
    small = msgspec.structs.replace(
        op, payload=msgspec.Raw(msgspec.json.encode(note)), media=[sha256], needs=[], base=[]
    )
    return msgspec.json.encode(small), op.site, sha256


def is_stand_in(raw: bytes) -> bool:
    """Whether an op already travels for a large one."""
    try:
        msgspec.json.decode(msgspec.json.decode(raw, type=Op).payload, type=Oversize)
    except msgspec.ValidationError:
        return False
    return True


def put_stand_in(db: Db, op_id: UUID, raw: bytes) -> None:
    """Let a small op travel in the place of a large one."""
    db.execute("UPDATE op SET raw = ? WHERE id = ?", (raw, op_id.bytes))


def mark_sent(db: Db, ids: Iterable[UUID]) -> None:
    """Note that these ops are on their way: until an answer comes nobody knows where they are."""
    db.executemany(
        "UPDATE op SET state = 'sent' WHERE id = ? AND state = 'pending'",
        [(op_id.bytes,) for op_id in ids],
    )


def unanswered(db: Db, count: int) -> list[UUID]:
    """Ops that were sent without an answer, the oldest first."""
    rows = db.execute(
        "SELECT id FROM op WHERE state = 'sent' ORDER BY made LIMIT ?", (count,)
    ).fetchall()
    return [UUID(bytes=bytes(row[0])) for row in rows]


def mark_unsent(db: Db, ids: Iterable[UUID]) -> None:
    """Note that these ops never reached the server."""
    db.executemany(
        "UPDATE op SET state = 'pending' WHERE id = ? AND state = 'sent'",
        [(op_id.bytes,) for op_id in ids],
    )


def kept(db: Db, states: Sequence[str]) -> list[KeptOp]:
    """The ops in any of these states, in the order they were made."""
    marks = ",".join("?" * len(states))
    rows = db.execute(
        "SELECT id, seq, incarnation, kind, subject, site, state, receipt, raw FROM op"
        f" WHERE state IN ({marks}) ORDER BY made",
        tuple(states),
    ).fetchall()
    return [_kept_op(row) for row in rows]


def counts(db: Db) -> dict[str, int]:
    """How many ops stand in each state."""
    return dict(db.execute("SELECT state, count(*) FROM op GROUP BY state").fetchall())


def _unsettled(db: Db, count: int) -> Iterator[tuple[bytes, bytes, int]]:
    rows = db.execute(
        "SELECT id, raw, seq FROM op WHERE state IN ('pending', 'sent') ORDER BY made LIMIT ?",
        (count,),
    )
    yield from rows.fetchall()


def _kept_op(row: Sequence[Any]) -> KeptOp:
    receipt = msgspec.json.decode(bytes(row[7]), type=Receipt) if row[7] is not None else None
    return KeptOp(
        id=UUID(bytes=bytes(row[0])),
        seq=row[1],
        incarnation=UUID(bytes=bytes(row[2])),
        kind=row[3],
        subject=UUID(bytes=bytes(row[4])),
        site=UUID(bytes=bytes(row[5])),
        state=row[6],
        receipt=receipt,
        raw=bytes(row[8]),
    )
