"""What a batch asks at its outset, in one question.

Asked one by one these would be six statements, and each costs PostgreSQL and its client some 75 µs
besides its answer: a tenth of a push of fifty ops.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch, devices, meta, runs
from fieldops.store.uuids import uuid_of


class Near(Struct, frozen=True):
    """Whether anything is stored that a batch's ids could name: mostly not, which saves look-ups.

    Ids are in order of time, so those of a batch are a short stretch, and one look at it in ledger
    and quarantine spares the batch its hundreds.  ``held``: whether anything is held at all.
    """

    ledger: bool
    quarantine: bool
    held: bool


class Outset(Struct, frozen=True):
    """What a push finds: its incarnation if it was ever seen, the change at the position that the
    tablet saw last, what is near its ids, and what every answer says (``meta.standing``).
    """

    life: devices.IncarnationRow | None
    seen: UUID | None
    near: Near
    epoch: UUID
    durable_through: int


_NEAR = (
    "EXISTS (SELECT 1 FROM ledger WHERE op_id BETWEEN :first AND :last),"
    " EXISTS (SELECT 1 FROM quarantine WHERE op_id BETWEEN :first AND :last),"
    " EXISTS (SELECT 1 FROM held)"
)
_OUTSET = (
    f"SELECT {_NEAR}, head.epoch, through.value, life.no, life.device, life.ranges,"
    " run.position, run.ops FROM log_head AS head"
    " LEFT JOIN meta AS through ON through.key = :through"
    " LEFT JOIN incarnation AS life ON life.id = :life"
    " LEFT JOIN (SELECT position, ops FROM log WHERE position >= :seen"
    " ORDER BY position LIMIT 1) AS run ON 1 = 1"
)


def near(session: Session, ids: Sequence[bytes]) -> Near:
    """What is near the ids of a batch, 16 bytes each."""
    return _near(batch.run(session, f"SELECT {_NEAR}", **_stretch(ids))[0])


def ask(session: Session, incarnation: UUID, seen: int, ids: Sequence[bytes]) -> Outset:
    """What a push finds; ``seen`` is the position that the tablet saw last, 0 for none."""
    row = batch.run(
        session,
        _OUTSET,
        through=meta.DURABLE_THROUGH,
        life=incarnation.bytes,
        seen=seen,
        **_stretch(ids),
    )[0]
    epoch, through, number, device, ranges, position, ops = row[3:]
    return Outset(
        life=None if number is None else devices.life(incarnation, number, device, ranges),
        seen=None if position is None else runs.op_at((position, ops), seen),
        near=_near(row),
        epoch=uuid_of(epoch),
        durable_through=int(through or 0),
    )


def _stretch(ids: Sequence[bytes]) -> dict[str, bytes]:
    return {"first": min(ids, default=b""), "last": max(ids, default=b"")}


def _near(row: Sequence[Any]) -> Near:
    return Near(*map(bool, row[:3]))
