"""When a tablet may forget: never sooner than a verified backup or 14 days of the server's time."""

from pathlib import Path

from tests.sync.factories import EPOCH, SERVER_TIME, answer_item, custody, enrolled_outbox, pushed

from fieldops_sync.wire import Hello, Limits, ReceiptsAnswer


def test_an_op_settled_by_a_receipt_asked_for_again_is_kept_like_any_other(tmp_path: Path) -> None:
    """The very first answer was lost: no push or pull has told the server's time yet."""
    with enrolled_outbox(tmp_path) as outbox:
        lost = answer_item(outbox, "a")
        outbox.next_batch()
        outbox.note_hello(Hello(SERVER_TIME, "n", EPOCH, [1], ["identity"], Limits(), ["tus"]))
        outbox.settle_receipts(ReceiptsAnswer([custody(lost)], []))
        outbox.settle_push(pushed([]))
        assert [op.id for op in outbox.ops("kept")] == [lost]
