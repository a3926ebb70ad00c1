"""Assessment: from cases to the figures of one site, team or person.

    cases ─┬─ satisfaction   share of ratings of 4 and 5 ─────────────────┐
           ├─ efficiency     share done by its deadline, of all timed ────┤
           ├─ conformity     (earned − deducted) / possible ──────────────┼─ weighted ─→ total
           └─ handling       mean of its rates ───────────────────────────┘

Everything is reckoned in fractions and rounded once, where it becomes a figure: half up, to two
places, as people do on paper.  What has no cases has no figure, and takes no part in what is
reckoned from it: nought would say that all went wrong.  The parts are those of domain.md, rule 8;
their weights are ours, and a site's policy says others.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from fieldops.model.assessment import (
    PARTS,
    RATES,
    TIMED,
    Assessment,
    Case,
    Conformity,
    Efficiency,
    Figure,
    Handling,
    Satisfaction,
    Source,
    Timing,
)
from fieldops.rules.satisfaction import DIMENSIONS, Rated, satisfaction

_HOUR_MS = 3_600_000
_Sorted = Mapping[str, Sequence[Case]]


def assess(cases: Iterable[Case], weights: Mapping[str, int], source: Source) -> Assessment:
    """The figures of these cases, of those from one source.  ``weights`` are by part."""
    of: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.source == source:
            of[case.counted].append(case)
    satisfaction, exact_satisfaction = _satisfaction(of)
    efficiency, exact_efficiency = _efficiency(of)
    conformity, exact_conformity = _conformity(of)
    handling, exact_handling = _handling(of)
    exact = (exact_satisfaction, exact_efficiency, exact_conformity, exact_handling)
    scored: dict[str, Fraction] = {
        part: one for part, one in zip(PARTS, exact, strict=True) if one is not None
    }
    made = (satisfaction, efficiency, conformity, handling)
    return Assessment(
        source=source,
        total=Figure(_percent(_weighted(scored, weights)), sum(one.score.cases for one in made)),
        weights={part: weights[part] for part in scored},
        satisfaction=satisfaction,
        efficiency=efficiency,
        conformity=conformity,
        handling=handling,
    )


def rounded(exact: Fraction) -> Decimal:
    """The one rounding of all figures, which are never negative: ROUND_HALF_UP, two places.

    It is done on the fraction: a decimal of it would have been rounded before.
    """
    return Decimal((exact * 200 + 1) // 2).scaleb(-2)


def hours(took_ms: Fraction | int) -> Decimal:
    """A time in hours, rounded as all figures."""
    return rounded(Fraction(took_ms) / _HOUR_MS)


def _percent(share: Fraction | None) -> Decimal | None:
    return None if share is None else rounded(share * 100)


def _share(cases: Iterable[Case]) -> tuple[Fraction | None, int]:
    """The share of good ones among those that ended, and how many ended."""
    ended = [case.good for case in cases if case.good is not None]
    return (Fraction(sum(ended), len(ended)) if ended else None), len(ended)


def _figure(cases: Iterable[Case]) -> Figure:
    share, count = _share(cases)
    return Figure(_percent(share), count)


def _weighted(scored: Mapping[str, Fraction], weights: Mapping[str, int]) -> Fraction | None:
    whole = sum(weights[part] for part in scored)
    if not whole:
        return None
    return sum((weights[part] * one for part, one in scored.items()), Fraction()) / whole


def _satisfaction(of: _Sorted) -> tuple[Satisfaction, Fraction | None]:
    ratings = [
        {name: {"perceived": case.perceived, "expected": case.expected}}
        for name in DIMENSIONS
        for case in of.get(f"satisfaction.{name}", ())
    ]
    found = satisfaction(ratings)
    by_name = {name: found.dimensions.get(name, Rated()) for name in DIMENSIONS}
    made = Satisfaction(
        score=Figure(found.percent, found.overall.ratings),
        dimensions={name: Figure(one.percent, one.ratings) for name, one in by_name.items()},
        gaps={name: one.gap for name, one in by_name.items() if one.gap is not None},
        answers=_figure(of.get("satisfaction.answers", ())),
    )
    if not found.overall.ratings:
        return made, None
    return made, Fraction(found.overall.satisfied, found.overall.ratings)


def _efficiency(of: _Sorted) -> tuple[Efficiency, Fraction | None]:
    timed = {name: of.get(f"efficiency.{name}", ()) for name in TIMED}
    share, count = _share(case for cases in timed.values() for case in cases)
    timings = {name: timing(cases) for name, cases in timed.items()}
    return Efficiency(score=Figure(_percent(share), count), timings=timings), share


def timing(cases: Sequence[Case]) -> Timing:
    """How long these took: the median (of an even number, between the middle two), and the time
    that nine in ten did not exceed (the nearest rank: the ⌈0.9 n⌉-th of n)."""
    took = sorted(case.took_ms for case in cases if case.took_ms is not None)
    count = len(took)
    median = Fraction(took[(count - 1) // 2] + took[count // 2], 2) if took else None
    p90 = Fraction(took[-(-9 * count // 10) - 1]) if took else None
    return Timing(
        on_time=_figure(cases),
        pending=sum(case.good is None for case in cases),
        late_receipt=sum(case.late_receipt for case in cases),
        median_hours=None if median is None else hours(median),
        p90_hours=None if p90 is None else hours(p90),
    )


def _conformity(of: _Sorted) -> tuple[Conformity, Fraction | None]:
    """Sums, not a mean of percents: a large walk counts for more than a small one.

    Never below nought, however much was deducted.
    """
    walks = of.get("conformity.walks", ())
    scored = [case for case in walks if case.possible > 0]
    deductions = of.get("conformity.deductions", ())
    earned = sum((case.earned for case in scored), Decimal(0))
    possible = sum((case.possible for case in scored), Decimal(0))
    deducted = sum((case.points for case in deductions if not case.good), Decimal(0))
    share = max(Fraction(earned - deducted), Fraction()) / Fraction(possible) if scored else None
    made = Conformity(
        score=Figure(_percent(share), len(scored)),
        earned=earned,
        possible=possible,
        deducted=deducted,
        deductions=len(deductions),
        restored=sum(case.good is True for case in deductions),
        unscored=len(walks) - len(scored),
    )
    return made, share


def _handling(of: _Sorted) -> tuple[Handling, Fraction | None]:
    """The rates are of unlike things, so each counts once, however many cases it has."""
    cases = {name: of.get(f"handling.{name}", ()) for name in RATES}
    shares = [share for share in (_share(one)[0] for one in cases.values()) if share is not None]
    mean = sum(shares, Fraction()) / len(shares) if shares else None
    rates = {name: _figure(one) for name, one in cases.items()}
    count = sum(rate.cases for rate in rates.values())
    repeats = sum(case.good is False for case in cases["unrepeated"])
    made = Handling(score=Figure(_percent(mean), count), rates=rates, repeats=repeats)
    return made, mean
