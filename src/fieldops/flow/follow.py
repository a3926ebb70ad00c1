"""The worker's readers of the log: each with its own cursor, so that none waits for another.

    log ─ page of changes ─ gather (one snapshot) ─ work (hooks, outside any transaction) ─ hand in

A reader judges inspections as they are now, each once a page: work costs what changed, a replay
finds nothing new, and a change missed by the snapshot comes as a later change.
"""

from typing import Protocol

from msgspec import Raw, Struct
from sqlmodel import Session

from fieldops.flow import keep
from fieldops.flow.clock import wall_ms
from fieldops.flow.handin import Advance, Handin, HandinAnswer, Scored
from fieldops.flow.page import PAGE_CHANGES, Page
from fieldops.flow.readingroom import ReadingRoom
from fieldops.flow.retakes import task_ops
from fieldops.model.plugin import HookMeasure, PluginFault
from fieldops.model.walked import Requalified, Walked
from fieldops.store import readers
from fieldops.store.engine import Store
from fieldops.store.pictures import PictureRow
from fieldops.store.sightings import Sighting
from fieldops.store.walks import Walk

WORKING = frozenset({"running", "waiting"})
"""The states in which a reader goes on; any other waits for a person."""


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
    walked: tuple[Walked, ...] = ()
    requalified: tuple[Requalified, ...] = ()
    version: str = ""


class LogReader(Protocol):
    """Somebody who follows the log, by pages of ``page_changes``."""

    name: str
    page_changes: int

    def gather(self, session: Session, page: Page) -> None:
        """Read what the page needs, in the page's own snapshot."""
        ...

    def work(self, page: Page, last_try: bool) -> Work:
        """Work on the page, outside any transaction; ``last_try`` says that a failure parks."""
        ...


def step(
    store: Store, handin: Handin, reader: LogReader, tries: int, room: ReadingRoom | None = None
) -> HandinAnswer | None:
    """Work on one page and hand it in; None if there is nothing to do."""
    room = room or ReadingRoom()
    with store.read() as session:
        row = readers.get(session, reader.name)
        if row is not None and row.state not in WORKING:
            return None
        position, attempts = (0, 0) if row is None else (row.position, row.attempts)
        page = room.page(session, position, reader.page_changes)
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
            walked=done.walked,
            requalified=done.requalified,
            version=done.version,
            faults=done.faults,
            failed=done.failed,
            tries=tries,
        )
    )


class KeeperReader:
    """Seals the inspections to which nothing is owed any more; keeps the tasks of retakes."""

    name = keep.NAME
    page_changes = PAGE_CHANGES

    def __init__(self) -> None:
        self._ops: list[bytes] = []

    def gather(self, session: Session, page: Page) -> None:
        """Look at every inspection that the page touches."""
        found = [
            keep.seal_op(session, group.feed, group.inspection, wall_ms(group.last.at) or 0)
            for group in page.groups.values()
        ]
        self._ops = [op for op in found if op is not None]
        self._ops += task_ops(session, page, self.name)

    def work(self, page: Page, last_try: bool) -> Work:  # noqa: ARG002 - the keeper cannot fail
        """Hand in the seals and the tasks."""
        return Work(page.changes[-1].position, self._ops)
