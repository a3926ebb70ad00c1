"""Bringing a database to this version's tables."""

from fieldops.store import meta
from fieldops.store.engine import Store


def prepare(store: Store) -> None:
    """Run the migrations of SQLite, check those of PostgreSQL, and initialise a new database.

    Raises ``SchemaOutdated`` when PostgreSQL needs ``fieldops migrate`` first.
    """
    from fieldops.store import migrate  # alembic is heavy: only when a database is opened

    migrate.prepare(store.engine)
    store.write(meta.initialise).result()
