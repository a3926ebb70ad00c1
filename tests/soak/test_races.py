"""Two thousand races of collection: nothing that anybody was told is untrue afterwards."""

from collections import Counter
from pathlib import Path

import pytest
from tests.flow.caring import collector
from tests.flow.races import processes, race, threads
from tests.flow.uploading import House
from tests.servers import Note
from tests.soak import report

from fieldops.settings import load_settings
from fieldops.store.blobs import open_blobs

pytestmark = pytest.mark.soak
RACES = 1000
RACES_S3 = 200


def tell(name: str, outcomes: Counter[str]) -> None:
    said = ", ".join(f"{what} {count}" for what, count in sorted(outcomes.items()))
    report.report(
        f"races of collection, {name}: {sum(outcomes.values())}; dangling references 0, orphans"
        f" left 0, referenced deleted 0 ({said})"
    )


def test_on_sqlite_and_a_folder(sqlite_database: str, tmp_path: Path):
    house = House(sqlite_database, open_blobs(load_settings(data_dir=tmp_path)), tmp_path)
    others = [collector(house), collector(house)]
    try:
        tell("SQLite, folder", race(house, RACES, 3, lambda: threads(house, others)))
    finally:
        house.close()


def test_on_postgres_with_collectors_in_other_processes(postgres_database: str, tmp_path: Path):
    house = House(postgres_database, open_blobs(load_settings(data_dir=tmp_path)), tmp_path)
    try:
        with processes(house, postgres_database, tmp_path / "blobs") as collecting:
            tell("PostgreSQL, 2 processes", race(house, RACES, 4, collecting))
    finally:
        house.close()


def test_on_postgres_and_s3(
    postgres_database: str, s3_server: Note, s3_bucket: str, tmp_path: Path
):
    section = {
        "kind": "s3", "endpoint": s3_server["endpoint"], "bucket": s3_bucket,
        "access_key": s3_server["access_key"], "secret_key": s3_server["secret_key"],
        "secure": False,
    }  # fmt: skip
    settings = load_settings(data_dir=tmp_path, blobs=section)
    house = House(postgres_database, open_blobs(settings), tmp_path)
    others = [collector(house), collector(house)]
    try:
        tell("PostgreSQL, S3", race(house, RACES_S3, 5, lambda: threads(house, others)))
    finally:
        house.close()
