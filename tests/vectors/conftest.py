"""One server an engine for all vectors: every case founds its own company on it."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from tests import servers
from tests.factories import Server, running


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stage_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_name: str
) -> Iterator[Server]:
    """A running server whose clock and limits each case sets for itself."""
    folder = tmp_path_factory.mktemp("vectors")
    if request.param == "sqlite":
        with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as server:
            yield server
        return
    yield from _on_postgres(folder, f"vectors_{worker_name}_{os.getpid()}_{folder.name}")


def _on_postgres(folder: Path, name: str) -> Iterator[Server]:
    maintenance = servers.postgres()["url"]
    database = sql.Identifier(name.lower())
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(database))
        url = urlunsplit(urlsplit(maintenance)._replace(path=f"/{name.lower()}"))
        with running(url, folder) as server:
            yield server
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))
