"""Bringing a database to this version's tables."""

from sqlalchemy.exc import DBAPIError

from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.store import meta, migrate
from fieldops.store.engine import Store


def prepare(store: Store) -> None:
    """Run the migrations of SQLite, check those of PostgreSQL, and initialise a new database.

    Raises ``SchemaOutdated`` when PostgreSQL needs ``fieldops migrate`` first, ``ProblemError``
    database-down when there is no database to be opened.
    """
    try:
        migrate.prepare(store.engine)
    except DBAPIError as error:
        raise ProblemError(operation("database-down", str(error.orig).split("\n")[0])) from error
    store.write(meta.initialise).result()
