"""A finding from raised to closed, on both databases: escalation, late receipt, repeats."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.factories import (
    HOUR_MS,
    running,
)
from tests.flow.looping import Loop, history, repeats

from fieldops.flow import findingtimes
from fieldops.flow.timing import rfc3339
from fieldops.store import debts
from fieldops_sync.ids import uuid7

DAY_HOURS = 24


@pytest.fixture
def loop(database_url: str, tmp_path: Path) -> Iterator[Loop]:
    """On SQLite, and on PostgreSQL."""
    with running(database_url, tmp_path) as server:
        yield Loop(server)


def test_from_raised_to_closed_with_everything_on_record(loop: Loop):
    before, after, again = (f"{number:064x}" for number in (1, 2, 3))
    finding = loop.report(hours_ago=2)
    loop.act()
    assert (loop.get(finding).state, loop.hours(finding)) == ("open", 48)
    assert loop.desk("finding.assign@1", finding, team="cleaning", deadline=None) == "schema"
    assert loop.desk("finding.assign@1", finding, owner=str(loop.company.inspector)) == "applied"
    loop.pass_time(1)
    photos = {"before": [before], "after": [after]}
    assert loop.step("rectification.report@1", finding, note="mended", **photos) == "applied"
    assert loop.step("recheck.record@1", finding, outcome="closed") == "transition"
    assert loop.desk("recheck.record@1", finding, outcome="again", photos=[again]) == "applied"
    loop.pass_time(1)
    assert (loop.get(finding).state, loop.hours(finding)) == ("again", 1 + 48)
    assert loop.step("rectification.report@1", finding, note="again") == "applied"
    done = loop.desk("recheck.record@1", finding, outcome="deducted", points=5)
    assert (done, loop.get(finding).state) == ("applied", "deducted")
    assert loop.step("finding.appeal@1", finding, reason="not ours") == "applied"
    assert loop.desk("appeal.decide@1", finding, decision="upheld", reason="right") == "applied"
    state = loop.get(finding)
    assert (state.state, state.body["deduction"]) == ("closed", None)
    owed = loop.server.look(lambda s: {one.hex() for one in debts.missing(s, finding)})
    assert owed == {before, after, again}
    assert loop.step("rectification.report@1", finding) == "transition"
    assert [step["type"] for step in history(loop, finding)] == [
        "finding.report@1",
        "finding.schedule@1",
        "finding.assign@1",
        "rectification.report@1",
        "recheck.record@1",
        "finding.schedule@1",
        "rectification.report@1",
        "recheck.record@1",
        "finding.appeal@1",
        "appeal.decide@1",
    ]


def test_every_step_of_escalation_comes_once_and_by_the_policy(loop: Loop):
    finding = loop.report()
    loop.act()
    loop.pass_time(47.99)
    assert loop.told(finding) == []
    loop.pass_time(0.01)
    assert loop.told(finding) == ["team"]
    loop.act()
    loop.pass_time(23.99)
    assert loop.told(finding) == ["team"]
    loop.pass_time(100)  # nobody looked for days: what was missed comes now, each once
    assert loop.told(finding) == ["team", "supervisor", "office"]
    at = [one["at"] for one in loop.get(finding).body["escalations"]]
    assert at == [rfc3339(loop.began_ms + hours * HOUR_MS) for hours in (48, 72, 120)]
    loop.pass_time(500)
    assert len(loop.told(finding)) == 3
    assert loop.desk("finding.assign@1", finding, team="x", deadline=rfc3339(loop.began_ms))
    loop.act()
    assert loop.told(finding)[3:] == ["team", "supervisor", "office"]


def test_a_report_received_late_is_nobodys_overdue(loop: Loop):
    finding = loop.report()
    loop.act()
    loop.pass_time(49)
    assert loop.told(finding) == ["team"]
    assert loop.step("rectification.report@1", finding, hours_ago=2) == "applied"
    loop.act()
    body = loop.get(finding).body
    assert [one["deadline"] for one in body["relieved"]] == [body["deadline"]]
    loop.act()
    assert len(loop.get(finding).body["relieved"]) == 1
    (done,) = loop.server.look(lambda s: findingtimes.rectifications(s, loop.get(finding)))
    assert (done.in_time, done.late_receipt) == (True, True)
    late = loop.report()
    loop.act()
    loop.pass_time(49)
    assert loop.step("rectification.report@1", late, hours_ago=0.5) == "applied"
    loop.act()
    assert "relieved" not in loop.get(late).body
    (done,) = loop.server.look(lambda s: findingtimes.rectifications(s, loop.get(late)))
    assert (done.in_time, done.late_receipt) == (False, False)


def test_repeats_are_linked_and_counted_in_whatever_order_they_come(loop: Loop):
    area = str(uuid7())
    place = {"item": "floor", "area": area}
    loop.server.clock.forward(40 * DAY_HOURS)
    days_ago = {"third": 1, "first": 25, "second": 10, "old": 39}
    made = {name: loop.report(hours_ago=days * 24, **place) for name, days in days_ago.items()}
    other = [loop.report(item="floor"), loop.report(item="glass", area=area)]
    loop.act()
    first, second, third = (made[name] for name in ("first", "second", "third"))
    expected = [(str(made["old"]), 2), (str(first), 3), (str(second), 3), (None, 1)]
    assert repeats(loop, [first, second, third, made["old"]]) == expected
    assert repeats(loop, other) == [(None, 1), (None, 1)]
    loop.step("finding.appeal@1", second, reason="not ours")
    loop.desk("appeal.decide@1", second, decision="upheld", reason="right")
    loop.act()
    assert repeats(loop, [third]) == [(str(first), 2)]
