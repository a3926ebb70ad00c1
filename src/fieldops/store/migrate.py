"""Migrations: which version of the tables a database has, and bringing it to this one.

    empty ──────────────────────────┐
    older, SQLite ──────────────────┼──> upgrade ──> this version
    older, PostgreSQL ──> SchemaOutdated, until an operator runs `fieldops migrate`

Each version is a file of ``migrations/versions``, named by its number.  An upgrade runs in one
transaction under a lock, so that servers that start together cannot disturb each other.

``python -m fieldops.store.migrate SUBJECT`` writes the next version from what ``tables`` says now.
"""

import sys
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, Engine, inspect, text

from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import NOTHING, Said

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"
_LOCK = 0x6669656C646F7073
"""The advisory lock of an upgrade on PostgreSQL: the word fieldops in ASCII."""

Standing = Literal["empty", "current", "older", "newer", "foreign"]


class SchemaOutdated(ProblemError):
    """The database is not of this version; the problem says what to do."""


def newest() -> str:
    """The number of the newest version that this fieldops knows."""
    return max(numbers())


def numbers() -> list[str]:
    """The numbers of all versions, the oldest first."""
    return sorted(path.name[1:5] for path in (FOLDER / "versions").glob("v[0-9]*.py"))


def version(connection: Connection) -> str | None:
    """The number of the version that a database has; None if it was never migrated."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(
        text(f"SELECT version_num FROM {VERSION_TABLE}")
    ).scalar()
    return found


def standing(connection: Connection) -> Standing:
    """How a database stands to this version; ``foreign`` holds tables that are none of ours."""
    found = version(connection)
    if found is None:
        return "foreign" if inspect(connection).get_table_names() else "empty"
    if found == newest():
        return "current"
    return "older" if found in numbers() else "newer"


def prepare(engine: Engine) -> None:
    """Bring SQLite, or an empty PostgreSQL, to this version.

    Raises ``SchemaOutdated`` for a PostgreSQL of an older version, and for any database of a newer
    version or of something else.
    """
    with engine.connect() as connection:
        found = standing(connection)
    if found == "older" and engine.dialect.name == "postgresql":
        raise SchemaOutdated(operation("schema-outdated"))
    if found != "current":
        upgrade(engine)


def upgrade(engine: Engine) -> str | None:
    """Bring a database to this version; returns the version it had, None for an empty one.

    Raises ``SchemaOutdated`` for a database of a newer version or of something else.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        before, found = version(connection), standing(connection)
        if found in ("newer", "foreign"):
            raise SchemaOutdated(operation(f"schema-{found}", _numbered(before)))
        if found != "current":
            run(connection)
        return before


def _numbered(version_: str | None) -> Said:
    return Said(f"版本 {version_}", f"version {version_}") if version_ else NOTHING


def run(connection: Connection, to: str = "head") -> None:
    """Run the versions up to ``to``, a number, in the caller's transaction."""
    from alembic import command  # takes half a second, and most starts have nothing to migrate

    command.upgrade(_config(connection), to)


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config(stdout=StringIO())  # It would say what file it writes; so do we.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def write_version(engine: Engine, subject: str) -> Path:
    """Write the next version: what brings ``engine``, at the newest version, to ``tables``."""
    from alembic import command

    number = f"{int(max(numbers(), default='0')) + 1:04}"
    with engine.begin() as connection:
        made = command.revision(
            _config(connection), message=subject, autogenerate=True, rev_id=number
        )
    assert made is not None
    return Path(made.path)  # type: ignore[union-attr]  # One revision, not a list of them.


def main(arguments: list[str]) -> None:
    """Write the next version beside the others, from a scratch SQLite at the newest one."""
    from fieldops.store.engine import open_store

    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/scratch.db")
        if numbers():
            upgrade(store.engine)
        sys.stdout.write(f"{write_version(store.engine, ' '.join(arguments))}\n")
        store.close()


if __name__ == "__main__":
    main(sys.argv[1:])
