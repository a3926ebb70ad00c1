"""A finding from raised to closed: deadlines, escalation, late receipt, repeats, lists."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlmodel import Session
from tests.factories import (
    HOUR_MS,
    NOON_MS,
    Company,
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    make_op,
    running,
    sign_in,
)

from fieldops.flow import findinglist, findingtimes, policysetting
from fieldops.flow.audience import Audience
from fieldops.flow.calendars import set_calendar
from fieldops.flow.clock import wall_ms
from fieldops.flow.enter import enter_desk, enter_server, server_op
from fieldops.flow.handin import Due
from fieldops.flow.paging import Ask
from fieldops.flow.react import DirectHandin
from fieldops.flow.setup import SYSTEM
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Role
from fieldops.model.record import State
from fieldops.store import debts, kept, people, records
from fieldops.store.findings import Filter
from fieldops_sync.ids import uuid7

API = "/api/v1"
DAY_HOURS = 24


class Loop:
    """A company with a tablet whose clock is known, and time that the test lets act."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company: Company = found_company(server)
        self.tablet: Tablet = enrol_tablet(server, [self.company.inspector], self.company.site)
        self.boot = str(uuid7())
        self.began_ms = server.clock()
        self._renewed_ms = self.began_ms
        self._handin = DirectHandin(server.core.store, server.clock)

    def tablet_op(self, type_: str, hours_ago: float = 0, **given: Any) -> dict[str, Any]:
        """An op that the tablet wrote some hours ago, by a clock that the server can read."""
        mono = self._mono() - int(hours_ago * HOUR_MS)
        at = {"wall": rfc3339(self.server.clock()), "mono": mono, "boot": self.boot}
        return self.tablet.op(type_, at=at, **given)

    def push(self, *ops: dict[str, Any]) -> list[dict[str, Any]]:
        if self.server.clock() - self._renewed_ms > HOUR_MS / 2:
            self.tablet.renew()
            self._renewed_ms = self.server.clock()
        now = {"wall": rfc3339(self.server.clock()), "mono": self._mono(), "boot": self.boot}
        return self.tablet.receipts_of(ops, now=now)

    def report(self, hours_ago: Any = 0, **given: Any) -> UUID:
        """A finding that the inspector raises by hand."""
        fields = {"severity": "major", "text": "a leak", **given}
        op = self.tablet_op("finding.report@1", hours_ago, **fields)
        (receipt,) = self.push(op)
        assert receipt["status"] == "applied", receipt
        return UUID(op["subject"]["id"])

    def desk(self, type_: str, finding: UUID, **payload: Any) -> str:
        """A step of the supervisor at a desk; how it went."""
        subject = {"kind": "finding", "id": str(finding)}
        who = self.company.supervisor
        op = make_op(type_, self.company.site, who, subject=subject, payload=payload)
        raw = msgspec.json.encode(op)
        now_ms = self.server.clock()
        done = self.server.do(lambda s: enter_desk(s, [raw], who, now_ms))
        return done.receipts[0].reason or done.receipts[0].status

    def step(self, type_: str, finding: UUID, hours_ago: Any = 0, **payload: Any) -> str:
        """A step of the inspector on the tablet; how it went."""
        subject = {"kind": "finding", "id": str(finding)}
        op = self.tablet_op(type_, hours_ago, subject=subject, payload=payload)
        (receipt,) = self.push(op)
        reason: str = receipt.get("reason") or receipt["status"]
        return reason

    def pass_time(self, hours: float) -> None:
        """Time passes, and acts."""
        self.server.clock.forward(hours)
        self.act()

    def act(self) -> None:
        for _ in range(20):
            if not self._handin(Due()).position:
                return
        raise AssertionError("time does not come to rest")

    def get(self, finding: UUID) -> State:
        state = self.server.look(lambda s: records.get_one(s, finding))
        assert state is not None
        return state

    def hours(self, finding: UUID) -> float:
        """The deadline in hours after the test began."""
        due_ms = wall_ms(self.get(finding).body["deadline"])
        assert due_ms is not None
        return (due_ms - self.began_ms) / HOUR_MS

    def told(self, finding: UUID) -> list[str]:
        """Who was told that it is overdue."""
        return [one["step"] for one in self.get(finding).body.get("escalations", ())]

    def _mono(self) -> int:
        return self.server.clock() - self.began_ms + 100 * HOUR_MS


@pytest.fixture
def loop(database_url: str, tmp_path: Path) -> Iterator[Loop]:
    """On SQLite, and on PostgreSQL."""
    with running(database_url, tmp_path) as server:
        yield Loop(server)


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


def history(loop: Loop, finding: UUID) -> list[dict[str, Any]]:
    headers = sign_in(loop.server, loop.company.supervisor)
    answer = loop.server.client.get(f"{API}/findings/{finding}/history", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["steps"]
    return found


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


def test_paused_before_it_had_a_deadline_it_gets_one_without_the_pause(quick: Loop):
    finding = quick.report()
    quick.desk("finding.pause@1", finding, reason="flood")
    quick.server.clock.forward(5)
    quick.desk("finding.resume@1", finding)
    start = quick.began_ms
    quick.act()
    assert quick.hours(finding) - (quick.server.clock() - start) / HOUR_MS == 48


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


def repeats(loop: Loop, findings: list[UUID]) -> list[tuple[str | None, int]]:
    bodies = [loop.get(one).body for one in findings]
    return [(body.get("repeat_of"), body.get("repeats", 1)) for body in bodies]


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


def listed(loop: Loop, **query: Any) -> list[str]:
    """The ids of a list at the supervisor's desk, page by page."""
    headers = sign_in(loop.server, loop.company.supervisor)
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        asked = {"limit": 2, **query, **({"cursor": cursor} if cursor else {})}
        answer = loop.server.client.get(f"{API}/findings", params=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        found += [one["finding"]["id"] for one in answer.json()["items"]]
        cursor = answer.json()["cursor"]
    return found


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


def test_a_person_of_every_site_lists_all_of_them(quick: Loop):
    finding = quick.report()

    def query(session: Session) -> list[UUID]:

        user = add_person(session, Role.AUDITOR, None)
        person = people.people(session, [user])[user]
        who = Audience(session, person, quick.server.clock())
        page = findinglist.page(who, Filter(feeds=[quick.company.site]), Ask("findings"))
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
