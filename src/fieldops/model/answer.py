"""What was answered on a walk, and what the rules make of it."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from fieldops.model.answertypes import Titles
from fieldops.model.checklist import Outcome, RawValue, Severity

Value = None | bool | Decimal | str | tuple[str, ...]
"""An answer as rules and expressions see it; None stands for what was not answered."""

ViolationCode = Literal[
    "required",
    "type",
    "choice",
    "range",
    "pattern",
    "constraint",
    "photos",
    "not-applicable",
    "outcome",
    "repeats",
]


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One recorded result: ``outcome`` is a person's claim, ``repeat`` names the lift or room."""

    item: str
    repeat: str = ""
    value: RawValue = None
    outcome: Outcome | None = None
    photo_count: int = 0


class Sheet(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All answers of one walk.  ``date`` is its day at the site, YYYY-MM-DD, or empty if unknown.

    ``repeats`` lists repeats by section beyond those that the answers themselves name.
    """

    date: str = ""
    answers: tuple[Answer, ...] = ()
    repeats: dict[str, tuple[str, ...]] = {}


class Violation(Struct, frozen=True, kw_only=True):
    """Why an answer is not acceptable as it stands, and what to do, in both languages."""

    code: ViolationCode
    messages: Titles


class Read(Struct, frozen=True, kw_only=True):
    """A raw answer, read by its type.  ``fails`` is None where the type has no criterion.

    ``points`` out of ``points_max`` is None where passing alone decides what is earned.
    """

    value: Value = None
    violations: tuple[Violation, ...] = ()
    fails: bool | None = None
    points: Decimal | None = None
    points_max: Decimal = Decimal(1)
    usage: Decimal | None = None


class Judgement(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one answer comes to.  It earns ``points`` out of ``points_max`` of the item's weight.

    ``outcome`` is None while nothing acceptable was answered.  ``value`` is the answer as read, for
    a calculated item its result; ``usage`` is what a meter counted since its previous reading.
    """

    outcome: Outcome | None = None
    violations: tuple[Violation, ...] = ()
    points: Decimal = Decimal(0)
    points_max: Decimal = Decimal(1)
    answered: bool = False
    value: Value = None
    usage: Decimal | None = None


class Line(Struct, frozen=True, kw_only=True):
    """One item that shows, for one repeat, with its judgement."""

    section: str
    item: str
    repeat: str
    judgement: Judgement


class SectionViolation(Struct, frozen=True, kw_only=True):
    """A repeat group with too few or too many repeats."""

    section: str
    violation: Violation


class Reading(Struct, frozen=True, kw_only=True):
    """Everything that shows on a sheet, judged, in the order of the checklist."""

    lines: tuple[Line, ...] = ()
    violations: tuple[SectionViolation, ...] = ()


class ScoreSheet(Struct, frozen=True, kw_only=True):
    """A score in percent with two decimal places; None where nothing counted.

    ``marks`` record what a site has changed (``override:threshold``, ``override:<item>``, and
    ``override-unused:<item>`` for what does not fit), whether required items are open
    (``incomplete``), and a critical failure that decided (``critical``).
    """

    score: Decimal | None
    earned: Decimal
    possible: Decimal
    passed: bool | None
    threshold_percent: Decimal
    sections: dict[str, Decimal]
    marks: tuple[str, ...] = ()


class Failure(Struct, frozen=True, kw_only=True):
    """What the default rule raises a finding for; ``titles`` name the item and the repeat."""

    section: str
    item: str
    repeat: str
    severity: Severity
    titles: Titles
