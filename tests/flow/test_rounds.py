"""Rounds from plan to walk: made ahead, walked without signal, missed, put right, handed over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.flow.following import walking
from tests.flow.patrol import Patrol

from fieldops.flow.calendars import set_calendar
from fieldops.flow.policysetting import set_policy
from fieldops.flow.setup import SYSTEM
from fieldops_sync.ids import uuid7


@pytest.fixture
def patrol(database_url: str, tmp_path: Path) -> Iterator[Patrol]:
    with walking(database_url, tmp_path) as walk:
        yield Patrol(walk)


@pytest.fixture
def quick(sqlite_database: str, tmp_path: Path) -> Iterator[Patrol]:
    """For what does not depend on the database."""
    with walking(sqlite_database, tmp_path) as walk:
        yield Patrol(walk)


def days(first: int, last: int, state: str = "planned", at: str = "13:00") -> list[tuple[str, str]]:
    return [(f"{day:02} {at}", state) for day in range(first, last + 1)]


def test_rounds_are_made_some_days_ahead_and_follow_their_plan(patrol: Patrol) -> None:
    plan = patrol.plan(title="大堂", people=[str(patrol.walk.company.inspector)])
    assert patrol.stands(plan) == days(21, 28)
    head = patrol.walk.head()
    patrol.act()
    assert patrol.walk.head() == head
    patrol.forward(13)  # 01:00 on the 22nd: one day more, and the first is missed
    assert patrol.stands(plan) == [("21 13:00", "missed"), *days(22, 29)]

    late = patrol.get(patrol.rounds(plan)[3].id)
    assert patrol.desk("round.withdraw@1", ("round", late.id), reason="water is off") == "applied"
    patrol.plan("14:00", plan)
    gone = [(one, "missed" if one == "21 13:00" else "withdrawn") for one, _ in days(21, 29)]
    assert patrol.stands(plan) == sorted([*gone, *days(22, 29, at="14:00")])
    patrol.plan("13:00", plan, title="后门")  # what the desk took back stays so
    back = [*days(22, 23), (f"{24} 13:00", "withdrawn"), *days(25, 29)]
    again = days(22, 29, "withdrawn", "14:00")
    assert patrol.stands(plan) == sorted([("21 13:00", "missed"), *back, *again])
    titles = [one.body["title"] for one in patrol.rounds(plan) if one.state == "planned"]
    assert set(titles) == {"后门"}

    assert patrol.desk("plan.set@1", ("plan", plan), ended=True) == "applied"
    patrol.act()
    assert {state for _, state in patrol.stands(plan)} == {"missed", "withdrawn"}
    head = patrol.walk.head()
    patrol.forward(48)
    assert patrol.walk.head() == head


def test_rounds_keep_to_the_calendar_and_to_the_days_of_the_plan(quick: Patrol) -> None:
    skip = quick.plan(on_holiday="skip", until="2026-11-25")
    move = quick.plan(on_holiday="next", recurrence={"every": "week", "at": ["13:00"]})
    drawn = {"every": "day", "at": ["13:00"], "within_minutes": 120}
    random = quick.plan(recurrence=drawn)
    said = [one for one, _ in quick.stands(random)]
    assert quick.stands(skip) == days(21, 25)
    assert quick.stands(move) == [*days(21, 21), *days(28, 28)]
    assert len(set(said)) == 8
    assert all("13:00" <= one[3:] < "15:00" for one in said)
    assert len({one[3:] for one in said}) > 1
    holidays = {"holidays": ["2026-11-23", "2026-11-28"]}
    now_ms = quick.server.clock()
    quick.server.do(lambda s: set_calendar(s, quick.site, holidays, SYSTEM, now_ms))
    quick.act()
    assert quick.stands(skip) == [*days(21, 22), *days(23, 23, "withdrawn"), *days(24, 25)]
    assert quick.stands(move) == [*days(21, 21), *days(28, 28, "withdrawn")]
    assert [one for one, _ in quick.stands(random)] == said
    ahead = {"ahead_days": "9"}
    quick.server.do(
        lambda s: set_policy(s, quick.site, "rounds", ahead, "holidays", SYSTEM, now_ms)
    )
    quick.act()
    assert quick.stands(move)[-1] == ("29 13:00", "planned")
    quick.server.do(lambda s: set_calendar(s, quick.site, {"holidays": []}, SYSTEM, now_ms))
    quick.act()
    assert quick.stands(skip) == days(21, 25)
    assert quick.stands(move) == [*days(21, 21), *days(28, 28), *days(29, 29, "withdrawn")]


def test_a_round_is_done_missed_and_put_right_by_when_it_was_walked(patrol: Patrol) -> None:
    plan = patrol.plan(severity="major")
    first, second, third = (one.id for one in patrol.rounds(plan)[:3])
    patrol.forward(1)  # 13:00
    begun = patrol.walks(first, 1 / 60, None)
    assert patrol.get(first).state == "under-way"
    patrol.forward(0.5)
    patrol.submits(begun)
    done = patrol.get(first)
    assert (done.state, done.body["offset_minutes"], done.body["duration_minutes"]) == (
        "done",
        -1,
        31,
    )

    patrol.forward(24.5 + 1 / 60)  # 14:01 of the next day: nothing has come
    missed = patrol.finding(second)
    assert missed is not None
    assert (patrol.get(second).state, missed.state) == ("missed", "open")
    assert missed.body["severity"] == "major"
    assert missed.body["evidence"]["round"] == str(second)
    head = patrol.walk.head()
    patrol.act()
    assert patrol.walk.head() == head
    patrol.forward(4)  # it was walked in time, in a basement
    walk = patrol.walks(second, 4.6, 4.2)
    done, found = patrol.get(second), patrol.finding(second)
    assert (done.state, done.body["late_receipt"], done.body["over_minutes"]) == ("done", True, 0)
    assert found is not None
    assert found.body["withdrawn"]["reason"] == "the round was walked"

    patrol.walk.void("inspection", walk)  # it was another building
    patrol.act()
    again = patrol.finding(second)
    assert again is not None
    assert (patrol.get(second).state, again.body["withdrawn"]) == ("missed", None)
    assert len(patrol.get(second).body["steps"]) == 4

    patrol.forward(20)  # 14:01 of the third day
    assert patrol.get(third).state == "missed"
    patrol.walks(third, 0.25, 0.005)
    late = patrol.get(third)
    assert (late.state, late.body["over_minutes"], late.body["offset_minutes"]) == (
        "done-late",
        1,
        46,
    )
    found = patrol.finding(third)
    assert found is not None
    assert found.body["withdrawn"]
    assert patrol.quarantined() == 0


def test_a_round_that_was_begun_has_a_day_to_be_submitted(quick: Patrol) -> None:
    plan = quick.plan(checklists=["daily", "other"])
    first = quick.rounds(plan)[0].id
    quick.forward(1)
    quick.walks(first, 0.5, 0.1)  # begun too early; the other checklist is not walked
    assert quick.get(first).state == "under-way"
    quick.forward(24)
    assert (quick.get(first).state, quick.finding(first)) == ("under-way", None)
    quick.forward(1)
    assert quick.get(first).state == "missed"
    assert quick.finding(first) is not None
    quick.walks(uuid7(), 0.5, 0.1)
    quick.walks(quick.walk.company.site, 0.5, 0.1)  # no round at all: nothing comes of it
    assert quick.get(first).state == "missed"


def test_rounds_are_assigned_and_handed_over(patrol: Patrol) -> None:
    plan = patrol.plan(team="day", post="guard")
    first = patrol.rounds(plan)[0].id
    other = patrol.walk.company.people["ops"]
    named = ("round", first)
    assert patrol.desk("round.assign@1", named, people=[str(other)], note="ill") == "applied"
    assigned = {"people": [str(other)], "team": None, "post": None}
    assert patrol.get(first).body["assigned"] == assigned
    inspector = patrol.walk.company.inspector
    hand = {"subject": {"kind": "round", "id": str(first)}, "to": str(inspector)}
    patrol.walk.push("round.handover@1", **hand, note="他去了二期")
    assert patrol.get(first).body["assigned"]["people"] == [str(inspector)]
    assert patrol.get(first).state == "planned"
    patrol.plan("13:00", plan, team="night")
    assert patrol.get(first).body["team"] == "night"
    assert patrol.get(first).body["assigned"]["people"] == [str(inspector)]
    patrol.forward(1)
    patrol.walks(first, 0.1, 0.05)
    assert patrol.desk("round.assign@1", named, people=[]) == "transition"
    assert patrol.desk("round.withdraw@1", named, reason="late") == "transition"
    ops = [patrol.walk.tablet.op("round.handover@1", **hand, site=patrol.site)]
    assert patrol.walk.tablet.receipts_of(ops)[0]["status"] == "applied"
    assert patrol.get(first).state == "done"
    ops = [
        patrol.walk.tablet.op(
            "round.handover@1",
            subject={"kind": "round", "id": str(uuid7())},
            site=patrol.site,
            to=str(inspector),
        )
    ]
    assert patrol.walk.tablet.receipts_of(ops)[0]["reason"] == "transition"


def test_a_plan_that_says_too_little_or_nonsense_plans_nothing(quick: Patrol) -> None:
    plan = uuid7()
    assert quick.desk("plan.set@1", ("plan", plan), title="x") == "applied"
    quick.act()
    assert (quick.get(plan).state, quick.stands(plan)) == ("draft", [])
    wrong: list[dict[str, object]] = [
        {"start": "2026-02-30"},
        {"recurrence": {"every": "month", "at": ["09:00"]}},
        {"recurrence": {"every": "day", "at": ["09:00"], "nth": 1}},
        {"recurrence": {"every": "day", "at": ["09:00"], "weekdays": [1]}},
        {"recurrence": {"every": "month", "at": ["09:00"], "month_day": 0}},
        {"recurrence": {"every": "hour", "at": ["09:00", "10:00"]}},
    ]
    for payload in wrong:
        assert quick.desk("plan.set@1", ("plan", plan), **payload) == "schema", payload
    future = quick.plan(start="2027-06-01")
    assert quick.stands(future) == []
    head = quick.walk.head()
    quick.forward(24 * 30)
    assert quick.walk.head() == head
