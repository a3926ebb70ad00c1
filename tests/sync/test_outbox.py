import random
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.sync.factories import (
    COLLEAGUE,
    DEVICE,
    EPOCH,
    INSPECTION,
    INSPECTOR,
    SERVER_TIME,
    SITE,
    answer_item,
    change,
    custody,
    enrolled_outbox,
    frozen_clock,
    page,
    pushed,
)

from fieldops_sync.canonical import canonical_hash
from fieldops_sync.outbox import NotEnrolled, Outbox, SiteSealed
from fieldops_sync.people import UnknownPerson
from fieldops_sync.wire import Claimed, Hello, Limits, Op, Receipt, ReceiptsAnswer, Seen, Subject

NEW_EPOCH = uuid4()


@pytest.fixture
def outbox(tmp_path: Path):
    with enrolled_outbox(tmp_path) as opened:
        yield opened


def hello(**limits: int) -> Hello:
    return Hello(SERVER_TIME, "n", EPOCH, [1], ["identity"], Limits(**limits), ["tus"])


def seqs(outbox: Outbox) -> list[int | None]:
    return [msgspec.json.decode(raw, type=Op).seq for raw in outbox.next_batch().raws]


def test_ops_are_numbered_in_order_and_travel_whole(outbox: Outbox) -> None:
    ids = [answer_item(outbox, f"item{number}") for number in range(3)]
    batch = outbox.next_batch()
    ops = [msgspec.json.decode(raw, type=Op) for raw in batch.raws]
    assert [op.seq for op in ops] == [1, 2, 3]
    assert [op.id for op in ops] == list(batch.ids) == ids
    assert ops[0].actor == INSPECTOR.id
    assert ops[0].at == frozen_clock()
    assert msgspec.json.decode(ops[0].payload)["item"] == "item0"
    assert batch.incarnation == outbox.incarnation


def test_everything_is_there_after_reopening(tmp_path: Path) -> None:
    with enrolled_outbox(tmp_path) as first:
        answer_item(first, "a")
        before = (first.key.public_jwk, first.incarnation, first.device, first.ops(), first.actor)
    with Outbox(tmp_path) as again:
        assert before == (
            again.key.public_jwk, again.incarnation, again.device, again.ops(), again.actor
        )  # fmt: skip
        assert again.device == DEVICE


def test_a_new_tablet_is_not_enrolled_and_nobody_is_signed_in(tmp_path: Path) -> None:
    with Outbox(tmp_path) as fresh:
        assert fresh.epoch is None
        with pytest.raises(NotEnrolled):
            _ = fresh.device
        with pytest.raises(UnknownPerson):
            answer_item(fresh, "a")
        assert fresh.ops() == []


def test_what_is_pushed_carries_the_clock_and_what_was_seen(outbox: Outbox) -> None:
    outbox.settle_push(pushed([], position=4))
    answer_item(outbox, "a")
    request = outbox.push_request(outbox.next_batch())
    assert (request.now, request.seen) == (outbox.now(), outbox.seen)
    assert request.seen is not None
    assert request.seen.position == 4


def test_a_batch_is_cut_by_count(outbox: Outbox) -> None:
    outbox.note_hello(hello(batch_ops=2))
    ids = [answer_item(outbox, str(number)) for number in range(5)]
    assert list(outbox.next_batch().ids) == ids[:2]
    assert list(outbox.next_batch(1).ids) == ids[:1]


@pytest.mark.parametrize("size_bytes", [1500, 2500, 6000])
def test_a_batch_is_cut_by_bytes(outbox: Outbox, size_bytes: int) -> None:
    outbox.note_hello(hello(batch_bytes=size_bytes))
    for number in range(8):
        answer_item(outbox, str(number), "长" * 100)
    batch = outbox.next_batch()
    body = msgspec.json.encode(outbox.push_request(batch))
    assert batch.ids
    assert len(body) <= size_bytes
    assert len(body) + len(batch.raws[0]) > size_bytes - 1024


def test_a_settled_op_is_not_sent_again(outbox: Outbox) -> None:
    first, second = answer_item(outbox, "a"), answer_item(outbox, "b")
    assert outbox.settle_push(pushed([custody(first)])) == 0
    assert list(outbox.next_batch().ids) == [second]
    assert outbox.counts() == {"kept": 1, "sent": 1}


@pytest.mark.parametrize(
    ("status", "state"),
    [("retry", "pending"), ("refused", "refused"), ("held", "kept"), ("quarantined", "kept")],
)
def test_only_custody_settles(outbox: Outbox, status: str, state: str) -> None:
    op = answer_item(outbox, "a")
    outbox.next_batch()
    has_custody = state == "kept"
    receipt = msgspec.convert({"id": op, "status": status, "custody": has_custody}, Receipt)
    outbox.settle_push(pushed([receipt], durable_through=1))
    (kept,) = outbox.ops()
    assert (kept.state, kept.receipt) == (state, receipt)


def test_a_late_retry_never_takes_custody_back(outbox: Outbox) -> None:
    op = answer_item(outbox, "a")
    outbox.settle_push(pushed([custody(op)]))
    outbox.settle_push(pushed([Receipt(op, "retry", False)]))
    assert outbox.counts() == {"kept": 1}


def test_refused_ops_wait_for_a_decision(outbox: Outbox) -> None:
    op = answer_item(outbox, "a")
    outbox.settle_push(pushed([Receipt(op, "refused", False)]))
    assert outbox.next_batch().ids == ()
    outbox.fork()
    assert outbox.retry_refused() == 1
    batch = outbox.next_batch()
    assert (batch.ids, batch.incarnation) == ((op,), outbox.incarnation)


def test_unanswered_ops_are_known_and_recovered(outbox: Outbox) -> None:
    first, second = answer_item(outbox, "a"), answer_item(outbox, "b")
    assert outbox.unanswered() == []
    outbox.next_batch()
    assert outbox.unanswered() == [first, second]
    outbox.settle_receipts(ReceiptsAnswer([custody(first)], [second]))
    assert outbox.counts() == {"kept": 1, "pending": 1}


def test_a_receipt_of_somebody_elses_op_changes_nothing(outbox: Outbox) -> None:
    answer_item(outbox, "a")
    outbox.settle_push(pushed([custody(uuid4())]))
    assert outbox.counts() == {"pending": 1}


def test_acknowledged_ops_are_kept_until_a_backup_has_passed_them(outbox: Outbox) -> None:
    op = answer_item(outbox, "a")
    outbox.settle_push(pushed([custody(op)], position=10, durable_through=9))
    assert outbox.counts() == {"kept": 1}
    outbox.apply_page(page(durable_through=10))
    assert outbox.counts() == {}


def test_a_duplicates_position_is_only_known_after_a_whole_pull(outbox: Outbox) -> None:
    op = answer_item(outbox, "a")
    outbox.settle_push(pushed([custody(op, "duplicate")], position=10, durable_through=10))
    outbox.apply_page(page(durable_through=10, more=True))
    assert outbox.counts() == {"kept": 1}
    outbox.apply_page(page(durable_through=10, seen=Seen(30, uuid4())))
    assert outbox.counts() == {"kept": 1}
    outbox.apply_page(page(durable_through=30))
    assert outbox.counts() == {"kept": 1}
    outbox.apply_page(page(durable_through=31))
    assert outbox.counts() == {}


def test_an_answer_that_shows_nothing_new_gives_no_place_in_the_log(outbox: Outbox) -> None:
    first, second = answer_item(outbox, "a"), answer_item(outbox, "b")
    outbox.settle_push(pushed([custody(first)], position=10))
    outbox.settle_push(pushed([custody(second)], position=10, durable_through=10))
    assert [op.id for op in outbox.ops("kept")] == [second]


@pytest.mark.parametrize("status", ["quarantined", "held", "duplicate"])
def test_what_left_no_change_waits_for_a_backup_of_a_later_one(outbox: Outbox, status) -> None:
    op = answer_item(outbox, "a")
    outbox.settle_push(pushed([custody(op, status)], position=10, durable_through=10))
    outbox.apply_page(page(durable_through=10, seen=Seen(10, uuid4())))
    assert outbox.counts() == {"kept": 1}
    outbox.apply_page(page(durable_through=11))
    assert outbox.counts() == {}


def test_a_server_too_busy_to_look_takes_nothing_back(outbox: Outbox) -> None:
    outbox.settle_push(pushed([], durable_through=50))
    outbox.settle_push(pushed([], durable_through=0, server_time="1970-01-01T00:00:00Z"))
    op = answer_item(outbox, "a")
    outbox.settle_push(pushed([custody(op)], position=50, durable_through=0))
    assert outbox.counts() == {}


def test_fourteen_days_of_server_time_are_enough(outbox: Outbox) -> None:
    op = answer_item(outbox, "a")
    outbox.settle_push(pushed([custody(op)], server_time="2026-11-01T00:00:00Z"))
    outbox.apply_page(page(server_time="2026-11-14T23:59:59Z"))
    assert outbox.counts() == {"kept": 1}
    outbox.apply_page(page(server_time="2026-11-15T00:00:00Z"))
    assert outbox.counts() == {}


def test_pending_ops_are_never_forgotten(outbox: Outbox) -> None:
    answer_item(outbox, "a")
    outbox.apply_page(page(durable_through=2**40, server_time="2099-01-01T00:00:00Z"))
    assert outbox.counts() == {"pending": 1}


def test_a_restored_server_is_sent_everything_kept(outbox: Outbox) -> None:
    kept, pending = answer_item(outbox, "a"), answer_item(outbox, "b")
    sha256 = outbox.capture(b"photo", "image/jpeg", SITE)
    outbox.settle_push(pushed([custody(kept)]))
    outbox.photo_stored(sha256)
    assert outbox.settle_push(pushed([], epoch=NEW_EPOCH, durable_through=50)) == 2
    assert list(outbox.next_batch().ids) == [kept, pending]
    assert [photo.sha256 for photo in outbox.photos()] == [sha256]
    assert outbox.epoch == NEW_EPOCH


def test_the_restored_answer_itself_gives_custody_in_the_new_epoch(outbox: Outbox) -> None:
    first, second = answer_item(outbox, "a"), answer_item(outbox, "b")
    outbox.settle_push(pushed([custody(first)]))
    assert outbox.settle_push(pushed([custody(second)], position=5, epoch=NEW_EPOCH)) == 1
    assert list(outbox.next_batch().ids) == [first]
    assert outbox.seen is not None
    assert outbox.seen.position == 5


def test_a_fork_numbers_anew_what_has_no_custody(outbox: Outbox) -> None:
    before = outbox.incarnation
    ids = [answer_item(outbox, str(number)) for number in range(4)]
    raws = outbox.next_batch().raws
    outbox.settle_push(pushed([custody(ids[0])]))
    drawn = outbox.fork()
    batch = outbox.next_batch()
    assert drawn == outbox.incarnation == batch.incarnation != before
    assert list(batch.ids) == ids[1:]
    assert [msgspec.json.decode(raw, type=Op).seq for raw in batch.raws] == [1, 2, 3]
    assert [canonical_hash(raw) for raw in batch.raws] == [canonical_hash(raw) for raw in raws[1:]]
    answer_item(outbox, "next")
    assert seqs(outbox) == [1, 2, 3, 4]


def test_ops_of_an_earlier_incarnation_are_renumbered_after_a_restore(outbox: Outbox) -> None:
    op = answer_item(outbox, "a")
    outbox.settle_push(pushed([custody(op)]))
    outbox.fork()
    answer_item(outbox, "b")
    outbox.note_hello(msgspec.structs.replace(hello(), epoch=NEW_EPOCH))
    batch = outbox.next_batch()
    assert batch.ids[0] == op
    assert sorted(msgspec.json.decode(raw, type=Op).seq or 0 for raw in batch.raws) == [1, 2]


def last_base(outbox: Outbox) -> list[UUID]:
    return msgspec.json.decode(outbox.ops()[-1].raw, type=Op).base


def test_an_op_stands_on_the_newest_state_known(outbox: Outbox) -> None:
    first = answer_item(outbox, "a")
    assert last_base(outbox) == []
    second = answer_item(outbox, "a")
    assert last_base(outbox) == [first]
    outbox.settle_push(pushed([custody(first, revision=1), custody(second, revision=2)]))
    subject = outbox.ops()[0].subject
    outbox.apply_page(page([change("result", subject, 1, heads=[first])]))
    answer_item(outbox, "a")
    assert last_base(outbox) == [second]


def test_pulled_heads_are_the_base_once_they_hold_the_own_op(outbox: Outbox) -> None:
    own, theirs = answer_item(outbox, "a"), uuid4()
    outbox.settle_push(pushed([custody(own, revision=2)]))
    outbox.apply_page(page([change("result", outbox.ops()[0].subject, 2, heads=[theirs, own])]))
    answer_item(outbox, "a")
    assert last_base(outbox) == [theirs, own]


def test_a_given_base_and_citations_are_kept(outbox: Outbox) -> None:
    given, needed, repaired = uuid4(), uuid4(), uuid4()
    outbox.record(
        "photo.attach@1", Subject("photo", uuid4()), SITE, {"sha256": "a" * 64},
        base=[given], needs=[needed], repairs=repaired, definition="b" * 64, media=["a" * 64],
        actor=COLLEAGUE.id, op_id=given,
    )  # fmt: skip
    op = msgspec.json.decode(outbox.ops()[0].raw, type=Op)
    assert (op.id, op.base, op.needs, op.repairs) == (given, [given], [needed], repaired)
    assert (op.def_, op.media, op.actor) == ("b" * 64, ["a" * 64], COLLEAGUE.id)


def test_a_large_op_travels_as_media_under_the_same_id(outbox: Outbox) -> None:
    outbox.note_hello(hello(op_bytes=1000))
    small = answer_item(outbox, "a")
    large = answer_item(outbox, "b", random.Random(1).randbytes(600).hex())
    original = outbox.ops()[1].raw
    batch = outbox.next_batch()
    assert batch.ids == (small, large)
    assert max(map(len, batch.raws)) <= 1000
    (photo,) = outbox.photos()
    assert outbox.photo_path(photo.sha256).read_bytes() == original
    sent = msgspec.json.decode(batch.raws[1], type=Op)
    assert sent.media == [photo.sha256]
    assert msgspec.json.decode(sent.payload) == {
        "oversize": {"sha256": photo.sha256, "size_bytes": len(original)}
    }
    assert not outbox.send_as_media(large)
    assert outbox.send_as_media(small)
    assert not outbox.send_as_media(uuid4())


def test_the_op_limit_is_inclusive(outbox: Outbox) -> None:
    answer_item(outbox, "a")
    size_bytes = len(outbox.next_batch().raws[0])
    outbox.note_hello(hello(op_bytes=size_bytes))
    outbox.next_batch()
    assert outbox.photos() == []
    outbox.note_hello(hello(op_bytes=size_bytes - 1))
    outbox.next_batch()
    assert len(outbox.photos()) == 1


def test_a_handover_goes_to_somebody_granted_here(outbox: Outbox) -> None:
    outbox.hand_over(INSPECTION, SITE, COLLEAGUE.id)
    outbox.hand_over(INSPECTION, SITE, COLLEAGUE.id, "晚班接手")
    plain, noted = [msgspec.json.decode(op.raw, type=Op) for op in outbox.ops()]
    assert msgspec.json.decode(plain.payload) == {"to": str(COLLEAGUE.id)}
    assert msgspec.json.decode(noted.payload)["note"] == "晚班接手"
    with pytest.raises(UnknownPerson):
        outbox.hand_over(INSPECTION, SITE, uuid4())


def test_nothing_new_is_recorded_at_a_lost_site(outbox: Outbox) -> None:
    answer_item(outbox, "a")
    outbox.apply_page(page(sites_removed=[SITE]))
    with pytest.raises(SiteSealed):
        answer_item(outbox, "b")
    assert outbox.counts() == {"pending": 1}


def test_sequence_numbers_have_no_gaps_after_a_failed_record(outbox: Outbox) -> None:
    first = answer_item(outbox, "a")
    with pytest.raises(Exception, match="UNIQUE"):
        outbox.record("photo.attach@1", Subject("photo", uuid4()), SITE, {}, op_id=first)
    answer_item(outbox, "b")
    assert seqs(outbox) == [1, 2]


def test_the_closest_reading_of_the_servers_time_is_sent(tmp_path: Path) -> None:
    """What was heard with the least delay stays; another boot begins anew."""
    clock = {"mono": 1_000, "boot": "one"}

    def now() -> Claimed:
        return Claimed("2026-11-21T20:00:00+08:00", **clock)  # type: ignore[arg-type]

    with enrolled_outbox(tmp_path, clock=now) as outbox:
        heard = []
        for mono, boot, server_time in (
            (1_000, "one", "2026-11-21T12:00:00.000Z"),
            (3_000, "one", "2026-11-21T12:00:01.500Z"),  # half a second more on the way
            (4_000, "one", "2026-11-21T12:00:03.100Z"),
            (10, "two", "2026-11-21T12:00:04.000Z"),
        ):
            clock.update(mono=mono, boot=boot)
            outbox.settle_push(msgspec.structs.replace(pushed([]), server_time=server_time))
            asked = outbox.push_request(outbox.next_batch())
            assert asked.heard is not None
            heard.append((asked.heard.boot, asked.heard.mono))
        assert heard == [("one", 1_000), ("one", 1_000), ("one", 4_000), ("two", 10)]
