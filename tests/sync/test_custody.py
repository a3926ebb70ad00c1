"""When a tablet may forget: never sooner than a verified backup or 14 days of the server's time."""

from pathlib import Path
from uuid import uuid4

import msgspec
from tests.sync.factories import (
    EPOCH,
    SERVER_TIME,
    SITE,
    answer_item,
    change,
    custody,
    enrolled_outbox,
    page,
    pushed,
)

from fieldops_sync.wire import Hello, Limits, Op, ReceiptsAnswer, Seen


def test_an_op_settled_by_a_receipt_asked_for_again_is_kept_like_any_other(tmp_path: Path) -> None:
    """The very first answer was lost: no push or pull has told the server's time yet."""
    with enrolled_outbox(tmp_path) as outbox:
        lost = answer_item(outbox, "a")
        outbox.next_batch()
        outbox.note_hello(Hello(SERVER_TIME, "n", EPOCH, [1], ["identity"], Limits(), ["tus"]))
        outbox.settle_receipts(ReceiptsAnswer([custody(lost)], []))
        outbox.settle_push(pushed([]))
        assert [op.id for op in outbox.ops("kept")] == [lost]


def test_a_pull_gives_no_place_to_what_was_settled_after_it(tmp_path: Path) -> None:
    with enrolled_outbox(tmp_path) as outbox:
        op, photo = answer_item(outbox, "a"), outbox.capture(b"photo", "image/jpeg", SITE)
        outbox.apply_page(page(seen=Seen(5, uuid4())))
        outbox.settle_push(pushed([custody(op, "quarantined")], position=5))
        outbox.photo_stored(photo)
        outbox.apply_page(page(durable_through=100, more=True))
        assert [one.id for one in outbox.ops("kept")] == [op]
        assert [one.sha256 for one in outbox.photos("stored")] == [photo]


def test_a_later_pull_moves_no_place_that_is_known(tmp_path: Path) -> None:
    with enrolled_outbox(tmp_path) as outbox:
        op, photo = answer_item(outbox, "a"), outbox.capture(b"photo", "image/jpeg", SITE)
        outbox.settle_push(pushed([custody(op)], position=10))
        outbox.photo_stored(photo)
        outbox.apply_page(page(seen=Seen(10, uuid4())))
        outbox.apply_page(page(seen=Seen(30, uuid4()), durable_through=11))
        assert outbox.ops("kept") == []
        assert outbox.photos("stored") == []


def test_a_pull_gives_no_place_to_what_was_settled_while_it_was_under_way(tmp_path: Path) -> None:
    """The page was read before the op came: a backup that holds all of it may not hold the op."""
    with enrolled_outbox(tmp_path) as outbox:
        op, photo = answer_item(outbox, "a"), outbox.capture(b"photo", "image/jpeg", SITE)
        outbox.pull_request()
        outbox.settle_push(pushed([custody(op, "quarantined")], position=None))
        outbox.photo_stored(photo)
        outbox.apply_page(page(seen=Seen(10, uuid4())))
        outbox.apply_page(page(durable_through=15))
        assert [one.id for one in outbox.ops("kept")] == [op]
        assert [one.sha256 for one in outbox.photos("stored")] == [photo]
        outbox.pull_request()
        outbox.apply_page(page(seen=Seen(20, uuid4()), durable_through=20))
        assert len(outbox.ops("kept")) == len(outbox.photos("stored")) == 1
        outbox.apply_page(page(durable_through=21))
        assert outbox.ops("kept") == []
        assert outbox.photos("stored") == []


def test_a_duplicate_stands_at_the_revision_that_it_has_by_now(tmp_path: Path) -> None:
    """An older state that is pulled later is no base for what follows the tablet's own op."""
    with enrolled_outbox(tmp_path) as outbox:
        own = answer_item(outbox, "a")
        stands = custody(own, revision=3)
        outbox.settle_push(pushed([custody(own, "duplicate", stands=stands)]))
        older = change("result", outbox.ops()[0].subject, 2, heads=[uuid4()])
        outbox.apply_page(page([older]))
        answer_item(outbox, "a")
        assert msgspec.json.decode(outbox.ops()[-1].raw, type=Op).base == [own]


def test_a_damaged_photo_is_not_sent_to_a_restored_server(tmp_path: Path) -> None:
    with enrolled_outbox(tmp_path) as outbox:
        outbox.apply_page(page())
        photo = outbox.capture(b"photo", "image/jpeg", SITE)
        outbox.photo_path(photo).write_bytes(b"other")
        assert not outbox.check_photo(photo)
        outbox.apply_page(page(epoch=uuid4()))
        assert [one.sha256 for one in outbox.photos("damaged")] == [photo]
