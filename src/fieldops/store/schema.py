"""Bringing a database to this version's tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, problem
from fieldops.store import meta, migrate
from fieldops.store.engine import Store
from fieldops.store.writer import DATABASE_ERRORS

_LOCKED = "database is locked"
"""What SQLite says after ``busy_timeout``: somebody else has written for as long."""


def prepare(store: Store) -> None:
    """Run the migrations of SQLite, check those of PostgreSQL, and initialise a new database.

    Raises ``SchemaOutdated`` when PostgreSQL needs ``fieldops migrate`` first, ``ProblemError``
    database-down when there is no database to be opened.
    """
    with _opening():
        migrate.prepare(store.engine)
    store.write(meta.initialise).result()


def upgrade(store: Store) -> str | None:
    """Run the migrations of either engine; the version before, None for a new database.

    Raises ``SchemaOutdated`` for a database of a newer version, ``ProblemError`` database-down.
    """
    with _opening():
        before = migrate.upgrade(store.engine)
    store.write(meta.initialise).result()
    return before


@contextmanager
def _opening() -> Iterator[None]:
    try:
        yield
    except DATABASE_ERRORS as error:
        # What fails while a connection is set up comes as the driver's own error.
        detail = str(getattr(error, "orig", error)).split("\n")[0]
        if detail == _LOCKED:
            raise ProblemError(problem("database-busy")) from error
        raise ProblemError(operation("database-down", detail)) from error
