"""What has gone wrong elsewhere (protocol.md): a server and a company for each pitfall."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.factories import Company, Server, Tablet, enrol_tablet, found_company, running


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server on a fresh database; the test runs on both engines."""
    with running(database_url, tmp_path) as started:
        yield started


@pytest.fixture
def postgres_server(postgres_database: str, tmp_path: Path) -> Iterator[Server]:
    """A server on PostgreSQL, for what only happens there."""
    with running(postgres_database, tmp_path) as started:
        yield started


@pytest.fixture
def company(server: Server) -> Company:
    return found_company(server)


@pytest.fixture
def tablet(server: Server, company: Company) -> Tablet:
    """The inspector's tablet."""
    return enrol_tablet(server, [company.inspector], company.site)
