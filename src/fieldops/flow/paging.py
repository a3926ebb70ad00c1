"""Pages of a list: where one ended is where the next begins, whatever was written meanwhile.

    place ─ (list, filters, place) as a cursor ─→ the caller ─→ cursor ─ checked ─→ place ─ SQL

A list has one stable order, and a *place* in it is the key of one row: the next page is what lies
behind it (``WHERE (at, id) < …``), never ``OFFSET``, which skips and doubles rows under writers.
A cursor says of which list and filters it is, and is good for those alone.  It needs no signature:
it only says where to go on, and every page asks anew what the caller may see.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said

LIMIT, LIMIT_MAX = 50, 200
"""How many items a page holds when nobody says, and at most."""

STRANGE = Said(
    "cursor：请使用上一页给出的值，或留空", "cursor: use the one of the page before, or none"
)

T = TypeVar("T")
R = TypeVar("R")
P = TypeVar("P")
_encode = msgspec.json.Encoder(order="sorted").encode
_MARK_CHARACTERS = 8
Instant = Annotated[int, Meta(ge=-(2**53), le=2**53)]
"""Ms since 1970 UTC, in the range that both databases and every reader of JSON take."""


class Place(Struct, frozen=True, array_like=True, order=True):
    """Where most lists are ordered by: an instant (ms since 1970), then an id as 32 hex digits."""

    at_ms: Instant
    id: str

    def id_bytes(self) -> bytes:
        """The id.  Raises ``ProblemError`` validation for a cursor that nobody gave."""
        return id_of(self.id).bytes


class Ask(Struct, frozen=True):
    """Which page of a list: ``name`` and ``filters`` say of which list, both must stay the same."""

    name: str
    filters: Any = None
    cursor: str = ""
    limit: int = LIMIT


class Turn(Struct, frozen=True):
    """How far a caller has turned the pages of a list, and how many items the next holds."""

    cursor: str = ""
    limit: int = LIMIT

    def ask(self, name: str, filters: Any = None) -> Ask:
        """The page of this list."""
        return Ask(name, filters, self.cursor, self.limit)


class Page(Struct, Generic[T], frozen=True):
    """One page; ``cursor`` asks for the next, null on the last."""

    items: list[T]
    cursor: str | None = None


def after(ask: Ask, kind: type[P]) -> P | None:
    """The place behind which the page begins; None for the first.

    Raises ``ProblemError`` validation for a cursor that is not of this list and these filters.
    """
    if not ask.cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(ask.cursor.encode("ascii"))
        mark, place = msgspec.json.decode(text, type=tuple[str, msgspec.Raw])
        found = None if b"\\u0000" in text else msgspec.json.decode(place, type=kind)
    except (msgspec.MsgspecError, ValueError) as error:
        raise strange() from error
    if mark != _mark(ask) or found is None:
        raise strange()
    return found


def cut(ask: Ask, rows: Sequence[R], place: Callable[[R], Any], show: Callable[[R], T]) -> Page[T]:
    """The page of rows that were asked for with one more than ``ask.limit``."""
    shown = rows[: ask.limit]
    more = len(rows) > ask.limit
    return Page([show(row) for row in shown], cursor(ask, place(shown[-1])) if more else None)


def every(page: Callable[[Turn], Page[T]]) -> list[T]:
    """The items of all pages, for whoever wants them at once."""
    turn, found = Turn(limit=LIMIT_MAX), list[T]()
    while True:
        part = page(turn)
        found += part.items
        if part.cursor is None:
            return found
        turn = Turn(part.cursor, LIMIT_MAX)


def cursor(ask: Ask, place: Any) -> str:
    """What asks for the rows behind a place."""
    return base64.urlsafe_b64encode(_encode((_mark(ask), place))).decode()


def _mark(ask: Ask) -> str:
    whole = hashlib.sha256(_encode((ask.name, ask.filters))).hexdigest()
    return whole[:_MARK_CHARACTERS]


def id_of(text: str) -> UUID:
    """An id in a cursor.  Raises ``ProblemError`` validation."""
    try:
        return UUID(hex=text)
    except ValueError as error:
        raise strange() from error


def strange() -> ProblemError:
    """What a cursor is answered that this list did not give."""
    return ProblemError(problem("validation", STRANGE))
