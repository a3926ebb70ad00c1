"""Figures of an assessment: by hand, one part at a time, and what has no cases."""

from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldops.model.assessment import PARTS, Assessment, Case, Figure
from fieldops.rules.assessment import assess, rounded
from fieldops.rules.assessmentranking import rank

SITE = uuid4()
EQUAL: dict[str, int] = dict.fromkeys(PARTS, 1)
HOUR_MS = 3_600_000


def case(counted: str, **given: Any) -> Case:
    filled = {"kind": "finding", "id": uuid4(), "site": SITE, "at_ms": 0, "received_ms": 0}
    for name in ("earned", "possible", "points"):
        if name in given:
            given[name] = Decimal(given[name])
    return Case(counted=counted, **{**filled, **given})  # type: ignore[arg-type]


def made(*cases: Case, **weights: int) -> Assessment:
    return assess(cases, {**EQUAL, **weights}, "own")


def rating(name: str, perceived: int, expected: int | None = None, **given: Any) -> Case:
    counted = f"satisfaction.{name}"
    return case(counted, perceived=perceived, expected=expected, good=perceived > 3, **given)


def timed(*hours: float) -> list[Case]:
    return [
        case("efficiency.finding-rectify", good=True, took_ms=int(one * HOUR_MS)) for one in hours
    ]


def test_without_cases_there_is_no_figure_and_never_nought():
    found = made()
    assert (found.total, found.weights) == (Figure(None, 0), {})
    for part in (found.satisfaction, found.efficiency, found.conformity, found.handling):
        assert part.score == Figure(None, 0)
    assert set(found.satisfaction.dimensions.values()) == {Figure(None, 0)}
    assert found.efficiency.timings["complaint-answer"].median_hours is None
    assert found.handling.rates["rounds"] == Figure(None, 0)


def test_satisfaction_is_the_share_of_good_ratings_of_all_dimensions():
    rated = [("tangibles", 4, 5), ("tangibles", 3, 4), ("empathy", 5, None)]
    found = made(*[rating(*one) for one in rated]).satisfaction
    assert found.score == Figure(Decimal("66.67"), 3)
    assert found.dimensions["tangibles"] == Figure(Decimal("50.00"), 2)
    assert found.dimensions["empathy"] == Figure(Decimal("100.00"), 1)
    assert found.dimensions["assurance"] == Figure(None, 0)
    assert found.gaps == {"tangibles": Decimal("-1.00")}


def test_conformity_sums_what_was_earned_and_takes_off_what_was_deducted():
    walks = [
        case("conformity.walks", earned="9", possible="10"),
        case("conformity.walks", earned="30", possible="60"),
        case("conformity.walks"),
    ]
    assert made(*walks).conformity.score == Figure(Decimal("55.71"), 2)  # 39 / 70
    deducted = case("conformity.deductions", points="4.5", good=False)
    found = made(*walks, deducted, case("conformity.deductions", points="7", good=True)).conformity
    assert found.score == Figure(Decimal("49.29"), 2)  # (39 − 4.5) / 70
    assert (found.deducted, found.deductions, found.restored) == (Decimal("4.5"), 2, 1)
    assert (found.earned, found.possible, found.unscored) == (Decimal(39), Decimal(70), 1)


def test_deductions_never_go_below_nought_and_are_no_figure_without_walks():
    walk = case("conformity.walks", earned="1", possible="10")
    deducted = case("conformity.deductions", points="5", good=False)
    assert made(walk, deducted).conformity.score == Figure(Decimal("0.00"), 1)
    alone = made(deducted).conformity
    assert (alone.score, alone.deductions) == (Figure(None, 0), 1)


def test_efficiency_counts_what_ended_and_shows_what_is_pending():
    answers = [case("efficiency.complaint-answer", good=one) for one in (True, True, False, None)]
    late = case("efficiency.complaint-resolve", good=True, late_receipt=True, took_ms=HOUR_MS)
    found = made(*answers, late).efficiency
    assert found.score == Figure(Decimal("75.00"), 4)
    assert found.timings["complaint-answer"].on_time == Figure(Decimal("66.67"), 3)
    assert found.timings["complaint-answer"].pending == 1
    assert found.timings["complaint-resolve"].late_receipt == 1


@pytest.mark.parametrize(
    ("hours", "median", "p90"),
    [
        ([5], "5.00", "5.00"),
        ([1, 2], "1.50", "2.00"),
        ([9, 1, 2], "2.00", "9.00"),
        (list(range(1, 11)), "5.50", "9.00"),
        (list(range(1, 12)), "6.00", "10.00"),
        ([0.3375], "0.34", "0.34"),
    ],
)
def test_median_and_the_time_that_nine_in_ten_kept(hours: list[float], median: str, p90: str):
    found = made(*timed(*hours)).efficiency.timings["finding-rectify"]
    assert (str(found.median_hours), str(found.p90_hours)) == (median, p90)


def test_handling_is_the_mean_of_rates_however_many_cases_each_has():
    cases = [case("handling.rectified", good=one) for one in (True, False, None)]
    cases += [case("handling.recheck", good=True) for _ in range(9)]
    cases += [case("handling.unrepeated", good=one) for one in (True, False, True)]
    found = made(*cases).handling
    # (1/2 + 1 + 2/3) / 3 = 13/18
    assert found.score == Figure(Decimal("72.22"), 14)
    assert found.repeats == 1
    assert found.rates["punctual"] == Figure(None, 0)


def test_the_total_is_weighted_over_the_parts_that_have_cases():
    cases = [rating("empathy", 3), case("efficiency.finding-rectify", good=True)]
    found = made(*cases, satisfaction=3)
    assert found.total == Figure(Decimal("25.00"), 2)
    assert found.weights == {"satisfaction": 3, "efficiency": 1}
    nothing = made(*cases, satisfaction=0, efficiency=0)
    assert nothing.total == Figure(None, 2)


def test_the_total_is_reckoned_from_what_was_not_rounded():
    cases = [rating("empathy", one) for one in (5, 1, 2)]
    cases += [case("efficiency.finding-rectify", good=one) for one in (True, False, False)]
    # 1/3 and 1/3 and 0.005 of conformity: (66.6666… + 0.5) / 3 = 22.3888…
    cases.append(case("conformity.walks", earned="0.005", possible="1"))
    assert made(*cases).total.percent == Decimal("22.39")


def test_sources_stand_apart():
    own = rating("empathy", 4)
    foreign = rating("empathy", 3, source="third-party")
    assert made(own, foreign).total == Figure(Decimal("100.00"), 1)
    assert assess([own, foreign], EQUAL, "third-party").total == Figure(Decimal("0.00"), 1)


@given(st.fractions(min_value=0, max_value=1000))
def test_rounding_is_half_up_to_two_places(exact: Fraction):
    found = rounded(exact)
    assert found.as_tuple().exponent == -2
    assert -Fraction(1, 200) <= exact - Fraction(found) < Fraction(1, 200)


def test_half_a_hundredth_goes_up():
    assert [str(rounded(Fraction(one))) for one in ("0.005", "2.675", "0.0049")] == [
        "0.01",
        "2.68",
        "0.00",
    ]


def test_equal_totals_share_a_place_and_few_cases_have_none():
    totals = {
        "a": Figure(Decimal("80.00"), 9),
        "b": Figure(Decimal("90.00"), 5),
        "c": Figure(Decimal("80.00"), 6),
        "d": Figure(Decimal("70.00"), 5),
        "e": Figure(Decimal("99.00"), 4),
        "f": Figure(None, 50),
    }
    lines = [(line.name, line.place, line.total.cases) for line in rank(totals, 5)]
    assert lines == [
        ("b", 1, 5),
        ("a", 2, 9),
        ("c", 2, 6),
        ("d", 4, 5),
        ("e", None, 4),
        ("f", None, 50),
    ]
