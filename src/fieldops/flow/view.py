"""records → view: an inspection with everything that belongs to it, judged, for rules and plugins.

inspection ─ its records ─ checklist version cited ─ answers read and judged ─→ Case
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import structlog
from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import history
from fieldops.flow.overrides import InForce, in_force
from fieldops.model.access import Level
from fieldops.model.answer import Answer, Line, Sheet
from fieldops.model.checklist import Checklist, Item
from fieldops.model.inspection import Inspection, PhotoState, PhotoView, ResultView, SiteView
from fieldops.model.personal import Kind
from fieldops.model.record import State
from fieldops.rules import checklists
from fieldops.rules.branching import read_sheet
from fieldops.rules.redaction import masked
from fieldops.rules.texts import RAISED, kinds_in
from fieldops.rules.zones import zone
from fieldops.store import arrivals, definitions, records
from fieldops_sync.ids import result_id

_logger = structlog.get_logger(__name__)
_CREDIBLE = timedelta(days=7)
"""A claimed time further from the receipt than this is not believed (promise 6); protocol.md lets a
tablet be offline for hours, a held op wait for five days."""
_Slot = tuple[str, str]


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
    found = {state.id: state for state in records.children(session, feed, inspection)}
    state = found.get(inspection)
    if state is None or state.kind != "inspection":
        return None
    results = [one for one in found.values() if one.kind == "result" and one.state != "voided"]
    site = _site(records.get_one(session, feed), feed)
    moments = _moments(session, [*results, state], site)
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
        results=tuple(_results(lines, found, sheet, moments, inspection, shelf.level)),
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


def _moments(session: Session, states: Iterable[State], site: SiteView) -> dict[UUID, datetime]:
    """When each was recorded, in the offset that the tablet claims, as far as it is believable."""
    wanted = list(states)
    known = arrivals.of(session, {state.change for state in wanted})
    return {
        state.id: _moment(known[state.change], state.body.get("at") or "", site)
        for state in wanted
        if state.change in known
    }


def _moment(arrival: arrivals.Arrival, wall: str, site: SiteView) -> datetime:
    received = _instant(arrival.received_ms)
    claimed = _read(wall)
    here = claimed.tzinfo if claimed else zone(site.timezone)
    if arrival.occurred_ms is not None:
        return _instant(arrival.occurred_ms).astimezone(here)
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
    body, personal = _seen(state, level)
    return PhotoView(
        id=state.id,
        sha256=body["sha256"],
        state=cast(PhotoState, state.state),
        item=body.get("item") or "",
        repeat=body.get("repeat") or "",
        role=body.get("role") or "evidence",
        caption=body.get("caption") or "",
        mime=body.get("mime") or "",
        size_bytes=body.get("size_bytes") or 0,
        taken_at=(body.get("taken") or {}).get("wall", ""),
        personal=personal,
    )


def _seen(state: State, level: Level) -> tuple[dict[str, Any], tuple[Kind, ...]]:
    """A body as the reader of the view may see it, and what kinds of personal data it has."""
    body = state.body
    if RAISED not in body:
        return body, ()
    return masked(body, level), kinds_in([body.get(name) for name in body[RAISED]])


def _slot(state: State) -> _Slot:
    return state.body["item"], state.body.get("repeat") or ""


def _sheet(
    results: Iterable[State],
    photos: Iterable[PhotoView],
    moments: Mapping[UUID, datetime],
    inspection: State,
) -> Sheet:
    """The answers; a walk's day is that of its first result, which later edits leave alone."""
    wanted = [one for one in results if "item" in one.body]
    days = sorted(moments[one.id].date() for one in wanted if one.id in moments)
    if not days and inspection.id in moments:
        days = [moments[inspection.id].date()]
    named: dict[_Slot, set[str]] = {}
    for photo in photos:
        named.setdefault((photo.item, photo.repeat), set()).add(photo.sha256)
    answers = tuple(answer_of(one, named.get(_slot(one), set())) for one in wanted)
    return Sheet(date=days[0].isoformat() if days else "", answers=answers)


def answer_of(state: State, photos: Set[str] = frozenset()) -> Answer:
    """A result as it was recorded; ``photos`` are those that name it themselves."""
    item, repeat = _slot(state)
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
        first = history.first(session, state.heads)
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
    cited = {_slot(one): one.body.get("def") or "" for one in results if "item" in one.body}
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
    return tuple(_results(_judged(checklist, sheet), {}, sheet, {}, inspection, Level.L3))


def _results(
    lines: Iterable[tuple[Item, Line]],
    found: Mapping[UUID, State],
    sheet: Sheet,
    moments: Mapping[UUID, datetime],
    inspection: UUID,
    level: Level,
) -> Iterator[ResultView]:
    answers = {(answer.item, answer.repeat): answer for answer in sheet.answers}
    for item, line in lines:
        subject = result_id(inspection, line.item, line.repeat)
        state, answer = found.get(subject), answers.get((line.item, line.repeat))
        body, personal = _seen(state, level) if state is not None and answer else ({}, ())
        answer = answer or Answer(item=line.item, repeat=line.repeat)
        yield _result(
            item,
            line,
            replace(answer, value=body["value"]) if personal and "value" in body else answer,
            id=subject,
            answered=line.judgement.answered,
            note=body.get("note") or "",
            personal=personal,
            recorded_at=moments[subject].isoformat(timespec="seconds")
            if subject in moments
            else "",
        )


def _result(item: Item, line: Line, answer: Answer, **recorded: Any) -> ResultView:
    judged = line.judgement
    mark = {"zh-CN": f"（{line.repeat}）", "en": f" ({line.repeat})"}
    titles = {lang: text + mark[lang] * bool(line.repeat) for lang, text in item.titles.items()}
    return ResultView(
        section=line.section,
        item=line.item,
        repeat=line.repeat,
        titles=titles,
        severity=item.severity,
        value=answer.value,
        figure=judged.value if isinstance(judged.value, Decimal) else None,
        usage=judged.usage,
        claimed=answer.outcome,
        outcome=judged.outcome,
        violations=judged.violations,
        photo_count=answer.photo_count,
        **recorded,
    )
