"""What plugins raise and withdraw, while people have it in hand or have ended it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.factories import make_op
from tests.flow.following import Walk, default_reader, plugin, reader_of, walking

from fieldops.flow import policysetting
from fieldops.flow.calendars import set_calendar
from fieldops.flow.enter import enter_desk
from fieldops.flow.setup import SYSTEM
from fieldops.model.finding import FindingDraft
from fieldops.model.record import State

STATES = ("open", "assigned", "rectified", "appealed", "closed", "withdrawn")


@pytest.fixture
def walk(sqlite_database: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(sqlite_database, tmp_path) as begun:
        begun.start()
        begun.record("floor", "fail")
        begun.follow(default_reader())
        yield begun


def finding(walk: Walk) -> State:
    """The one finding of the walk, wherever it stands."""
    (found,) = [one for state in STATES for one in walk.findings(state)]
    return found


def step(walk: Walk, type_: str, who: str = "supervisor", **payload: Any) -> None:
    subject = {"kind": "finding", "id": str(finding(walk).id)}
    actor, now_ms = walk.company.people[who], walk.server.clock()
    op = make_op(type_, walk.company.site, actor, subject=subject, payload=payload)
    done = walk.server.do(lambda s: enter_desk(s, [msgspec.json.encode(op)], actor, now_ms))
    assert done.receipts[0].status == "applied", done.receipts


def record(walk: Walk, value: str) -> State:
    """The result is corrected, and judged again."""
    walk.record("floor", value)
    walk.follow(default_reader())
    return finding(walk)


def test_its_deadline_is_the_sites_by_severity_on_its_calendar(
    sqlite_database: str, tmp_path: Path
) -> None:
    with walking(sqlite_database, tmp_path) as walk:
        site, now_ms = walk.company.site, walk.server.clock()
        hours = {"mon": ["08:00-12:00"]}
        walk.server.do(lambda s: set_calendar(s, site, {"hours": hours}, SYSTEM, now_ms))
        values = {"major_hours": "3"}
        walk.server.do(
            lambda s: policysetting.set_policy(s, site, "findings", values, "x", SYSTEM, now_ms)
        )
        walk.start()
        walk.record("floor", "fail")
        walk.follow(default_reader())
        assert finding(walk).body["deadline"] == "2026-11-23T11:00:00Z"


def test_in_hand_it_is_withdrawn_and_goes_on_where_it_was(walk: Walk) -> None:
    due = "2026-12-01T08:00:00+08:00"
    step(walk, "finding.assign@1", team="cleaning", deadline=due)
    assert record(walk, "pass").state == "withdrawn"
    again = record(walk, "fail")
    body = again.body
    assert (again.state, body["team"], body["deadline"]) == ("assigned", "cleaning", due)
    assert len(again.body["steps"]) == 3


def test_what_is_closed_stays_closed_whatever_is_found_later(walk: Walk) -> None:
    step(walk, "rectification.report@1", who="inspector")
    step(walk, "recheck.record@1", outcome="closed")
    closed = finding(walk)
    assert record(walk, "pass") == closed
    assert record(walk, "fail") == closed


def test_an_appeal_that_was_upheld_is_not_raised_again(walk: Walk) -> None:
    step(walk, "finding.appeal@1", who="inspector", reason="not ours")
    step(walk, "appeal.decide@1", decision="upheld", reason="right")
    assert record(walk, "pass").state == "withdrawn"
    assert record(walk, "fail").state == "withdrawn"


def test_raised_anew_it_changes_what_is_found_and_neither_its_life_nor_its_deadline(
    sqlite_database: str, tmp_path: Path
) -> None:
    severity: list[Any] = ["minor"]
    titles: Any = {"zh-CN": "湿滑", "en": "Wet"}
    made = plugin(
        "odd",
        raise_findings=lambda: [FindingDraft(rule="wet", titles=titles, severity=severity[0])],
    )
    with walking(sqlite_database, tmp_path) as walk:
        walk.start()
        walk.follow(reader_of(made))
        step(walk, "rectification.report@1", who="inspector", note="mopped")
        due = finding(walk).body["deadline"]
        severity[0] = "critical"
        walk.record("floor", "pass")
        walk.follow(reader_of(made))
        body = finding(walk).body
        assert (finding(walk).state, body["severity"], body["deadline"]) == (
            "rectified",
            "critical",
            due,
        )
        assert [one["note"] for one in body["rectifications"]] == ["mopped"]
