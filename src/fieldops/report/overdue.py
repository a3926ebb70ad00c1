"""Rectifications that were due at a moment and not done, however long ago they arose.

findings of the months of the trend ── lives ──────────────────────┐
older ones: still to do, or changed since ── replayed as of then ──┴─→ State
"""

from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlmodel import Session

from fieldops.flow import history
from fieldops.flow.assessread import Life
from fieldops.flow.clock import wall_ms
from fieldops.flow.decode import decode_all
from fieldops.model.record import Decoded, State
from fieldops.rules.findingsteps import DUE
from fieldops.rules.replay import replay
from fieldops.store import arrivals, findings, lately, ledger, records
from fieldops.store.findings import Filter

_MOST = 10_000
"""Findings of one site that are to do for longer than the trend looks back."""


def overdue(
    session: Session, site: UUID, lives: Mapping[UUID, Life], as_of_ms: int, position: int
) -> Iterator[State]:
    """The findings of a site whose deadline had passed.  ``lives`` are those known already."""
    for life in lives.values():
        if _is_late(life.state, as_of_ms):
            yield life.state
    for state in records.get(session, _older(session, site, lives, as_of_ms, position)).values():
        then = _as_of(session, state, as_of_ms)
        if then is not None and _is_late(then, as_of_ms):
            yield then


def _is_late(state: State, as_of_ms: int) -> bool:
    if state.kind != "finding" or state.state not in DUE:
        return False
    deadline_ms = wall_ms(state.body.get("deadline") or "")
    return deadline_ms is not None and deadline_ms < as_of_ms


def _older(
    session: Session, site: UUID, lives: Mapping[UUID, Life], as_of_ms: int, position: int
) -> set[UUID]:
    """What may have been late then: late now, or changed since."""
    late = Filter(feeds=[site], overdue_at_ms=as_of_ms)
    found = {row.id for row in findings.page(session, late, None, _MOST)}
    found |= set(lately.subjects(session, site, "finding", position))
    return found - lives.keys()


def _as_of(session: Session, state: State, as_of_ms: int) -> State | None:
    """A record as it stood at a moment."""
    ops = {*history.load(session, state, beside=[state.change])}
    ops |= {UUID(one) for one in state.body.get("steps", ())}
    received = arrivals.of(session, ops)
    raws = ledger.raws(session, [one for one in ops if received[one].received_ms <= as_of_ms])
    ordered = sorted(raws.values(), key=lambda pair: pair[1])
    told = decode_all([raw for raw, _number in ordered])
    return replay(one for one in told if isinstance(one, Decoded))
