"""The log's runs: what is read back is what was appended, from any position, feed by feed."""

from collections.abc import Iterator, Sequence
from uuid import UUID

import pytest
from sqlmodel import Session

from fieldops.model.change import Change
from fieldops.store import log, runs, schema, sent
from fieldops.store.engine import Store, open_store
from fieldops_sync.ids import uuid7

A, B = UUID(int=0xA), UUID(int=0xB)
SHAPE = [(A, "result")] * (runs.RUN_MAX + 7) + [(A, "photo"), (B, "result"), (B, "result")]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    schema.prepare(opened)
    yield opened
    opened.close()


def append(store: Store, shape: Sequence[tuple[UUID, str]]) -> list[Change]:
    """One transaction's changes, with the positions that they got."""
    changes = [Change(feed, kind, uuid7(), uuid7()) for feed, kind in shape]
    store.write(lambda session: log.append(session, changes)).result(20)
    return changes


def test_a_run_ends_with_its_feed_its_kind_and_its_length() -> None:
    changes = [Change(feed, kind, uuid7(), uuid7(), n) for n, (feed, kind) in enumerate(SHAPE, 1)]
    rows = runs.pack(changes)
    assert [len(row[4]) // 16 for row in rows] == [runs.RUN_MAX, 7, 1, 2]
    assert [row[0] for row in rows] == [50, 57, 58, 60]
    assert [change for row in rows for change in runs.unpack(row)] == changes


@pytest.mark.parametrize("after", [0, 1, 49, 50, 51, 57, 59, 60, 61])
def test_a_run_is_read_from_any_position(after: int) -> None:
    changes = [Change(feed, kind, uuid7(), uuid7(), n) for n, (feed, kind) in enumerate(SHAPE, 1)]
    found = [change for row in runs.pack(changes) for change in runs.unpack(row, after)]
    assert found == changes[after:]


def test_the_log_is_read_back_as_it_was_written(store: Store) -> None:
    written = append(store, SHAPE) + append(store, SHAPE[::-1]) + append(store, [(B, "photo")])
    assert [change.position for change in written] == list(range(1, len(written) + 1))
    with store.read() as session:
        for after in range(len(written) + 1):
            assert log.read(session, after, 10_000) == written[after:]
            assert log.read(session, after, 3) == written[after : after + 3]
            assert log.change_at(session, after + 1) == op_of(written[after : after + 1])
        head = log.head(session)
        assert head is not None
        assert head == log.last_at(session, 10**9)
        assert (head.position, head.change) == (len(written), written[-1].op)


def op_of(changes: list[Change]) -> UUID | None:
    return changes[0].op if changes else None


def test_feeds_are_read_in_the_order_of_positions(store: Store) -> None:
    written = [change for _ in range(12) for change in append(store, SHAPE)]
    with store.read() as session:
        for after in (0, 3, 55, 58, 300, 700):
            found = log.read_feeds(session, [B, A], after, 10_000)
            assert found == written[after:]
            of_b = [change for change in written[after:] if change.feed == B]
            assert log.read_feeds(session, [B], after, 5) == of_b[:5]
        assert log.read_feeds(session, [UUID(int=0xC)], 0, 5) == []


def test_after_a_jump_the_last_change_below_is_found(store: Store) -> None:
    written = append(store, SHAPE)

    def jump(session: Session) -> None:
        log.start_epoch(session, uuid7(), 1000)

    store.write(jump).result(20)
    later = append(store, [(A, "photo")])
    assert later[0].position == 1001
    with store.read() as session:
        assert log.change_at(session, 500) is None
        below = log.last_at(session, 500)
        assert below is not None
        assert (below.position, below.change) == (len(written), written[-1].op)
        assert log.last_at(session, 0) is None
        assert log.read(session, len(written), 5) == later


SENT = [(seq, uuid7()) for seq in [*range(1, 251), 300, 302, 303]]


@pytest.mark.parametrize(
    ("first", "last"), [(1, 303), (1, 1), (99, 102), (250, 301), (251, 299), (303, 900), (7, 106)]
)
def test_ops_are_found_by_seq(store: Store, first: int, last: int) -> None:
    pairs = [(seq, op_id.bytes) for seq, op_id in SENT]

    def write(session: Session) -> None:
        sent.add(session, 1, pairs[150:])
        sent.add(session, 1, pairs[:150])
        sent.add(session, 2, [(seq, uuid7().bytes) for seq, _ in SENT])
        sent.add(session, 3, [])

    store.write(write).result(20)
    with store.read() as session:
        found = sent.by_seq(session, 1, first, last)
    assert found == [op_id for seq, op_id in SENT if first <= seq <= last]
