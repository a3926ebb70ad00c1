"""October at three sites: every deadline, escalation and figure against a table made by hand.

    A 翠湖花园   rounds on 20 days, all walked.  F1 put right in time, F2 three hours late.
                K1: a general complaint, answered and resolved in time.
    B 云顶大厦   rounds on 20 days: the 7th missed (F6), the 14th walked too late.  F3 has a second
                rectification, F4 is the same place again and ends with a deduction of 2.
                K2: a larger one, said out of signal, told five hours later, answered too late,
                followed up twice.
    C 江湾一号   rounds on 20 days: the 8th told five hours late.  F5 ends with a deduction of 3,
                and the appeal is won.  A third party walks once (F7).
                K3: a major one, escalated at once, re-opened, then resolved an hour too late.

60 walks: 20 of A, 19 of B, 20 of C and the third party's.  Times are those of Shanghai.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import Clock, running
from tests.scenario.month import Month, here, ms
from tests.scenario.reporting import check_report

from fieldops.flow.assess import Figures, ranking
from fieldops.model.assessment import Assessment, Figure, Timing
from fieldops.rules.texts import RAISED
from fieldops.store import records

LAST = 20
"""The last day that has rounds."""


@pytest.fixture
def october(database_url: str, tmp_path: Path) -> Iterator[Month]:
    with running(database_url, tmp_path, Clock(ms("2026-10-01T08:00"))) as server:
        yield Month(server)


def test_a_month_at_three_sites(october: Month):
    made = Played(october)
    _deadlines(october, made)
    _complaints(october, made)
    _rounds(october, made)
    _figures(october)
    _past(october, made)
    _records(october)
    check_report(october)


class Played:
    """The month, day by day; ``findings`` and ``complaints`` by the names of the table."""

    def __init__(self, october: Month) -> None:
        self.october = october
        self.findings: dict[str, UUID] = {}
        self.complaints: dict[str, UUID] = {}
        self.shown: dict[str, Any] = {}
        self.mornings: dict[int, Figures] = {}
        self.plans = {name: october.plan(name, f"2026-10-{LAST}") for name in october.sites}
        for day in range(1, LAST + 1):
            self._day(day)
        october.at("2026-10-31T12:00")

    def _day(self, day: int) -> None:
        october, today = self.october, f"2026-10-{day:02}"
        if day % 3 == 0:
            october.at(f"{today}T09:19")
            self.mornings[day] = october.ask("B", "C")
        october.at(f"{today}T09:20")
        walks = {name: self._walk(name, day) for name in october.sites if not _away(name, day)}
        october.settle()
        more = getattr(self, f"_day_{day}", None)
        if more is not None:
            more(walks)

    def _walk(self, name: str, day: int) -> UUID:
        fails = _FAILS.get((name, day), "")
        failed = {fails: "fail"} if fails else {}
        round_ = self.october.rounds(name, self.plans[name])[f"10-{day:02}"].id
        walk = self.october.walk(name, f"2026-10-{day:02}T09:00", round_, **failed)
        if fails:
            self.findings[_FINDINGS[name, day]] = self.october.failed(walk, fails)
        return walk

    def _round(self, name: str, day: int) -> UUID:
        return self.october.rounds(name, self.plans[name])[f"10-{day:02}"].id

    def _day_1(self, walks: dict[str, UUID]) -> None:
        october = self.october
        october.rate("A", walks["A"], empathy=5, tangibles=4)
        october.rate("A", walks["A"], empathy=4, tangibles=3)
        october.rate("B", walks["B"], empathy=5)
        october.rate("B", walks["B"], empathy=4)
        for one in (1, 4, 5):
            october.rate("C", walks["C"], empathy=one)

    def _day_3(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        october.at("2026-10-03T10:20")
        october.rectify("A", self.findings["F1"])
        october.at("2026-10-03T11:20")
        october.recheck("A", self.findings["F1"], "closed")

    def _day_4(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        october.at("2026-10-04T10:00")
        self.complaints["K1"] = october.complain("A")
        october.at("2026-10-04T14:20")
        october.rectify("B", self.findings["F3"])
        october.at("2026-10-04T15:00")
        for step, given in (
            ("accept", {}),
            ("answer", {"note": "明天处理"}),
            ("classify", {"tier": "general"}),
            ("investigate", {"note": "拖把脏"}),
        ):
            october.handle("A", self.complaints["K1"], step, **given)
        october.at("2026-10-04T15:20")
        october.recheck("B", self.findings["F3"], "again")

    def _day_5(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        october.at("2026-10-05T15:20")
        october.rectify("B", self.findings["F3"])
        october.at("2026-10-05T16:20")
        october.recheck("B", self.findings["F3"], "closed")

    def _day_6(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        october.at("2026-10-06T10:00")
        october.handle("A", self.complaints["K1"], "resolve", note="已清洁")
        october.at("2026-10-06T19:20")
        october.rectify("C", self.findings["F5"])
        october.at("2026-10-06T20:20")
        october.recheck("C", self.findings["F5"], "deducted", points=3)

    def _day_7(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        follow = {"result": "satisfied", "satisfaction": 5}
        october.handle("A", self.complaints["K1"], "follow-up", **follow)
        october.handle("A", self.complaints["K1"], "archive", cause="cleaning")
        october.at("2026-10-07T12:00")
        self.findings["F6"] = october.missed(self._round("B", 7))

    def _day_8(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        october.at("2026-10-08T12:20")
        october.rectify("A", self.findings["F2"])
        october.at("2026-10-08T13:00")
        # Out of signal since 08:00: told at 13:00, it runs from 08:00.
        self.complaints["K2"] = october.complain("B", "2026-10-08T08:00", tier="larger")
        self.shown["at one"] = october.ask("C")
        october.at("2026-10-08T14:20")
        october.walk("C", "2026-10-08T09:00", self._round("C", 8))
        october.settle()

    def _day_9(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        october.recheck("A", self.findings["F2"], "closed")
        october.handle("B", self.complaints["K2"], "accept")
        october.handle("B", self.complaints["K2"], "answer", note="抱歉")
        october.handle("B", self.complaints["K2"], "classify", tier="larger")
        october.handle("B", self.complaints["K2"], "investigate", note="管道")
        october.at("2026-10-09T12:00")
        october.rectify("B", self.findings["F6"])
        october.at("2026-10-09T13:00")
        october.recheck("B", self.findings["F6"], "closed")
        october.at("2026-10-09T20:00")
        october.handle("B", self.complaints["K2"], "resolve", note="已修")

    def _day_10(self, _walks: dict[str, UUID]) -> None:
        self.october.handle("B", self.complaints["K2"], "follow-up", result="not-reached")

    def _day_11(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        october.at("2026-10-11T09:30")
        october.rectify("B", self.findings["F4"])

    def _day_12(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        october.recheck("B", self.findings["F4"], "deducted", points=2)
        october.at("2026-10-12T10:00")
        self.complaints["K3"] = october.complain("C", "2026-10-12T10:00", tier="major")
        october.at("2026-10-12T11:00")
        for step, given in (
            ("accept", {}),
            ("answer", {"note": "已派人"}),
            ("classify", {"tier": "major"}),
            ("investigate", {"note": "漏水"}),
        ):
            october.handle("C", self.complaints["K3"], step, **given)

    def _day_13(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        follow = {"result": "satisfied", "satisfaction": 3}
        october.handle("B", self.complaints["K2"], "follow-up", **follow)
        october.handle("B", self.complaints["K2"], "archive", cause="repair")
        october.handle("C", self.complaints["K3"], "resolve", note="已修")
        october.at("2026-10-13T20:00")
        unhappy = {"result": "unsatisfied", "satisfaction": 1}
        october.handle("C", self.complaints["K3"], "follow-up", **unhappy)
        october.at("2026-10-13T21:00")
        october.handle("C", self.complaints["K3"], "re-open", note="又漏")

    def _day_14(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        october.at("2026-10-14T10:50")
        october.walk("B", "2026-10-14T10:30", self._round("B", 14))
        october.settle()
        october.at("2026-10-14T22:00")
        october.handle("C", self.complaints["K3"], "resolve", note="换管")

    def _day_15(self, _walks: dict[str, UUID]) -> None:
        october = self.october
        happy = {"result": "satisfied", "satisfaction": 4}
        october.handle("C", self.complaints["K3"], "follow-up", **happy)
        october.handle("C", self.complaints["K3"], "archive", cause="repair")
        october.at("2026-10-15T15:20")
        walk = october.walk("C", "2026-10-15T15:00", floor="fail", source="third-party")
        october.settle()
        self.findings["F7"] = october.failed(walk, "floor")
        october.at("2026-10-15T17:20")
        october.rectify("C", self.findings["F7"])
        october.recheck("C", self.findings["F7"], "closed")

    def _day_16(self, _walks: dict[str, UUID]) -> None:
        october, finding = self.october, ("finding", self.findings["F5"])
        self.shown["before the appeal"] = october.ask("C")
        october.at("2026-10-16T10:00")
        cleaner = october.cleaners["C"]
        october.tablet("C", "finding.appeal@1", finding, actor=cleaner, reason="不归我们")

    def _day_18(self, _walks: dict[str, UUID]) -> None:
        finding = ("finding", self.findings["F5"])
        self.october.desk("C", "appeal.decide@1", finding, decision="upheld", reason="属实")


_FAILS = {
    ("A", 2): "floor",
    ("B", 3): "floor",
    ("A", 5): "glass",
    ("C", 6): "glass",
    ("B", 10): "floor",
}
_FINDINGS = {("A", 2): "F1", ("A", 5): "F2", ("B", 3): "F3", ("B", 10): "F4", ("C", 6): "F5"}


def _away(name: str, day: int) -> bool:
    """Whether nobody sends a walk at 09:20: it is missed, late, or out of signal."""
    return (name, day) in {("B", 7), ("B", 14), ("C", 8)}


def _deadlines(october: Month, made: Played) -> None:
    """Raised when the server judged the walk; ``floor`` is major (48 h), ``glass`` minor (72 h)."""
    bodies = {name: october.get(one) for name, one in made.findings.items()}
    found = {
        name: (one.state, [here(done["deadline"]) for done in one.body["rectifications"]])
        for name, one in bodies.items()
    }
    assert found == {
        "F1": ("closed", ["10-04 09:20"]),  # 02 09:20 + 48 h
        "F2": ("closed", ["10-08 09:20"]),  # 05 09:20 + 72 h
        "F3": ("closed", ["10-05 09:20", "10-06 15:20"]),  # 03 09:20, again 04 15:20, + 48 h each
        "F4": ("deducted", ["10-12 09:20"]),  # 10 09:20 + 48 h
        "F5": ("closed", ["10-09 09:20"]),  # 06 09:20 + 72 h; the appeal was won
        "F6": ("closed", ["10-10 12:00"]),  # missed at 07 12:00 (10:00 and two hours), + 72 h
        "F7": ("closed", ["10-17 15:20"]),  # 15 15:20 + 48 h
    }
    told = {
        name: [(step["step"], here(step["at"])) for step in one.body.get("escalations") or ()]
        for name, one in bodies.items()
    }
    assert {name: steps for name, steps in told.items() if steps} == {
        "F2": [("team", "10-08 09:20")]
    }
    again = {name: one.body.get("repeat_of") for name, one in bodies.items()}
    assert {name: one for name, one in again.items() if one} == {"F4": str(made.findings["F3"])}
    assert (bodies["F4"].body["deduction"], bodies["F5"].body["deduction"]) == (2, None)


def _complaints(october: Month, made: Played) -> None:
    clocks = {name: october.get(one).body["clock"] for name, one in made.complaints.items()}
    members = ("occurred", "received", "answer_by", "answered", "resolve_by", "resolved")
    found = {
        name: tuple(here(one.get(member)) for member in members) for name, one in clocks.items()
    }
    assert found == {
        # Said, heard of, answer by (+ 24 h), answered, resolve by (+ 72, 48, 24 h), resolved.
        "K1": (
            "10-04 10:00",
            "10-04 10:00",
            "10-05 10:00",
            "10-04 15:00",
            "10-07 10:00",
            "10-06 10:00",
        ),
        "K2": (
            "10-08 08:00",
            "10-08 13:00",
            "10-09 08:00",
            "10-09 09:20",
            "10-10 08:00",
            "10-09 20:00",
        ),
        # Re-opened at 13 21:00: 24 h from then.
        "K3": (
            "10-12 10:00",
            "10-12 10:00",
            "10-13 10:00",
            "10-12 11:00",
            "10-14 21:00",
            "10-14 22:00",
        ),
    }
    assert [clocks[name]["tier"] for name in ("K1", "K2", "K3")] == ["general", "larger", "major"]
    assert [clocks[name].get("satisfaction") for name in ("K1", "K2", "K3")] == [5, 3, 4]
    assert [clocks[name].get("reopened", 0) for name in ("K1", "K2", "K3")] == [0, 0, 1]
    # K1 once; K2 was not reached, and three days later; K3 after each end.
    assert [clocks[name]["follow_ups"] for name in ("K1", "K2", "K3")] == [1, 2, 2]
    states = {name: october.get(one) for name, one in made.complaints.items()}
    reminded = {name: here(one.body["reminded"]["by"]) for name, one in states.items()}
    assert reminded == {
        "K1": "10-07 10:00",  # resolved at 06 10:00, + 24 h
        "K2": "10-17 09:20",  # not reached at 10 09:20, + 7 days at most
        "K3": "10-15 22:00",  # resolved again at 14 22:00, + 24 h
    }
    assert {one.state for one in states.values()} == {"archived"}
    told = {
        (name, what): (said["to"], here(said["by"]))
        for name, one in states.items()
        for what in ("major", "answer", "resolve", "follow_up")
        if (said := one.body.get(f"escalated_{what}"))
    }
    assert told == {
        ("K2", "answer"): ("supervisor", "10-09 08:00"),
        ("K3", "major"): ("office", "10-12 10:00"),
        ("K3", "resolve"): ("supervisor", "10-14 21:00"),
    }


def _rounds(october: Month, made: Played) -> None:
    found = {
        name: {day: one.state for day, one in october.rounds(name, plan).items()}
        for name, plan in made.plans.items()
    }
    days = {f"10-{day:02}": "done" for day in range(1, LAST + 1)}
    assert found["A"] == days
    assert found["B"] == {**days, "10-07": "missed", "10-14": "done-late"}
    assert found["C"] == days
    late = october.rounds("C", made.plans["C"])["10-08"]
    assert late.body["late_receipt"] is True
    withdrawn = october.get(october.missed(late.id))
    assert withdrawn.state == "withdrawn"  # it was missed from 12:00 to 14:20


def _figures(october: Month) -> None:
    """All passed is 4 points of 4; the floor is worth 1, the glass 3."""
    a, b, c = (october.ask(name) for name in "ABC")
    assert _shown(a.own) == {
        "satisfaction": ("75.00", 4),  # 5, 4, 4, not 3
        "efficiency": ("75.00", 4),  # K1 twice and F1 in time, F2 late
        "conformity": ("95.00", 20),  # (18·4 + 3 + 1) / 80 = 76 / 80
        "handling": ("90.00", 46),  # (1/2 + 2/2 + 2/2 + 20/20 + 20/20) / 5
        "total": ("83.75", 74),  # (75 + 75 + 95 + 90) / 4
    }
    assert _shown(b.own) == {
        "satisfaction": ("100.00", 2),
        "efficiency": ("80.00", 5),  # K2's answer late; its end, F3, F4, F6 in time
        "conformity": ("94.74", 19),  # (17·4 + 2·3 − 2) / 76 = 72 / 76
        "handling": ("71.28", 48),  # (2/3 + 1/3 + 2/3 + 19/20 + 18/19) / 5
        "total": ("86.50", 74),  # (100 + 80 + 94.7368… + 71.2807…) / 4
    }
    assert _shown(c.own) == {
        "satisfaction": ("66.67", 3),  # 4 and 5 of 1, 4, 5
        "efficiency": ("66.67", 3),  # K3's answer and F5 in time, K3's end an hour late
        "conformity": ("96.25", 20),  # (19·4 + 1) / 80; the deduction was lifted
        "handling": ("80.00", 43),  # (1/1 + 0/1 + 1/1 + 20/20 + 20/20) / 5
        "total": ("77.40", 69),  # (66.6666… + 66.6666… + 96.25 + 80) / 4
    }
    assert _shown(c.third_party) == {
        "satisfaction": (None, 0),
        "efficiency": ("100.00", 1),
        "conformity": ("75.00", 1),  # 3 of 4
        "handling": ("100.00", 3),  # F7 in time, at the first look, not seen before by them
        "total": ("91.67", 5),  # (100 + 75 + 100) / 3
    }
    assert a.third_party.total == b.third_party.total == Figure(None, 0)
    assert (b.own.conformity.deductions, b.own.conformity.restored) == (1, 0)
    assert (c.own.conformity.deductions, c.own.conformity.restored) == (1, 1)
    assert (b.own.handling.repeats, c.own.handling.repeats) == (1, 0)
    _together(october)


def _together(october: Month) -> None:
    own = october.ask().own
    assert _shown(own) == {
        "satisfaction": ("77.78", 9),  # 3 + 2 + 2 of 9
        "efficiency": ("75.00", 12),  # 3 + 4 + 2 of 12
        "conformity": ("95.34", 59),  # (76 + 74 + 77 − 2) / (80 + 76 + 80) = 225 / 236
        # rectified 1 + 2 + 1 of 6, recheck 2 + 1 + 0 of 6, unrepeated 5 of 6, rounds 59 of 60,
        # punctual 58 of 59: (4/6 + 3/6 + 5/6 + 59/60 + 58/59) / 5 = 3.9663841… / 5
        "handling": ("79.33", 137),
        "total": ("81.86", 217),  # (77.7777… + 75 + 95.3389… + 79.3276…) / 4
    }
    # K1 5, K2 3, K3 4 of 5.
    assert _percent(own.satisfaction.answers) == ("66.67", 3)
    # Hours: F5 10, F1 25, F4 24.1666…, F3 29, F6 48, F2 75.
    assert _hours(own.efficiency.timings["finding-rectify"]) == ("27.00", "75.00")
    # K3 1, K1 5, K2 25.3333….
    assert _hours(own.efficiency.timings["complaint-answer"]) == ("5.00", "25.33")
    # K2 36, K1 48, K3 60.
    assert _hours(own.efficiency.timings["complaint-resolve"]) == ("48.00", "60.00")
    asked = october.question()
    lines = october.server.look(lambda s: ranking(s, asked, "site", "own"))
    order = {str(site): name for name, site in october.sites.items()}
    assert [(order[one.name], one.place) for one in lines] == [("B", 1), ("A", 2), ("C", 3)]
    # A person: the cleaner of B put F3, F4 and F6 right; nothing else is put down to him.
    cleaner = october.ask("B", person=october.cleaners["B"]).own
    assert cleaner.efficiency.score.cases == 3
    assert cleaner.conformity.score == Figure(None, 0)
    assert cleaner.conformity.deducted == 2


def _past(october: Month, made: Played) -> None:
    """What was shown then is what is told of then, though much has come since."""
    assert october.ask("C", as_of="2026-10-08T13:00:00+08:00") == made.shown["at one"]
    then = made.shown["at one"].own
    # Seven days walked, the eighth not heard of yet: 7 of 8; the other twelve are still to come.
    assert _percent(then.handling.rates["rounds"]) == ("87.50", 8)
    # (6·4 + 1 − 3) / 28 = 22 / 28
    assert _percent(then.conformity.score) == ("78.57", 7)
    assert october.ask("C", as_of="2026-10-16T09:20:00+08:00") == made.shown["before the appeal"]
    before = made.shown["before the appeal"].own.conformity
    # (15·4 + 1 − 3) / 64 = 58 / 64
    assert (_percent(before.score), before.restored) == (("90.63", 16), 0)
    for day, shown in made.mornings.items():
        assert october.ask("B", "C", as_of=f"2026-10-{day:02}T09:19:00+08:00") == shown, day
    # The evening before anything happened.
    assert october.ask(as_of="2026-09-30").own.total == Figure(None, 0)


def _records(october: Month) -> None:
    """Every record is what its ops make of it, and every case of a figure is shown behind it."""
    found = october.lives()
    assert {life.state.kind for life in found.values()} == {
        "inspection",
        "feedback",
        "finding",
        "round",
    }
    stands = october.server.look(lambda s: records.get(s, found))
    members = ("state", "heads", "revision", "change", "conflict", "parent", "feed", "kind")
    for subject, life in found.items():
        for name in members:
            assert getattr(life.state, name) == getattr(stands[subject], name), (life, name)
        body = {name: value for name, value in stands[subject].body.items() if name != RAISED}
        assert life.state.body == body
    asked, own = october.question(), october.ask().own
    shares = {f"handling.{name}": one for name, one in own.handling.rates.items()}
    shares |= {f"efficiency.{name}": one.on_time for name, one in own.efficiency.timings.items()}
    shares |= {f"satisfaction.{name}": one for name, one in own.satisfaction.dimensions.items()}
    shares["satisfaction.answers"] = own.satisfaction.answers
    shares["conformity.walks"] = own.conformity.score
    behind = october.cases(asked)
    for counted, share in shares.items():
        cases = [case for case in behind if (case.counted, case.source) == (counted, "own")]
        ended = [case for case in cases if case.good is not None or case.possible]
        assert len(ended) == share.cases, counted


def _shown(one: Assessment) -> dict[str, tuple[str | None, int]]:
    return {
        "satisfaction": _percent(one.satisfaction.score),
        "efficiency": _percent(one.efficiency.score),
        "conformity": _percent(one.conformity.score),
        "handling": _percent(one.handling.score),
        "total": _percent(one.total),
    }


def _percent(one: Figure) -> tuple[str | None, int]:
    return (None if one.percent is None else str(one.percent)), one.cases


def _hours(one: Timing) -> tuple[str, str]:
    return str(one.median_hours), str(one.p90_hours)
