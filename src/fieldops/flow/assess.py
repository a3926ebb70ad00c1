"""Assessment of sites, teams and people: the figures, the ranking, the trend, what is behind them.

    question ─ sites ─ span of the log ─ lives ─ cases ─┬─ figures, by source
               └ time zone of each → the period there   ├─ ranking, trend
                                                        └─ drill-down: the very records, paged

There is one way to an answer, for today as for a day long past: the ledger, as far as it had come
by then.  So a figure of the past is what was shown at that time, and today's is what the records
say (both are tested).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Literal
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.assesscases import cases_of
from fieldops.flow.assessread import lives
from fieldops.flow.assessview import View
from fieldops.flow.policies import assessment_policy
from fieldops.model.assessment import Assessment, Case, Counted, Ranked, Source
from fieldops.rules.assessment import assess
from fieldops.rules.assessmentperiods import Period, previous
from fieldops.rules.assessmentranking import rank
from fieldops.rules.policies import AssessmentPolicy
from fieldops.store import caselog, meta, placements, records

By = Literal["site", "team", "person"]
ROUNDS_AHEAD_MS = 64 * 24 * 3_600_000
"""A round is put down some days before it is due: never more than these."""


class Question(Struct, frozen=True, kw_only=True):
    """What is asked: of which sites, which period, as known when.

    ``team`` and ``person`` narrow it to what is put down to them.  ``until_ms`` is the moment in
    the past by which the server had to have received what counts; None is now.  ``timezone`` is
    that of sites which name none.
    """

    sites: Sequence[UUID]
    period: Period
    now_ms: int
    timezone: str
    team: str = ""
    person: UUID | None = None
    until_ms: int | None = None

    @property
    def seen_ms(self) -> int:
        """The moment at which things are judged: what was due before it and not done is late."""
        return self.now_ms if self.until_ms is None else min(self.until_ms, self.now_ms)


class Figures(Struct, frozen=True, kw_only=True):
    """The figures of one period; ``as_of_ms`` is the moment that they are of."""

    period: str
    as_of_ms: int
    own: Assessment
    third_party: Assessment


def figures(session: Session, asked: Question) -> Figures:
    """The figures of the sites together, of a team or of a person there."""
    weights = policy(session, asked).weights
    return _figures(asked, asked.period, list(cases(session, asked)), weights)


def trend(session: Session, asked: Question, count: int) -> list[Figures]:
    """The figures of so many periods before the one asked about, and its own, oldest first."""
    periods = previous(asked.period, count)
    found: list[list[Case]] = [[] for _ in periods]
    for site in gather(session, asked, periods[0]):
        for made, more in zip(found, apart(site.cases, periods, site.timezone), strict=True):
            made += more
    weights = policy(session, asked).weights
    return [_figures(asked, one, made, weights) for one, made in zip(periods, found, strict=True)]


def apart(made: Iterable[Case], periods: Sequence[Period], timezone: str) -> list[list[Case]]:
    """Cases by the period that they are of, by the clock of a time zone."""
    bounds = [one.bounds_ms(timezone) for one in periods]
    found: list[list[Case]] = [[] for _ in periods]
    for case in made:
        for number, (begin_ms, end_ms) in enumerate(bounds):
            if begin_ms <= case.at_ms < end_ms:
                found[number].append(case)
    return found


def ranking(session: Session, asked: Question, by: By, source: Source) -> list[Ranked]:
    """Sites, teams or people by their total, from one source; names are ids, or team keys."""
    stands = policy(session, asked)
    return ranked(cases(session, asked), stands, by, source)


def ranked(made: Iterable[Case], stands: AssessmentPolicy, by: By, source: Source) -> list[Ranked]:
    """The ranking of those whom cases are put down to."""
    sorted_: dict[str, list[Case]] = defaultdict(list)
    for case in made:
        for name in _names(case, by):
            sorted_[name].append(case)
    totals = {name: assess(found, stands.weights, source).total for name, found in sorted_.items()}
    return rank({name: one for name, one in totals.items() if one.cases}, stands.minimum_cases)


def behind(session: Session, asked: Question, counted: Counted, source: Source) -> list[Case]:
    """The very cases that one figure counts, by when they happened."""
    found = [
        case for case in cases(session, asked) if case.counted == counted and case.source == source
    ]
    return sorted(found, key=lambda case: (case.at_ms, case.id.hex))


def policy(session: Session, asked: Question) -> AssessmentPolicy:
    """By what it is reckoned: as the one site had it then, or of several sites the organisation."""
    scope = asked.sites[0] if len(asked.sites) == 1 else meta.organisation(session)
    return assessment_policy(session, scope, asked.seen_ms)


def cases(session: Session, asked: Question) -> Iterator[Case]:
    """The cases of the period that are put down to whom the question is about."""
    for site in gather(session, asked, asked.period):
        begin_ms, end_ms = asked.period.bounds_ms(site.timezone)
        yield from (case for case in site.cases if begin_ms <= case.at_ms < end_ms)


class Gathered(Struct, frozen=True):
    """A site with its cases since a period began; ``view`` holds the lives that they are made of.

    ``cases`` are read once.
    """

    view: View
    timezone: str
    cases: Iterable[Case]


def gather(session: Session, asked: Question, earliest: Period) -> Iterator[Gathered]:
    """Each site with its cases since the beginning of a period."""
    states = records.get(session, asked.sites)
    team_of = partial(placements.team_at, placements.until(session, asked.seen_ms))
    span_of = cache(partial(caselog.span, session, until_ms=asked.until_ms))
    for site in asked.sites:
        body = states[site].body if site in states else {}
        timezone = body.get("timezone") or asked.timezone
        begin_ms = earliest.bounds_ms(timezone)[0]
        end_ms = asked.period.bounds_ms(timezone)[1]
        found = dict(lives(session, site, span_of(begin_ms), before_ms=end_ms))
        found |= lives(session, site, span_of(begin_ms - ROUNDS_AHEAD_MS), rounds=True)
        view = View(site, found, asked.seen_ms, team_of)
        theirs = (case for case in cases_of(view) if _is_theirs(case, asked))
        yield Gathered(view, timezone, theirs)


def _is_theirs(case: Case, asked: Question) -> bool:
    if asked.person is not None and asked.person not in case.people:
        return False
    return not asked.team or case.team == asked.team


def _names(case: Case, by: By) -> list[str]:
    if by == "site":
        return [str(case.site)]
    if by == "team":
        return [case.team] if case.team else []
    return [str(one) for one in case.people]


def _figures(
    asked: Question, period: Period, found: Sequence[Case], weights: Mapping[str, int]
) -> Figures:
    return Figures(
        period=period.name,
        as_of_ms=asked.seen_ms,
        own=assess(found, weights, "own"),
        third_party=assess(found, weights, "third-party"),
    )
