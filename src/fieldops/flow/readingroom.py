"""What the readers of one worker share: pages of the log and cases, each read and built once.

They follow the log at nearly the same place.  What was read while the log ended at one position
holds as long as it ends there: whatever a page or a case is made of changes by an entry of the log.
"""

import threading
from collections import OrderedDict
from typing import TypeVar
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.page import PAGE_CHANGES, Page, read_page
from fieldops.flow.view import Case, Shelf, build
from fieldops.model.access import Level
from fieldops.rules.texts import RAISED
from fieldops.store import log

K = TypeVar("K")
V = TypeVar("V")
_PAGES = 16
_CASES = 100
"""Five pages of inspections: 175 kB each where they have 36 results."""


class _Built(Struct, frozen=True):
    """A case as of the end of the log; ``level`` is None where nothing of it is masked."""

    head: int
    level: Level | None
    case: Case | None


class ReadingRoom:
    """Shared by threads; what two of them build at once, one of them keeps."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, Page] = OrderedDict()
        self._cases: OrderedDict[UUID, _Built] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, session: Session, position: int, most: int = PAGE_CHANGES) -> Page:
        """The page of ``most`` changes behind a position."""
        head = log.counter(session)
        known = self._pages.get(position)
        if known is not None and known.head == head and known.serves(most):
            return known
        page = read_page(session, position, head, most)
        self._keep(self._pages, position, page, _PAGES)
        return page

    def case(
        self, session: Session, head: int, feed: UUID, inspection: UUID, shelf: Shelf
    ) -> Case | None:
        """The case of an inspection in the snapshot where the log ends at ``head``."""
        known = self._cases.get(inspection)
        if known is not None and known.head == head and known.level in (None, shelf.level):
            return known.case
        case = build(session, feed, inspection, shelf)
        built = _Built(head, _level(case, shelf), case)
        self._keep(self._cases, inspection, built, _CASES)
        return case

    def _keep(self, kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
        with self._lock:
            kept[key] = value
            kept.move_to_end(key)
            while len(kept) > most:
                kept.popitem(last=False)


def _level(case: Case | None, shelf: Shelf) -> Level | None:
    is_masked = case is not None and any(RAISED in one.body for one in case.records.values())
    return shelf.level if is_masked else None
