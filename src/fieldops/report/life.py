"""Findings, feedback and rounds of a month: counted, and named as what stands behind figures."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.assessread import Life
from fieldops.flow.assessview import View, belongs, happened_ms
from fieldops.flow.clock import wall_ms
from fieldops.model.answertypes import Titles
from fieldops.model.assessment import Case
from fieldops.model.record import State
from fieldops.model.report import Entry, FindingMonth, Kind, Overdue, Place
from fieldops.report.covering import Cover
from fieldops.report.naming import Names
from fieldops.report.overdue import overdue

COMPLAINT = "complaint"
_DAY_MS = 86_400_000
_NATURES: Mapping[str, Titles] = {
    "rating": {"zh-CN": "评价", "en": "Rating"},
    "praise": {"zh-CN": "表扬", "en": "Praise"},
    "suggestion": {"zh-CN": "建议", "en": "Suggestion"},
    COMPLAINT: {"zh-CN": "投诉", "en": "Complaint"},
    "": {"zh-CN": "反馈", "en": "Feedback"},
}
TIERS: Mapping[str, Titles] = {
    "general": {"zh-CN": "一般", "en": "general"},
    "larger": {"zh-CN": "较大", "en": "larger"},
    "major": {"zh-CN": "重大", "en": "major"},
}
_FINDING: Titles = {"zh-CN": "问题", "en": "Finding"}
_ROUND: Titles = {"zh-CN": "计划巡检", "en": "Planned round"}
Bounds = tuple[int, int]
Numbers = Mapping[UUID, int]


class Kept(Struct):
    """How much feedback a month had, and how many of it complaints."""

    feedback: int = 0
    complaints: int = 0


class _Found(Struct, frozen=True):
    """One entry before it has its number."""

    kind: Kind
    id: UUID
    place: Place
    at_ms: int
    state: str
    titles: Titles
    walk: UUID | None


class Lives:
    """What happened besides walks, over all sites."""

    def __init__(
        self, session: Session, names: Names, cover: Cover, as_of_ms: int, position: int
    ) -> None:
        self._session, self._names, self._cover = session, names, cover
        self._as_of_ms, self._position = as_of_ms, position
        self._found: list[_Found] = []
        self._late: list[tuple[State, Place]] = []
        self.findings: list[tuple[UUID | None, FindingMonth]] = []
        self.complaints: Counter[Place] = Counter()

    def count(self, view: View, within: Bounds, kept: Kept) -> None:
        """Count the feedback of a site in one month."""
        for life in feedback(view, within):
            kept.feedback += 1
            kept.complaints += life.state.body.get("nature") == COMPLAINT

    def add(self, view: View, cases: Iterable[Case], within: Bounds) -> None:
        """Keep what the reported month had at a site, and what is overdue there."""
        late = {
            one.id: one
            for one in overdue(self._session, view.site, view.lives, self._as_of_ms, self._position)
        }
        self._late += [(one, self._place(view, one)) for one in late.values()]
        for case in cases:
            if case.counted == "handling.unrepeated":
                self._add_finding(view, case, case.id in late)
            elif case.counted == "handling.rounds":
                self._add_round(view, case)
        for life in feedback(view, within):
            self._add_feedback(view, life)

    def _add_finding(self, view: View, case: Case, is_late: bool) -> None:
        state = view.lives[case.id].state
        body, place = state.body, self._place(view, state)
        titles = self._titles(state)
        self._keep("finding", state, place, case.at_ms, titles, case.walk)
        about = FindingMonth(
            plugin=body.get("plugin") or "",
            rule=body.get("rule") or "",
            titles=titles,
            severity=body.get("severity") or "minor",
            state=state.state,
            site=place.site,
            area=place.area,
            item=body.get("item") or "",
            overdue=is_late,
            repeated=bool(body.get("repeat_of")),
        )
        self.findings.append((case.walk, about))

    def _add_feedback(self, view: View, life: Life) -> None:
        state, walk = life.state, view.walk(life)
        nature = state.body.get("nature") or ""
        place = self._place(view, state)
        titles = _NATURES.get(nature, _NATURES[""])
        if nature == COMPLAINT:
            self.complaints[place] += 1
            tier = TIERS.get((state.body.get("clock") or {}).get("tier") or "")
            if tier:
                titles = {
                    "zh-CN": f"{tier['zh-CN']}{titles['zh-CN']}",
                    "en": f"{titles['en']}, {tier['en']}",
                }
        at_ms = happened_ms(life, walk)
        self._keep("feedback", state, place, at_ms, titles, walk.state.id if walk else None)

    def _add_round(self, view: View, case: Case) -> None:
        state = view.lives[case.id].state
        walks = state.body.get("walks") or ()
        walk = UUID(next(iter(walks))) if walks else None
        self._keep("round", state, self._place(view, state), case.at_ms, _ROUND, walk)

    def _keep(
        self, kind: Kind, state: State, place: Place, at_ms: int, titles: Titles, walk: UUID | None
    ) -> None:
        self._found.append(_Found(kind, state.id, place, at_ms, state.state, titles, walk))

    def _titles(self, state: State) -> Titles:
        return {**_FINDING, **self._cover.titles("findings", state.body.get("titles") or {})}

    def _place(self, view: View, state: State) -> Place:
        return self._names.place(view.site, area_of(view, state))

    def numbered(self, walks: Numbers) -> tuple[Entry, ...]:
        """All entries, numbered by kind in the order in which they happened."""
        counted: Counter[str] = Counter()
        entries = []
        for one in sorted(self._found, key=lambda one: (one.kind, one.at_ms, one.id.hex)):
            counted[one.kind] += 1
            entries.append(
                Entry(
                    number=counted[one.kind],
                    kind=one.kind,
                    id=one.id,
                    place=one.place,
                    at_ms=one.at_ms,
                    state=one.state,
                    titles=one.titles,
                    walk=walks.get(one.walk) if one.walk else None,
                )
            )
        return tuple(entries)

    def overdue(self, walks: Numbers) -> tuple[Overdue, ...]:
        """What is overdue, the longest first."""
        found = [self._overdue(state, place, walks) for state, place in self._late]
        return tuple(sorted(found, key=lambda one: (one.deadline_ms, one.id.hex)))

    def _overdue(self, state: State, place: Place, walks: Numbers) -> Overdue:
        body = state.body
        deadline_ms = wall_ms(body["deadline"]) or 0
        return Overdue(
            id=state.id,
            place=place,
            titles=self._titles(state),
            severity=body.get("severity") or "minor",
            state=state.state,
            owner=self._names.person(body.get("owner") or ""),
            team=self._cover.text("findings.team", body.get("team") or ""),
            raised_ms=wall_ms(body.get("at") or "") or deadline_ms,
            deadline_ms=deadline_ms,
            days=(self._as_of_ms - deadline_ms) // _DAY_MS,
            walk=walks.get(state.parent),
        )


def area_of(view: View, state: State) -> UUID | None:
    """The area that a record names, else that of its walk."""
    area = state.body.get("area")
    walk = view.lives.get(state.parent) if state.parent != state.id else None
    if not area and walk is not None and walk.state.kind == "inspection":
        area = walk.state.body.get("area")
    return UUID(area) if area else None


def feedback(view: View, within: Bounds) -> Iterator[Life]:
    """What residents said in a period (first instant and the one after it, ms), and stands."""
    for life in view.lives.values():
        is_said = life.state.kind == "feedback" and belongs(life, view)
        if is_said and within[0] <= happened_ms(life, view.walk(life)) < within[1]:
            yield life
