"""What a push asks at its outset: the answers are those of the questions asked one by one."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlmodel import Session

from fieldops.model.change import Change
from fieldops.store import batch, devices, held, log, meta, outset, quarantine
from fieldops.store.engine import Store
from fieldops.store.outset import Near
from fieldops_sync.ids import uuid7
from fieldops_sync.wire import Receipt

NOTHING = Near(ledger=False, quarantine=False, held=False)


def in_ledger(session: Session, op: UUID) -> None:
    row = (op.bytes, bytes(32), 1, 1, op.bytes, "applied", 1, None, 0, None, b"{}")
    columns = {name: [one] for name, one in zip(batch._LEDGER, row, strict=True)}
    batch.insert_ledger(session, columns)


def in_quarantine(session: Session, op: UUID) -> None:
    receipt = Receipt(op, "quarantined", True)
    item = quarantine.Item(op, bytes(32), b"{}", 1, 1, None, None, "odd", "odd", receipt, 0)
    quarantine.put(session, [item])


def in_held(session: Session, op: UUID) -> None:
    held.put(session, [held.HeldOp(op, bytes(32), b"{}", 1, 1, 0, 0)])


@pytest.mark.parametrize(
    ("put", "there", "beside"),
    [
        (in_ledger, Near(ledger=True, quarantine=False, held=False), NOTHING),
        (in_quarantine, Near(ledger=False, quarantine=True, held=False), NOTHING),
        # Whether anything is held at all.
        (in_held, *[Near(ledger=False, quarantine=False, held=True)] * 2),
    ],
)
def test_what_is_stored_is_near_the_stretch_that_it_lies_in(
    store: Store, put: Callable[[Session, UUID], None], there: Near, beside: Near
) -> None:
    ids = sorted(uuid7() for _ in range(5))
    raw = [one.bytes for one in ids]
    with store.read() as session:
        assert outset.near(session, raw) == NOTHING
    store.write(lambda session: put(session, ids[2])).result(20)
    with store.read() as session:
        for among in ([raw[2]], [raw[3], raw[1]], raw):
            assert outset.near(session, among) == there
        for apart in ([raw[0], raw[1]], raw[3:], []):
            assert outset.near(session, apart) == beside


def test_an_outset_says_what_single_questions_say(store: Store) -> None:
    life, device, ops = uuid7(), uuid7(), [uuid7() for _ in range(3)]

    def fill(session: Session) -> None:
        meta.initialise(session)
        meta.put(session, meta.DURABLE_THROUGH, "2")
        row = devices.add_incarnation(session, life, device)
        devices.set_ranges(session, row.no, [(1, 3), (7, 9)])
        log.append(session, [Change(device, "result", uuid7(), op) for op in ops])

    store.write(fill).result(20)
    with store.read() as session:
        for seen in range(5):
            found = outset.ask(session, life, seen, [])
            assert found.seen == log.change_at(session, seen)
            assert found.life == devices.incarnation(session, life)
            assert (found.epoch, found.durable_through) == meta.standing(session)
            assert found.near == NOTHING
        assert found.life is not None
        assert found.life.ranges == [(1, 3), (7, 9)]
        assert outset.ask(session, uuid7(), 1, []).life is None
