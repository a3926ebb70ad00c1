"""A hundred races of collection in every run; two thousand stand in the soak tier."""

from pathlib import Path

from tests.flow.caring import GRACE_MS, collector
from tests.flow.races import ACTORS, race, threads
from tests.flow.uploading import House

from fieldops.flow.care import writer
from fieldops.flow.collect import Collector
from fieldops.flow.react import DirectHandin
from fieldops.settings import load_settings
from fieldops.store.blobs import open_blobs
from fieldops.store.engine import open_store


def test_races_of_two_collectors_in_one_process(house: House):
    others = [collector(house), collector(house)]
    outcomes = race(house, 60, 1, lambda: threads(house, others))
    assert sum(outcomes.values()) == 60
    assert {name.partition(":")[0] for name in outcomes} == {one.__name__ for one in ACTORS}


def test_races_of_collectors_with_stores_of_their_own(postgres_database: str, tmp_path: Path):
    """As several servers on PostgreSQL have them; here with a folder that they share."""
    blobs = open_blobs(load_settings(data_dir=tmp_path))
    house = House(postgres_database, blobs, tmp_path)
    second = open_store(postgres_database)
    other = Collector(second, blobs, writer(DirectHandin(second, house.clock)), GRACE_MS)
    try:
        outcomes = race(house, 40, 2, lambda: threads(house, [other, collector(house)]))
        assert sum(outcomes.values()) == 40
    finally:
        second.close()
        house.close()
