"""Assessment over real ops: what counts when, and that the past can be asked about as it was."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.flow.assessing import ZONE, Assessing, assessing, ms

from fieldops.flow.accounts import place
from fieldops.flow.assess import Figures, behind, ranking, trend
from fieldops.flow.assessread import lives
from fieldops.flow.policysetting import set_policy
from fieldops.flow.setup import SYSTEM
from fieldops.model.assessment import PARTS, Figure
from fieldops.model.problem import ProblemError
from fieldops.store import caselog, records
from fieldops_sync.ids import uuid7

OCTOBER = "2026-10"
SHA = "ab" * 32


@pytest.fixture
def made(database_url: str, tmp_path: Path) -> Iterator[Assessing]:
    with assessing(database_url, tmp_path) as one:
        yield one


@pytest.fixture
def lite(sqlite_database: str, tmp_path: Path) -> Iterator[Assessing]:
    with assessing(sqlite_database, tmp_path) as one:
        yield one


def conformity(found: Figures) -> tuple[str | None, int]:
    score = found.own.conformity.score
    return (None if score.percent is None else str(score.percent)), score.cases


def test_what_came_late_counts_when_it_happened_and_was_not_known_before(made: Assessing):
    made.at("2026-10-30T18:00")
    made.score(made.walk("2026-10-30T09:00"), "90")
    made.at("2026-11-02T09:00")
    late = made.walk("2026-10-31T22:00")
    made.score(late, "50")
    made.score(made.walk("2026-11-01T00:30"), "10")
    assert conformity(made.ask(OCTOBER)) == ("70.00", 2)
    assert conformity(made.ask(OCTOBER, "2026-10-31")) == ("90.00", 1)
    made.at("2026-11-20T09:00")
    made.score(late, "80")
    made.by_desk("record.void@1", ("inspection", late), {"reason": "made twice"}, heads(made, late))
    assert conformity(made.ask(OCTOBER)) == ("90.00", 1)
    assert conformity(made.ask(OCTOBER, "2026-11-02")) == ("70.00", 2)
    assert conformity(made.ask("2026-11")) == ("10.00", 1)
    assert conformity(made.ask(OCTOBER, "2026-10-29")) == (None, 0)


def heads(made: Assessing, record: UUID) -> tuple[UUID, ...]:
    return made.server.look(lambda s: records.get(s, [record])[record].heads)


def test_third_party_walks_and_what_was_said_on_them_stand_apart(lite: Assessing):
    lite.at("2026-10-05T18:00")
    own, foreign = (
        lite.walk("2026-10-05T09:00"),
        lite.walk("2026-10-05T10:00", source="third-party"),
    )
    lite.score(own, "90")
    lite.score(foreign, "60")
    lite.rate("2026-10-05T09:30", {"empathy": 5}, inspection=str(own))
    lite.rate("2026-10-05T10:30", {"empathy": 2}, inspection=str(foreign))
    found = lite.ask(OCTOBER)
    assert found.own.conformity.score == Figure(Decimal("90.00"), 1)
    assert found.third_party.conformity.score == Figure(Decimal("60.00"), 1)
    assert found.own.satisfaction.score == Figure(Decimal("100.00"), 1)
    assert found.third_party.satisfaction.score == Figure(Decimal("0.00"), 1)
    # Equal weights of conformity and satisfaction.
    assert found.own.total == Figure(Decimal("95.00"), 2)
    assert found.third_party.total == Figure(Decimal("30.00"), 2)


def test_a_walk_that_is_not_over_or_not_scored_is_no_figure(lite: Assessing):
    lite.at("2026-10-05T18:00")
    start = lite.op("inspection.start@1", ("inspection", UUID(int=7 << 64)), ms("2026-10-05T09:00"))
    lite.send(start)
    lite.walk("2026-10-05T10:00")
    found = lite.ask(OCTOBER).own.conformity
    assert (found.score, found.unscored) == (Figure(None, 0), 1)


def test_the_trend_puts_every_case_into_its_own_month(lite: Assessing):
    for month, earned in (("08", "10"), ("09", "20"), ("10", "30")):
        lite.at(f"2026-{month}-28T12:00")
        lite.score(lite.walk(f"2026-{month}-28T08:00"), earned)
    asked = lite.question(OCTOBER)
    found = lite.server.look(lambda s: trend(s, asked, 2))
    assert [(one.period, conformity(one)) for one in found] == [
        ("2026-08", ("10.00", 1)),
        ("2026-09", ("20.00", 1)),
        ("2026-10", ("30.00", 1)),
    ]
    assert found[-1] == lite.ask(OCTOBER)


def test_ops_make_the_same_record_again_and_every_evening_can_be_asked_about_later(
    made: Assessing,
):
    """Random work of ten days, parallel edits among it; each evening's figures are kept."""
    random, walks, evenings = Random(5), [], {}
    for day in range(1, 11):
        made.at(f"2026-10-{day:02}T18:00")
        for _ in range(random.randrange(1, 4)):
            happened = f"2026-10-{random.randrange(1, day + 1):02}T{random.randrange(10):02}:00"
            walk = made.walk(happened, source=random.choice(("own", "third-party")))
            made.rate(happened, {"empathy": random.randrange(1, 6)}, inspection=str(walk))
            walks.append(walk)
        for walk in random.sample(walks, 2):
            made.score(walk, str(random.randrange(101)))
            # Not knowing of anything but what stands, or of nothing at all: merged, or beside it.
            base = heads(made, walk) if random.random() < 0.5 else ()
            verdict = {"verdict": random.choice(("approved", "returned"))}
            made.by_desk("review.decide@1", ("inspection", walk), verdict, base)
        evenings[day] = made.ask(OCTOBER)
    made.at("2026-11-05T12:00")
    for day, shown in evenings.items():
        assert made.ask(OCTOBER, f"2026-10-{day:02}T18:00:00+08:00") == shown
    assert len({str(one) for one in evenings.values()}) == 10
    assert made.server.look(lambda s: differing(s, made.site)) == []


def differing(session: Session, site: UUID) -> list[tuple[UUID, str]]:
    """The members in which a replayed record differs from the one that stands."""
    stretch = caselog.span(session, ms("2026-10-01T00:00"))
    found = {subject: life.state for subject, life in lives(session, site, stretch)}
    stands = records.get(session, found)
    assert len(stands) == len(found) > 20
    members = ("state", "heads", "revision", "change", "body", "conflict", "parent", "feed", "kind")
    return [
        (subject, name)
        for subject, state in found.items()
        for name in members
        if getattr(state, name) != getattr(stands[subject], name)
    ]


def test_weights_and_the_least_cases_are_the_policy_of_that_time(lite: Assessing):
    lite.at("2026-10-05T18:00")
    lite.score(lite.walk("2026-10-05T09:00"), "80")
    lite.rate("2026-10-05T09:30", {"empathy": 1})
    assert str(lite.ask(OCTOBER).own.total.percent) == "40.00"
    lite.at("2026-10-07T18:00")
    values = {"satisfaction_weight": "0", "minimum_cases": "2"}
    lite.server.do(
        lambda s: set_policy(s, lite.site, "assessment", values, "agreed", SYSTEM, lite.clock())
    )
    found = lite.ask(OCTOBER)
    assert str(found.own.total.percent) == "80.00"
    assert found.own.weights == {"satisfaction": 0, "conformity": 25}
    assert lite.ask(OCTOBER, "2026-10-06").own.weights == {"satisfaction": 25, "conformity": 25}
    (line,) = lite.server.look(lambda s: ranking(s, lite.question(OCTOBER), "site", "own"))
    assert line.place == 1
    none = {f"{part}_weight": "0" for part in PARTS}
    with pytest.raises(ProblemError, match="all weights are 0"):
        lite.server.do(
            lambda s: set_policy(s, lite.site, "assessment", none, "agreed", SYSTEM, lite.clock())
        )


def test_a_team_is_whom_its_people_belonged_to_when_it_happened(lite: Assessing):
    for day, team in (("05", "green"), ("10", "blue")):
        lite.at(f"2026-10-{day}T07:00")
        put_into(lite, team)
        lite.at(f"2026-10-{day}T18:00")
        lite.score(lite.walk(f"2026-10-{day}T09:00"), day)
    lite.score(lite.walk("2026-10-01T09:00"), "1")
    assert conformity(lite.ask(OCTOBER, team="green")) == ("3.00", 2)
    assert conformity(lite.ask(OCTOBER, team="blue")) == ("10.00", 1)
    assert conformity(lite.ask(OCTOBER, person=lite.inspector)) == ("5.33", 3)
    assert conformity(lite.ask(OCTOBER, person=lite.company.supervisor)) == (None, 0)
    lines = lite.server.look(lambda s: ranking(s, lite.question(OCTOBER), "team", "own"))
    assert [(one.name, one.place) for one in lines] == [("blue", None), ("green", None)]


def put_into(made: Assessing, team: str) -> None:
    made.server.do(lambda s: place(s, made.inspector, team, "", SYSTEM, made.clock()))


def test_a_finding_is_late_only_when_its_clock_says_so(lite: Assessing):
    """Major: 48 hours.  24 of them run, then it waits 72 for a part, then the other 24 run."""
    lite.at("2026-10-05T09:00")
    said = {"severity": "major", "text": "灯不亮", "item": "lamp", "photos": [SHA]}
    finding = ("finding", uuid7())
    lite.send(lite.op("finding.report@1", finding, ms("2026-10-05T09:00"), payload=said))
    lite.act()
    assert rectified(lite.ask(OCTOBER)) == (None, 0, 1)
    lite.at("2026-10-06T09:00")
    lite.by_desk("finding.pause@1", finding, {"reason": "等配件"}, heads(lite, finding[1]))
    lite.at("2026-10-09T09:00")
    assert rectified(lite.ask(OCTOBER)) == (None, 0, 1)
    lite.by_desk("finding.resume@1", finding, {}, heads(lite, finding[1]))
    lite.act()
    lite.at("2026-10-10T10:00")
    lite.act()
    late = lite.ask(OCTOBER)
    assert rectified(late) == ("0.00", 1, 0)
    assert str(late.own.handling.rates["rectified"].percent) == "0.00"
    lite.at("2026-10-10T11:00")
    # It had been put right at 08:30, out of signal: told late, and nobody's overdue.
    told = {"note": "已换", "after": [SHA]}
    lite.send(lite.op("rectification.report@1", finding, ms("2026-10-10T08:30"), payload=told))
    found = lite.ask(OCTOBER)
    assert rectified(found) == ("100.00", 1, 0)
    timing = found.own.efficiency.timings["finding-rectify"]
    assert (timing.late_receipt, str(timing.median_hours)) == (1, "47.50")  # 119.5 − 72
    assert str(found.own.handling.rates["rectified"].percent) == "100.00"
    assert lite.ask(OCTOBER, "2026-10-10T10:00:00+08:00") == late
    asked = lite.question(OCTOBER)
    (case,) = lite.server.look(lambda s: behind(s, asked, "handling.rectified", "own"))
    assert case.hashes == (SHA,)


def rectified(found: Figures) -> tuple[str | None, int, int]:
    timing = found.own.efficiency.timings["finding-rectify"]
    share = timing.on_time
    shown = None if share.percent is None else str(share.percent)
    return shown, share.cases, timing.pending


def test_a_complaint_waits_without_the_pause_and_is_no_case_before_its_time(lite: Assessing):
    lite.at("2026-10-05T09:00")
    talk = ("feedback", uuid7())
    at_ms = ms("2026-10-05T09:00")
    said = {"nature": "complaint", "text": "漏水", "tier": "general"}
    lite.send(lite.op("feedback.record@1", talk, at_ms, payload=said))
    assert lite.ask(OCTOBER).own.efficiency.timings["complaint-answer"].pending == 0
    lite.act()
    timings = lite.ask(OCTOBER).own.efficiency.timings
    assert [timings[f"complaint-{one}"].pending for one in ("answer", "resolve")] == [1, 1]
    steps: list[tuple[str, str, dict[str, str]]] = [
        ("10", "accept", {}),
        ("11", "classify", {"tier": "general"}),
        ("12", "pause", {"note": "等配件"}),
        ("15", "resume", {}),
        ("16", "investigate", {"note": "接头"}),
        ("17", "resolve", {"note": "已换"}),
    ]
    for hour, step, more in steps:
        lite.at(f"2026-10-05T{hour}:00")
        payload = {"step": step, **more}
        lite.send(lite.op("complaint.handle@1", talk, lite.clock(), payload=payload))
        lite.act()
    resolved = lite.ask(OCTOBER).own.efficiency.timings["complaint-resolve"]
    assert (resolved.on_time.cases, str(resolved.median_hours)) == (1, "5.00")  # 8 − 3
    lite.at("2026-10-06T09:01")
    answer = lite.ask(OCTOBER).own.efficiency.timings["complaint-answer"]
    assert (str(answer.on_time.percent), answer.median_hours) == ("0.00", None)


def test_sites_and_people_are_ranked_by_their_totals_with_enough_cases(lite: Assessing):
    lite.at("2026-10-05T18:00")
    for _ in range(5):
        lite.score(lite.walk("2026-10-05T09:00"), "80")
    asked = lite.question(OCTOBER, sites=[lite.site, lite.other])
    (line,) = lite.server.look(lambda s: ranking(s, asked, "person", "own"))
    assert (line.name, line.place, line.total.cases) == (str(lite.inspector), 1, 5)
    (line,) = lite.server.look(lambda s: ranking(s, asked, "site", "own"))
    assert (line.name, line.total) == (str(lite.site), Figure(Decimal("80.00"), 5))
    assert lite.server.look(lambda s: ranking(s, asked, "team", "own")) == []
    assert lite.server.look(lambda s: ranking(s, asked, "person", "third-party")) == []
    assert asked.timezone == ZONE
