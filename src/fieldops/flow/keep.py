"""The server's own keeper: seals inspections to which nothing is owed, settles what waits too long.

An inspection is sealed when it is submitted, every result, photo and feedback that its tablet
announced is there, and every photo is stored or waived (protocol.md, "Photos").
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import hold
from fieldops.flow.accept import Item
from fieldops.flow.enter import server_op
from fieldops.model.record import Decoded, State
from fieldops.store import debts, records

NAME = "keeper"
"""The keeper's name as a reader of the log and as an actor."""
_SEAL = "inspection.seal@1"
_ANNOUNCED = {"results": "result", "photos": "photo", "feedback": "feedback"}


class Owed(Struct, frozen=True):
    """What is still missing: how many records of each announced kind, how many photos' bytes."""

    records: dict[str, int]
    bytes: int

    @property
    def is_nothing(self) -> bool:
        """Whether everything is there."""
        return not self.bytes and not any(self.records.values())


def owed(session: Session, inspection: State, children: Iterable[State]) -> Owed:
    """What is owed to a submitted inspection."""
    announced = inspection.body.get("announced") or {}
    there = [child for child in children if child.state != "voided"]
    counts = {kind: sum(child.kind == kind for child in there) for kind in _ANNOUNCED.values()}
    missing = {
        name: max(0, announced.get(name, 0) - counts[kind]) for name, kind in _ANNOUNCED.items()
    }
    return Owed(missing, len(debts.missing(session, inspection.id)))


def seal_op(session: Session, feed: UUID, inspection: UUID, at_ms: int) -> bytes | None:
    """The op that seals an inspection, or None if it is not submitted or something is owed.

    ``at_ms`` is when what it follows from was received.
    """
    found: Sequence[State] = records.children(session, feed, inspection)
    state = next((one for one in found if one.id == inspection), None)
    if state is None or state.state != "submitted" or not owed(session, state, found).is_nothing:
        return None
    return server_op(
        _SEAL,
        ("inspection", inspection),
        feed,
        NAME,
        {"note": "everything that was announced is stored or waived"},
        base=state.heads,
        at_ms=at_ms,
    )


def late_seals(session: Session, ops: Iterable[Item]) -> set[UUID]:
    """The seals among these ops whose inspection has changed since the keeper looked at it.

    The sites are locked.  What changed it is behind the keeper's cursor: it will look again.
    """
    seals = [one for one in ops if isinstance(one, Decoded) and one.op.type == _SEAL]
    known = records.get(session, [one.op.subject.id for one in seals])
    return {
        one.id
        for one in seals
        if (state := known.get(one.op.subject.id)) is None
        or state.state != "submitted"
        or set(state.heads) != set(one.op.base)
    }


def sweep(session: Session, now_ms: int) -> int:
    """Settle the ops that were held too long, or for nothing; how many there were.

    ``hold.MOST`` or more if others may wait.
    """
    return hold.catch_up(session, now_ms) + hold.expire(session, now_ms)
