"""Satisfaction: every figure worked out by hand beside it."""

from decimal import Decimal

import pytest

from fieldops.rules.satisfaction import DIMENSIONS, Rated, satisfaction, share_percent


def one(perceived: int, expected: int | None = None) -> dict[str, int]:
    return {"perceived": perceived} | ({} if expected is None else {"expected": expected})


def test_figures_by_hand():
    found = satisfaction(
        [
            {"tangibles": one(5, 4), "empathy": one(3, 5)},
            {"tangibles": one(4), "reliability": one(2, 4)},
            None,
            {},
            {"tangibles": one(1, 3)},
        ]
    )
    assert found.answers == 3
    # 5, 4, 1, 2 and 3: two of five are 4 or 5; gaps +1, −2, −2 and −2
    assert found.overall == Rated(
        ratings=5,
        satisfied=2,
        percent=Decimal("40.00"),
        perceived=Decimal("3.00"),
        expected=Decimal("4.00"),
        gap=Decimal("-1.25"),
        compared=4,
    )
    tangibles = found.dimensions["tangibles"]
    assert (tangibles.ratings, tangibles.percent) == (3, Decimal("66.67"))
    assert (tangibles.perceived, tangibles.expected) == (Decimal("3.33"), Decimal("3.50"))
    assert (tangibles.gap, tangibles.compared) == (Decimal("-0.50"), 2)
    assert list(found.dimensions) == ["tangibles", "reliability", "empathy"]
    assert found.is_met is False


def test_nothing_rated_has_no_figure():
    found = satisfaction([None, {}])
    assert (found.answers, found.percent, found.is_met) == (0, None, None)
    assert found.overall == Rated()
    assert found.dimensions == {}


def test_without_expectations_there_is_no_gap():
    found = satisfaction([{name: one(4) for name in DIMENSIONS}])
    assert found.percent == 100
    assert found.overall.gap is found.overall.expected is None
    assert found.is_met


@pytest.mark.parametrize(
    ("satisfied", "of", "met"), [(17, 20, True), (16, 20, False), (84, 99, False), (85, 100, True)]
)
def test_the_target_is_85_percent(satisfied: int, of: int, met: bool):
    scores = [4] * satisfied + [3] * (of - satisfied)
    assert satisfaction([{"empathy": one(score)} for score in scores]).is_met is met


def test_single_scores_are_rounded_half_up():
    assert share_percent([]) is None
    assert share_percent([5, 4, 3]) == Decimal("66.67")
    assert share_percent([4, *[1] * 799]) == Decimal("0.13")  # 0.125
