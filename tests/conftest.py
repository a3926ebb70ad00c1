"""The fixtures of all tests (real servers, fresh databases and buckets) and the rules of a run."""

import gc
import os
import signal
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests import browsers, databases, measuring, servers
from tests.soak import report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_RUN_FOLDER = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The controlling process opens the run; a terminated run still stops its servers."""
    if not _is_worker(config):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        is_soak = config.getoption("markexpr").startswith("soak")
        folder = config.stash[_RUN_FOLDER] = servers.open_run(in_memory=not is_soak)
        # Read by pytest itself right after this.
        config.option.basetemp = config.option.basetemp or servers.scratch(folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controlling process stops what the run started."""
    if _RUN_FOLDER in config.stash:
        servers.close_run(config.stash[_RUN_FOLDER])


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported stays: the collector of cycles neither looks at it meanwhile nor later.

    It looks as seldom as in the server's web process; a twentieth of all tests' time was its.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.set_threshold(50_000, 20, 50)
        gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test with its fixtures, seen by coverage or not."""
    if measuring.is_measured(item):
        return (yield)
    with measuring.unmeasured():
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where skips are forbidden, a run with a skipped test has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if _is_worker(session.config) or reporter is None or not skips_forbidden():
        return
    skipped = reporter.stats.get("skipped", [])
    if skipped and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say the figures of the long suites, and which tests were skipped where that is a failure."""
    for line in report.lines():
        terminalreporter.write_line(line)
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and skips_forbidden():
        terminalreporter.section("skipped, which counts as failed here (CI or FIELDOPS_NO_SKIPS)")
        for one in skipped:
            terminalreporter.write_line(f"{one.nodeid}: {one.longrepr}")


def skips_forbidden() -> bool:
    """Whether this run was asked to fail when a test is skipped."""
    return os.environ.get("CI") == "true" or os.environ.get("FIELDOPS_NO_SKIPS") == "1"


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def worker_name(request: pytest.FixtureRequest) -> str:
    """The name of this xdist worker, ``gw0``; ``main`` in a run without workers."""
    given = getattr(request.config, "workerinput", {"workerid": "main"})
    return str(given["workerid"])


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The maintenance database of a real PostgreSQL server, one a run."""
    return servers.postgres()["url"]


@pytest.fixture(scope="session")
def postgres_bin(postgres_url: str) -> Path:
    """The folder of ``pg_dump``, ``pg_restore`` and ``psql`` that suit the server."""
    return Path(servers.postgres()["bin"])


@pytest.fixture(scope="session")
def shelf(postgres_url: str, worker_name: str) -> Iterator[databases.Shelf]:
    """The PostgreSQL databases of this worker."""
    made = databases.Shelf(postgres_url, worker_name)
    yield made
    made.close()


@pytest.fixture
def make_postgres_database(shelf: databases.Shelf) -> Iterator[Callable[[], str]]:
    """Makes empty databases, each an URL; they are dropped after the test."""
    made: list[str] = []

    def make() -> str:
        made.append(shelf.make())
        return made[-1]

    yield make
    for url in made:
        shelf.drop(url)


@pytest.fixture
def empty_postgres_database(make_postgres_database: Callable[[], str]) -> str:
    """The URL of a fresh PostgreSQL database without tables."""
    return make_postgres_database()


@pytest.fixture
def postgres_database(shelf: databases.Shelf) -> Iterator[str]:
    """The URL of a PostgreSQL database with this version's tables and nothing in them."""
    url = shelf.take()
    yield url
    shelf.put_back(url)


@pytest.fixture
def empty_sqlite_database(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'fieldops.db'}"


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """The URL of a SQLite file with this version's tables and nothing in them."""
    return databases.lay_sqlite(tmp_path / "fieldops.db")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of this version: the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_database"))


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database without tables: the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue(f"empty_{request.param}_database"))


@pytest.fixture(scope="session")
def s3_server() -> servers.Note:
    """A real S3 server (SeaweedFS), one a run: endpoint, access_key, secret_key, region."""
    return servers.s3()


@pytest.fixture(scope="session")
def moto_server() -> servers.Note:
    """An S3 server of another make, one a run."""
    return servers.second_s3()


@pytest.fixture(scope="session")
def nanio_server() -> servers.Note:
    """A small S3 server that checks signatures only, one a run."""
    return servers.nanio()


@pytest.fixture
def chromium() -> "Iterator[Browser]":
    """A real Chromium for one test; skips where the machine has none."""
    with browsers.opened_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of the npm packages that ``tests/clients/package.json`` names."""
    return browsers.node_modules()


@pytest.fixture
def s3_bucket(s3_server: servers.Note, worker_name: str) -> Iterator[str]:
    """The worker's bucket on ``s3_server``; the test finds it empty."""
    yield from _bucket(s3_server, worker_name)


@pytest.fixture
def moto_bucket(moto_server: servers.Note, worker_name: str) -> Iterator[str]:
    """The worker's bucket on ``moto_server``; the test finds it empty."""
    yield from _bucket(moto_server, worker_name)


@pytest.fixture
def nanio_bucket(nanio_server: servers.Note, worker_name: str) -> Iterator[str]:
    """The worker's bucket on ``nanio_server``; the test finds it empty."""
    yield from _bucket(nanio_server, worker_name)


def _bucket(server: servers.Note, worker_name: str) -> Iterator[str]:
    client, name = servers.s3_client(server), f"photos-{worker_name}"
    if not client.bucket_exists(name):
        client.make_bucket(name)
    yield name
    names = [str(thing.object_name) for thing in client.list_objects(name, recursive=True)]
    if names:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(partial(client.remove_object, name), names))
