"""Keeping the rows of findings at what their records say, in the transaction of the change.

changed finding ─→ its row ─→ what was found wrong at the same place later looks again (``repeats``)
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import moments
from fieldops.flow.clock import wall_ms
from fieldops.flow.policies import policy_of
from fieldops.model.record import State
from fieldops.store import due, findings
from fieldops.store.due import DueRow
from fieldops.store.findings import Row

_DAY_MS = 24 * 3600 * 1000


def settle(session: Session, before: Mapping[int, State], changed: Iterable[State]) -> None:
    """Bring the rows to what the findings say now; ``before`` by number, as they were."""
    for state in changed:
        if state.kind == "finding":
            _settle(session, before.get(state.id.int), state)


def window_ms(session: Session, site: UUID) -> int:
    """How long something found wrong at the same place again is a repeat."""
    return policy_of(session, site, "findings").repeat_days * _DAY_MS


def repeat(session: Session, state: State) -> tuple[UUID | None, int]:
    """The last finding about the same place in an earlier walk, and how many walks found it so.

    What follows is the same whatever order they were received in.
    """
    row = findings.get(session, state.id)
    if row is None or not row.item or _is_gone(row):
        return None, 1
    last, walks = findings.before(session, row, window_ms(session, row.feed))
    return last, 1 + walks


def _settle(session: Session, old: State | None, state: State) -> None:
    row = _row(state)
    known = None if old is None else findings.get(session, state.id)
    if known is not None:
        findings.put(session, row)
    else:
        findings.put(session, _placed(session, row, state))
    if row.item and (known is None or _is_gone(known) != _is_gone(row)):
        _wake(session, state.id)


def _wake(session: Session, finding: UUID) -> None:
    row = findings.get(session, finding)
    assert row is not None, "it was written just now"
    for one in findings.later(session, row, window_ms(session, row.feed)):
        due.put(session, DueRow(one, "finding", row.feed, 0))


def _is_gone(row: Row) -> bool:
    return row.state in findings.GONE


def _row(state: State) -> Row:
    body = state.body
    return Row(
        id=state.id,
        feed=state.feed,
        walk=state.parent,
        state=state.state,
        severity=body["severity"],
        owner=UUID(body["owner"]) if body.get("owner") else None,
        team=body.get("team") or "",
        item=body.get("item") or "",
        repeat=body.get("repeat") or "",
        area=UUID(body["area"]) if body.get("area") else None,
        occurred_ms=0,
        raised_ms=0,
        deadline_ms=wall_ms(body.get("deadline") or ""),
        repeats=body.get("repeats") or 1,
    )


def _placed(session: Session, row: Row, state: State) -> Row:
    """A new finding with when it occurred: what its rule went by, or its own report."""
    raised = state.heads[0]
    cause = UUID(state.body["cause"]) if state.body.get("cause") else raised
    known = moments.of(session, {raised, cause})
    occurred_ms = known.get(cause, known[raised]).counts_ms
    return replace(row, occurred_ms=occurred_ms, raised_ms=known[raised].received_ms)
