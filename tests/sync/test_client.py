from pathlib import Path
from random import Random
from typing import TypeVar
from uuid import uuid4

import httpx
import msgspec
import pytest
from tests.sync.factories import (
    DEVICE,
    INSPECTOR,
    PIN,
    SERVER_TIME,
    SITE,
    answer_item,
    change,
    frozen_clock,
    page,
)
from tests.sync.fake import FakeServer, problem, times

from fieldops_sync import events, wire
from fieldops_sync.badlink import BadLink, FaultPlan
from fieldops_sync.client import NONCES_MAX, RETRY_ROUNDS_MAX, Client
from fieldops_sync.outbox import Outbox
from fieldops_sync.transport import (
    ATTEMPTS_MAX,
    BadAnswer,
    DeviceRevoked,
    LinkDown,
    ServerProblem,
)

Told = TypeVar("Told")


class Tablet:
    """An enrolled tablet that keeps what it was told and how long it waited."""

    def __init__(self, folder: Path, server: FakeServer, transport: httpx.BaseTransport) -> None:
        self.outbox = Outbox(folder, clock=frozen_clock)
        self.waits: list[float] = []
        self.events: list[events.Event] = []
        self.server = server
        self.client = Client(
            self.outbox,
            "http://fieldops.test",
            transport,
            random=Random(1),
            sleep=self.waits.append,
        )

    def sync(self):
        return self.client.sync(self.events.append)

    def told(self, kind: type[Told]) -> list[Told]:
        return [event for event in self.events if isinstance(event, kind)]


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def tablet(tmp_path: Path, server: FakeServer):
    made = Tablet(tmp_path, server, server)
    made.client.enrol("good", "model", "1.0")
    made.outbox.sign_in(INSPECTOR.id, PIN)
    with made.client, made.outbox:
        yield made


def test_enrolment_brings_device_and_people(tablet: Tablet) -> None:
    assert tablet.outbox.device == DEVICE
    assert tablet.outbox.people() == [INSPECTOR]


def test_a_bad_code_is_told(tmp_path: Path, server: FakeServer) -> None:
    tablet = Tablet(tmp_path, server, server)
    with pytest.raises(ServerProblem, match="the code is not valid") as caught:
        tablet.client.enrol("bad")
    assert (caught.value.status, caught.value.slug) == (403, "enrolment-refused")
    tablet.outbox.close()


def test_a_sync_sends_ops_first_then_pulls_then_sends_photos(tablet: Tablet) -> None:
    answer_item(tablet.outbox, "a")
    sha256 = tablet.outbox.capture(b"photo" * 500_000, "image/jpeg", SITE)
    tablet.server.pages = [page([change()], "c1", more=True), page(cursor="c2")]
    summary = tablet.sync()
    assert msgspec.structs.asdict(summary) == {
        "statuses": {"applied": 1}, "pages": 2, "changes": 1, "photos_stored": 1,
        "photos_waiting": 0, "resent": 0, "forks": 0, "photos_lost": 0,
    }  # fmt: skip
    order = [path for _, path in tablet.server.calls if path in {"push", "pull", "media/plan"}]
    assert order == ["push", "pull", "pull", "media/plan"]
    assert tablet.server.stored == {sha256: b"photo" * 500_000}
    assert tablet.told(events.OpsSettled) == [events.OpsSettled(1, 1, {"applied": 1})]
    assert tablet.told(events.PagePulled)[-1] == events.PagePulled(0, False)
    assert tablet.told(events.PhotoStored) == [events.PhotoStored(sha256, 1, 1)]
    confirmed = [event.sent_bytes for event in tablet.told(events.PhotoProgress)]
    assert confirmed == [0, 1048576, 2097152, 2_500_000]
    assert tablet.waits == []


def test_a_second_sync_sends_nothing(tablet: Tablet) -> None:
    answer_item(tablet.outbox, "a")
    tablet.sync()
    tablet.server.calls.clear()
    tablet.sync()
    assert [path for _, path in tablet.server.calls] == ["hello", "pull"]


@pytest.mark.parametrize("encodings", [["gzip"], ["zstd", "gzip"], []])
def test_requests_are_packed_as_the_server_can_read(tablet: Tablet, encodings: list[str]) -> None:
    tablet.server.encodings = encodings
    seen: list[str] = []

    def watch(request: httpx.Request) -> None:
        if request.url.path.endswith("push"):
            seen.append(request.headers.get("content-encoding", "identity"))

    tablet.server.troubles = [watch]
    for number in range(5):
        answer_item(tablet.outbox, str(number))
    tablet.sync()
    assert seen == [encodings[0] if encodings else "identity"]
    assert len(tablet.server.ops) == 5


def test_a_body_that_packs_too_well_travels_plain(tablet: Tablet) -> None:
    for number in range(30):
        answer_item(tablet.outbox, str(number), "x" * 20_000)
    encodings: list[str | None] = []

    def watch(request: httpx.Request) -> None:
        if request.url.path.endswith("push"):
            encodings.append(request.headers.get("content-encoding"))

    tablet.server.troubles = [watch]
    tablet.sync()
    assert encodings == [None]
    assert len(tablet.server.ops) == 30


def test_an_expired_token_is_renewed_by_the_key(tablet: Tablet) -> None:
    tablet.server.token = "token-1"
    answer_item(tablet.outbox, "a")
    tablet.sync()
    assert ("POST", "token") in tablet.server.calls
    assert tablet.outbox.counts() == {"kept": 1}


def test_a_token_that_is_never_taken_ends_the_sync(tablet: Tablet) -> None:
    tablet.server.troubles = [times(99, "push", lambda: problem(401, "token-expired"))]
    answer_item(tablet.outbox, "a")
    with pytest.raises(ServerProblem, match="token-expired"):
        tablet.sync()


def test_a_token_is_renewed_before_it_runs_out(tmp_path: Path, server: FakeServer) -> None:
    tablet = Tablet(tmp_path, server, server)
    tablet.client.enrol("good")
    tablet.client._token._until_s = 0.0
    tablet.client.pull()
    assert ("POST", "token") in server.calls
    tablet.outbox.close()


def test_a_nonce_that_a_lost_answer_used_up_is_replaced(tablet: Tablet) -> None:
    tablet.server.token = "token-1"
    tablet.server.troubles = [times(2, "token", lambda: problem(400, "nonce-used"))]
    answer_item(tablet.outbox, "a")
    assert tablet.sync().statuses == {"applied": 1}
    assert tablet.server.calls.count(("GET", "hello")) == 5


@pytest.mark.parametrize(("slug", "asked"), [("device-revoked", 1), ("proof-refused", NONCES_MAX)])
def test_a_token_that_is_not_given_ends_the_sync(tablet: Tablet, slug: str, asked: int) -> None:
    tablet.server.token = "token-1"
    tablet.server.troubles = [times(99, "token", lambda: problem(401, slug))]
    with pytest.raises(ServerProblem, match=slug):
        tablet.sync()
    assert tablet.server.calls.count(("POST", "token")) == asked


def test_dropping_an_old_token_keeps_the_new_one(tablet: Tablet) -> None:
    tablet.client._token.drop("an older one")
    assert tablet.client._token.get() == "token-0"


def test_a_lost_answer_changes_nothing_but_the_receipt(tablet: Tablet) -> None:
    bad = BadLink(FaultPlan(1, lose=1.0), tablet.server)
    client = Client(tablet.outbox, "http://x", bad, sleep=tablet.waits.append)
    client._token.put("token-0", 3600)
    op = answer_item(tablet.outbox, "a")
    with pytest.raises(LinkDown):
        client.push()
    assert tablet.server.effects == [op]
    assert len(tablet.waits) == ATTEMPTS_MAX
    tablet.server.calls.clear()
    assert tablet.sync().statuses == {"applied": 1}
    paths = [path for _, path in tablet.server.calls]
    assert paths == ["hello", "receipts", "pull"]


def test_what_never_arrived_is_sent_again(tablet: Tablet) -> None:
    answer_item(tablet.outbox, "a")
    tablet.outbox.next_batch()
    assert tablet.sync().statuses == {"applied": 1}


def test_recovery_ends_when_the_server_leaves_ops_out(tablet: Tablet) -> None:
    answer_item(tablet.outbox, "a")
    tablet.outbox.next_batch()
    empty = wire.ReceiptsAnswer([], [])
    body = msgspec.json.encode(empty)
    tablet.server.troubles = [times(1, "receipts", lambda: httpx.Response(200, content=body))]
    assert tablet.sync().statuses == {"applied": 1}


def test_a_batch_that_is_too_long_is_split(tablet: Tablet) -> None:
    tablet.client.hello()
    ids = [answer_item(tablet.outbox, str(number)) for number in range(7)]
    tablet.server.limits = wire.Limits(batch_ops=2)
    tablet.client.push()
    assert tablet.server.effects == ids
    assert [len(ops) for ops in tablet.server.pushes][:3] == [7, 3, 1]


def test_a_large_op_named_by_the_server_goes_as_media(tablet: Tablet) -> None:
    answer_item(tablet.outbox, "a")
    large = answer_item(tablet.outbox, "b", "x" * 2000)
    tablet.client.hello()
    tablet.server.limits = wire.Limits(op_bytes=1000)
    tablet.client.push()
    assert len(tablet.server.ops) == 2
    assert b"oversize" in tablet.server.ops[large]
    tablet.client.send_photos()
    assert len(tablet.server.stored) == 1


def test_a_single_op_in_a_batch_too_large_goes_as_media(tablet: Tablet) -> None:
    answer_item(tablet.outbox, "a", "x" * 2000)
    too_large = times(1, "push", lambda: problem(413, "batch-too-large", limit="batch_bytes"))
    tablet.server.troubles = [too_large]
    tablet.client.push()
    assert b"oversize" in next(iter(tablet.server.ops.values()))


def test_a_batch_refused_at_any_size_is_told(tablet: Tablet) -> None:
    answer_item(tablet.outbox, "a")
    answer_item(tablet.outbox, "b")
    tablet.server.troubles = [times(99, "push", lambda: problem(413, "batch-too-large"))]
    with pytest.raises(ServerProblem, match="batch-too-large"):
        tablet.client.push()


def test_a_forked_device_goes_on_as_a_new_incarnation(tablet: Tablet) -> None:
    before = tablet.outbox.incarnation
    op = answer_item(tablet.outbox, "a")
    tablet.server.troubles = [times(1, "push", lambda: problem(409, "device-forked"))]
    assert tablet.sync().forks == 1
    assert tablet.told(events.DeviceForked) == [events.DeviceForked(tablet.outbox.incarnation)]
    assert tablet.outbox.incarnation != before
    assert tablet.server.effects == [op]


def test_forking_for_ever_is_told(tablet: Tablet) -> None:
    answer_item(tablet.outbox, "a")
    tablet.server.troubles = [times(99, "push", lambda: problem(409, "device-forked"))]
    with pytest.raises(ServerProblem, match="device-forked"):
        tablet.sync()


def test_other_problems_end_the_push_and_keep_the_ops(tablet: Tablet) -> None:
    answer_item(tablet.outbox, "a")
    tablet.server.troubles = [times(1, "push", lambda: problem(400, "body-undecodable"))]
    with pytest.raises(ServerProblem) as caught:
        tablet.sync()
    assert caught.value.extra("nothing") is None
    assert tablet.outbox.counts() == {"sent": 1}


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_given_the_time_it_asks_for(tablet: Tablet, status: int) -> None:
    busy = httpx.Response(status, headers={"retry-after": "7"})
    tablet.server.troubles = [times(2, "push", lambda: busy)]
    answer_item(tablet.outbox, "a")
    tablet.sync()
    assert [7.0 <= wait <= 7.5 for wait in tablet.waits] == [True, True]
    assert [event.delay_s for event in tablet.told(events.Waiting)] == tablet.waits


def test_pauses_are_jittered_and_grow(tablet: Tablet) -> None:
    tablet.server.troubles = [times(ATTEMPTS_MAX, "hello", lambda: httpx.Response(502))]
    with pytest.raises(LinkDown):
        tablet.sync()
    bounds = [min(30.0, 0.5 * 2**attempt) for attempt in range(ATTEMPTS_MAX)]
    assert all(wait <= bound for wait, bound in zip(tablet.waits, bounds, strict=True))
    assert len(set(tablet.waits)) == ATTEMPTS_MAX


def receipts_of(tablet: Tablet, **more) -> httpx.Response:
    receipts = [wire.Receipt(op.id, "retry", False) for op in tablet.outbox.ops("sent")]
    answer = wire.PushAnswer(receipts, tablet.server.epoch, 0, [], None, SERVER_TIME, 0, **more)
    return httpx.Response(200, content=msgspec.json.encode(answer))


def test_ops_to_retry_are_sent_again_after_a_pause(tablet: Tablet) -> None:
    op = answer_item(tablet.outbox, "a")
    first = times(2, "push", lambda: receipts_of(tablet, backoff_s=3))
    tablet.server.troubles = [first]
    assert tablet.sync().statuses == {"retry": 2, "applied": 1}
    assert all(wait >= 3 for wait in tablet.waits)
    assert len(tablet.waits) == 2
    assert tablet.server.effects == [op]


def test_a_server_that_keeps_nothing_ends_the_push(tablet: Tablet) -> None:
    answer_item(tablet.outbox, "a")
    tablet.server.troubles = [times(99, "push", lambda: receipts_of(tablet))]
    with pytest.raises(LinkDown):
        tablet.sync()
    assert len(tablet.told(events.OpsSettled)) == RETRY_ROUNDS_MAX
    assert tablet.outbox.counts() == {"pending": 1}


def test_a_backoff_beside_good_receipts_is_honoured(tablet: Tablet) -> None:
    op = answer_item(tablet.outbox, "a")
    answer = wire.PushAnswer(
        [wire.Receipt(op, "applied", True)], tablet.server.epoch, 1, [], None, SERVER_TIME, 0, 4
    )
    body = msgspec.json.encode(answer)
    tablet.server.troubles = [times(1, "push", lambda: httpx.Response(200, content=body))]
    tablet.sync()
    assert tablet.waits[0] >= 4


def test_a_restored_server_gets_everything_again(tablet: Tablet) -> None:
    op = answer_item(tablet.outbox, "a")
    sha256 = tablet.outbox.capture(b"photo", "image/jpeg", SITE)
    tablet.sync()
    tablet.server.epoch = uuid4()
    tablet.server.ops.clear()
    tablet.server.stored.clear()
    summary = tablet.sync()
    assert (summary.resent, summary.statuses, summary.photos_stored) == (2, {"applied": 1}, 1)
    assert tablet.told(events.EpochChanged) == [events.EpochChanged(2)]
    assert (set(tablet.server.ops), set(tablet.server.stored)) == ({op}, {sha256})


def test_a_revoked_tablet_salvages_by_its_key(tablet: Tablet) -> None:
    ids = [answer_item(tablet.outbox, str(number)) for number in range(3)]
    tablet.server.troubles = [times(99, "push", lambda: problem(401, "device-revoked"))]
    with pytest.raises(DeviceRevoked):
        tablet.sync()
    assert tablet.client.salvage() == 3
    assert tablet.server.effects == ids
    assert tablet.outbox.counts() == {"kept": 3}
    assert tablet.client.salvage() == 0


def test_a_salvage_that_must_wait_ends(tablet: Tablet) -> None:
    op = answer_item(tablet.outbox, "a")
    body = msgspec.json.encode({"receipts": [wire.Receipt(op, "retry", False)]})
    tablet.server.troubles = [times(9, "salvage", lambda: httpx.Response(200, content=body))]
    assert tablet.client.salvage() == 0
    assert tablet.outbox.counts() == {"pending": 1}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"<html>welcome to our hotel</html>"),
        httpx.Response(200, stream=httpx.ByteStream(b"\xff"), headers={"content-encoding": "gzip"}),
        httpx.Response(302, headers={"location": "http://hotel"}),
        httpx.Response(200, content=b"x" * (16 * 1024 * 1024 + 1)),
    ],
)
def test_an_answer_of_somebody_else_is_told(tablet: Tablet, answer: httpx.Response) -> None:
    tablet.server.troubles = [times(1, "hello", lambda: answer)]
    with pytest.raises(BadAnswer):
        tablet.sync()


def test_a_problem_without_a_document_is_told(tablet: Tablet) -> None:
    tablet.server.troubles = [times(1, "hello", lambda: httpx.Response(418, content=b"teapot"))]
    with pytest.raises(ServerProblem, match="418"):
        tablet.sync()


def test_extra_members_are_found_in_either_place() -> None:
    assert ServerProblem(413, {"limit": "a"}).extra("limit") == "a"
    assert ServerProblem(413, {"extra": {"limit": "b"}}).extra("limit") == "b"


def test_a_checklist_is_fetched_once_and_checked(tablet: Tablet) -> None:
    sha256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
    assert tablet.client.definition(sha256) == b"foo"
    tablet.server.calls.clear()
    assert tablet.client.definition(sha256) == b"foo"
    assert tablet.server.calls == []
    with pytest.raises(BadAnswer):
        tablet.client.definition("0" * 64)


def test_an_app_killed_in_its_progress_callback_goes_on_later(tablet: Tablet) -> None:
    sha256 = tablet.outbox.capture(b"photo" * 700_000, "image/jpeg", SITE)

    def killed(event: events.Event) -> None:
        if isinstance(event, events.PhotoProgress) and event.sent_bytes >= 2 * 1024 * 1024:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tablet.client.sync(killed)
    assert tablet.server.stored == {}
    tablet.sync()
    assert set(tablet.server.stored) == {sha256}
    assert tablet.told(events.PhotoProgress)[0].sent_bytes == 2 * 1024 * 1024


@pytest.mark.parametrize("seed", range(8))
def test_everything_arrives_once_over_a_bad_link(tmp_path: Path, seed: int) -> None:
    server = FakeServer()
    plan = FaultPlan(seed, cut=0.15, lose=0.15, repeat=0.15, delay_max_s=0.001)
    link = BadLink(plan, server, sleep=lambda _: None)
    tablet = Tablet(tmp_path, server, link)
    tablet.client.enrol("good")
    tablet.outbox.sign_in(INSPECTOR.id, PIN)
    server.limits = wire.Limits(batch_ops=5)
    ids = [answer_item(tablet.outbox, str(number)) for number in range(40)]
    photos = {
        tablet.outbox.capture(Random(number).randbytes(1_500_000), "image/jpeg", SITE)
        for number in range(4)
    }
    for _ in range(20):
        try:
            summary = tablet.sync()
        except LinkDown:
            continue
        if summary.photos_waiting == 0:
            break
    assert sorted(server.effects) == sorted(ids)
    assert set(server.stored) == photos
    assert tablet.outbox.counts() == {"kept": 40}
    assert link.faults["lose"] > 0
    assert link.sent_bytes > 6_000_000
    tablet.outbox.close()
