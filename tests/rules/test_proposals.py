"""Proposals: which pattern says what, and when nothing is said."""

from decimal import Decimal

from fieldops.model.answertypes import LANGUAGES
from fieldops.model.assessment import Assessment, Case
from fieldops.model.report import Dimension, Overdue, Place
from fieldops.rules.assessment import assess
from fieldops.rules.proposalfacts import Facts, Pattern
from fieldops.rules.proposals import propose
from fieldops_sync.ids import uuid7

WEIGHTS = {"satisfaction": 25, "efficiency": 25, "conformity": 25, "handling": 25}
LOBBY, GARAGE = Place("翠湖花园", "大堂"), Place("翠湖花园", "车库")


def pattern(place: Place = LOBBY, **given: object) -> Pattern:
    usual: dict[str, object] = {
        "key": "daily\x1ffloor",
        "titles": {"zh-CN": "地面", "en": "Floor"},
        "severity": "major",
        "answered": 20,
        "failed": 0,
        "answered_before": 20,
        "failed_before": 0,
    }
    return Pattern(place=place, **{**usual, **given})  # type: ignore[arg-type]


def own(**counted: tuple[int, int]) -> Assessment:
    """An assessment of so many good ones of so many cases, by figure."""
    site = uuid7()
    cases = [
        Case(
            counted=name.replace("_", "-").replace("--", "."),  # type: ignore[arg-type]
            kind="finding",
            id=uuid7(),
            site=site,
            at_ms=0,
            received_ms=0,
            good=number < good,
            took_ms=3_600_000 if number < good else None,
        )
        for name, (good, of) in counted.items()
        for number in range(of)
    ]
    return assess(cases, WEIGHTS, "own")


def facts(*patterns: Pattern, **given: object) -> Facts:
    usual: dict[str, object] = {"walks": 10, "overdue": (), "dimensions": (), "own": own()}
    return Facts(patterns=patterns, **{**usual, **given})  # type: ignore[arg-type]


def late(owner: str = "", days: int = 3) -> Overdue:
    return Overdue(
        id=uuid7(),
        place=GARAGE,
        titles={"zh-CN": "积水", "en": "Water"},
        severity="critical",
        state="open",
        owner=owner,
        team="",
        raised_ms=0,
        deadline_ms=0,
        days=days,
        walk=4,
    )


def test_what_rises_at_a_place_is_told_with_its_figures():
    (one,) = propose(facts(pattern(failed=5, failed_before=2, walks=(1, 3))))
    assert (one.about, one.weight, one.walks) == ("rising", 20, (1, 3))  # 2 · 5 failures · major
    assert one.why["zh-CN"] == "本月 20 次检查中 5 次不合格（25.0%），上月为 2/20（10.0%）。"
    assert "5 of 20 checks failed (25.0 %), after 2 of 20 (10.0 %)" in one.why["en"]
    assert "大堂" in one.titles["zh-CN"]


def test_what_is_no_pattern_is_not_told():
    assert propose(facts(pattern(failed=2))) == ()  # Fewer than three.
    assert propose(facts(pattern(failed=5, failed_before=5))) == ()  # It has not risen.
    assert propose(facts(pattern(failed=5, answered_before=0))) == ()  # Nobody looked before.
    assert propose(facts(pattern(failed=9), walks=4)) == ()  # Too few walks for anything.
    assert propose(facts(overdue=(late(),))) == ()  # One alone.


def test_what_comes_back_and_what_fails_everywhere_are_told():
    (one,) = propose(facts(pattern(failed=2, repeats=2, walks=(2,))))
    assert one.about == "recurring"
    assert "2 times within 30 days" in one.why["en"]
    places = (pattern(LOBBY, failed=4, failed_before=4), pattern(GARAGE, failed=6, failed_before=6))
    (one,) = propose(facts(*places))
    assert one.about == "everywhere"
    assert one.why["zh-CN"] == "2 个区域共 40 次检查中 10 次不合格（25.0%）。"
    few = (pattern(LOBBY, failed=2, failed_before=2), pattern(GARAGE, failed=2, failed_before=2))
    assert propose(facts(*few)) == ()  # 10 % is below 20 %.


def test_a_failure_comes_first_and_three_are_of_unlike_kinds():
    rated = Dimension(
        name="empathy",
        ratings=10,
        percent=Decimal("40.00"),
        gap=Decimal("-1.50"),
        compared=4,
    )
    given = facts(
        pattern(failed=4, walks=(1,)),
        pattern(failed=3, repeats=2, key="daily\x1fglass", walks=(1,)),
        overdue=(late(), late("李雷", 20)),
        dimensions=(rated,),
        own=own(**{"efficiency--finding-rectify": (1, 9), "handling--rounds": (8, 10)}),
    )
    found = propose(given)
    # Rectifying late (8 of 9) weighs as much as what is overdue (2 critical), and is one thing.
    assert [one.about for one in found] == ["rising", "overdue", "dissatisfied"]
    assert "1.50" in found[2].why["en"]
    assert all(text.get(one) for p in found for text in (p.titles, p.todo) for one in LANGUAGES)


def test_shares_that_miss_their_aim_are_told():
    (one,) = propose(facts(own=own(**{"handling--rounds": (8, 10)})))
    assert one.why["en"] == "2 of 10 planned rounds were missed; 80.00 % were walked (aim: 95 %)."
    (one,) = propose(facts(own=own(**{"efficiency--complaint-answer": (2, 3)})))
    assert one.about == "late"
    assert "1 of 3 were late, 66.67 % on time (aim: 90 %); median 1.00 h" in one.why["en"]
    (one,) = propose(facts(own=own(**{"efficiency--complaint-answer": (0, 3)})))
    assert "没有一件完成" in one.why["zh-CN"]
    assert propose(facts(own=own(**{"handling--rounds": (10, 10)}))) == ()
    low = Dimension(name="tangibles", ratings=5, percent=Decimal("60.00"))
    (one,) = propose(facts(dimensions=(low,)))
    assert one.about == "dissatisfied"


def test_overdue_is_told_by_site_with_who_has_no_owner():
    (one,) = propose(facts(overdue=(late(), late("李雷", 20))))
    assert one.why["zh-CN"] == "2 项整改已过期限，最久 20 天；其中 1 项无责任人。"
    assert one.walks == (4,)
