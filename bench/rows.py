"""What a benchmark found: rows of figures, as a table and as JSON."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Literal

import msgspec
from msgspec import Struct


class Sample(Struct, frozen=True):
    """One run: the figure, and the floor's where it was measured in the same run."""

    value: float
    floor: float
    rss_mb: float


class Row(Struct, frozen=True):
    """``value`` and ``floor`` are medians over ``runs``, in ``unit``; ``ratio`` is their quotient.

    ``against`` says what the floor is; ``bound`` says how ``ratio`` must stand to ``target``.
    """

    name: str
    unit: str
    value: float
    floor: float
    ratio: float
    rss_mb: float
    runs: int
    against: str
    bound: Literal["at least", "at most"]
    target: float

    @property
    def is_met(self) -> bool:
        """Whether the target is reached."""
        if self.bound == "at least":
            return self.ratio >= self.target
        return self.ratio <= self.target


class Aim(Struct, frozen=True):
    """What a row is compared with, and how its ratio must come out."""

    unit: str
    against: str
    bound: Literal["at least", "at most"]
    target: float


def row(name: str, aim: Aim, samples: Sequence[Sample]) -> Row:
    """The medians of some runs; ``rss_mb`` is the highest."""
    value, floor = median(s.value for s in samples), median(s.floor for s in samples)
    return Row(
        name=name,
        unit=aim.unit,
        value=_figure(value),
        floor=_figure(floor),
        ratio=round(value / floor, 3),
        rss_mb=round(max(s.rss_mb for s in samples), 1),
        runs=len(samples),
        against=aim.against,
        bound=aim.bound,
        target=aim.target,
    )


def _figure(value: float) -> float:
    """Four significant digits: more would only look exact."""
    return float(f"{value:.4g}")


def table(rows: Sequence[Row]) -> str:
    """Rows as text, one a line."""
    lines = [
        f"{'name':<28} {'value':>10} {'floor':>10} {'ratio':>7}  {'target':<8} "
        f"{'rss MB':>7}  unit; floor"
    ]
    for one in rows:
        sign = "≥" if one.bound == "at least" else "≤"
        verdict = " " if one.is_met else "!"
        lines.append(
            f"{one.name:<28} {one.value:>10g} {one.floor:>10g} {one.ratio:>7.3f} {verdict}"
            f"{sign} {one.target:<6g} {one.rss_mb:>7.1f}  {one.unit}; {one.against}"
        )
    return "\n".join(lines)


def write(rows: Sequence[Row], path: Path) -> None:
    """Write the rows as a JSON array."""
    text = msgspec.json.format(msgspec.json.encode(list(rows)), indent=2)
    path.write_bytes(text + b"\n")
