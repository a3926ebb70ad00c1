"""What a plugin sees behind an inspection: earlier walks of the site, and the site's registers.

    cases of a page ─┬─ walks that began before, as they stand ─→ Inspection.earlier
                     ├─ registers as they stood on the day ─────→ Inspection.entries
                     └─ walks that began after, if a walk counts ─→ judged again

A walk is judged by what lies before it, whenever that arrives: so the same log, read again, judges
everything as it is judged now.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import history
from fieldops.flow.versions import keys
from fieldops.flow.view import Case, Shelf, build
from fieldops.model.inspection import EarlierWalk
from fieldops.model.plugin import PluginCard
from fieldops.model.record import State
from fieldops.model.register import Entry
from fieldops.rules.inspections import earlier_walk
from fieldops.rules.migrations import earlier_by
from fieldops.rules.zones import zone
from fieldops.store import arrivals, records, walks
from fieldops.store.walks import Walk

_DAY_MS = 24 * 3600 * 1000
_FOR_EVER_MS = 2**62
_KEPT = 300
"""Earlier walks kept in memory, at most 20 kB each where they have 60 results."""


class Background:
    """What one reader's plugin looks back at.  It learns of changes by the pages it is shown."""

    def __init__(self, card: PluginCard, shelf: Shelf) -> None:
        self._card = card
        self._shelf = shelf
        self._seen: OrderedDict[UUID, EarlierWalk] = OrderedDict()
        self._registers: dict[UUID, list[tuple[State, int]]] = {}

    @property
    def is_wanted(self) -> bool:
        """Whether the plugin asks for any of it."""
        return bool(self._card.earlier_days or self._card.registers)

    def forget(self) -> None:
        """Somebody else may have read pages of the log meanwhile."""
        self._seen.clear()
        self._registers.clear()

    def after(self, session: Session, cases: Sequence[Case], until: int) -> dict[UUID, UUID]:
        """Walks to be judged again, each with the one among ``cases`` that is the reason.

        They began after a walk whose answers count, or counted, and have changed; within the days
        that the plugin looks back.  The page ends at ``until``: walks of which the log has more to
        say behind it, as in a replay, are judged there.  To be called once a page, before ``fill``.
        """
        shown = {case.inspection.id for case in cases}
        before = walks.get(session, self._card.name, shown)
        found: dict[UUID, UUID] = {}
        for case in cases:
            now, stood = walk_of(case), before.get(case.inspection.id)
            if self._learn(case, now, stood) and self._card.earlier_days:
                found |= dict.fromkeys(self._later(session, now, stood, until), now.id)
        return {walk: cause for walk, cause in found.items() if walk not in shown}

    def after_register(
        self, session: Session, site: UUID, changed_ms: int, until: int
    ) -> list[UUID]:
        """Walks to be judged again since a register of their site changed that day or later."""
        self._registers.pop(site, None)
        return self._between(session, site, changed_ms - _DAY_MS, _FOR_EVER_MS, until)

    def fill(
        self, session: Session, cases: Sequence[Case], beside: Sequence[Case] = ()
    ) -> list[Case]:
        """The cases with what lies behind each; those ``beside`` them count as they are there."""
        shown = {case.inspection.id: walk_of(case) for case in (*beside, *cases)}
        return [self._filled(session, case, shown) for case in cases]

    def _learn(self, case: Case, now: Walk, stood: Walk | None) -> bool:
        """Take in what a walk answers now; whether later walks see a difference."""
        known = self._seen.pop(now.id, None)
        if not now.counted or case.checklist is None:
            return stood is not None and stood.counted
        seen = earlier_walk(case.inspection, case.checklist)
        self._remember(seen)
        return (now, seen) != (stood, known)

    def _later(self, session: Session, now: Walk, stood: Walk | None, until: int) -> list[UUID]:
        began = [now.began_ms] if stood is None else [now.began_ms, stood.began_ms]
        last_ms = max(began) + self._card.earlier_days * _DAY_MS
        return self._between(session, now.feed, min(began), last_ms, until)

    def _between(
        self, session: Session, feed: UUID, first_ms: int, last_ms: int, until: int
    ) -> list[UUID]:
        name = self._card.name
        found = walks.between(session, name, feed, first_ms, last_ms, newest=False, until=until)
        return [walk.id for walk in found]

    def _remember(self, walk: EarlierWalk) -> None:
        self._seen[walk.id] = walk
        self._seen.move_to_end(walk.id)
        while len(self._seen) > _KEPT:
            self._seen.popitem(last=False)

    def _filled(self, session: Session, case: Case, shown: dict[UUID, Walk]) -> Case:
        view = replace(
            case.inspection,
            earlier=self._by_keys_of(session, case, self._earlier(session, walk_of(case), shown)),
            entries=self._entries(session, case),
        )
        return replace(case, inspection=view)

    def _earlier(
        self, session: Session, walk: Walk, shown: dict[UUID, Walk]
    ) -> tuple[EarlierWalk, ...]:
        days = self._card.earlier_days
        if not days:
            return ()
        first = walk.began_ms - days * _DAY_MS
        known = walks.between(
            session, self._card.name, walk.feed, first, walk.began_ms, newest=True
        )
        found = {one.id: one for one in known} | shown
        before = [
            one
            for one in found.values()
            if one.counted
            and one.feed == walk.feed
            and first <= one.began_ms
            and one.order < walk.order
        ]
        newest = sorted(before, key=lambda one: one.order, reverse=True)[: walks.MOST]
        seen = (self._look(session, one) for one in newest)
        return tuple(one for one in seen if one is not None)

    def _by_keys_of(
        self, session: Session, case: Case, earlier: tuple[EarlierWalk, ...]
    ) -> tuple[EarlierWalk, ...]:
        """Earlier walks by other versions of the same checklist, under the keys of this one's."""
        mine = case.checklist
        others = {one.version for one in earlier if mine and one.checklist == mine.key}
        if mine is None or others <= {mine.version}:
            return earlier
        maps = {one: keys(session, self._shelf, mine.key, one, mine.version) for one in others}
        return tuple(
            earlier_by(one, maps[one.version]) if one.checklist == mine.key else one
            for one in earlier
        )

    def _look(self, session: Session, walk: Walk) -> EarlierWalk | None:
        if walk.id not in self._seen:
            case = build(session, walk.feed, walk.id, self._shelf)
            if case is None or case.checklist is None:
                return None
            self._remember(earlier_walk(case.inspection, case.checklist))
        return self._seen[walk.id]

    def _entries(self, session: Session, case: Case) -> tuple[Entry, ...]:
        names = {spec.name for spec in self._card.registers}
        if not names:
            return ()
        site = case.site
        if site.id not in self._registers:
            self._registers[site.id] = _arrived(session, records.registers(session, site.id))
        until_ms = _day_end_ms(case.inspection.date, site.timezone)
        entries = (
            _entry(session, state, arrived_ms, until_ms)
            for state, arrived_ms in self._registers[site.id]
            if state.body["register"] in names
        )
        found = [entry for entry in entries if entry is not None]
        return tuple(sorted(found, key=lambda one: (one.register, one.key)))


def walk_of(case: Case) -> Walk:
    """How later walks find the inspection of a case."""
    view = case.inspection
    counted = view.is_submitted and case.checklist is not None
    return Walk(view.id, view.site, case.began_ms, counted)


def _arrived(session: Session, states: Sequence[State]) -> list[tuple[State, int]]:
    """Entries with when the last change of each was received (ms)."""
    known = arrivals.of(session, [state.change for state in states])
    return [(state, known[state.change].received_ms) for state in states]


def _day_end_ms(day: str, timezone: str) -> int:
    """The end of the walk's day at the site: a register filled in that very day counts."""
    if not day:
        return _FOR_EVER_MS
    start = datetime.combine(date.fromisoformat(day), time.min, zone(timezone))
    return int((start + timedelta(days=1)).timestamp() * 1000)


def _entry(session: Session, state: State, arrived_ms: int, until_ms: int) -> Entry | None:
    """An entry as it stood at a moment, or None if it came later."""
    body = state.body
    if arrived_ms >= until_ms:
        body = history.body_at(session, state, until_ms)
    if not body:
        return None
    return Entry(
        register=body["register"],
        key=body["key"],
        values=body.get("values") or {},
        retired=bool(body.get("retired")),
    )
