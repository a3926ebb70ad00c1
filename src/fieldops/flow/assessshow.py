"""Assessment as it is asked for and shown: words to a question, figures to what people look at.

period, site, team, person, as of ─ may he? ─→ Question ─→ figures, ranking, trend
                                                      └──→ drill-down, a page at a time
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import assess
from fieldops.flow.assess import By, Question
from fieldops.flow.paging import Ask, Page, Place, after, cut
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Person, Role
from fieldops.model.assessment import Case, Counted, Figure, Ranked, Source
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.rules.access import sites
from fieldops.rules.assessment import hours
from fieldops.rules.assessmentperiods import read_period, read_until
from fieldops.store import people, records

ROLES = (Role.SUPERVISOR, Role.OPS, Role.AUDITOR, Role.ADMINISTRATOR)
"""Who may look at how others did."""


class Asked(Struct, frozen=True, kw_only=True):
    """What somebody wants to know, in his words; what is empty narrows nothing.

    ``as_of`` is a day (its evening) or an RFC 3339 time.
    """

    period: str
    site: UUID | None = None
    team: str = ""
    person: UUID | None = None
    as_of: str = ""


class Standing(Struct, frozen=True, kw_only=True):
    """One line of a ranking with the name that people know; see ``Ranked``."""

    id: str
    name: str
    place: int | None
    total: Figure


class Ranking(Struct, frozen=True, kw_only=True):
    """The best first; whoever has fewer than ``minimum_cases`` stands last, without a place."""

    period: str
    by: By
    source: Source
    minimum_cases: int
    items: list[Standing]


class Trend(Struct, frozen=True):
    """The same figures of one period after the other, oldest first."""

    items: list[assess.Figures]


class Behind(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One case behind a figure, with the records that it rests on.

    Members are those of ``Case``; times are RFC 3339 in UTC.  ``results`` are the failed ones of
    its walk or the one that it is about, ``photos`` are photo records of the walk, ``hashes`` the
    SHA-256 of photos that the record itself cites.
    """

    counted: Counted
    kind: str
    id: UUID
    site: UUID
    occurred: str
    received: str
    good: bool | None
    people: list[UUID]
    team: str = ""
    inspection: UUID | None = None
    earned: str | None = None
    possible: str | None = None
    points: str | None = None
    perceived: int | None = None
    expected: int | None = None
    hours: str | None = None
    due: str | None = None
    done: str | None = None
    late_receipt: bool = False
    results: list[UUID] = []
    photos: list[UUID] = []
    hashes: list[str] = []


def question(
    session: Session, asked: Asked, mine: Sequence[UUID], now_ms: int, timezone: str
) -> Question:
    """The question that words mean, about some of the sites ``mine``.

    Raises ``ProblemError`` not-found for another site; validation for what is no period or time.
    """
    if asked.site is not None and asked.site not in mine:
        raise ProblemError(problem("not-found"))
    period = read_period(asked.period)
    if period is None:
        periods = "2026-10, 2026-Q4, 2026"
        detail = Said(
            f"如 {periods} 或 2026-10-01..2026-10-15",
            f"such as {periods} or 2026-10-01..2026-10-15",
        )
        raise ProblemError(problem("validation", at("period", detail)))
    wanted = list(mine) if asked.site is None else [asked.site]
    until_ms = read_until(asked.as_of, _zone(session, wanted, timezone)) if asked.as_of else None
    if asked.as_of and until_ms is None:
        detail = Said(
            "日期如 2026-10-31，或带时区的时间",
            "a day such as 2026-10-31, or a time with its offset",
        )
        raise ProblemError(problem("validation", at("as_of", detail)))
    return Question(
        sites=wanted,
        period=period,
        now_ms=now_ms,
        timezone=timezone,
        team=asked.team,
        person=asked.person,
        until_ms=until_ms,
    )


def visible(session: Session, person: Person, now_ms: int) -> list[UUID]:
    """The sites whose assessments a person may look at."""
    mine = sites(person, ROLES, now_ms)
    return sorted(records.site_ids(session) if mine is None else mine)


def ranking(session: Session, asked: Question, by: By, source: Source) -> Ranking:
    """Sites, teams or people by their total."""
    lines = assess.ranking(session, asked, by, source)
    names = _names(session, by, [line.name for line in lines])
    return Ranking(
        period=asked.period.name,
        by=by,
        source=source,
        minimum_cases=assess.policy(session, asked).minimum_cases,
        items=[_line(line, names) for line in lines],
    )


def behind(
    session: Session, asked: Question, counted: Counted, source: Source, page: Ask
) -> Page[Behind]:
    """A page of the cases that one figure counts, by when they happened.

    A cursor holds the moment of the first page, so that what comes meanwhile moves nothing.
    Raises ``ProblemError`` validation for a cursor of another question.
    """
    place = after(page, _Seen)
    seen_ms = asked.seen_ms if place is None else place.seen_ms
    found = assess.behind(session, replace(asked, until_ms=seen_ms), counted, source)
    if place is not None:
        found = [case for case in found if _place(case) > place.place]
    rows = found[: page.limit + 1]
    shown = {case.id: _shown(session, case) for case in rows[: page.limit]}
    return cut(page, rows, lambda case: _Seen(seen_ms, _place(case)), lambda case: shown[case.id])


class _Seen(Struct, frozen=True, array_like=True):
    """As of which moment (ms) pages are shown, and where one ended."""

    seen_ms: int
    place: Place


def _place(case: Case) -> Place:
    return Place(case.at_ms, case.id.hex)


def _shown(session: Session, case: Case) -> Behind:
    walk = case.walk if case.kind == "inspection" else None
    results, photos = records.evidence(session, case.site, walk) if walk else ([], [])
    return Behind(
        counted=case.counted,
        kind=case.kind,
        id=case.id,
        site=case.site,
        occurred=rfc3339(case.at_ms),
        received=rfc3339(case.received_ms),
        good=case.good,
        people=sorted(case.people),
        team=case.team,
        inspection=case.walk,
        earned=str(case.earned) if case.counted == "conformity.walks" else None,
        possible=str(case.possible) if case.counted == "conformity.walks" else None,
        points=str(case.points) if case.counted == "conformity.deductions" else None,
        perceived=case.perceived,
        expected=case.expected,
        hours=None if case.took_ms is None else str(hours(case.took_ms)),
        due=None if case.due_ms is None else rfc3339(case.due_ms),
        done=None if case.done_ms is None else rfc3339(case.done_ms),
        late_receipt=case.late_receipt,
        results=[*results, *([case.result] if case.result else [])],
        photos=photos,
        hashes=list(case.hashes),
    )


def _line(line: Ranked, names: dict[str, str]) -> Standing:
    return Standing(
        id=line.name, name=names.get(line.name, line.name), place=line.place, total=line.total
    )


def _names(session: Session, by: By, ids: Iterable[str]) -> dict[str, str]:
    if by == "team":
        return {}
    wanted = [UUID(one) for one in ids]
    if by == "site":
        states = records.get(session, wanted).values()
        return {str(one.id): one.body.get("name") or str(one.id) for one in states}
    return {str(one): found.name for one, found in people.people(session, wanted).items()}


def _zone(session: Session, wanted: Sequence[UUID], timezone: str) -> str:
    """The time zone of the one site that is asked about; of several, that of the settings."""
    state = records.get_one(session, wanted[0]) if len(wanted) == 1 else None
    return (state.body.get("timezone") if state else None) or timezone
