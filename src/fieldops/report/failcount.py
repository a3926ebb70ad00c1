"""Counting what failed: each result, finding and complaint once for whatever it belongs to."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from msgspec import Struct, field
from sqlmodel import Session

from fieldops.flow import assess
from fieldops.flow.assess import Question
from fieldops.flow.view import Shelf
from fieldops.model.access import Level
from fieldops.model.answertypes import Titles
from fieldops.model.assessment import Case, Source
from fieldops.model.checklist import Severity
from fieldops.model.report import Dimension
from fieldops.report.build import dimensions
from fieldops.report.life import COMPLAINT, area_of, feedback
from fieldops.report.walked import Walked, walked
from fieldops.rules.assessment import rounded
from fieldops.store import caselog

Spot = tuple[UUID, UUID | None]
"""A site and an area of it, or the site as a whole."""


class Sum(Struct):
    """What is counted of one domain, item or area."""

    walked: int = 0
    walked_before: int = 0
    answered: int = 0
    failed: int = 0
    answered_before: int = 0
    failed_before: int = 0
    findings: int = 0
    repeats: int = 0
    complaints: int = 0
    earned: Decimal = Decimal(0)
    possible: Decimal = Decimal(0)
    walks: dict[UUID, int] = field(default_factory=dict)

    def add(self, failed: bool, walk: Walked) -> None:
        """Count one result that passed or failed."""
        if not walk.is_now:
            self.answered_before += 1
            self.failed_before += failed
            return
        self.answered += 1
        self.failed += failed
        if failed:
            self.walks[walk.case.id] = walk.case.at_ms

    @property
    def weight(self) -> int:
        """What areas are ordered by, as in the monthly report."""
        return self.failed + self.repeats + self.complaints

    @property
    def percent(self) -> Decimal | None:
        """What its walks earned of what was possible; None where nothing was."""
        if not self.possible:
            return None
        return rounded(Fraction(self.earned) / Fraction(self.possible) * 100)

    def latest(self, most: int) -> list[UUID]:
        """So many of the walks on which something failed, the latest first."""
        ordered = sorted(self.walks, key=lambda one: (-self.walks[one], one.hex))
        return ordered[:most]


class Counting:
    """What one question counts, over all its sites."""

    def __init__(self, session: Session, asked: Question, source: Source) -> None:
        self._session, self._asked, self._source = session, asked, source
        self._shelf = Shelf(Level.L1)
        self._cases: list[Case] = []
        self.domains: dict[str, Sum] = defaultdict(Sum)
        self.items: dict[tuple[str, str, str], Sum] = defaultdict(Sum)
        self.about: dict[tuple[str, str, str], tuple[Titles, Severity]] = {}
        self.areas: dict[Spot, Sum] = defaultdict(Sum)

    def count(self) -> "Counting":
        """Count every site that is asked about."""
        before = self._asked.period.before
        for site in assess.gather(self._session, self._asked, before):
            self._site(site, before.bounds_ms(site.timezone)[0])
        return self

    def _site(self, site: assess.Gathered, before_ms: int) -> None:
        begin_ms, end_ms = self._asked.period.bounds_ms(site.timezone)
        theirs = [
            one
            for one in site.cases
            if one.source == self._source and before_ms <= one.at_ms < end_ms
        ]
        now = [one for one in theirs if one.at_ms >= begin_ms]
        self._cases += now
        stretch = caselog.span(self._session, before_ms, self._asked.until_ms)
        for walk in walked(self._session, site, theirs, stretch, begin_ms, self._shelf):
            self._walk(site.view.site, walk)
        for case in now:
            if case.counted == "handling.unrepeated":
                self._finding(site, case)
        if not self._asked.team and self._asked.person is None and self._source == "own":
            for life in feedback(site.view, (begin_ms, end_ms)):
                is_complaint = life.state.body.get("nature") == COMPLAINT
                spot = site.view.site, area_of(site.view, life.state)
                self.areas[spot].complaints += is_complaint

    def _walk(self, site: UUID, walk: Walked) -> None:
        checklist = walk.checklist
        domain, key = (checklist.domain, checklist.key) if checklist else ("", "")
        of_domain, of_area = self.domains[domain], self.areas[site, walk.area]
        of_domain.walked += walk.is_now
        of_domain.walked_before += not walk.is_now
        if walk.is_now:
            of_domain.earned += walk.case.earned
            of_domain.possible += walk.case.possible
        for result in walk.view.results:
            if result.outcome not in ("pass", "fail"):
                continue
            item = domain, key, result.item
            # The latest walk names it: a later version may word it better.
            self.about[item] = walk.plain(result), result.severity
            for one in (of_domain, of_area, self.items[item]):
                one.add(result.outcome == "fail", walk)

    def _finding(self, site: assess.Gathered, case: Case) -> None:
        state = site.view.lives[case.id].state
        found = self.areas[site.view.site, area_of(site.view, state)]
        found.findings += 1
        found.repeats += bool(state.body.get("repeat_of"))
        if case.walk:
            found.walks.setdefault(case.walk, case.at_ms)

    def dimensions(self) -> list[Dimension]:
        """What residents gave each dimension."""
        return list(dimensions(self._cases, self._source))
