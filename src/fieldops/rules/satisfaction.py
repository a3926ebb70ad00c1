"""Residents' satisfaction from SERVQUAL ratings, perceived and expected (domain.md, rule 7).

    ratings of entries ─ by dimension ─┬─ share of perceived 4 and 5   satisfaction, target 85 %
                                       ├─ mean perceived, mean expected
                                       └─ perceived − expected, where both were given: the gap

Sources: the five dimensions of Parasuraman, Zeithaml and Berry (1988); the gap is the measure of
expectation–confirmation (Oliver, 1980).  What nobody rated has no figure: None, never zero.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from msgspec import Struct

DIMENSIONS = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
"""In the order in which they are shown."""
SATISFIED = 4
"""A rating from here on, of 5, is a satisfied one."""
TARGET_PERCENT = Decimal(85)
"""From this share on the target is met."""
_PLACES = Decimal("0.01")

Ratings = Mapping[str, Mapping[str, Any]]
"""The ``ratings`` of one feedback as its record holds them: {dimension: {perceived, expected}}."""


class Rated(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was rated in one dimension, or in all: figures to two decimal places, half up.

    ``ratings`` counts perceived ratings, ``satisfied`` those of 4 and 5, ``percent`` is their
    share.  ``perceived`` and ``expected`` are means of 1 to 5.  ``gap`` is the mean of perceived −
    expected over the ``compared`` ratings that gave both; below zero, expectations were not met.
    """

    ratings: int = 0
    satisfied: int = 0
    percent: Decimal | None = None
    perceived: Decimal | None = None
    expected: Decimal | None = None
    gap: Decimal | None = None
    compared: int = 0


class Satisfaction(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything rated together, and by dimension; ``answers`` counts the entries that rated."""

    answers: int = 0
    overall: Rated = Rated()
    dimensions: dict[str, Rated] = {}

    @property
    def percent(self) -> Decimal | None:
        """The share of 4 and 5 among all perceived ratings, 0 to 100; None if there are none."""
        return self.overall.percent

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None where nothing was rated."""
        return None if self.percent is None else self.percent >= TARGET_PERCENT


def satisfaction(ratings: Iterable[Ratings | None]) -> Satisfaction:
    """The figures of many entries; those that rated nothing (None, empty) do not count."""
    given = [one for one in ratings if one]
    pairs = {
        dimension: [
            (one[dimension]["perceived"], one[dimension].get("expected"))
            for one in given
            if dimension in one
        ]
        for dimension in DIMENSIONS
    }
    every = [pair for found in pairs.values() for pair in found]
    return Satisfaction(
        answers=len(given),
        overall=_rated(every),
        dimensions={dimension: _rated(found) for dimension, found in pairs.items() if found},
    )


def share_percent(scores: Iterable[int]) -> Decimal | None:
    """The share of 4 and 5 among single scores of 1 to 5, as of the answers to complaints."""
    given = list(scores)
    return _mean([100 * (score >= SATISFIED) for score in given])


def _rated(pairs: list[tuple[int, int | None]]) -> Rated:
    perceived = [one for one, _ in pairs]
    gaps = [one - expected for one, expected in pairs if expected is not None]
    return Rated(
        ratings=len(pairs),
        satisfied=sum(one >= SATISFIED for one in perceived),
        percent=share_percent(perceived),
        perceived=_mean(perceived),
        expected=_mean([expected for _, expected in pairs if expected is not None]),
        gap=_mean(gaps),
        compared=len(gaps),
    )


def _mean(figures: list[int]) -> Decimal | None:
    if not figures:
        return None
    mean = Fraction(sum(figures), len(figures))
    return (Decimal(mean.numerator) / Decimal(mean.denominator)).quantize(_PLACES, ROUND_HALF_UP)
