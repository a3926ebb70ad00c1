"""A month as one value, made from the ledger as far as it had come by a moment.

    sites ─ assess.gather ─┬─ cases ─→ months, ranking, dimensions, what is behind
                           ├─ walks, judged ─→ failures, hot spots, photos        (``tally``)
                           └─ lives ─→ findings, feedback, rounds, overdue
                                                  └─ rules ─→ proposals

Every figure of an assessment is made by the very functions that ``fieldops assess`` uses.  The same
question about the same log gives the same value, whenever it is asked.
"""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import assess
from fieldops.flow.assess import By, Question
from fieldops.model.access import Level
from fieldops.model.assessment import Case, Source
from fieldops.model.report import Dimension, Month, MonthView, Report, Standing, Totals
from fieldops.report import behind, patterns
from fieldops.report.covering import Cover
from fieldops.report.life import Kept, Lives
from fieldops.report.naming import Names
from fieldops.report.shots import pick
from fieldops.report.tally import Tally
from fieldops.report.walked import walked
from fieldops.rules.assessment import assess as reckon
from fieldops.rules.assessmentperiods import Period, previous
from fieldops.rules.policies import AssessmentPolicy
from fieldops.rules.proposalfacts import Facts
from fieldops.rules.proposals import propose
from fieldops.rules.satisfaction import DIMENSIONS, Rated, satisfaction
from fieldops.store import caselog, lately

BEFORE = 5
"""Months before the reported one that the trend shows: half a year together."""
Progress = Callable[[int, int], None]
"""Hears how many of how many sites are read."""


class Asked(Struct, frozen=True, kw_only=True):
    """What is reported to whom.

    ``as_of_ms`` is the moment that things are known and judged at, ``timezone`` what times are
    shown in and that of sites which name none, ``level`` what the audience may see.
    """

    organisation: str
    sites: tuple[UUID, ...]
    is_everywhere: bool
    period: Period
    as_of_ms: int
    timezone: str
    level: Level = Level.L1


class Built(Struct, frozen=True):
    """A report without what plugins add, and what each domain's plugin is shown of the month."""

    report: Report
    views: Mapping[str, MonthView]


def build(
    session: Session,
    asked: Asked,
    progress: Progress = lambda _done, _all: None,
    cover: Cover | None = None,
) -> Built:
    """The report that is asked for; its texts are covered by ``cover``, else by the core alone."""
    return _Making(session, asked, cover or Cover(asked.level)).make(progress)


class _Making:
    def __init__(self, session: Session, asked: Asked, cover: Cover) -> None:
        self._session, self._asked = session, asked
        self._periods = previous(asked.period, BEFORE)
        self._question = Question(
            sites=asked.sites,
            period=asked.period,
            now_ms=asked.as_of_ms,
            timezone=asked.timezone,
            until_ms=asked.as_of_ms,
        )
        self._position = lately.last_by(session, asked.as_of_ms)
        self._cover = cover
        self._names = Names(session, asked.as_of_ms, cover)
        self._tally = Tally(session, self._names, asked.level, cover)
        self._lives = Lives(session, self._names, cover, asked.as_of_ms, self._position)
        self._cases: list[list[Case]] = [[] for _ in self._periods]
        self._feedback = [Kept() for _ in self._periods]

    def make(self, progress: Progress) -> Built:
        gathered = assess.gather(self._session, self._question, self._periods[0])
        for number, site in enumerate(gathered, 1):
            self._add(site)
            progress(number, len(self._asked.sites))
        report = self._report()
        return Built(report, self._views(report))

    def _add(self, site: assess.Gathered) -> None:
        made = assess.apart(site.cases, self._periods, site.timezone)
        for known, more in zip(self._cases, made, strict=True):
            known += more
        begin_ms = self._asked.period.bounds_ms(site.timezone)[0]
        before_ms = self._periods[-2].bounds_ms(site.timezone)[0]
        stretch = caselog.span(self._session, before_ms, self._asked.as_of_ms)
        two_months = [*made[-2], *made[-1]]
        shelf = self._tally.shelf
        self._tally.add(walked(self._session, site, two_months, stretch, begin_ms, shelf))
        bounds = [one.bounds_ms(site.timezone) for one in self._periods]
        for kept, within in zip(self._feedback, bounds, strict=True):
            self._lives.count(site.view, within, kept)
        self._lives.add(site.view, made[-1], bounds[-1])

    def _report(self) -> Report:
        asked, now = self._asked, self._cases[-1]
        stands = assess.policy(self._session, self._question)
        months = self._months(stands.weights)
        walks, numbers = patterns.numbered(self._tally.walks)
        entries = self._lives.numbered(numbers)
        overdue = self._lives.overdue(numbers)
        found = patterns.of(self._tally, self._lives, numbers)
        rated = dimensions(now)
        best, worst = pick(self._session, self._tally, numbers)
        own = months[-1].own
        facts = Facts(
            walks=len(walks),
            patterns=found,
            overdue=overdue,
            dimensions=rated,
            own=own,
        )
        return Report(
            organisation=asked.organisation,
            month=asked.period.name,
            sites=tuple(self._names.of(one, one) for one in asked.sites),
            is_everywhere=asked.is_everywhere,
            as_of_ms=asked.as_of_ms,
            position=self._position,
            timezone=asked.timezone,
            level=int(asked.level),
            months=months,
            by_site=self._ranked("site", stands) if len(asked.sites) > 1 else (),
            by_team=self._ranked("team", stands),
            minimum_cases=stands.minimum_cases,
            failures=patterns.failures(self._tally, numbers),
            spots=patterns.spots(self._tally, self._lives, numbers),
            overdue=overdue,
            dimensions=rated,
            best=best,
            worst=worst,
            proposals=propose(facts),
            walks=walks,
            entries=entries,
            behind=behind.of(now, numbers, entries),
        )

    def _views(self, report: Report) -> dict[str, MonthView]:
        """By domain; under no name, everything."""
        tally, lives = self._tally, self._lives
        domains = sorted({"", *(domain for domain, _is_now in tally.walks_of)})
        return {one: patterns.view(tally, lives, report, one) for one in domains}

    def _months(self, weights: Mapping[str, int]) -> tuple[Month, ...]:
        made = []
        for period, cases, kept in zip(self._periods, self._cases, self._feedback, strict=True):
            walks = [one for one in cases if one.counted == "conformity.walks"]
            totals = Totals(
                walks=len(walks),
                third_party=sum(one.source == "third-party" for one in walks),
                findings=sum(one.counted == "handling.unrepeated" for one in cases),
                feedback=kept.feedback,
                complaints=kept.complaints,
            )
            own, third = reckon(cases, weights, "own"), reckon(cases, weights, "third-party")
            made.append(Month(name=period.name, totals=totals, own=own, third_party=third))
        tally = self._tally
        before = tally.before
        made[-2] = _with(made[-2], before["items"], before["failed"], before["photos"])
        walks_now = tally.walks
        made[-1] = _with(
            made[-1],
            sum(one.items for one in walks_now),
            sum(one.failed for one in walks_now),
            sum(one.photos for one in walks_now),
        )
        return tuple(made)

    def _ranked(self, by: By, stands: AssessmentPolicy) -> tuple[Standing, ...]:
        lines = assess.ranked(self._cases[-1], stands, by, "own")
        return tuple(Standing(self._name(by, one.name), one) for one in lines)

    def _name(self, by: By, name: str) -> str:
        if by == "site":
            return self._names.of(UUID(name), UUID(name))
        return self._cover.text("people.team", name)


def _with(month: Month, items: int, failed: int, photos: int) -> Month:
    return replace(month, totals=replace(month.totals, items=items, failed=failed, photos=photos))


def dimensions(cases: Sequence[Case], source: Source = "own") -> tuple[Dimension, ...]:
    """Ratings by dimension, the means beside the shares that the assessment gives."""
    ratings = [
        {name: {"perceived": case.perceived, "expected": case.expected}}
        for name in DIMENSIONS
        for case in cases
        if case.counted == f"satisfaction.{name}" and case.source == source
    ]
    found = satisfaction(ratings).dimensions
    rated = {name: found.get(name, Rated()) for name in DIMENSIONS}
    return tuple(
        Dimension(
            name=name,
            ratings=one.ratings,
            percent=one.percent,
            perceived=one.perceived,
            expected=one.expected,
            gap=one.gap,
            compared=one.compared,
        )
        for name, one in rated.items()
    )
