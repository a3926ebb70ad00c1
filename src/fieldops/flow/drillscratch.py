"""The scratch place of a drill: a folder for SQLite, a database of its own on PostgreSQL.

fieldops_drill_<seconds since 1970, by that server>_<random> ── dropped at the drill's end
     └ of a drill that was killed ── dropped by the next one, a day later
"""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.said import Said, named
from fieldops.store.engine import Store, open_store

_PREFIX = "fieldops_drill_"
_LEFT_S = 24 * 3600
"""A scratch database so old that nobody is connected to is of a drill that was killed."""
_LEFT = """
    SELECT datname FROM pg_database d
    WHERE CASE WHEN datname ~ '^fieldops_drill_[0-9]{1,12}_[0-9a-f]{12}$'
        THEN split_part(datname, '_', 3)::bigint < extract(epoch FROM now()) - :left_s END
      AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datid = d.oid)
"""
_DENIED = "42501"
"""PostgreSQL's code for what a role may not do (insufficient_privilege)."""
_NAME_SCRATCH = Said("请用 --scratch 指定 PostgreSQL", "name a PostgreSQL by --scratch")
_logger = structlog.get_logger(__name__)


@contextmanager
def place(dialect: str, scratch_url: str) -> Iterator[str]:
    """The URL of an empty database, gone afterwards; ``scratch_url`` names a PostgreSQL server.

    Raises ``ProblemError`` backup-other-engine, scratch-denied or database-down.
    """
    if dialect == "sqlite":
        with tempfile.TemporaryDirectory(prefix="fieldops-drill-") as folder:
            yield f"sqlite:///{folder}/fieldops.db"
        return
    if not scratch_url.startswith("postgresql"):
        raise ProblemError(operation("backup-other-engine", _NAME_SCRATCH))
    server = open_store(scratch_url)
    try:
        with _connected(server) as connection:
            _sweep(connection)
            name = _make(connection)
        try:
            made = make_url(scratch_url).set(database=name)
            yield made.render_as_string(hide_password=False)
        finally:
            with _connected(server) as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        server.close()


@contextmanager
def _connected(server: Store) -> Iterator[Connection]:
    """A connection outside of transactions: databases are not made or dropped within one."""
    engine = server.engine.execution_options(isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        said = named(str(error.orig).splitlines()[0])
        slug = "scratch-denied" if _code(error) == _DENIED else "database-down"
        raise ProblemError(operation(slug, said)) from error


def _make(connection: Connection) -> str:
    """A new database; its name."""
    now_s = connection.execute(text("SELECT extract(epoch FROM now())::bigint")).scalar_one()
    name = f"{_PREFIX}{now_s}_{secrets.token_hex(6)}"
    connection.execute(text(f"CREATE DATABASE {name}"))
    return name


def _sweep(connection: Connection) -> None:
    """Drop what killed drills have left; what cannot be dropped holds up no drill."""
    for name in connection.execute(text(_LEFT), {"left_s": _LEFT_S}).scalars().all():
        try:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
            _logger.info("scratch database of a killed drill dropped", database=name)
        except DBAPIError as error:  # another role's, or somebody has just connected
            _logger.warning("scratch database stays", database=name, error=str(error.orig))


def _code(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
