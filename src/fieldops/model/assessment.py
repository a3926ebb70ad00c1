"""The nouns of assessment: the cases that are counted, and the figures that they come to."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

Source = Literal["own", "third-party"]
"""Who looked: the company's own people, or an inspector from outside, whose figures stand apart."""
Part = Literal["satisfaction", "efficiency", "conformity", "handling"]
PARTS: tuple[Part, ...] = ("satisfaction", "efficiency", "conformity", "handling")
"""The four parts of an assessment (domain.md, rule 8)."""

Counted = Literal[
    "satisfaction.tangibles",
    "satisfaction.reliability",
    "satisfaction.responsiveness",
    "satisfaction.assurance",
    "satisfaction.empathy",
    "satisfaction.answers",
    "efficiency.complaint-answer",
    "efficiency.complaint-resolve",
    "efficiency.finding-rectify",
    "conformity.walks",
    "conformity.deductions",
    "handling.rectified",
    "handling.recheck",
    "handling.unrepeated",
    "handling.rounds",
    "handling.punctual",
]
"""Every figure that has cases of its own: ``<part>.<what>``."""
TIMED = ("complaint-answer", "complaint-resolve", "finding-rectify")
RATES = ("rectified", "recheck", "unrepeated", "rounds", "punctual")


class Case(Struct, frozen=True, kw_only=True):
    """One thing that one figure counts.

    ``kind`` and ``id`` are the record's, ``at_ms`` is when it occurred, which decides the period,
    ``received_ms`` when the server had it.  ``people`` are those whom it is put down to: who
    walked, who rectified, who answered; ``team`` is theirs.  ``walk`` is the inspection behind it.

    ``good`` says how it ended, None while that is open: such a case is shown as pending and counts
    in no share.  Of a deduction it says that an appeal has taken it back.  ``earned``, ``possible``
    and ``points`` are in the checklist's own weights; ``took_ms`` is how long it took without
    pauses; ``due_ms`` and ``done_ms`` are when it was due and done; ``late_receipt`` that it was
    done in time and told only afterwards.  ``perceived`` and ``expected`` are ratings of 1 to 5.
    ``result`` is the one that it is about, ``hashes`` the SHA-256 of photos that the record cites.
    """

    counted: Counted
    kind: str
    id: UUID
    site: UUID
    at_ms: int
    received_ms: int
    source: Source = "own"
    people: frozenset[UUID] = frozenset()
    team: str = ""
    walk: UUID | None = None
    good: bool | None = None
    earned: Decimal = Decimal(0)
    possible: Decimal = Decimal(0)
    points: Decimal = Decimal(0)
    took_ms: int | None = None
    due_ms: int | None = None
    done_ms: int | None = None
    late_receipt: bool = False
    perceived: int | None = None
    expected: int | None = None
    result: UUID | None = None
    hashes: tuple[str, ...] = ()


class Figure(Struct, frozen=True):
    """A figure in percent with the number of its cases; None where there are none."""

    percent: Decimal | None
    cases: int


class Timing(Struct, frozen=True, kw_only=True):
    """How long something took against its deadline.

    ``cases`` of ``on_time`` are those done or overdue; ``pending`` are neither.  ``late_receipt``
    of those on time were told after the deadline.  Hours are those of the cases that are done.
    """

    on_time: Figure
    pending: int = 0
    late_receipt: int = 0
    median_hours: Decimal | None = None
    p90_hours: Decimal | None = None


class Satisfaction(Struct, frozen=True, kw_only=True):
    """The share of ratings of 4 and 5, of all dimensions and by each.

    ``gaps`` are the means of perceived − expected by dimension, where both were given.  ``answers``
    is the share of 4 and 5 among what residents said of the answers to their complaints; it stands
    beside the score, for it is another scale.
    """

    score: Figure
    dimensions: Mapping[str, Figure]
    gaps: Mapping[str, Decimal]
    answers: Figure


class Efficiency(Struct, frozen=True, kw_only=True):
    """The share on time of all that had a deadline, and what makes it up."""

    score: Figure
    timings: Mapping[str, Timing]


class Conformity(Struct, frozen=True, kw_only=True):
    """What walks earned of what was possible, less what was deducted and stands.

    ``unscored`` walks were submitted and have no score (yet).  Of ``deductions`` an appeal took
    back ``restored``.
    """

    score: Figure
    earned: Decimal = Decimal(0)
    possible: Decimal = Decimal(0)
    deducted: Decimal = Decimal(0)
    deductions: int = 0
    restored: int = 0
    unscored: int = 0


class Handling(Struct, frozen=True, kw_only=True):
    """The mean of the rates that have cases; ``repeats`` are findings that came again."""

    score: Figure
    rates: Mapping[str, Figure]
    repeats: int = 0


class Assessment(Struct, frozen=True, kw_only=True):
    """One site, team or person over one period, from one source.

    ``total`` is weighted over the parts that have a score; ``weights`` are those of these parts.
    """

    source: Source
    total: Figure
    weights: Mapping[str, int]
    satisfaction: Satisfaction
    efficiency: Efficiency
    conformity: Conformity
    handling: Handling


class Ranked(Struct, frozen=True, kw_only=True):
    """One line of a ranking; without a ``place`` it has fewer cases than ranking needs."""

    name: str
    place: int | None
    total: Figure
