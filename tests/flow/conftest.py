"""The house that uploads are tested in: SQLite and disk, PostgreSQL and a real S3 server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.flow.uploading import House
from tests.plugin.packages import Packages

from fieldops.settings import load_settings
from fieldops.store.blobs import open_blobs


@pytest.fixture(params=["sqlite-disk", "postgres-s3"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    kind, blobs = request.param.split("-")
    section: dict[str, object] = {"kind": "disk"}
    if blobs == "s3":
        server = request.getfixturevalue("s3_server")
        section = {
            "kind": "s3",
            "endpoint": server["endpoint"],
            "bucket": request.getfixturevalue("s3_bucket"),
            "access_key": server["access_key"],
            "secret_key": server["secret_key"],
            "secure": False,
        }
    settings = load_settings(data_dir=tmp_path, blobs=section)
    made = House(request.getfixturevalue(f"{kind}_database"), open_blobs(settings), tmp_path)
    yield made
    made.close()


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    return Packages(tmp_path / "packages", monkeypatch)
