"""The cases of a finding: how fast and how well it was put right, whether it came again.

    raised ─ report ─ recheck ─┬─ closed
                └── again ←────┤
                               └─ deducted ─ appeal ─ upheld: the deduction is taken back

All of them count where the finding counts: in the period in which it arose.  An October finding
that is put right too late in November, or whose deduction an appeal lifts in December, changes
October's figures; what they were at the end of October can still be asked for.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from fieldops.flow.assessread import Event, Life
from fieldops.flow.assessview import Done, View, ids, timed_case
from fieldops.flow.clock import wall_ms
from fieldops.model.assessment import Case
from fieldops.model.moment import over_ms

REPORT, RECHECK = "rectification.report@1", "recheck.record@1"
_STILL = frozenset({"paused", "appealed"})
"""Where no deadline runs."""


def finding_cases(life: Life, view: View) -> Iterator[Case]:
    """What one finding counts for."""
    body, reports = life.state.body, _reports(life)
    by = _by(life)
    given: dict[str, Any] = {"people": ids(by), "team": body.get("team") or ""}
    yield view.case(life, counted="handling.unrepeated", good=not body.get("repeat_of"), **given)
    yield _first_answer(life, view, reports, by, given["team"])
    yield view.case(life, counted="handling.rectified", good=_in_time(life, view, reports), **given)
    rechecks = [event for event in life.events if event.type == RECHECK]
    if rechecks and reports:
        good = rechecks[0].fields["outcome"] == "closed"
        yield view.case(life, counted="handling.recheck", good=good, **given)
    for event in rechecks:
        if event.fields["outcome"] == "deducted":
            points = Decimal(event.fields["points"])
            lifted = body.get("deduction") is None
            yield view.case(
                life, counted="conformity.deductions", points=points, good=lifted, **given
            )


def _by(life: Life) -> str | None:
    """Who put it right last; before anybody did, who is to."""
    reports = [event for event in life.events if event.type == REPORT]
    return reports[-1].by if reports else life.state.body.get("owner")


def _reports(life: Life) -> list[tuple[Event, int | None]]:
    """What was reported first each time that it was to be put right, with its deadline (ms)."""
    entries: Mapping[str, Any] = {
        one["op"]: one for one in life.state.body.get("rectifications") or ()
    }
    found: list[tuple[Event, int | None]] = []
    is_wanted = True
    for event in life.events:
        if event.type == REPORT and is_wanted:
            deadline = entries.get(str(event.decoded.id), {}).get("deadline")
            found.append((event, wall_ms(deadline or "")))
            is_wanted = False
        elif event.type == RECHECK and event.fields["outcome"] == "again":
            is_wanted = True
    return found


def _first_answer(
    life: Life, view: View, reports: list[tuple[Event, int | None]], by: str | None, team: str
) -> Case:
    """How long it took until somebody had put it right, against the deadline it had then."""
    if reports:
        event, due_ms = reports[0]
        done = Done(event.at_ms, event.received_ms, event.error_ms)
        return timed_case(life, view, "finding-rectify", due_ms, done, event.by, team)
    return timed_case(life, view, "finding-rectify", _due_ms(life), None, by, team)


def _in_time(life: Life, view: View, reports: list[tuple[Event, int | None]]) -> bool | None:
    """Whether every rectification that it needed was done by its deadline; None while it may be."""
    if any(due_ms is not None and _is_late(event, due_ms) for event, due_ms in reports):
        return False
    if life.state.state in ("rectified", "closed"):
        return True if reports else None
    if life.state.state in ("deducted", "contested"):
        # With a deduction it ended without having been put right in the end.
        return False
    due_ms = _due_ms(life)
    return False if due_ms is not None and view.now_ms > due_ms else None


def _is_late(event: Event, due_ms: int) -> bool:
    return over_ms(event.at_ms, due_ms, event.error_ms) > 0


def _due_ms(life: Life) -> int | None:
    """Its deadline (ms), if one runs."""
    if life.state.state in _STILL:
        return None
    return wall_ms(life.state.body.get("deadline") or "")
