"""Which findings are about the same place: before and after one, within a window."""

from typing import Any
from uuid import UUID

from msgspec.structs import replace

from fieldops.store import findings
from fieldops.store.engine import Store
from fieldops.store.findings import Row
from fieldops_sync.ids import uuid7

SITE, WALK = uuid7(), uuid7()
AT_MS, WINDOW_MS = 1_000_000, 10_000
ROW = Row(
    id=UUID(int=50),
    feed=SITE,
    walk=WALK,
    state="open",
    severity="minor",
    owner=None,
    team="",
    item="floor",
    repeat="stain",
    area=None,
    occurred_ms=AT_MS,
    deadline_ms=None,
    raised_ms=AT_MS,
    repeats=1,
)


def keep(store: Store, number: int, occurred_ms: int, **more: Any) -> UUID:
    """Write a finding about the same place, of a walk of its own unless it is said."""
    row = replace(ROW, id=UUID(int=number), occurred_ms=occurred_ms, **{"walk": uuid7(), **more})
    store.write(lambda session: findings.put(session, row)).result(20)
    return row.id


def around(store: Store) -> tuple[tuple[UUID | None, int], list[UUID]]:
    with store.read() as session:
        before = findings.before(session, ROW, WINDOW_MS)
        return before, findings.later(session, ROW, WINDOW_MS)


def test_nothing_is_near_the_only_one(store: Store) -> None:
    keep(store, 50, AT_MS, walk=WALK)
    assert around(store) == ((None, 0), [])


def test_the_window_ends_on_both_sides(store: Store) -> None:
    keep(store, 1, AT_MS - WINDOW_MS)
    first = keep(store, 2, AT_MS - WINDOW_MS + 1)
    last = keep(store, 3, AT_MS + WINDOW_MS - 1)
    keep(store, 4, AT_MS + WINDOW_MS)
    assert around(store) == ((first, 1), [last])


def test_those_of_one_moment_stand_in_order_of_their_ids(store: Store) -> None:
    before = [keep(store, number, AT_MS) for number in (48, 49)]
    after = [keep(store, number, AT_MS) for number in (52, 51)]
    assert around(store) == ((before[1], 2), sorted(after))


def test_a_walk_counts_once_and_ones_own_not_at_all(store: Store) -> None:
    other = uuid7()
    keep(store, 1, AT_MS - 3, walk=other)
    last = keep(store, 2, AT_MS - 2, walk=other)
    keep(store, 3, AT_MS - 1, walk=WALK)
    assert around(store)[0] == (last, 1)


def test_other_places_and_what_never_was_are_not_near(store: Store) -> None:
    keep(store, 1, AT_MS - 1, item="wall")
    keep(store, 2, AT_MS - 1, repeat="crack")
    keep(store, 3, AT_MS - 1, area=uuid7())
    keep(store, 4, AT_MS - 1, feed=uuid7())
    keep(store, 5, AT_MS + 1, state="withdrawn")
    keep(store, 6, AT_MS - 1, state="voided")
    assert around(store) == ((None, 0), [])
