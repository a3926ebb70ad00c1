"""The care of photos as the worker does it: what is due, through whom it writes, what waits."""

import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from tests.flow import test_pictures
from tests.flow.caring import later, state, store
from tests.flow.following import Walk
from tests.flow.test_pictures import Worker
from tests.flow.uploading import House, SwitchedBlobs, flipped, picture
from tests.pictures.making import jpeg, scene

from fieldops.flow.care import Care, writer
from fieldops.flow.caretake import last_round
from fieldops.flow.handin import HandinAnswer, HandinDown, HandinRequest, read_request
from fieldops.flow.react import DirectHandin
from fieldops.flow.scrub import Scrubber
from fieldops.sections import CareSettings
from fieldops.settings import Settings, SettingsError, load_settings
from fieldops.store.blobs import BlobStoreDown
from fieldops.store.blobs.disk import DiskBlobs

box, walk = test_pictures.box, test_pictures.walk


def carer(house: House, tmp_path: Path, blobs: Any = None, **care: Any) -> Care:
    settings: Settings = load_settings(data_dir=tmp_path, care=CareSettings(**care))
    handin = DirectHandin(house.store, house.clock)
    return Care(settings, house.store, blobs or house.blobs, handin, threading.Event())


def test_all_that_is_due_is_done_and_not_again_before_its_time(house: House, tmp_path: Path):
    digest = store(house, picture(100))
    one = carer(house, tmp_path)
    one.run(later(house, 40))
    assert state(house, digest) == "gone"
    second = store(house, picture(100))
    house.do(lambda s: s.execute(text("UPDATE media SET touched_ms = 0")) and None)
    one.run(house.clock())
    assert state(house, second) == "stored"
    one.run(later(house, 1))
    assert state(house, second) == "gone"
    assert house.look(lambda s: last_round(s, "retire")) is None
    assert house.look(lambda s: last_round(s, "scrub")) is not None


def test_retention_runs_where_it_is_set(house: House, tmp_path: Path):
    photo = house.attach(store(house, data := picture(100)))
    walk_id = house.photo(photo).parent
    bound = {"id": walk_id.bytes}
    house.do(
        lambda s: (
            s.execute(text("UPDATE record SET state = 'sealed' WHERE id = :id"), bound) and None
        )
    )
    carer(house, tmp_path, retention_days=1095).run(later(house, 1100))
    assert not house.stored(data)
    assert house.photo(photo).state == "removed"


def test_what_cannot_be_done_now_waits_for_the_next_time(house: House, tmp_path: Path):
    class Down(SwitchedBlobs):
        def list(self) -> Any:
            raise BlobStoreDown("no route")

        def get(self, sha256: str) -> Any:
            raise RuntimeError(f"a fault of ours: {sha256}")

    digest = store(house, picture(100))
    later(house, 40)
    carer(house, tmp_path, Down(house.blobs.inner)).run(house.clock())
    assert state(house, digest) == "stored"
    carer(house, tmp_path).run(house.clock())
    assert state(house, digest) == "gone"


def test_nothing_more_is_read_once_the_worker_is_to_stop(house: House, tmp_path: Path):
    house.attach(store(house, picture(100)))
    settings = load_settings(data_dir=tmp_path)
    stop = threading.Event()
    stop.set()
    handin = DirectHandin(house.store, house.clock)
    Care(settings, house.store, house.blobs, handin, stop).run(later(house, 40))
    assert house.look(lambda s: last_round(s, "scrub")) is None


def test_photos_are_kept_three_years_unless_somebody_says_so_twice(tmp_path: Path):
    for days in (0, 1095, 4000):
        assert CareSettings(retention_days=days).retention_days == days
    with pytest.raises(SettingsError, match="retention_may_be_short"):
        load_settings(data_dir=tmp_path, care={"retention_days": 1094})
    assert CareSettings(retention_days=30, retention_may_be_short=True).retention_days == 30


@pytest.fixture
def worker(walk: Walk, box: Any) -> Worker:
    return Worker(walk, box)


def test_a_damaged_derivative_is_made_again(worker: Worker):
    """The scrubber forgets the picture and says once more that the photo is stored."""
    server = worker.walk.server
    photo = worker.attach(data := jpeg(scene(900, 700)))
    sha256 = worker.store(data)
    worker.follow()
    before = worker.row(sha256)
    assert before is not None
    assert before.thumb is not None
    inner = worker.blobs.inner
    assert isinstance(inner, DiskBlobs)
    place = inner._place(before.thumb.sha256.hex())
    place.write_bytes(flipped(place.read_bytes()))
    hand = DirectHandin(server.core.store, server.clock)
    scrub = Scrubber(server.core.store, inner, writer(hand), 30)
    done = scrub.run_some([sha256])
    assert (done.damaged, done.remade) == ([], 1)
    assert worker.row(sha256) is None
    worker.follow()
    assert worker.row(sha256) is not None
    assert scrub.run_some([sha256]).remade == 0
    state_ = worker.walk.get(photo)
    assert state_ is not None
    assert state_.state == "stored"
    assert state_.body["stored"]["sha256"] == sha256.hex()


def test_what_care_hands_in_over_the_door_is_what_the_server_reads(house: House):
    """On SQLite the worker writes through the server: every request survives the way there."""
    sent: list[Any] = []

    def post(request: HandinRequest) -> HandinAnswer:
        sent.append(request)
        again = read_request(msgspec.json.encode(request))
        assert again == request
        return DirectHandin(house.store, house.clock)(again)

    digest = store(house, picture(100))
    settings = load_settings(data_dir=Path(house.spool_dir).parent)
    Care(settings, house.store, house.blobs, post, threading.Event()).run(later(house, 40))
    assert state(house, digest) == "gone"
    assert {type(one).__name__ for one in sent} >= {"Tidy", "Condemn", "Bury", "Round"}


def test_a_server_that_does_not_answer_is_waited_for(house: House, tmp_path: Path):
    def closed(request: HandinRequest) -> HandinAnswer:
        raise HandinDown(f"no door for {request}")

    digest = store(house, picture(100))
    settings = load_settings(data_dir=tmp_path)
    Care(settings, house.store, house.blobs, closed, threading.Event()).run(later(house, 40))
    assert state(house, digest) == "stored"
