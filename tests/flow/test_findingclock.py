"""Deadlines of findings on a calendar with pauses, and how desks list them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.factories import (
    HOUR_MS,
    NOON_MS,
    Server,
    add_person,
    running,
)
from tests.flow.looping import Loop, history, listed, repeats

from fieldops.flow import findinglist, policysetting
from fieldops.flow.audience import Audience
from fieldops.flow.calendars import set_calendar
from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.paging import Ask
from fieldops.flow.setup import SYSTEM
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Role
from fieldops.store import findings, kept, people
from fieldops.store.findings import Filter
from fieldops_sync.ids import uuid7

DAY_HOURS = 24


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("findings")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


@pytest.fixture
def quick(server: Server) -> Loop:
    """Another company of one server, at noon."""
    server.clock.now_ms = NOON_MS
    return Loop(server)


def test_the_history_says_who_when_it_happened_and_when_it_was_heard_of(quick: Loop):
    finding = quick.report(hours_ago=3)
    quick.desk("finding.assign@1", finding, team="cleaning", note="today")
    first, second = history(quick, finding)
    now_ms = quick.server.clock()
    assert (first["occurred_at"], first["received_at"]) == (
        rfc3339(now_ms - 3 * HOUR_MS),
        rfc3339(now_ms),
    )
    assert first["actor_name"] == "inspector"
    assert (second["actor_name"], second["changed"]["team"]) == ("supervisor", "cleaning")


def test_nobody_is_told_while_it_is_rectified_paused_or_appealed(quick: Loop):
    findings = [quick.report() for _ in range(3)]
    quick.act()
    assert quick.step("rectification.report@1", findings[0]) == "applied"
    assert quick.desk("finding.pause@1", findings[1], reason="flood") == "applied"
    assert quick.step("finding.appeal@1", findings[2], reason="not ours") == "applied"
    quick.pass_time(1000)
    assert [quick.told(one) for one in findings] == [[], [], []]


@pytest.mark.parametrize("stop", ["pause", "appeal"])
def test_the_deadline_moves_by_the_working_time_that_was_left(quick: Loop, stop: str):
    """Worked from 8 to 12 and 14 to 18, but for the 24th; raised on Saturday the 21st at noon."""
    hours = {day: ["08:00-12:00", "14:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    fields = {"hours": hours, "holidays": ["2026-11-24"]}
    site, now_ms = quick.company.site, quick.server.clock()
    quick.server.do(lambda s: set_calendar(s, site, fields, SYSTEM, now_ms))
    values = {"major_hours": "10"}
    quick.server.do(
        lambda s: policysetting.set_policy(s, site, "findings", values, "x", SYSTEM, now_ms)
    )
    finding = quick.report()
    quick.act()
    # Monday has eight hours, Tuesday none, Wednesday's second ends at 10:00: 3 days 22 hours on.
    assert quick.hours(finding) == 3 * DAY_HOURS + 22
    quick.pass_time(DAY_HOURS + 21)  # Monday 09:00: nine hours are left
    if stop == "pause":
        assert quick.desk("finding.pause@1", finding, reason="parts ordered") == "applied"
        quick.pass_time(2 * DAY_HOURS)  # Wednesday 09:00
        assert quick.desk("finding.resume@1", finding) == "applied"
    else:
        assert quick.step("finding.appeal@1", finding, reason="not ours") == "applied"
        quick.pass_time(2 * DAY_HOURS)
        decided = {"decision": "dismissed", "reason": "it is"}
        assert quick.desk("appeal.decide@1", finding, **decided) == "applied"
    quick.act()
    # Seven hours on Wednesday, the rest until Thursday 10:00.
    assert quick.hours(finding) == 4 * DAY_HOURS + 22
    assert quick.get(finding).state == "open"


def test_what_was_overdue_when_it_was_paused_stays_overdue(quick: Loop):
    finding = quick.report()
    quick.act()
    quick.pass_time(49)
    due = quick.get(finding).body["deadline"]
    quick.desk("finding.pause@1", finding, reason="flood")
    quick.pass_time(5)
    quick.desk("finding.resume@1", finding)
    quick.act()
    assert (quick.get(finding).body["deadline"], quick.told(finding)) == (due, ["team"])


def test_paused_before_the_second_deadline_was_set_it_gets_the_whole_time(quick: Loop):
    finding = quick.report()
    quick.pass_time(49)
    quick.step("rectification.report@1", finding)
    quick.desk("recheck.record@1", finding, outcome="again")
    quick.desk("finding.pause@1", finding, reason="flood")
    quick.server.clock.forward(5)
    quick.desk("finding.resume@1", finding)
    quick.act()
    assert (quick.hours(finding), quick.get(finding).state) == (49 + 5 + 48, "again")


def test_paused_before_it_had_a_deadline_it_gets_one_without_the_pause(quick: Loop):
    finding = quick.report()
    quick.desk("finding.pause@1", finding, reason="flood")
    quick.server.clock.forward(5)
    quick.desk("finding.resume@1", finding)
    start = quick.began_ms
    quick.act()
    assert quick.hours(finding) - (quick.server.clock() - start) / HOUR_MS == 48


def test_two_rules_about_one_place_in_one_walk_are_no_repeat(quick: Loop):
    walk = uuid7()
    start = quick.tablet.op("inspection.start@1", subject={"kind": "inspection", "id": str(walk)})
    quick.push(start)
    place = {"item": "floor", "inspection": str(walk)}
    findings = [quick.report(**place), quick.report(**place)]
    quick.act()
    assert repeats(quick, findings) == [(None, 1), (None, 1)]


def test_what_a_plugin_raises_stands_in_the_list_and_escalates(quick: Loop):
    finding, site = uuid7(), quick.company.site
    payload = {
        "rule": "wet",
        "severity": "critical",
        "titles": {"zh-CN": "湿滑", "en": "Wet"},
        "plugin": "cleaning",
        "plugin_version": "1",
        "deadline": rfc3339(quick.server.clock() + HOUR_MS),
    }
    op = server_op("finding.raise@1", ("finding", finding), site, "plugin:cleaning", payload)
    now_ms = quick.server.clock()
    quick.server.do(lambda s: enter_server(s, [op], now_ms))
    quick.pass_time(2)
    assert quick.told(finding) == ["team"]
    assert listed(quick, overdue=True) == [str(finding)]


def test_what_is_raised_without_a_deadline_gets_one(quick: Loop):
    finding, site, now_ms = uuid7(), quick.company.site, quick.server.clock()
    payload = {
        "rule": "missed",
        "severity": "minor",
        "titles": {"zh-CN": "漏巡", "en": "Missed"},
        "plugin": "rounds",
        "plugin_version": "1",
    }
    op = server_op("finding.raise@1", ("finding", finding), site, "rounds", payload)
    quick.server.do(lambda s: enter_server(s, [op], now_ms))
    quick.act()
    assert (quick.hours(finding), quick.get(finding).state) == (72, "open")


def test_lists_are_narrowed_and_paged(quick: Loop):
    area, owner = str(uuid7()), str(quick.company.inspector)
    minor = quick.report(severity="minor", item="glass")
    quick.server.clock.forward(1)
    now_ms = quick.server.clock()
    major = quick.report(item="floor", area=area)
    other = quick.report()
    quick.desk("finding.assign@1", major, owner=owner, team="cleaning")
    everything = [*sorted([str(major), str(other)], reverse=True), str(minor)]
    assert listed(quick) == listed(quick, site=str(quick.company.site)) == everything
    assert listed(quick, site=str(quick.company.other_site)) == []
    for query in (
        {"state": "assigned"},
        {"owner": owner},
        {"team": "cleaning"},
        {"item": "floor"},
        {"area": area},
    ):
        assert listed(quick, **query) == [str(major)]
    assert listed(quick, severity="minor") == listed(quick, until=now_ms) == [str(minor)]
    assert set(listed(quick, since=now_ms)) == {str(major), str(other)}
    assert listed(quick, overdue=True) == []


def test_a_page_of_several_sites_is_in_one_order(quick: Loop):
    made = []
    for number in range(6):
        quick.server.clock.forward(1)
        site = (quick.company.site, quick.company.other_site)[number % 2]
        finding, who = uuid7(), "rounds"
        payload = {
            "rule": "missed",
            "severity": "minor",
            "titles": {"zh-CN": "漏巡", "en": "Missed"},
            "plugin": who,
            "plugin_version": "1",
        }
        op = server_op("finding.raise@1", ("finding", finding), site, who, payload)
        quick.server.do(lambda s: enter_server(s, [op], quick.server.clock()))  # noqa: B023
        made.append(finding)
    wanted = Filter(feeds=[quick.company.site, quick.company.other_site])
    first = quick.server.look(lambda s: findings.page(s, wanted, None, 4))
    after = (first[-1].raised_ms, first[-1].id)
    second = quick.server.look(lambda s: findings.page(s, wanted, after, 4))
    assert [row.id for row in [*first, *second]] == made[::-1]


def test_a_person_of_every_site_lists_all_of_them(quick: Loop):
    finding = quick.report()

    def query(session: Session) -> list[UUID]:

        user = add_person(session, Role.AUDITOR, None)
        person = people.people(session, [user])[user]
        who = Audience(session, person, quick.server.clock())
        page = findinglist.page(who, Filter(feeds=[quick.company.site]), Ask("findings"))
        every = findinglist.page(who, Filter(), Ask("findings", limit=200))
        many = Filter(feeds=[quick.company.site, *(uuid7() for _ in range(60))])
        assert findinglist.page(who, many, Ask("findings")) == page
        assert {one.finding.id for one in page.items} <= {one.finding.id for one in every.items}
        return [one.finding.id for one in page.items]

    assert quick.server.do(query) == [finding]


def test_its_photos_are_kept_until_it_is_done(quick: Loop):
    sha256 = b"\x07" * 32
    finding = quick.report(photos=[sha256.hex()])

    def may_go(session: Session) -> set[bytes]:
        return kept.of_closed_walks(session, [sha256])

    assert quick.server.look(may_go) == set()
    quick.step("rectification.report@1", finding)
    assert quick.server.look(may_go) == set()
    quick.desk("recheck.record@1", finding, outcome="closed")
    assert quick.server.look(may_go) == {sha256}


def test_a_deadline_that_a_person_names_is_the_deadline(quick: Loop):
    due = rfc3339(quick.server.clock() + HOUR_MS)
    finding = quick.report(deadline=due)
    quick.act()
    assert (quick.hours(finding), quick.get(finding).body["deadline"]) == (1, due)
    quick.pass_time(1)
    assert quick.told(finding) == ["team"]
    quick.step("rectification.report@1", finding)
    again = rfc3339(quick.server.clock() + HOUR_MS)
    quick.desk("recheck.record@1", finding, outcome="again", deadline=again)
    quick.act()
    assert quick.get(finding).body["deadline"] == again


def test_work_that_may_have_been_in_time_is_not_late(quick: Loop):
    due_ms = quick.server.clock() + HOUR_MS
    finding = quick.report(deadline=rfc3339(due_ms))
    quick.server.clock.now_ms = due_ms + 100
    quick.act()
    assert quick.told(finding) == ["team"]
    # What was heard bounds the tablet's clock to 250 ms; it says 100 ms too late.
    op = quick.tablet_op("rectification.report@1", subject={"kind": "finding", "id": str(finding)})
    heard = {"server_time": rfc3339(due_ms - 150), "mono": op["at"]["mono"], "boot": quick.boot}
    quick.tablet.renew()
    (receipt,) = quick.tablet.receipts_of([op], now=op["at"], heard=heard)
    assert receipt["status"] == "applied"
    quick.act()
    body = quick.get(finding).body
    assert [one["deadline"] for one in body["relieved"]] == [body["deadline"]]
