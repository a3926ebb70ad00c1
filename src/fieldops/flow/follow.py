"""The worker's readers of the log: each with its own cursor, so that none waits for another.

    log ─ page of changes ─ gather (one snapshot) ─ work (hooks, outside any transaction) ─ hand in

A reader judges inspections as they are now, each once a page: work costs what changed, a replay
finds nothing new, and a change missed by the snapshot comes as a later change.
"""

from collections.abc import Callable, Sequence
from typing import BinaryIO, Protocol
from uuid import UUID

import msgspec
from msgspec import Raw, Struct
from sqlmodel import Session

from fieldops.flow import keep
from fieldops.flow.clock import wall_ms
from fieldops.flow.findings import ops_of
from fieldops.flow.handin import Advance, Handin, HandinAnswer, Scored
from fieldops.flow.judge import Asked, Caller, Verdict, judge
from fieldops.flow.timing import rfc3339
from fieldops.flow.view import Shelf, build
from fieldops.model.change import Change
from fieldops.model.finding import Score
from fieldops.model.inspection import LogChange, PhotoView
from fieldops.model.plugin import PluginFault
from fieldops.store import arrivals, log, plugins, readers, records
from fieldops.store.engine import Store
from fieldops.store.pictures import PictureRow
from fieldops.store.sightings import Sighting

PAGE_CHANGES = 500
PAGE_INSPECTIONS = 20
"""A page ends before this many inspections are in memory: each may hold 400 results."""
_JUDGED = frozenset({"inspection", "result", "photo", "feedback"})
"""The kinds whose changes make an inspection to be judged again."""
_FOLLOWING = frozenset({"inspection.score@1", "photo.note@1"})
"""Scores and notes follow from the rest: they are no reason to judge again."""
_WORKING = frozenset({"running", "waiting"})


class Group(Struct, frozen=True):
    """The changes of one inspection on a page; ``first`` opens it, ``last`` is what it is now."""

    inspection: UUID
    feed: UUID
    first: int
    last: LogChange
    subjects: frozenset[UUID]


class Page(Struct, frozen=True):
    """Changes in order, and the inspections that they touch, in order of their first change."""

    changes: list[LogChange]
    groups: dict[int, Group]


class Work(Struct, frozen=True):
    """What came of a page: ops up to ``to``, and whether the change behind it failed."""

    to: int
    ops: list[bytes]
    scores: tuple[Scored, ...] = ()
    faults: tuple[PluginFault, ...] = ()
    failed: bool = False
    pictures: tuple[PictureRow, ...] = ()
    sightings: tuple[Sighting, ...] = ()


class LogReader(Protocol):
    """Somebody who follows the log."""

    name: str

    def gather(self, session: Session, page: Page) -> None:
        """Read what the page needs, in the page's own snapshot."""
        ...

    def work(self, page: Page, last_try: bool) -> Work:
        """Work on the page, outside any transaction; ``last_try`` says that a failure parks."""
        ...


def step(store: Store, handin: Handin, reader: LogReader, tries: int) -> HandinAnswer | None:
    """Work on one page and hand it in; None if there is nothing to do."""
    with store.read() as session:
        row = readers.get(session, reader.name)
        if row is not None and row.state not in _WORKING:
            return None
        position, attempts = (0, 0) if row is None else (row.position, row.attempts)
        page = _page(session, log.read(session, position, PAGE_CHANGES))
        if not page.changes:
            return None
        reader.gather(session, page)
    done = reader.work(page, last_try=attempts + 1 >= tries)
    return handin(
        Advance(
            reader=reader.name,
            from_=position,
            to=max(done.to, position),
            ops=[Raw(op) for op in done.ops],
            scores=done.scores,
            pictures=done.pictures,
            sightings=done.sightings,
            faults=done.faults,
            failed=done.failed,
            tries=tries,
        )
    )


def _page(session: Session, changes: Sequence[Change]) -> Page:
    states = records.get(session, {change.subject for change in changes})
    arrived = arrivals.of(session, {change.op for change in changes})
    parents = {subject: state.parent for subject, state in states.items()}
    seen: list[LogChange] = []
    groups: dict[UUID, Group] = {}
    for change in changes:
        told = _told(change, arrived.get(change.op))
        matters = change.kind in _JUDGED and told.type not in _FOLLOWING
        walk = parents.get(change.subject) if matters else None
        if walk is not None and walk not in groups and len(groups) == PAGE_INSPECTIONS:
            break
        seen.append(told)
        if walk is not None:
            before = groups.get(walk)
            first = before.first if before else change.position
            subjects = (before.subjects if before else frozenset()) | {change.subject}
            groups[walk] = Group(walk, change.feed, first, told, subjects)
    return Page(seen, {group.first: group for group in groups.values()})


def _told(change: Change, arrival: arrivals.Arrival | None) -> LogChange:
    return LogChange(
        position=change.position,
        kind=change.kind,
        subject=change.subject,
        site=change.feed,
        op=change.op,
        type=arrival.type if arrival else "",
        at=rfc3339(arrival.received_ms) if arrival else "",
    )


class KeeperReader:
    """Seals the inspections to which nothing is owed any more."""

    name = keep.NAME

    def __init__(self) -> None:
        self._ops: list[bytes] = []

    def gather(self, session: Session, page: Page) -> None:
        """Look at every inspection that the page touches."""
        found = [
            keep.seal_op(session, group.feed, group.inspection, wall_ms(group.last.at) or 0)
            for group in page.groups.values()
        ]
        self._ops = [op for op in found if op is not None]

    def work(self, page: Page, last_try: bool) -> Work:  # noqa: ARG002 - the keeper cannot fail
        """Hand in the seals."""
        return Work(page.changes[-1].position, self._ops)


class PluginReader:
    """Asks one plugin about what changed.

    ``is_default`` marks ``builtin``: it scores only where no working plugin of the domain does.
    """

    def __init__(
        self,
        caller: Caller,
        get_photo: Callable[[str], BinaryIO],
        is_default: bool = False,
    ) -> None:
        self.name = caller.card.name
        self._caller = caller
        self._get_photo = get_photo
        self._is_default = is_default
        self._shelf = Shelf()
        self._asked: dict[int, Asked] = {}

    def gather(self, session: Session, page: Page) -> None:
        """Build the view of every inspection that the plugin is asked about."""
        self._asked = {}
        scored = _scored_domains(session) if self._is_default else set()
        for group in page.groups.values():
            case = build(session, group.feed, group.inspection, self._shelf)
            if case is None:
                continue
            domain = case.checklist.domain if case.checklist else ""
            own = self._caller.card.domain
            if own and own != domain:
                continue
            scores = domain not in scored if self._is_default else bool(own)
            self._asked[group.first] = Asked(case, group.last, group.subjects, scores)

    def work(self, page: Page, last_try: bool) -> Work:
        """Judge in the order of the log; the first failure ends the page just before it."""
        found = _Found([], [], [])
        for change in page.changes:
            failed = self._hear(change)
            asked = self._asked.get(change.position)
            if failed is None and asked is not None:
                failed = self._judge(asked, found)
            if failed is not None:
                found.faults.append(_placed(failed, change))
                if asked is not None and change is page.changes[0] and last_try:
                    found.scores.append(_scored(asked, unchecked=True))
                return found.work(change.position - 1, failed=True)
        return found.work(page.changes[-1].position)

    def _hear(self, change: LogChange) -> PluginFault | None:
        if "on_change" not in self._caller.card.hooks:
            return None
        done = self._caller.call("on_change", {"change": change})
        return done if isinstance(done, PluginFault) else None

    def _judge(self, asked: Asked, found: "_Found") -> PluginFault | None:
        verdict = judge(self._caller, asked, self._open_photo)
        if not isinstance(verdict, Verdict):
            return verdict
        ops, late = ops_of(self._caller, asked.case, verdict, asked.change)
        found.ops += ops
        found.faults += [_placed(one, asked.change) for one in (*verdict.faults, *late)]
        if verdict.score is not None or asked.case.is_marked:
            found.scores.append(_scored(asked, verdict.score))
        return None

    def _open_photo(self, photo: PhotoView) -> BinaryIO:
        return self._get_photo(photo.sha256)


class _Found(Struct):
    """What was found so far on a page."""

    ops: list[bytes]
    scores: list[Scored]
    faults: list[PluginFault]

    def work(self, to: int, failed: bool = False) -> Work:
        return Work(to, self.ops, tuple(self.scores), tuple(self.faults), failed)


def _placed(fault: PluginFault, change: LogChange) -> PluginFault:
    return msgspec.structs.replace(fault, position=change.position, change=change.op)


def _scored(asked: Asked, score: Score | None = None, unchecked: bool = False) -> Scored:
    view = asked.case.inspection
    return Scored(view.id, view.site, asked.change.op, score, unchecked)


def _scored_domains(session: Session) -> set[str]:
    """The domains whose own plugin scores and is at work."""
    working = {row.name for row in readers.everything(session) if row.state in _WORKING}
    return {
        card.domain
        for name, card in plugins.cards(session).items()
        if card.domain and name in working and "score_inspection" in card.hooks
    }
