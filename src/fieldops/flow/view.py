"""records → view: an inspection with everything that belongs to it, judged, for rules and plugins.

inspection ─ its records ─ checklist version cited ─ answers read and judged ─→ Case
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import structlog
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import history
from fieldops.flow.overrides import InForce, in_force
from fieldops.flow.resultviews import Slot, results_of, seen, slot
from fieldops.model.access import Level
from fieldops.model.answer import Answer, Line, Sheet
from fieldops.model.checklist import Checklist, Item
from fieldops.model.inspection import Inspection, PhotoState, PhotoView, ResultView, SiteView
from fieldops.model.record import State
from fieldops.rules import checklists
from fieldops.rules.branching import read_sheet
from fieldops.rules.zones import zone
from fieldops.store import arrivals, definitions, families, records
from fieldops.store.families import Family

_logger = structlog.get_logger(__name__)
_CREDIBLE = timedelta(days=7)
"""A claimed time further from the receipt than this is not believed (promise 6); protocol.md lets a
tablet be offline for hours, a held op wait for five days."""
_TIMED = frozenset({"inspection", "result"})
"""The kinds of which a view says when they were recorded."""


class Case(Struct, frozen=True):
    """An inspection to be judged.  ``checklist`` is None while its version is not published.

    ``records`` holds the inspection's own record and its children, by id; ``began_ms`` is when the
    first result was recorded, as far as that is believable.
    """

    inspection: Inspection
    checklist: Checklist | None
    site: SiteView
    records: dict[UUID, State]
    began_ms: int = 0

    def standing(self, plugin: str) -> dict[UUID, State]:
        """The findings that a plugin has raised about it, withdrawn ones included."""
        return {
            state.id: state
            for state in self.records.values()
            if state.kind == "finding" and state.body.get("plugin") == plugin
        }

    @property
    def is_marked(self) -> bool:
        """Whether the score on record bears marks: then one of them may have to go."""
        score: dict[str, Any] = self.records[self.inspection.id].body.get("score") or {}
        return bool(score.get("marks"))


class Shelf:
    """Published checklists, each read and decoded once.

    ``level`` is that of whoever looks at what is built with them: what people wrote that is above
    it is masked, after it was judged.
    """

    def __init__(self, level: Level = Level.L1) -> None:
        self.level = level
        self._known: dict[str, Checklist | None] = {}

    def get(self, session: Session, sha256: str) -> Checklist | None:
        """The checklist of a SHA-256, or None if it is not published or cannot be read."""
        if sha256 in self._known:
            return self._known[sha256]
        body = definitions.get(session, bytes.fromhex(sha256))
        if body is None:
            return None
        try:
            self._known[sha256] = checklists.decode(body)
        except checklists.UnreadableChecklist:
            _logger.exception("published checklist cannot be read", sha256=sha256)
            self._known[sha256] = None
        return self._known[sha256]


def build(session: Session, feed: UUID, inspection: UUID, shelf: Shelf) -> Case | None:
    """The case of an inspection, or None if there is no such inspection."""
    family = families.read(session, feed, inspection, _TIMED)
    return of_family(session, feed, inspection, family, shelf)


def of_family(
    session: Session, feed: UUID, inspection: UUID, family: Family, shelf: Shelf
) -> Case | None:
    """The case of an inspection from its records, such as they are now or were at a moment."""
    found = family.states
    state = found.get(inspection)
    if state is None or state.kind != "inspection":
        return None
    recorded = [one for one in found.values() if one.kind == "result"]
    results = [one for one in recorded if one.state != "voided"]
    site = _site(records.get_one(session, feed), feed)
    moments = _moments(family.arrivals, [*results, state], site)
    photos = tuple(_photo(one, shelf.level) for one in found.values() if _is_photo(one))
    version = cited(state, results)
    sheet = _sheet(results, photos, moments, state)
    published = shelf.get(session, version) if version else None
    force = _in_force(session, published, state, moments, site)
    checklist = force.apply(published) if published else None
    lines = _lines(session, published, results, sheet, (shelf, force)) if published else []
    view = Inspection(
        id=inspection,
        site=feed,
        checklist=version,
        state=state.state,
        date=sheet.date,
        area=UUID(state.body["area"]) if state.body.get("area") else None,
        results=tuple(results_of(lines, recorded, sheet, moments, inspection, shelf.level)),
        photos=photos,
        overridden=force.marks(published) if published else (),
    )
    return Case(view, checklist, site, found, _began_ms(moments, state))


def _site(state: State | None, feed: UUID) -> SiteView:
    body = state.body if state is not None else {}
    return SiteView(
        id=feed,
        name=body.get("name") or "",
        nature=body.get("nature") or "",
        timezone=body.get("timezone") or "",
    )


def cited(state: State, results: Iterable[State]) -> str:
    """The version of the inspection; of a stub, the one that its results cite."""
    named: str = state.body.get("checklist") or ""
    return named or max((one.body.get("def") or "" for one in results), default="")


def _moments(
    known: Mapping[UUID, arrivals.Arrival], states: Iterable[State], site: SiteView
) -> dict[UUID, datetime]:
    """When each was recorded, in the offset that the tablet claims, as far as it is believable."""
    wanted = ((state, known.get(state.id)) for state in states)
    return {
        state.id: _moment(arrival, state.body.get("at") or "", site)
        for state, arrival in wanted
        if arrival is not None
    }


def _moment(arrival: arrivals.Arrival, wall: str, site: SiteView) -> datetime:
    claimed = _read(wall)
    here = claimed.tzinfo if claimed else zone(site.timezone)
    if arrival.occurred_ms is not None:
        return _instant(arrival.occurred_ms).astimezone(here)
    received = _instant(arrival.received_ms)
    if claimed is not None and abs(claimed - received) < _CREDIBLE:
        return claimed
    return received.astimezone(here)


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _began_ms(moments: Mapping[UUID, datetime], inspection: State) -> int:
    """When the first result was recorded; of a walk without results, when it was opened."""
    results = [moment for subject, moment in moments.items() if subject != inspection.id]
    began = min(results, default=moments.get(inspection.id))
    return 0 if began is None else int(began.timestamp() * 1000)


def _read(wall: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(wall)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _is_photo(state: State) -> bool:
    return state.kind == "photo" and state.state != "voided" and bool(state.body.get("sha256"))


def _photo(state: State, level: Level) -> PhotoView:
    body, personal = seen(state, level)
    return PhotoView(
        id=state.id,
        sha256=body["sha256"],
        state=cast(PhotoState, state.state),
        # The address, as results have it: masked, it would not be the same.
        item=state.body.get("item") or "",
        repeat=state.body.get("repeat") or "",
        role=body.get("role") or "evidence",
        caption=body.get("caption") or "",
        mime=body.get("mime") or "",
        size_bytes=body.get("size_bytes") or 0,
        taken_at=(body.get("taken") or {}).get("wall", ""),
        personal=personal,
    )


def _sheet(
    results: Iterable[State],
    photos: Iterable[PhotoView],
    moments: Mapping[UUID, datetime],
    inspection: State,
) -> Sheet:
    """The answers; a walk's day is that of its first result, which later edits leave alone."""
    wanted = [one for one in results if "item" in one.body]
    begun = moments.get(inspection.id)
    days = [moment.date() for one in wanted if (moment := moments.get(one.id)) is not None]
    if not days and begun is not None:
        days = [begun.date()]
    named: dict[Slot, set[str]] = {}
    for photo in photos:
        named.setdefault((photo.item, photo.repeat), set()).add(photo.sha256)
    answers = tuple(answer_of(one, named.get(slot(one), set())) for one in wanted)
    return Sheet(date=min(days).isoformat() if days else "", answers=answers)


def answer_of(state: State, photos: Set[str] = frozenset()) -> Answer:
    """A result as it was recorded; ``photos`` are those that name it themselves."""
    item, repeat = slot(state)
    return Answer(
        item=item,
        repeat=repeat,
        value=state.body.get("value"),
        outcome=state.body.get("outcome"),
        photo_count=len({*photos, *(state.body.get("photos") or ())}),
    )


def _in_force(
    session: Session,
    published: Checklist | None,
    state: State,
    moments: Mapping[UUID, datetime],
    site: SiteView,
) -> InForce:
    """What the site had changed when the walk began: by its first op, else by its first result."""
    if published is None:
        return InForce()

    def began_ms() -> int:
        first = history.first(session, state)
        if first is None:
            return _began_ms(moments, state)
        arrival = arrivals.of(session, [first])[first]
        return int(_moment(arrival, arrival.wall, site).timestamp() * 1000)

    return in_force(session, site.id, published.key, began_ms)


def _lines(
    session: Session,
    checklist: Checklist,
    results: Iterable[State],
    sheet: Sheet,
    by: tuple[Shelf, InForce],
) -> list[tuple[Item, Line]]:
    """Each line with its item: a result is judged by the version that it cites."""
    shelf, force = by
    judged = _judged(force.apply(checklist), sheet)
    lines = {(line.item, line.repeat): (item, line) for item, line in judged}
    cited = {slot(one): one.body.get("def") or "" for one in results if "item" in one.body}
    for sha256 in sorted(set(cited.values()) - {""}):
        version = shelf.get(session, sha256)
        if version is None or version == checklist:
            continue
        for item, line in _judged(force.apply(version), sheet):
            if cited.get((line.item, line.repeat)) == sha256:
                lines[line.item, line.repeat] = (item, line)
    return list(lines.values())


def _judged(checklist: Checklist, sheet: Sheet) -> Iterator[tuple[Item, Line]]:
    items = {item.key: item for section in checklist.sections for item in section.items}
    return ((items[line.item], line) for line in read_sheet(checklist, sheet).lines)


def read_results(checklist: Checklist, sheet: Sheet, inspection: UUID) -> tuple[ResultView, ...]:
    """The results of a sheet that is not on record, as worked examples and tests have them."""
    judged = _judged(checklist, sheet)
    return tuple(results_of(judged, (), sheet, {}, inspection, Level.L3))
