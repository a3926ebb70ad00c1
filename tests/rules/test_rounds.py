"""What came of a round: on time by when it happened, late, missed; to the very second."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from fieldops.model.round import Round, plan_of, round_of
from fieldops.rules.qualifications import is_qualified
from fieldops.rules.rounds import missed_at, planned, settled
from fieldops_sync.roundpayloads import RoundWalk

DUE = datetime.fromisoformat("2026-11-21T13:00:00+00:00")
BODY: dict[str, Any] = {
    "plan": str(UUID(int=1)),
    "due": "2026-11-21T13:00:00Z",
    "opens": "2026-11-21T12:45:00Z",
    "closes": "2026-11-21T14:00:00Z",
    "missed_at": "2026-11-21T14:30:00Z",
    "checklists": ["daily"],
    "title": None,
}
ROUND = round_of(BODY)


def at(minutes: float) -> str:
    return (DUE + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def walk(begun: float, ended: float | None = None, received: float = 0, **given: Any) -> RoundWalk:
    """Minutes after the round was due."""
    if ended is None:
        return RoundWalk("daily", at(begun))
    return RoundWalk("daily", at(begun), at(ended), at(received or ended), **given)


SECOND = 1 / 60


@pytest.mark.parametrize(
    ("walked", "outcome", "offset", "over", "late_receipt", "too_early"),
    [
        (walk(0, 30), "done", 0, 0, False, False),
        (walk(-15, 60), "done", -15, 0, False, False),
        (walk(-15 - SECOND, 60), "done", -16, 0, False, True),
        (walk(59, 60 + SECOND), "done-late", 59, 1, False, False),
        (walk(59, 60 + SECOND, error_ms=1000), "done", 59, 0, True, False),
        (walk(0.5, 121), "done-late", 0, 61, False, False),
        (walk(10, 20, received=300), "done", 10, 0, True, False),
        (walk(10, 20, received=60), "done", 10, 0, False, False),
        (walk(400, 420, received=900), "done-late", 400, 360, False, False),
    ],
)
def test_a_walk_that_was_submitted(
    walked: RoundWalk, outcome: str, offset: int, over: int, late_receipt: bool, too_early: bool
) -> None:
    for stands in ("planned", "under-way", "missed", "done", "withdrawn"):
        found = settled(stands, ROUND, {"a": walked})
        assert found.outcome == outcome
        assert (found.offset_minutes, found.over_minutes) == (offset, over)
        assert (found.late_receipt, found.too_early) == (late_receipt, too_early)
        assert found.walks == {"a": walked}


def test_of_several_walks_the_one_counts_that_ended_first() -> None:
    found = settled("planned", ROUND, {"a": walk(0, 90), "b": walk(30, 50), "c": walk(-5)})
    assert (found.outcome, found.begun, found.duration_minutes) == ("done", at(30), 20)


def test_a_round_of_several_checklists_needs_them_all() -> None:
    round_ = round_of({**BODY, "checklists": ["daily", "lift"]})
    lift = RoundWalk("lift", at(5), at(65), at(65))
    assert settled("planned", round_, {"a": walk(0, 30)}).outcome == "under-way"
    found = settled("planned", round_, {"a": walk(0, 30), "b": lift})
    assert (found.outcome, found.over_minutes, found.duration_minutes) == ("done-late", 5, 65)


def test_what_is_begun_is_under_way_and_nothing_is_where_it_was() -> None:
    assert settled("planned", ROUND, {"a": walk(3)}).outcome == "under-way"
    assert settled("missed", ROUND, {"a": walk(3)}).outcome == "under-way"
    other = {"a": RoundWalk("other", at(0), at(1))}
    for walks in ({}, other):
        assert settled("planned", ROUND, walks).outcome == "planned"
        assert settled("done", ROUND, walks).outcome == "planned"
        assert settled("missed", ROUND, walks).outcome == "missed"


def test_when_a_round_is_missed() -> None:
    assert missed_at("planned", ROUND) == DUE + timedelta(minutes=90)
    assert missed_at("under-way", ROUND) == DUE + timedelta(hours=25)
    for stands in ("done", "done-late", "missed", "withdrawn"):
        assert missed_at(stands, ROUND) is None


def test_a_plan_says_what_its_rounds_are() -> None:
    said: dict[str, Any] = {
        "checklists": ["daily"],
        "recurrence": {"every": "day", "at": ["13:00"]},
        "start": "2026-11-21",
    }
    plan = plan_of(said)
    assert plan is not None
    made = planned(UUID(int=1), plan, DUE)
    assert (made.opens, made.closes, made.missed_at) == (at(-15), at(60), at(60))
    plan = plan_of(
        {**said, "early_minutes": 0, "late_minutes": 5, "wait_minutes": 10, "team": None}
    )
    assert plan is not None
    made = planned(UUID(int=1), plan, DUE)
    assert (made.opens, made.closes, made.missed_at) == (at(0), at(5), at(15))
    assert [plan_of({**said, name: None}) for name in said] == [None, None, None]


def test_a_round_reads_back_what_it_was_settled_to() -> None:
    assert isinstance(ROUND, Round)
    assert ROUND.title == ""


CARD = {"domain": "cleaning", "valid_from": "2026-01-01", "valid_until": "2026-12-31"}


@pytest.mark.parametrize(
    ("card", "day", "wanted"),
    [
        (CARD, "2026-01-01", True),
        (CARD, "2026-12-31", True),
        (CARD, "2025-12-31", False),
        (CARD, "2027-01-01", False),
        ({**CARD, "valid_until": None}, "2099-01-01", True),
        ({"domain": "cleaning"}, "2001-01-01", True),
        ({**CARD, "domain": "security"}, "2026-06-01", False),
        ({**CARD, "withdrawn": "forged"}, "2026-06-01", False),
        ({**CARD, "withdrawn": None}, "2026-06-01", True),
    ],
)
def test_who_is_qualified_on_a_day(card: dict[str, Any], day: str, wanted: bool) -> None:
    when = datetime.fromisoformat(day).date()
    assert is_qualified([card], "cleaning", when) is wanted
    assert is_qualified([], "cleaning", when) is False
