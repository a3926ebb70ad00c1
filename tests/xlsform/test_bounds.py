"""Constraints that are plain bounds become ``min`` and ``max``; any others stay as they are."""

from decimal import Decimal

import pytest

from fieldops.model.answertypes import Number, Text
from fieldops.rules.expressions import parse_expression
from fieldops.xlsform.answers import Answered
from fieldops.xlsform.bounds import bounds
from fieldops.xlsform.render import render


@pytest.mark.parametrize(
    ("expression", "decimals", "low", "high"),
    [
        ("value >= 0 and value <= 100", 0, "0", "100"),
        ("value > 0 and value < 51", 0, "1", "50"),
        ("value >= 0.5", 9, "0.5", None),
        ("value < 7.5", 0, None, None),
        ("value > 0", 9, None, None),
        ("value >= 9 and value <= 3", 0, None, None),
        ("value >= 1 and value >= 2", 0, None, None),
        ("value <= 5 or value == 9", 0, None, None),
        ("value <= other", 0, None, None),
        ('value <= "5"', 0, None, None),
        ("value != 3", 0, None, None),
    ],
)
def test_plain_bounds(expression: str, decimals: int, low: str | None, high: str | None):
    answered = Answered(Number(decimals=decimals))
    found, left = bounds(answered, parse_expression(expression))
    assert isinstance(found.answer, Number)
    limits = tuple(None if text is None else Decimal(text) for text in (low, high))
    assert (found.answer.min, found.answer.max) == limits
    is_plain = any(limit is not None for limit in limits)
    assert (None if left is None else render(left)) == (None if is_plain else expression)


def test_only_numbers_have_bounds():
    node = parse_expression("value > 3")
    assert bounds(Answered(Text()), node) == (Answered(Text()), node)
