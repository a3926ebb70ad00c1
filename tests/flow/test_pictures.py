"""The picture worker as a reader of the log: from stored bytes to derivatives and notes."""

import asyncio
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlmodel import Session
from tests.flow.following import Walk, walking
from tests.flow.uploading import SwitchedBlobs, send_whole
from tests.pictures.making import jpeg, scene

from fieldops.flow.follow import step
from fieldops.flow.land import keep
from fieldops.flow.pictures import PAGE_LOOKS, Eye, PictureReader, look_again
from fieldops.flow.react import DirectHandin
from fieldops.flow.relook import LOOKS, Relooker
from fieldops.pictures.box import Box
from fieldops.pictures.look import undecodable
from fieldops.store import audit, checks, media, pictures, uploads
from fieldops.store.blobs import BlobStoreDown
from fieldops.store.pictures import PictureRow
from fieldops.store.uploads import UploadRow
from fieldops_sync.ids import uuid7


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    made = Box()
    yield made
    made.close()


@pytest.fixture
def walk(database_url: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(database_url, tmp_path) as made:
        made.start()
        yield made


class Worker:
    """The picture reader of a walk, with a switch before its blob store; it counts its looks."""

    def __init__(self, walk: Walk, box: Box) -> None:
        self.walk = walk
        self.looks = 0
        self.blobs = SwitchedBlobs(walk.server.core.blobs)
        self._box = box
        self.eye = Eye(self._look, self.blobs)
        self.reader = PictureReader(self._look, self.blobs)

    def _look(self, source: Any, size_bytes: int) -> Any:
        self.looks += 1
        return self._box.look(source, size_bytes)

    def attach(self, data: bytes, **given: Any) -> UUID:
        """A photo's op arrives."""
        photo = uuid7()
        subject = {"kind": "photo", "id": str(photo)}
        sha256 = hashlib.sha256(data).hexdigest()
        payload = {"inspection": str(self.walk.id), "sha256": sha256, **given}
        self.walk.push("photo.attach@1", subject=subject, media=[sha256], payload=payload)
        return photo

    def store(self, data: bytes, lies: bool = False) -> bytes:
        """Its bytes arrive; a store that lies does not keep them."""
        digest = hashlib.sha256(data)
        if not lies:
            self.blobs.put(digest.hexdigest(), io.BytesIO(data), len(data))
        now_ms = self.walk.server.clock()
        upload = UploadRow(
            uuid7(), self.walk.tablet.device, digest.digest(), len(data), len(data),
            "image/jpeg", "", 0, "verifying", 0, now_ms, now_ms,
        )  # fmt: skip

        def job(session: Session) -> None:
            uploads.add(session, upload)
            keep(session, 0, upload, now_ms)

        self.walk.server.do(job)
        return digest.digest()

    def follow(self) -> None:
        self.walk.follow(self.reader)

    def picture(self, photo: UUID) -> Any:
        state = self.walk.get(photo)
        assert state is not None
        return state.body.get("picture")

    def row(self, sha256: bytes) -> PictureRow | None:
        return self.walk.server.look(lambda s: pictures.get(s, [sha256]).get(sha256))

    def read(self, sha256: bytes) -> bytes:
        with self.blobs.get(sha256.hex()) as stream:
            return bytes(stream.read())


@pytest.fixture
def worker(walk: Walk, box: Box) -> Worker:
    return Worker(walk, box)


def test_stored_photo_is_noted_and_its_derivatives_can_be_read(worker):
    data = jpeg(scene(2000, 1500))
    photo = worker.attach(data)
    sha256 = worker.store(data)
    worker.follow()
    assert worker.picture(photo) == {
        "verdict": "decoded", "format": "JPEG", "width": 2000, "height": 1500,
    }  # fmt: skip
    row = worker.row(sha256)
    assert row is not None
    assert row.thumb is not None
    assert row.view is not None
    for one, format_, longer in ((row.thumb, "WEBP", 320), (row.view, "JPEG", 1600)):
        kept = worker.read(one.sha256)
        image = Image.open(io.BytesIO(kept))
        assert (len(kept), image.format, max(image.size)) == (one.size_bytes, format_, longer)
    assert worker.read(sha256) == data
    assert worker.walk.server.look(lambda s: media.get(s, [row.thumb.sha256])) == {}


def test_photo_that_cannot_be_decoded_stays_as_evidence_and_says_why(worker):
    data = b"GIF89a" + bytes(100)
    photo = worker.attach(data)
    sha256 = worker.store(data)
    worker.follow()
    assert worker.picture(photo) == {"verdict": "undecodable", "reason": "format"}
    row = worker.row(sha256)
    assert row is not None
    assert (row.thumb, row.view, row.picture.measures) == (None, None, None)
    assert worker.read(sha256) == data


def test_same_bytes_are_looked_at_once_and_noted_for_each_photo(worker):
    data = jpeg()
    photos = [worker.attach(data) for _ in range(3)]
    worker.store(data)
    worker.follow()
    later = worker.attach(data)
    worker.follow()
    assert [worker.picture(one)["verdict"] for one in [*photos, later]] == ["decoded"] * 4
    assert worker.looks == 1


def test_photo_first_is_looked_at_when_it_is_named(worker):
    data = jpeg()
    worker.store(data)
    worker.follow()
    assert worker.looks == 0
    photo = worker.attach(data)
    worker.follow()
    assert worker.picture(photo)["verdict"] == "decoded"


def test_replayed_log_notes_nothing_anew(worker):
    data = jpeg()
    worker.attach(data)
    worker.store(data)
    worker.follow()
    head = worker.walk.head()
    again = PictureReader(worker._look, worker.blobs)
    again.name = "pictures-again"
    worker.walk.follow(again)
    assert (worker.walk.head(), worker.looks) == (head, 1)


def test_progress_is_kept_every_few_photos(worker):
    many = [jpeg(scene(64, 48, seed)) + bytes([seed]) for seed in range(PAGE_LOOKS + 3)]
    photos = [worker.attach(data) for data in many]
    for data in many:
        worker.store(data)
    worker.walk.step(worker.reader)
    noted = [worker.picture(one) is not None for one in photos]
    assert noted == [True] * PAGE_LOOKS + [False] * 3
    worker.follow()
    assert all(worker.picture(one) for one in photos)


def test_store_that_is_down_is_waited_for(worker):
    first, second = jpeg(scene(64, 48)), jpeg(scene(80, 48))
    photos = [worker.attach(first), worker.attach(second)]
    worker.store(first)
    worker.follow()
    worker.attach(jpeg(scene(96, 48)))
    worker.store(second)
    worker.blobs.is_down = True
    worker.walk.step(worker.reader)  # What comes before the photo is kept,
    with pytest.raises(BlobStoreDown):
        worker.walk.step(worker.reader)  # and then it waits there.
    worker.blobs.is_down = False
    worker.follow()
    assert all(worker.picture(one) for one in photos)


def test_bytes_of_a_lying_store_are_skipped_and_looked_at_when_they_are_there(worker):
    lost, good = jpeg(scene(64, 48)), jpeg(scene(80, 48))
    photos = [worker.attach(lost), worker.attach(good)]
    sha256 = worker.store(lost, lies=True)
    worker.store(good)
    worker.follow()
    assert [worker.picture(one) is not None for one in photos] == [False, True]
    worker.blobs.put(sha256.hex(), io.BytesIO(lost), len(lost))
    assert again(worker, [sha256]) == {"decoded": 1}
    assert worker.picture(photos[0])["verdict"] == "decoded"


def test_rotten_bytes_are_no_picture(worker, tmp_path):
    data = jpeg()
    photo = worker.attach(data)
    sha256 = worker.store(data)
    (place,) = tmp_path.rglob(sha256.hex())
    place.write_bytes(data[:-1] + b"x")
    worker.follow()
    assert worker.picture(photo) is None
    assert again(worker, [sha256]) == {"missing": 1}


def test_voided_photo_is_not_noted(worker):
    data = jpeg()
    photo = worker.attach(data)
    worker.store(data)
    worker.walk.void("photo", photo)
    worker.follow()
    assert worker.picture(photo) is None


def again(worker: Worker, hashes: list[bytes]) -> dict[str, int]:
    store, now_ms = worker.walk.server.core.store, worker.walk.server.clock()
    return dict(look_again(store, worker.eye, hashes, now_ms, lambda: None))


def test_look_again_finds_what_was_changed_and_notes_it(worker):
    data = jpeg()
    photo = worker.attach(data)
    sha256 = worker.store(data)
    other = uuid7().bytes * 2
    worker.follow()
    head = worker.walk.head()
    assert again(worker, [sha256, other]) == {"decoded": 1, "missing": 1}
    assert (worker.looks, worker.walk.head()) == (2, head)
    (entry,) = worker.walk.server.look(lambda s: audit.latest(s, 10, "media.look"))
    assert entry.detail == {"decoded": 1, "missing": 1}
    assert worker.picture(photo)["verdict"] == "decoded"


def test_look_that_finds_something_else_is_noted_even_there_and_back(worker):
    data = jpeg()
    photo = worker.attach(data)
    sha256 = worker.store(data)
    worker.follow()
    good = worker.picture(photo)
    bad = Eye(lambda _source, _size: undecodable("damaged"), worker.blobs)
    store, now_ms = worker.walk.server.core.store, worker.walk.server.clock()
    for _ in range(2):
        look_again(store, bad, [sha256], now_ms, lambda: None)
        assert worker.picture(photo) == {"verdict": "undecodable", "reason": "damaged"}
        assert again(worker, [sha256]) == {"decoded": 1}
        assert worker.picture(photo) == good


def relooker(worker: Worker) -> Relooker:
    core = worker.walk.server.core
    handin = DirectHandin(core.store, worker.walk.server.clock)
    return Relooker(worker.eye, core.store, handin, pause_s=0)


def test_photos_without_a_picture_are_looked_at_in_idle_moments(worker):
    lost, good = jpeg(scene(64, 48)), jpeg(scene(80, 48))
    photos = [worker.attach(lost), worker.attach(good)]
    sha256 = worker.store(lost, lies=True)
    kept = worker.store(good)
    unnamed = worker.store(jpeg(scene(96, 48)))
    worker.follow()
    again = relooker(worker)
    assert again.run(worker.walk.server.clock()) == 0  # The bytes are still not there.
    worker.blobs.put(sha256.hex(), io.BytesIO(lost), len(lost))
    thumb = worker.row(kept).thumb.sha256
    worker.walk.server.do(lambda s: checks.forget_pictures(s, [thumb]))  # As scrubbing does.
    assert again.run(worker.walk.server.clock()) == 2
    assert [worker.picture(one)["verdict"] for one in photos] == ["decoded"] * 2
    assert worker.row(kept) is not None
    assert worker.row(unnamed) is None
    assert again.run(worker.walk.server.clock()) == 0


def test_idle_looks_go_round_in_small_steps(worker):
    many = [jpeg(scene(64, 48, seed)) + bytes([seed]) for seed in range(LOOKS + 1)]
    photos = [worker.attach(data) for data in many]
    for data in many:
        worker.store(data)
    again = relooker(worker)
    hours_later = worker.walk.server.clock() + 5 * 3_600_000
    looked = [again.run(hours_later) for _ in range(3)]
    assert looked == [LOOKS, 1, 0]
    assert all(worker.picture(one) for one in photos)


def hear(worker: Worker, *photos: bytes) -> tuple[UUID, list[bytes]]:
    """A resident is heard on the tablet, with photos that it will send."""
    talk, named = uuid7(), [hashlib.sha256(one).hexdigest() for one in photos]
    subject = {"kind": "feedback", "id": str(talk)}
    payload = {"inspection": str(worker.walk.id), "nature": "complaint", "photos": named}
    worker.walk.push("feedback.record@1", subject=subject, media=named, payload=payload)
    return talk, [bytes.fromhex(one) for one in named]


def test_photos_of_feedback_that_are_here_first_are_looked_at_by_the_log(worker):
    good, bad = jpeg(scene(2000, 1500)), b"\xff\xd8\xff not a picture"
    worker.store(good)
    worker.store(bad)
    talk, (shown, broken) = hear(worker, good, bad)
    head = worker.walk.head()
    worker.follow()
    assert worker.walk.head() == head  # There is nothing to note on it.
    assert worker.row(broken).picture.facts.verdict == "undecodable"
    row = worker.row(shown)
    with Image.open(io.BytesIO(worker.read(row.thumb.sha256))) as thumb:
        assert (thumb.format, max(thumb.size), dict(thumb.getexif())) == ("WEBP", 320, {})
    with Image.open(io.BytesIO(worker.read(row.view.sha256))) as view:
        assert (view.format, max(view.size), dict(view.getexif())) == ("JPEG", 1600, {})
    worker.walk.void("feedback", talk)
    worker.follow()
    assert worker.looks == 2


def test_photos_of_feedback_that_come_later_are_looked_at_in_idle_moments(worker):
    """A tablet announces them first; no record changes when they come."""
    data, unwanted = jpeg(scene(64, 48)), jpeg(scene(80, 48))
    _, (sha256,) = hear(worker, data)
    voided, (other,) = hear(worker, unwanted)
    worker.walk.void("feedback", voided)
    worker.follow()
    again, now_ms = relooker(worker), worker.walk.server.clock()
    assert again.run(now_ms) == 0
    worker.store(data)
    worker.store(unwanted)
    worker.follow()
    assert worker.row(sha256) is None
    assert (again.run(now_ms), again.run(now_ms)) == (1, 0)
    assert worker.row(sha256).picture.facts.verdict == "decoded"
    assert worker.row(other) is None


def test_what_came_lately_is_looked_at_before_the_round_comes_to_it(worker, monkeypatch):
    monkeypatch.setattr("fieldops.flow.relook.WINDOW", 1)
    old = [jpeg(scene(64, 48, seed)) for seed in range(3)]
    for data in old:
        worker.store(data)  # Nobody names them: the round passes over them.
    data = jpeg(scene(80, 48))
    _, (sha256,) = hear(worker, data)
    worker.walk.server.clock.forward(1)
    worker.store(data)
    assert relooker(worker).run(worker.walk.server.clock()) == 1
    assert worker.row(sha256) is not None


def test_idle_looks_pause(worker):
    core = worker.walk.server.core
    data = jpeg()
    worker.attach(data)
    again = Relooker(worker.eye, core.store, DirectHandin(core.store, core.clock), pause_s=3600)
    assert again.run(0) == 0
    worker.store(data)
    assert again.run(0) == 0


def test_disk_that_does_not_give_the_bytes_is_told_from_one_that_is_full(worker):
    class Broken(io.BytesIO):
        def read(self, _count: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    data = jpeg()
    sha256 = worker.store(data)
    row = worker.walk.server.look(lambda s: media.get(s, [sha256]))[sha256]
    given = SwitchedBlobs(worker.blobs)
    given.get = lambda _name: Broken()  # type: ignore[attr-defined]
    assert Eye(worker._look, given).see(row) is None

    def full(_source: Any, _size: int) -> Any:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        Eye(full, worker.blobs).see(row)


def test_uploaded_photo_is_looked_at_on_disk_and_on_s3(house, box):
    """By the road that tablets take: tus, verification, the log, the worker's own reader."""
    data = jpeg(scene(1800, 1200))
    photo = house.attach(hashlib.sha256(data).hexdigest())
    asyncio.run(send_whole(house, house.process(), data))
    reader = PictureReader(box.look, house.blobs)
    handin = DirectHandin(house.store, house.clock)
    while step(house.store, handin, reader, 3) is not None:
        pass
    assert house.photo(photo).body["picture"]["width"] == 1800
    sha256 = hashlib.sha256(data).digest()
    row = house.look(lambda s: pictures.get(s, [sha256]))[sha256]
    for one in (row.thumb, row.view):
        with house.blobs.get(one.sha256.hex()) as stream:
            kept = stream.read()
        assert (hashlib.sha256(kept).digest(), len(kept)) == (one.sha256, one.size_bytes)
    assert house.stored(data)
