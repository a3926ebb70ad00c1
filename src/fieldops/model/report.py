"""The nouns of the monthly analysis report (domain.md, rule 9).

``Report`` holds what is said in no language yet; ``MonthView`` is what a domain plugin is shown of
it, ``ReportSection`` what the plugin adds.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

from fieldops.model.answertypes import Titles
from fieldops.model.assessment import Assessment, Ranked
from fieldops.model.checklist import Severity
from fieldops.model.plugin import PluginFault

Cell = str | int | Titles
"""What stands in a table of a plugin: a figure, a name, or a text in both languages."""


class ItemMonth(Struct, frozen=True, kw_only=True):
    """How one item did: ``answered`` are results that passed or failed.

    Members with ``before`` are of the month before.
    """

    checklist: str
    item: str
    titles: Titles
    severity: Severity = "minor"
    answered: int = 0
    failed: int = 0
    answered_before: int = 0
    failed_before: int = 0


class FindingMonth(Struct, frozen=True, kw_only=True):
    """A finding that arose in the month, as it stood when the report was made.

    ``plugin`` and ``rule`` raised it; ``site`` and ``area`` are names.  ``repeated`` says that the
    same was found at the same place lately, ``overdue`` that its deadline has passed.
    """

    plugin: str
    rule: str
    titles: Titles
    severity: Severity
    state: str
    site: str
    area: str = ""
    item: str = ""
    overdue: bool = False
    repeated: bool = False


class MonthView(Struct, frozen=True, kw_only=True):
    """What a plugin is shown of a month: its own domain's walks, items and findings.

    ``month`` is such as ``2026-10``; ``sites`` are names.  Nothing that people worded stands in it.
    """

    month: str
    sites: tuple[str, ...] = ()
    walks: int = 0
    walks_before: int = 0
    items: tuple[ItemMonth, ...] = ()
    findings: tuple[FindingMonth, ...] = ()


class ReportSection(Struct, frozen=True, kw_only=True):
    """A section of a plugin: paragraphs, and a table where it has ``columns``.

    Every text is in both languages; each row has a cell for each column.
    """

    titles: Titles
    paragraphs: tuple[Titles, ...] = ()
    columns: tuple[Titles, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()


class PluginPart(Struct, frozen=True):
    """What came of asking a plugin: its sections, or the fault that is told in their place."""

    plugin: str
    summary: Titles
    sections: tuple[ReportSection, ...] = ()
    fault: PluginFault | None = None


class Place(Struct, frozen=True):
    """A site by name, or an area of it."""

    site: str
    area: str = ""


class Totals(Struct, frozen=True, kw_only=True):
    """What a month comes to.  ``items`` are results that passed or failed.

    What only the reported month and the one before it are counted for is None in the others.
    """

    walks: int = 0
    third_party: int = 0
    items: int | None = None
    failed: int | None = None
    photos: int | None = None
    findings: int = 0
    feedback: int = 0
    complaints: int = 0


class Month(Struct, frozen=True, kw_only=True):
    """One month of the trend, as known when the report was made."""

    name: str
    totals: Totals
    own: Assessment
    third_party: Assessment


class Standing(Struct, frozen=True):
    """One line of a ranking by a name that people know."""

    name: str
    line: Ranked


class Failure(Struct, frozen=True, kw_only=True):
    """One item over all places; ``walks`` are the numbers of the walks on which it failed."""

    item: ItemMonth
    domain: str
    places: tuple[Place, ...]
    walks: tuple[int, ...]


class HotSpot(Struct, frozen=True, kw_only=True):
    """One area over all items.  ``walks`` are the numbers of the walks on which anything failed."""

    place: Place
    answered: int
    failed: int
    failed_before: int
    findings: int
    repeats: int
    complaints: int
    walks: tuple[int, ...]

    @property
    def weight(self) -> int:
        """What it is ordered by: each failure, repeat and complaint counts one."""
        return self.failed + self.repeats + self.complaints


class Overdue(Struct, frozen=True, kw_only=True):
    """A rectification that was due and not done.  ``walk`` is its number if it is of the month."""

    id: UUID
    place: Place
    titles: Titles
    severity: Severity
    state: str
    owner: str
    team: str
    raised_ms: int
    deadline_ms: int
    days: int
    walk: int | None = None


class Dimension(Struct, frozen=True, kw_only=True):
    """One of the five dimensions of service quality: share of 4 and 5, means, gap, by case."""

    name: str
    ratings: int = 0
    percent: Decimal | None = None
    perceived: Decimal | None = None
    expected: Decimal | None = None
    gap: Decimal | None = None
    compared: int = 0


class Picked(Struct, frozen=True, kw_only=True):
    """A photo that is shown; ``view`` (JPEG) and ``thumb`` (WebP) are SHA-256 of derivatives."""

    id: UUID
    sha256: str
    view: str
    thumb: str
    caption: str
    titles: Titles
    place: Place
    severity: Severity
    is_failure: bool
    at_ms: int
    walk: int


class Proposal(Struct, frozen=True, kw_only=True):
    """What to do, why, by which figures; ``about`` names the rule, ``walks`` what it rests on."""

    about: str
    titles: Titles
    why: Titles
    todo: Titles
    weight: int
    walks: tuple[int, ...] = ()


class Walk(Struct, frozen=True, kw_only=True):
    """An inspection of the month, by its number in the report."""

    number: int
    id: UUID
    place: Place
    checklist: Titles
    version: str
    domain: str
    source: str
    state: str
    at_ms: int
    score: str
    items: int
    failed: int
    photos: int


Kind = Literal["finding", "feedback", "round"]
LETTERS: Mapping[str, str] = {"inspection": "W", "finding": "F", "feedback": "C", "round": "R"}
"""What stands before the number of a record in the appendix."""


class Entry(Struct, frozen=True, kw_only=True):
    """Another record behind a figure, by its number among those of its kind."""

    number: int
    kind: Kind
    id: UUID
    place: Place
    at_ms: int
    state: str
    titles: Titles
    walk: int | None = None


class Behind(Struct, frozen=True):
    """What one figure counts: the numbers of its records by kind."""

    counted: str
    source: str
    numbers: Mapping[str, tuple[int, ...]]


class Report(Struct, frozen=True, kw_only=True):
    """A whole month as known at ``as_of_ms``, when the log had come to ``position``.

    ``timezone`` is what times are shown in, ``level`` the data level of those whom it is for.
    ``withheld`` names the plugins that failed to cover texts, with the code of their fault: what
    they care for is left out.
    """

    organisation: str
    month: str
    sites: tuple[str, ...]
    is_everywhere: bool
    as_of_ms: int
    position: int
    timezone: str
    level: int
    months: tuple[Month, ...]
    by_site: tuple[Standing, ...]
    by_team: tuple[Standing, ...]
    minimum_cases: int
    failures: tuple[Failure, ...]
    spots: tuple[HotSpot, ...]
    overdue: tuple[Overdue, ...]
    dimensions: tuple[Dimension, ...]
    best: tuple[Picked, ...]
    worst: tuple[Picked, ...]
    proposals: tuple[Proposal, ...]
    walks: tuple[Walk, ...]
    entries: tuple[Entry, ...]
    behind: tuple[Behind, ...]
    parts: tuple[PluginPart, ...] = ()
    withheld: Mapping[str, str] = {}

    @property
    def now(self) -> Month:
        """The month that is reported."""
        return self.months[-1]

    @property
    def before(self) -> Month:
        """The month before it."""
        return self.months[-2]
