"""An inspection with its results and photos as they stood at a position, whatever came since.

records now ─ what changed behind the position (``asof.Since``) ─ its ops up to there ─→ Family
"""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.export.asof import Since, decoded
from fieldops.model.record import State
from fieldops.rules.replay import replay
from fieldops.store import arrivals, exportread, families, ledger
from fieldops.store.families import Family

_TIMED = frozenset({"inspection", "result"})
"""The kinds of which a view says when they were recorded (``flow.view``)."""
_SHOWN = _TIMED | {"photo"}


class Walked(Struct, frozen=True):
    """An inspection by its site and id."""

    feed: UUID
    inspection: UUID


def read(
    session: Session, wanted: Iterable[Walked], since: Since, until: int
) -> dict[UUID, Family]:
    """The families of some inspections at ``until``, by the inspection.

    The ops of all that changed since are looked for together: each search reads a site's log.
    """
    found = {one: families.read(session, one.feed, one.inspection, _TIMED) for one in wanted}
    changed: dict[tuple[UUID, str], set[bytes]] = {}
    for one, family in found.items():
        for state in family.states.values():
            if state.kind in _SHOWN and state.id.bytes in since.subjects:
                changed.setdefault((one.feed, state.kind), set()).add(state.id.bytes)
    ops: dict[bytes, list[UUID]] = {}
    for (feed, kind), subjects in sorted(changed.items()):
        ops |= exportread.ops_of(session, feed.bytes, kind, subjects, until)
    return {one.inspection: _then(session, family, ops) for one, family in found.items()}


def _then(session: Session, family: Family, ops: dict[bytes, list[UUID]]) -> Family:
    """The family with those that changed as they were; without those that were not yet there."""
    then = Family({}, {})
    for id_, state in family.states.items():
        if state.kind not in _SHOWN:
            continue
        if id_.bytes not in ops:
            then.states[id_] = state
            if id_ in family.arrivals:
                then.arrivals[id_] = family.arrivals[id_]
            continue
        replayed = _replayed(session, id_, ops[id_.bytes])
        if replayed is not None:
            then.states[id_] = replayed
            then.arrivals[id_] = arrivals.of(session, [replayed.change])[replayed.change]
    return then


def _replayed(session: Session, subject: UUID, ops: list[UUID]) -> State | None:
    raws = ledger.raws(session, ops)
    return replay(decoded([raws[op][0] for op in ops if op in raws], subject.bytes))
