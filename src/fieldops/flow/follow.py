"""The worker's readers of the log: each with its own cursor, so that none waits for another.

    log ─ page of changes ─ gather (one snapshot) ─ work (hooks, outside any transaction) ─ hand in

A reader judges inspections as they are now, each once a page: work costs what changed, a replay
finds nothing new, and a change missed by the snapshot comes as a later change.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Raw, Struct
from sqlmodel import Session

from fieldops.flow import keep
from fieldops.flow.clock import wall_ms
from fieldops.flow.handin import Advance, Handin, HandinAnswer, Scored
from fieldops.flow.timing import rfc3339
from fieldops.model.change import Change
from fieldops.model.inspection import LogChange
from fieldops.model.plugin import HookMeasure, PluginFault
from fieldops.store import arrivals, log, readers, records
from fieldops.store.engine import Store
from fieldops.store.pictures import PictureRow
from fieldops.store.sightings import Sighting
from fieldops.store.walks import Walk

PAGE_CHANGES = 500
PAGE_INSPECTIONS = 20
"""A page ends before this many inspections are in memory: each may hold 400 results."""
_JUDGED = frozenset({"inspection", "result", "photo", "feedback"})
"""The kinds whose changes make an inspection to be judged again."""
_FOLLOWING = frozenset({"inspection.score@1", "photo.note@1"})
"""Scores and notes follow from the rest: they are no reason to judge again."""
WORKING = frozenset({"running", "waiting"})
"""The states in which a reader goes on; any other waits for a person."""


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
    walks: tuple[Walk, ...] = ()
    measures: dict[str, HookMeasure] = {}


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
        if row is not None and row.state not in WORKING:
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
            walks=done.walks,
            measures=done.measures,
            faults=done.faults,
            failed=done.failed,
            tries=tries,
        )
    )


def _page(session: Session, changes: Sequence[Change]) -> Page:
    heard = _heard(session, changes)
    judged = [one for one in heard if one.kind in _JUDGED and one.type not in _FOLLOWING]
    parents = records.parents(session, {one.subject for one in judged})
    groups: dict[UUID, list[LogChange]] = {}
    for one in judged:
        walk = parents.get(one.subject)
        if walk is None:
            continue
        if walk not in groups and len(groups) == PAGE_INSPECTIONS:
            heard = heard[: heard.index(one)]
            break
        groups.setdefault(walk, []).append(one)
    found = (_group(walk, told) for walk, told in groups.items())
    return Page(heard, {group.first: group for group in found})


def _group(walk: UUID, told: list[LogChange]) -> Group:
    last = told[-1]
    subjects = frozenset(one.subject for one in told)
    return Group(walk, last.site, told[0].position, last, subjects)


def _heard(session: Session, changes: Sequence[Change]) -> list[LogChange]:
    kinds = arrivals.kinds(session, {change.op for change in changes})
    # What was pushed together was received at one moment.
    moments = {ms: rfc3339(ms) for ms in {ms for _type, ms in kinds.values()}}
    heard = []
    for change in changes:
        type_, received_ms = kinds.get(change.op, ("", 0))
        heard.append(
            LogChange(
                position=change.position,
                kind=change.kind,
                subject=change.subject,
                site=change.feed,
                op=change.op,
                type=type_,
                at=moments.get(received_ms, ""),
            )
        )
    return heard


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
