"""Ranking: who has the better total, with the number of cases beside it."""

from collections.abc import Mapping

from fieldops.model.assessment import Figure, Ranked


def rank(totals: Mapping[str, Figure], minimum: int) -> list[Ranked]:
    """The best first; equal totals share a place, and the next place counts them all (1, 1, 3).

    Whoever has no total or fewer than ``minimum`` cases is listed last, without a place: a total
    of two cases says little beside one of two hundred.
    """
    fit = {name: one for name, one in totals.items() if _fits(one, minimum)}
    lines = [
        Ranked(name=name, place=1 + sum(_above(one, other) for one in fit.values()), total=other)
        for name, other in fit.items()
    ]
    lines.sort(key=lambda line: (line.place, line.name))
    rest = sorted(totals.keys() - fit.keys())
    return lines + [Ranked(name=name, place=None, total=totals[name]) for name in rest]


def _fits(total: Figure, minimum: int) -> bool:
    return total.percent is not None and total.cases >= minimum


def _above(one: Figure, other: Figure) -> bool:
    assert one.percent is not None
    assert other.percent is not None
    return one.percent > other.percent
