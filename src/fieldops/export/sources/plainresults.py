"""Results that are what one op says, a page of them at once, as the columns of ``walks.RESULTS``.

What ``walks`` says of them one by one takes some times as long; that both say the same is held by
``tests/export/test_plain.py``.
"""

from collections.abc import Sequence

from fieldops.export.bodies import Reader, ResultBody
from fieldops.export.columns import Columns, Memo
from fieldops.export.context import Context
from fieldops.export.sources.answers import answers
from fieldops.export.text import claimed_text, id_text, instant_text
from fieldops.store.exportread import Row

READER = Reader(ResultBody)


def columns(rows: Sequence[Row], context: Context) -> Columns:
    """The columns of some results; ``rows`` is not empty."""
    position, _, feed, subject, _, _, received_ms, occurred_ms, raws, *_, conflict, _ = zip(
        *rows, strict=True
    )
    ops = READER.ops(raws)
    bodies = [op.payload for op in ops]
    value, number, withheld = zip(*answers(ops, context), strict=True)
    # Of sites and of moments at which a batch came there are few.
    sites, moments = Memo(id_text), Memo(instant_text)
    return [
        ["added"] * len(rows),
        position,
        [id_text(one) for one in subject],
        [body.inspection for body in bodies],
        [sites[one] for one in feed],
        [op.def_ for op in ops],
        [body.item for body in bodies],
        [body.repeat or None for body in bodies],
        value,
        number,
        withheld,
        [body.outcome for body in bodies],
        [body.note or None for body in bodies],
        [len(body.photos or ()) for body in bodies],
        [body.verdict for body in bodies],
        [bool(one) for one in conflict],
        [op.actor for op in ops],
        [claimed_text(op.at.wall) for op in ops],
        [instant_text(one) for one in occurred_ms],
        [moments[one] for one in received_ms],
    ]
