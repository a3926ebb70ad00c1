"""One server an engine for all vectors: every case founds its own company on it."""

from collections.abc import Iterator

import pytest
from tests.databases import Shelf, lay_sqlite
from tests.factories import Server, running


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stage_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A running server whose clock and limits each case sets for itself."""
    folder = tmp_path_factory.mktemp("vectors")
    if request.param == "sqlite":
        with running(lay_sqlite(folder / "fieldops.db"), folder) as server:
            yield server
        return
    shelf: Shelf = request.getfixturevalue("shelf")
    url = shelf.take()
    with running(url, folder) as server:
        yield server
    shelf.put_back(url)
