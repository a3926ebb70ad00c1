"""How the items of a checklist have done at some sites lately, beside what is suggested.

    days ─→ a position of the log ─→ walks that changed since, newest first ─→ judged ─→ counted
                                  └→ suggestions made since ─────────────────→ by item

Cost: one row of the log for each run of changes at these sites in both periods, by the feed's
index, and a judgement (some ms) for each walk of the checklist, at most ``most`` a period.  What
lies before the two periods is not touched, however much it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice, zip_longest
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import versions
from fieldops.flow.view import Case, Shelf, build
from fieldops.model.access import Level
from fieldops.model.checklist import Checklist, Item
from fieldops.model.record import State
from fieldops.model.statistics import ItemStatistics, Statistics, Suggested
from fieldops.rules.itemcounts import Counts, count, trend
from fieldops.rules.redaction import redact
from fieldops.rules.zones import zone
from fieldops.store import definitions, lately, records

DAYS = 30
"""How long a period is where nobody says."""
DAYS_MAX = 3660
"""Ten years."""
WALKS = 500
"""How many walks a period are looked at where nobody says: some seconds of work."""
_LATE = timedelta(days=7)
"""A walk that arrives later than this after its period is not counted in the period before."""
_SUGGESTIONS_SHOWN = 20
_AT_A_TIME = 100
_UNDER_WAY = frozenset({"draft", "stub", "voided"})
_Keys = Mapping[str, Mapping[str, str | None]]


class Days(Struct, frozen=True):
    """A period, both days inclusive."""

    first: date
    last: date

    @property
    def before(self) -> "Days":
        """The period of the same length before it."""
        length = self.last - self.first + timedelta(days=1)
        return Days(self.first - length, self.first - timedelta(days=1))

    def holds(self, day: str) -> bool:
        """Whether a day, as text, is one of them."""
        return self.first.isoformat() <= day <= self.last.isoformat()


def days_until(now_ms: int, timezone: str, since: date | None = None) -> Days:
    """The period from a day to today, as it is called in a time zone; by default ``DAYS`` days.

    It is a day at least, and no longer than ``DAYS_MAX``.
    """
    today = datetime.fromtimestamp(now_ms / 1000, zone(timezone)).date()
    first = since or today - timedelta(days=DAYS - 1)
    return Days(min(max(first, today - timedelta(days=DAYS_MAX - 1)), today), today)


class Asked(Struct, frozen=True):
    """What is wanted: of which sites, which days, how many walks a period, for which eyes."""

    key: str
    sites: Sequence[UUID]
    days: Days
    timezone: str = ""
    most: int = WALKS
    level: Level = Level.L1


def statistics(session: Session, asked: Asked) -> Statistics | None:
    """The statistics of a checklist, or None if it was never published."""
    shelf = Shelf()
    known = versions.published(session, asked.key, shelf)
    if not known:
        return None
    found = _Found(session, asked, known, shelf)
    found.look()
    said = _suggestions(session, asked, found)
    items = (item for section in known[-1].sections for item in section.items)
    return Statistics(
        key=asked.key,
        version=known[-1].version,
        since=asked.days.first.isoformat(),
        until=asked.days.last.isoformat(),
        walks=found.walks[0],
        walks_before=found.walks[1],
        complete=found.complete,
        items=tuple(_item(item, found, said.get(item.key, []), asked.level) for item in items),
    )


class _Found:
    """What is counted, for the period and for the one before it."""

    def __init__(
        self, session: Session, asked: Asked, known: Sequence[Checklist], shelf: Shelf
    ) -> None:
        self._session, self._asked, self._shelf = session, asked, shelf
        hashes = definitions.versions(session, asked.key)
        self.hashes = {one.sha256.hex(): one.version for one in hashes}
        latest = known[-1].version
        self.keys: _Keys = {
            one.version: versions.keys(session, shelf, asked.key, one.version, latest)
            for one in known
        }
        self.counts: tuple[dict[str, Counts], dict[str, Counts]] = ({}, {})
        self.walks = [0, 0]
        self.complete = True

    def look(self) -> None:
        """Count walks until both periods have as many as are wanted."""
        days = self._asked.days
        begin, before = (self._position(one.first) for one in (days, days.before))
        late = self._position(days.first + _LATE)
        self._look(0, days, self._cases(begin, lately.END))
        self._look(1, days.before, self._cases(before, late))

    def _look(self, number: int, days: Days, cases: Iterator[Case]) -> None:
        """What arrives late is looked at in vain: so twice as many at most as are wanted."""
        for looked, case in enumerate(cases):
            if self.walks[number] == self._asked.most or looked == 2 * self._asked.most:
                self.complete = False
                return
            if days.holds(case.inspection.date):
                self._count(case, number)

    def _position(self, day: date) -> int:
        return position_of(self._session, day, self._asked.timezone)

    def _count(self, case: Case, number: int) -> None:
        self.walks[number] += 1
        version = self.hashes[case.inspection.checklist]
        count(self.counts[number], case.inspection, self.keys.get(version, {}))

    def _cases(self, after: int, below: int) -> Iterator[Case]:
        """The submitted walks of the checklist that changed between positions, newest first."""
        ids = _interleaved(
            lately.subjects(self._session, site, "inspection", after, below)
            for site in self._asked.sites
        )
        while part := list(islice(ids, _AT_A_TIME)):
            states = records.get(self._session, part)
            for one in part:
                state = states.get(one)
                if state is None or not self._is_wanted(state):
                    continue
                case = build(self._session, state.feed, state.id, self._shelf)
                if case is not None:
                    yield case

    def _is_wanted(self, state: State) -> bool:
        return state.state not in _UNDER_WAY and state.body.get("checklist") in self.hashes


def position_of(session: Session, day: date, timezone: str) -> int:
    """A position of the log with all behind it that arrived on a day or later."""
    begin = datetime.combine(day, time.min, zone(timezone))
    return lately.position_at(session, int(begin.timestamp() * 1000))


def _interleaved(many: Iterable[Iterator[UUID]]) -> Iterator[UUID]:
    """One from each site in turn, so that no site stands for all where not all is read."""
    for row in zip_longest(*many):
        yield from (found for found in row if found is not None)


def _suggestions(session: Session, asked: Asked, found: _Found) -> dict[str, list[State]]:
    """The suggestions of the period by the item they are about now, newest first.

    One belongs to the checklist by the version that it cites, else by its walk.
    """
    after = position_of(session, asked.days.first, asked.timezone)
    ids = _interleaved(lately.subjects(session, site, "suggestion", after) for site in asked.sites)
    by_item: dict[str, list[State]] = {}
    while part := list(islice(ids, _AT_A_TIME)):
        states = records.get(session, part)
        walks = records.get(session, {one.parent for one in states.values()})
        for one in (states[id_] for id_ in part if id_ in states):
            version = found.hashes.get(_cited(one, walks))
            if version is None or one.state == "voided":
                continue
            item = one.body["item"]
            key = found.keys.get(version, {}).get(item, item)
            by_item.setdefault(key or "", []).append(one)
    return by_item


def _cited(suggestion: State, walks: Mapping[UUID, State]) -> str:
    own: str = suggestion.body.get("def") or ""
    walk = walks.get(suggestion.parent)
    return own or (str(walk.body.get("checklist") or "") if walk is not None else "")


def _item(item: Item, found: _Found, said: Sequence[State], level: Level) -> ItemStatistics:
    now, before = (counts.get(item.key, Counts()) for counts in found.counts)
    return ItemStatistics(
        item=item.key,
        titles=item.titles,
        answered=now.answered,
        failed=now.failed,
        not_applicable=now.not_applicable,
        not_accepted=now.not_accepted,
        failed_percent=now.failed_percent,
        trend=trend(now, before),
        suggestions=tuple(_said(one, found, level) for one in said[:_SUGGESTIONS_SHOWN]),
        suggested=len(said),
        suggesters=len({one.body.get("by") for one in said}),
    )


def _said(one: State, found: _Found, level: Level) -> Suggested:
    body: dict[str, Any] = redact("suggestion", one.body, level)
    version = found.hashes.get(body.get("def") or "", "")
    return Suggested(text=body.get("text") or "", at=body.get("at") or "", version=version)
