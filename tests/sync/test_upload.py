import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Literal

import httpx
import pytest
from tests.sync.factories import SITE, frozen_clock
from tests.sync.fake import FakeServer, problem, times

from fieldops_sync import events, mediawire, wire
from fieldops_sync.client import Client
from fieldops_sync.outbox import Outbox
from fieldops_sync.transport import BadAnswer, DeviceRevoked, Link, LinkDown, Pauses
from fieldops_sync.upload import CHUNK_BYTES, CHUNK_LEAST_BYTES, STALLS_MAX, UPLOADS_MAX, Pace

DATA = Random(7).randbytes(2 * CHUNK_BYTES + 1000)
SHA256 = hashlib.sha256(DATA).hexdigest()


class Sending:
    """One tablet with one photo of three chunks."""

    def __init__(self, folder: Path) -> None:
        self.server = FakeServer()
        self.outbox = Outbox(folder, clock=frozen_clock)
        self.waits: list[float] = []
        self.events: list[events.Event] = []
        self.client = Client(self.outbox, "http://x", self.server, sleep=self.waits.append)
        self.client.enrol("good")
        self.client._progress = self.events.append
        assert self.outbox.capture(DATA, "image/jpeg", SITE) == SHA256

    def failures(self) -> list[str]:
        return [one.detail for one in self.events if isinstance(one, events.PhotoFailed)]

    def count(self, method: str) -> int:
        return sum(one == method and "uploads" in path for one, path in self.server.calls)


@pytest.fixture
def sending(tmp_path: Path):
    made = Sending(tmp_path)
    with made.outbox, made.client:
        yield made


def drop() -> httpx.Response:
    raise httpx.ReadError("cut")


TROUBLES = [
    drop,
    lambda: httpx.Response(423, headers={"retry-after": "1"}),
    lambda: httpx.Response(503),
    lambda: problem(409, "offset-mismatch"),
    lambda: problem(460, "checksum-mismatch"),
    lambda: problem(401, "token-expired"),
]
ODD_OFFSETS = [
    lambda: httpx.Response(204, headers={"upload-offset": "5"}),
    lambda: httpx.Response(204),
]


@pytest.mark.parametrize(
    ("method", "answer"),
    [(method, answer) for method in ("PATCH", "HEAD", "POST") for answer in TROUBLES]
    + [("PATCH", answer) for answer in ODD_OFFSETS],
)
def test_troubles_cost_a_pause_and_no_byte_twice(sending: Sending, method: str, answer) -> None:
    sending.server.troubles = [times(2, "uploads", answer, method)]
    sending.client.send_photos()
    assert sending.server.stored == {SHA256: DATA}
    assert len(sending.waits) == 2
    assert sending.count("PATCH") == 3 + 2 * (method == "PATCH")


def test_chunks_suit_the_link() -> None:
    now_s = [0.0]
    pace = Pace(lambda: now_s[0])

    def send(took_s: float, is_through: bool = True) -> int:
        with suppress(ConnectionError), pace.chunk():
            now_s[0] += took_s
            if not is_through:
                raise ConnectionError
        return pace.chunk_bytes

    assert send(1.0) == CHUNK_BYTES
    assert [send(9.0), send(9.0), send(9.0)] == [CHUNK_BYTES // 2] + [CHUNK_LEAST_BYTES] * 2
    assert send(5.0) == CHUNK_LEAST_BYTES
    assert send(1.0, is_through=False) == CHUNK_LEAST_BYTES
    assert [send(1.0), send(1.0), send(1.0)] == [CHUNK_BYTES // 2] + [CHUNK_BYTES] * 2
    assert send(9.0, is_through=False) == CHUNK_BYTES // 2


def test_an_upload_goes_on_where_the_server_stands(sending: Sending) -> None:
    after_two = [0]

    def cut_third(request: httpx.Request) -> httpx.Response | None:
        if request.method == "PATCH":
            after_two[0] += 1
            if after_two[0] > 2:
                raise httpx.ConnectError("no signal")
        return None

    sending.server.troubles = [cut_third]
    sending.client.send_photos()
    assert sending.failures() == ["no progress: ConnectError"]
    assert sending.outbox.photos()[0].url
    sending.server.troubles.clear()
    sending.server.calls.clear()
    sending.client.send_photos()
    assert sending.server.stored == {SHA256: DATA}
    assert (sending.count("POST"), sending.count("PATCH")) == (0, 1)


def test_an_upload_that_is_gone_is_begun_anew(sending: Sending) -> None:
    sending.outbox.set_upload_url(SHA256, "/sync/v1/uploads/expired")
    sending.client.send_photos()
    assert sending.server.stored == {SHA256: DATA}
    assert sending.count("POST") == 1


def test_a_lost_last_answer_does_not_send_it_all_again(sending: Sending) -> None:
    def lose_last(request: httpx.Request) -> httpx.Response | None:
        if request.method == "PATCH" and request.headers["upload-offset"] == str(2 * CHUNK_BYTES):
            sending.server.answer(request, request.url.path.removeprefix("/sync/v1/"))
            raise httpx.ReadError("lost")
        return None

    sending.server.troubles = [lose_last]
    sending.client.send_photos()
    assert sending.server.stored == {SHA256: DATA}
    assert (sending.count("POST"), sending.count("PATCH")) == (1, 3)
    assert sending.outbox.photos("stored")[0].sha256 == SHA256


def test_a_creation_that_says_where_it_stands_spares_the_head(sending: Sending, monkeypatch):
    create = sending.server.create

    def told(request: httpx.Request) -> httpx.Response:
        answer = create(request)
        answer.headers["upload-offset"] = "0"
        return answer

    monkeypatch.setattr(sending.server, "create", told)
    sending.server.troubles = [times(1, "uploads", drop, "PATCH")]
    sending.client.send_photos()
    assert sending.server.stored == {SHA256: DATA}
    assert (sending.count("POST"), sending.count("HEAD")) == (1, 1)  # After the cut alone.


def test_an_upload_lost_each_time_is_given_up_for_now(sending: Sending) -> None:
    sending.server.troubles = [times(99, "uploads", lambda: httpx.Response(410), "HEAD")]
    sending.client.send_photos()
    assert sending.failures() == [f"begun {UPLOADS_MAX} times and lost each time"]
    assert len(sending.outbox.photos("waiting")) == 1


def test_a_flipped_byte_on_the_tablet_is_never_stored(sending: Sending) -> None:
    path = sending.outbox.photo_path(SHA256)
    path.write_bytes(b"\x00" + DATA[1:])
    sending.client.send_photos()
    assert sending.failures() == ["the file on the tablet is damaged"]
    assert sending.server.stored == {}
    assert [photo.sha256 for photo in sending.outbox.photos("damaged")] == [SHA256]


def test_a_file_cut_short_on_the_tablet_is_told(sending: Sending) -> None:
    sending.outbox.photo_path(SHA256).write_bytes(DATA[:CHUNK_BYTES])
    sending.client.send_photos()
    assert sending.failures() == ["the file on the tablet is cut short"]
    assert [photo.sha256 for photo in sending.outbox.photos("damaged")] == [SHA256]


def spoil(path: Path, how: str) -> None:
    """Take the file away, or leave one that cannot be read, as a bad sector does."""
    path.unlink()
    if how == "unreadable":
        path.mkdir()


@pytest.mark.parametrize(
    ("how", "told", "left"),
    [("gone", "is gone", "damaged"), ("unreadable", "cannot be read", "waiting")],
)
@pytest.mark.parametrize("way", ["tus", "put"])
def test_a_photo_that_the_tablet_cannot_read_keeps_no_other_back(
    sending: Sending,
    monkeypatch,
    how: str,
    told: str,
    left: str,
    way: Literal["tus", "put"],
) -> None:
    other = sending.outbox.capture(b"small", "image/jpeg", SITE)
    to_other = mediawire.MediaPlan(other, "tus", "uploads")
    plan(sending, monkeypatch, mediawire.MediaPlan(SHA256, way, "uploads"), to_other)
    spoil(sending.outbox.photo_path(SHA256), how)
    sending.client.send_photos()
    (failure,) = sending.failures()
    assert failure.startswith(f"the file on the tablet {told}")
    assert set(sending.server.stored) == {other}
    assert [photo.sha256 for photo in sending.outbox.photos(left)] == [SHA256]


def test_a_server_ahead_of_the_photo_is_told(sending: Sending) -> None:
    ahead = httpx.Response(200, headers={"upload-offset": "99999999"})
    sending.server.troubles = [times(9, "uploads", lambda: ahead, "HEAD")]
    sending.client.send_photos()
    assert sending.failures() == ["the server has more bytes than the photo"]


def test_a_refused_upload_is_told_and_the_others_go_on(sending: Sending) -> None:
    other = sending.outbox.capture(b"small", "image/jpeg", SITE)
    large = problem(413, "photo-too-large", detail="at most 64 MiB")
    sending.server.troubles = [
        lambda request: large if request.headers.get("upload-length") == str(len(DATA)) else None
    ]
    sending.client.send_photos()
    assert sending.failures() == ["413 photo-too-large: at most 64 MiB"]
    assert set(sending.server.stored) == {other}


@pytest.mark.parametrize("method", ["POST", "HEAD"])
def test_no_answer_about_an_upload_waits_for_the_next_sync(sending: Sending, method: str) -> None:
    sending.server.troubles = [times(99, "uploads", drop, method)]
    sending.client.send_photos()
    assert sending.failures() == ["no answer about the upload"]
    assert len(sending.waits) == STALLS_MAX


def test_a_revoked_device_stops_at_once(sending: Sending) -> None:
    revoked = problem(401, "device-revoked")
    sending.server.troubles = [times(99, "uploads", lambda: revoked, "PATCH")]
    with pytest.raises(DeviceRevoked):
        sending.client.send_photos()
    assert sending.waits == []


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("POST", httpx.Response(201)),
        ("POST", httpx.Response(201, headers={"location": "http://elsewhere.test/uploads/1"})),
        (
            "POST",
            httpx.Response(201, headers={"location": "/sync/v1/uploads/1", "upload-offset": "x"}),
        ),
        ("HEAD", httpx.Response(200, headers={"upload-offset": "-1"})),
    ],
)
def test_answers_that_are_not_tus_end_the_sync(sending: Sending, method: str, answer) -> None:
    sending.server.troubles = [times(1, "uploads", lambda: answer, method)]
    with pytest.raises(BadAnswer):
        sending.client.send_photos()
    assert "elsewhere.test" not in str(sending.server.calls)


def plan(sending: Sending, monkeypatch: pytest.MonkeyPatch, *plans: mediawire.MediaPlan) -> None:
    monkeypatch.setattr(sending.server, "on_media_plan", lambda _: list(plans))


def test_a_photo_the_server_has_is_not_sent(sending: Sending) -> None:
    sending.server.stored[SHA256] = DATA
    sending.client.send_photos()
    assert sending.count("POST") == 0
    assert len(sending.outbox.photos("stored")) == 1


def test_have_is_not_believed_without_stored(sending: Sending, monkeypatch) -> None:
    plan(sending, monkeypatch, mediawire.MediaPlan(SHA256, "have"))
    sending.client.send_photos()
    assert sending.failures() == ["the server says unknown"]
    assert len(sending.outbox.photos("waiting")) == 1


def test_an_upload_begun_by_the_server_is_taken_up(sending: Sending, monkeypatch) -> None:
    url = "/sync/v1/uploads/begun"
    sending.server.uploads[url] = (SHA256, len(DATA), bytearray(DATA[:5000]))
    plan(sending, monkeypatch, mediawire.MediaPlan(SHA256, "tus", url))
    sending.client.send_photos()
    assert sending.server.stored == {SHA256: DATA}
    assert sending.count("POST") == 0


def test_a_photo_without_a_way_waits(sending: Sending, monkeypatch) -> None:
    plan(sending, monkeypatch)
    sending.client.send_photos()
    assert len(sending.failures()) == 1
    assert len(sending.outbox.photos("waiting")) == 1


def test_from_https_no_photo_goes_over_plain_http(tmp_path: Path) -> None:
    def asked(request: httpx.Request) -> httpx.Response:
        assert request.url.scheme == "https"
        return httpx.Response(200, stream=httpx.ByteStream(b""))

    pauses = Pauses(Random(7), lambda _s: None, lambda _event: None)
    link = Link("https://sync.test", pauses, httpx.MockTransport(asked))
    photo = tmp_path / "photo"
    photo.write_bytes(DATA)
    with photo.open("rb") as file, pytest.raises(BadAnswer, match="without encryption"):
        link.put("http://store.test/x", {}, file)
    with photo.open("rb") as file:
        assert link.put("https://store.test/x", {}, file).status == 200
    link.close()


def test_verifying_is_waited_for(sending: Sending, monkeypatch) -> None:
    states: Iterator[wire.MediaState] = iter(["verifying", "verifying", "stored"])
    answer = lambda _: [mediawire.MediaStatus(SHA256, next(states))]  # noqa: E731
    monkeypatch.setattr(sending.server, "on_media_status", answer)
    sending.client.send_photos()
    assert len(sending.waits) == 2
    assert len(sending.outbox.photos("stored")) == 1


def test_verifying_for_long_keeps_the_photo(sending: Sending, monkeypatch) -> None:
    answer = lambda _: [mediawire.MediaStatus(SHA256, "verifying")]  # noqa: E731
    monkeypatch.setattr(sending.server, "on_media_status", answer)
    sending.client.send_photos()
    assert len(sending.outbox.photos("waiting")) == 1
    assert sending.failures() == []


def test_a_link_that_dies_ends_the_sync_and_keeps_the_photo(sending: Sending) -> None:
    sending.server.troubles = [times(99, "media/plan", drop)]
    with pytest.raises(LinkDown):
        sending.client.send_photos()
    assert len(sending.outbox.photos("waiting")) == 1
