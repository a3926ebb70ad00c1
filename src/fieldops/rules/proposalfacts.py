"""What proposals are drawn from: one month of some sites, item by item and place by place."""

from msgspec import Struct

from fieldops.model.answertypes import Titles
from fieldops.model.assessment import Assessment
from fieldops.model.checklist import Severity
from fieldops.model.report import Dimension, Overdue, Place

SEVERE = {"minor": 1, "major": 2, "critical": 4}
"""What a failure of each severity weighs."""


class Pattern(Struct, frozen=True, kw_only=True):
    """How one item did at one place; members with ``before`` are of the month before.

    ``repeats`` are findings that came again there; ``walks`` the numbers of those it failed on.
    """

    key: str
    titles: Titles
    place: Place
    severity: Severity
    answered: int
    failed: int
    answered_before: int
    failed_before: int
    repeats: int = 0
    walks: tuple[int, ...] = ()


class Facts(Struct, frozen=True, kw_only=True):
    """What proposals are drawn from: one month of the sites together."""

    walks: int
    patterns: tuple[Pattern, ...]
    overdue: tuple[Overdue, ...]
    dimensions: tuple[Dimension, ...]
    own: Assessment


def both(zh: str, en: str) -> Titles:
    """A text in both languages."""
    return {"zh-CN": zh, "en": en}
