"""One at a time over all processes: whoever deletes bytes holds the turn ``remove`` while it does,
whoever sends letters ``letters``.

The turn is lost only with the process (or the database session) that holds it, never by a clock: a
process that was frozen for an hour still holds it and can go on where it stopped.  SQLite, which
belongs to one machine, has a locked file beside the database; PostgreSQL a session's advisory lock.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from fieldops.store.engine import Store
from fieldops.store.writer import StoreBusy

Name = Literal["remove", "scrub", "letters"]
_KEYS: dict[Name, int] = {
    "remove": 0x66_6F_72_65_6D_6F_76_65,
    "scrub": 0x66_6F_00_73_63_72_75_62,
    "letters": 0x66_6C_65_74_74_65_72_73,
}
"""The advisory locks' numbers: ``foremove``, ``fo`` and ``scrub``, ``fletters`` as text."""

Insist = Callable[[], None]
"""Raises ``StoreBusy`` if the turn was lost after all: the database ended the session."""


@contextmanager
def turn(store: Store, name: Name = "remove") -> Iterator[Insist | None]:
    """Hold the turn; None at once if somebody else has it.  Raises ``StoreBusy``."""
    holder = _of_file(store, name) if store.dialect == "sqlite" else _of_session(store, _KEYS[name])
    with holder as insist:
        yield insist


@contextmanager
def _of_file(store: Store, name: Name) -> Iterator[Insist | None]:
    path = Path(f"{store.engine.url.database}.{name}")
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield lambda: None


@contextmanager
def _of_session(store: Store, key: int) -> Iterator[Insist | None]:
    try:
        connection = store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except DBAPIError as error:
        raise StoreBusy("the database failed") from error

    def insist() -> None:
        try:
            connection.execute(text("SELECT 1"))
        except DBAPIError as error:
            raise StoreBusy("the database ended the session that holds the turn") from error

    with connection:
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key})
        if not taken.scalar_one():
            yield None
            return
        try:
            yield insist
        finally:
            _let_go(connection, key)


def _let_go(connection: Connection, key: int) -> None:
    """Give the turn back; a connection that cannot is closed, and its lock ends with it."""
    try:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
    except DBAPIError:
        connection.invalidate()
