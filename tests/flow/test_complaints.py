"""Time acts on complaints: clocks, reminders and escalations, each once, offline or not."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.databases import lay_sqlite
from tests.factories import (
    BOOT,
    HOUR_MS,
    NOON_MS,
    Server,
    add_person,
    enrol_tablet,
    found_company,
    running,
)

from fieldops.flow import identity
from fieldops.flow.handin import Due
from fieldops.flow.react import DirectHandin
from fieldops.model.access import Role
from fieldops.model.record import State
from fieldops.rules.complaintclock import ms_of
from fieldops.rules.complaintdue import clock_of
from fieldops.rules.complaintsteps import owner_of
from fieldops.store import arrivals, batch, records
from fieldops_sync.complaintpayloads import Clock
from fieldops_sync.ids import uuid7


class Desk:
    """A company, a tablet of its inspector, and time in the hands of the test."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company = found_company(server)
        self.other = server.do(lambda s: add_person(s, Role.SUPERVISOR, {self.company.site}))
        crew = [self.company.inspector, self.company.supervisor, self.other]
        self.tablet = enrol_tablet(server, crew, self.company.site)
        self.handin = DirectHandin(server.core.store, server.clock)

    def say(self, hours: float = 0, **members: Any) -> UUID:
        """A complaint that the inspector heard so many hours before its push."""
        subject = uuid7()
        given = {"nature": "complaint", "text": "地面脏", **members}
        self.push("feedback.record@1", subject, hours, **given)
        return subject

    def step(self, subject: UUID, step: str, hours: float = 0, **given: Any) -> dict[str, Any]:
        return self.push("complaint.handle@1", subject, hours, step=step, **given)

    def push(self, kind: str, subject: UUID, hours: float, **given: Any) -> dict[str, Any]:
        about = {"kind": "feedback", "id": str(subject)}
        since_boot_ms = self.server.clock() - NOON_MS + 100 * HOUR_MS
        at = {"wall": "2026-11-21T20:00:00+08:00", "boot": BOOT}
        op = self.tablet.op(
            kind,
            subject=about,
            at={**at, "mono": since_boot_ms - int(hours * HOUR_MS)},
            **given,
        )
        now = {**at, "mono": since_boot_ms}
        secret, now_ms = self.server.core.secret, self.server.clock()
        self.tablet.token = identity.make_token(secret, self.tablet.device, now_ms).access_token
        (receipt,) = self.tablet.receipts_of([op], now=now)
        return receipt

    def take(self, subject: UUID, *steps: str) -> None:
        for one in steps:
            receipt = self.step(subject, one, **MEMBERS.get(one, {}))
            assert receipt["status"] == "applied", receipt

    def act(self, rounds: int = 3) -> None:
        """What is due, until nothing is; more rounds than it takes change nothing."""
        for _ in range(rounds):
            self.handin(Due())

    def after(self, hours: float) -> None:
        self.server.clock.forward(hours)
        self.act()

    def get(self, subject: UUID) -> State:
        state = self.server.look(lambda s: records.get_one(s, subject))
        assert state is not None
        return state

    def clock(self, subject: UUID) -> Clock:
        found = clock_of(self.get(subject))
        assert found is not None
        return found

    def hours(self, subject: UUID, name: str) -> float | None:
        """A member of a complaint's clock as hours since it was said."""
        clock = self.clock(subject)
        found = getattr(clock, name)
        return None if found is None else (ms_of(found) - ms_of(clock.occurred)) / HOUR_MS

    def told(self, subject: UUID) -> list[str]:
        """What the ledger has of the server's ops on a complaint, clocks left out."""

        def query(session: Session) -> list[UUID]:
            found = batch.run(
                session, "SELECT op_id FROM ledger WHERE subject = :s", s=subject.bytes
            )
            return [UUID(bytes=bytes(row[0])) for row in found]

        raws = self.server.look(lambda s: arrivals.of(s, query(s)))
        kinds = Counter(one.type for one in raws.values())
        names = ("complaint.remind@1", "complaint.escalate@1")
        return [f"{name.split('.')[1].split('@')[0]} {kinds[name]}" for name in names]


MEMBERS: dict[str, dict[str, Any]] = {
    "classify": {"tier": "general"},
    "investigate": {"note": "seen"},
    "answer": {"note": "we will"},
    "resolve": {"note": "done"},
    "follow-up": {"result": "satisfied", "satisfaction": 4},
    "re-open": {"note": "again"},
    "pause": {"note": "waits for a part"},
    "archive": {"cause": "cleaning"},
}


@pytest.fixture
def on_either(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with running(database_url, tmp_path) as server:
        yield Desk(server)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One server for what concerns single complaints: each test has its own."""
    folder = tmp_path_factory.mktemp("complaints")
    with running(lay_sqlite(folder / "fieldops.db"), folder) as server:
        yield Desk(server)


def test_a_whole_life_with_each_thing_told_once(on_either: Desk) -> None:
    desk = on_either
    talk = desk.say(contact={"unit": "3-1202"})
    desk.act()
    clock = desk.clock(talk)
    assert (desk.hours(talk, "answer_by"), desk.hours(talk, "resolve_by")) == (24, 72)
    assert (clock.tier, clock.tier_by) == ("general", "rule")
    desk.take(talk, "accept", "classify", "investigate")
    desk.after(24)
    assert desk.told(talk) == ["remind 0", "escalate 0"]
    desk.after(0.001)  # the answer is overdue: the supervisor
    assert desk.told(talk) == ["remind 0", "escalate 1"]
    assert desk.get(talk).body["escalated_answer"]["to"] == "supervisor"
    desk.after(24)  # and a day later the office
    assert desk.told(talk) == ["remind 0", "escalate 2"]
    assert desk.get(talk).body["escalated_answer"]["to"] == "office"
    desk.take(talk, "answer", "resolve")
    desk.act()
    assert desk.told(talk) == ["remind 1", "escalate 2"]  # the first follow-up is due
    desk.after(20)
    desk.take(talk, "follow-up")
    desk.after(71)
    assert desk.told(talk) == ["remind 1", "escalate 2"]
    desk.after(1)  # three days later the next one
    assert desk.told(talk) == ["remind 2", "escalate 2"]
    desk.after(4 * 24 + 0.001)  # and seven at most
    assert desk.told(talk) == ["remind 2", "escalate 3"]
    desk.take(talk, "follow-up", "archive")
    desk.after(1000)
    assert desk.told(talk) == ["remind 2", "escalate 3"]
    assert desk.get(talk).state == "archived"
    assert desk.clock(talk).satisfaction == 4


def test_five_hours_offline(desk: Desk) -> None:
    desk.server.clock.forward(5)
    talk = desk.say(hours=5)
    desk.act()
    clock = desk.clock(talk)
    assert (desk.hours(talk, "occurred"), desk.hours(talk, "received")) == (0, 5)
    assert (desk.hours(talk, "answer_by"), desk.hours(talk, "resolve_by"), clock.late) == (
        24,
        72,
        [],
    )


def test_what_was_heard_of_too_late_is_nobody_s_overdue(desk: Desk) -> None:
    desk.server.clock.forward(30)
    talk = desk.say(hours=30)
    desk.act()
    clock = desk.clock(talk)
    assert (clock.late, desk.hours(talk, "answer_by")) == (["answer"], 54)
    assert desk.told(talk) == ["remind 0", "escalate 0"]


def test_an_answer_given_offline_in_time_counts(desk: Desk) -> None:
    talk = desk.say()
    desk.take(talk, "accept")
    desk.after(26)
    assert desk.told(talk) == ["remind 0", "escalate 1"]
    desk.step(talk, "answer", hours=3, note="we will")
    desk.after(30)
    assert desk.hours(talk, "answered") == 23
    assert desk.told(talk) == ["remind 0", "escalate 1"]


def test_a_major_one_goes_to_the_office_at_once(desk: Desk) -> None:
    talk = desk.say(text="电梯困人")
    desk.act()
    body = desk.get(talk).body
    assert body["suggestion"] == {"tier": "major", "rules": ["safety"]}
    assert body["escalated_major"]["to"] == "office"
    calm = desk.say()
    desk.take(calm, "accept")
    desk.step(calm, "classify", tier="major")
    desk.act()
    assert desk.get(calm).body["escalated_major"]["to"] == "office"
    assert desk.told(calm) == ["remind 0", "escalate 1"]


def test_a_household_that_complains_again(desk: Desk) -> None:
    contact: dict[str, Any] = {"contact": {"unit": "3-1202"}}
    tiers = []
    for _ in range(4):
        talk = desk.say(**contact)
        desk.after(1)
        tiers.append(desk.get(talk).body["suggestion"]["tier"])
    assert tiers == ["general", "larger", "larger", "major"]
    desk.after(31 * 24)
    talk = desk.say(**contact)
    desk.act()
    assert desk.get(talk).body["suggestion"] == {"tier": "general"}


def test_pause_and_resume_move_the_deadline(desk: Desk) -> None:
    talk = desk.say()
    desk.take(talk, "accept", "answer", "pause")
    desk.after(100)
    assert desk.get(talk).state == "paused"
    assert desk.clock(talk).resolve_by is None
    desk.take(talk, "resume")
    desk.act()
    assert desk.hours(talk, "resolve_by") == 172
    assert desk.told(talk) == ["remind 0", "escalate 0"]


def test_re_opened_it_counts_and_begins_again(desk: Desk) -> None:
    talk = desk.say()
    desk.take(talk, "accept", "classify", "investigate", "answer", "resolve", "follow-up")
    desk.server.clock.forward(10)
    desk.take(talk, "re-open")
    desk.act()
    clock = desk.clock(talk)
    assert (clock.reopened, clock.resolved, desk.hours(talk, "resolve_by")) == (1, None, 82)


def test_steps_that_are_not_possible_are_kept(desk: Desk) -> None:
    talk = desk.say()
    receipt = desk.step(talk, "archive", cause="x")
    assert (receipt["status"], receipt["reason"]) == ("quarantined", "transition")
    praise = desk.say(nature="praise")
    receipt = desk.step(praise, "accept")
    assert (receipt["status"], receipt["reason"]) == ("quarantined", "transition")
    receipt = desk.step(talk, "classify")
    assert (receipt["status"], receipt["reason"]) == ("quarantined", "schema")
    assert desk.get(talk).state == "complaint"
    desk.act()
    assert "clock" not in desk.get(praise).body


def test_a_hand_over_in_the_field(desk: Desk) -> None:
    talk = desk.say()
    desk.take(talk, "accept")
    supervisor = str(desk.company.supervisor)
    assert desk.step(talk, "hand-over", to=supervisor)["status"] == "applied"
    barred = desk.step(talk, "accept-hand-over", actor=desk.other)
    assert barred["reason"] == "transition"
    taken = desk.step(talk, "accept-hand-over", actor=desk.company.supervisor)
    assert taken["status"] == "applied"
    assert desk.get(talk).body["owner"] == supervisor


def test_an_edit_by_another_leaves_it_with_who_took_it(desk: Desk) -> None:
    talk = desk.say()
    desk.act()
    head = [str(desk.get(talk).heads[0])]
    other = {"actor": desk.other, "base": head}
    desk.push("feedback.record@1", talk, 0, text="地面很脏", nature="complaint", **other)
    desk.act()
    assert desk.get(talk).body["by"] == str(desk.other)
    assert owner_of(desk.get(talk).body) == str(desk.company.inspector)
    assert desk.step(talk, "accept", actor=desk.other)["reason"] == "transition"
    assert desk.step(talk, "accept")["status"] == "applied"


def test_a_void_complaint_is_left_alone(desk: Desk) -> None:
    talk = desk.say(text="电梯困人")
    desk.push("record.void@1", talk, 0, reason="by mistake")
    desk.after(1000)
    assert desk.told(talk) == ["remind 0", "escalate 0"]


def test_a_person_may_not_time_a_complaint(desk: Desk) -> None:
    talk = desk.say()
    payload = {"what": "major", "to": "office", "by": "2026-11-22T00:00:00Z"}
    receipt = desk.push("complaint.escalate@1", talk, 0, **payload)
    assert receipt["reason"] == "not-permitted"
