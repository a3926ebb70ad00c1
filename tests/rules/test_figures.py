"""Figures and patterns."""

from decimal import Decimal

import pytest

from fieldops.rules.figures import read_figure, round_figure, show_figure
from fieldops.rules.patterns import PATTERN_LENGTH_MAX, pattern_matches, pattern_valid


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (12, Decimal(12)),
        ("-0.125", Decimal("-0.125")),
        (True, None),
        (1.5, None),
        (10**15, None),
        (-(10**16), None),
        ("1e5", None),
        ("1.0000000001", None),
        ("", None),
        ("١", None),
        (None, None),
        (["1"], None),
    ],
)
def test_only_ints_and_decimal_text_are_figures(raw: object, expected: Decimal | None) -> None:
    assert read_figure(raw) == expected


@pytest.mark.parametrize(
    ("figure", "text"),
    [("1.50", "1.5"), ("1E+2", "100"), ("-0.0", "0"), ("0", "0")],
)
def test_figures_are_shown_plainly(figure: str, text: str) -> None:
    assert show_figure(Decimal(figure)) == text


def test_rounding_is_half_up() -> None:
    assert round_figure(Decimal("0.125"), 2) == Decimal("0.13")
    assert round_figure(Decimal("2.5"), 0) == 3


def test_patterns_match_the_whole_text_and_never_backtrack() -> None:
    assert pattern_matches("P-[0-9]+", "P-12")
    assert not pattern_matches("P-[0-9]+", "xP-12")
    assert not pattern_matches("(a+)+$", "a" * 5000 + "b")


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?=a)", "a" * (PATTERN_LENGTH_MAX + 1)])
def test_what_is_not_a_pattern_matches_nothing(pattern: str) -> None:
    assert not pattern_valid(pattern)
    assert not pattern_matches(pattern, "a")
