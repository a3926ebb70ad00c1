"""Failed results lie in trays by their item: each item's are found, and no other's."""

from typing import Any
from uuid import UUID

from fieldops.model.record import State
from fieldops.store import batch, deskrows
from fieldops.store.deskrows import Wanted
from fieldops.store.deskrule import row, tray_of
from fieldops.store.engine import Store
from fieldops_sync.ids import uuid7

FEED = uuid7()
ITEMS = [f"item-{number}" for number in range(40)]


def result(item: str, outcome: str) -> State:
    id_ = uuid7()
    body = {"item": item, "outcome": outcome}
    return State(id_, "result", FEED, FEED, outcome, (id_,), 1, id_, body)


def found(store: Store, **wanted: Any) -> list[UUID]:
    with store.read() as session:
        asked = Wanted(kind="result", **wanted)
        return [one.id for one in deskrows.page(session, [FEED], asked, None, 500)]


def test_an_item_has_its_own_failures_and_no_others(store: Store) -> None:
    failed = {item: [result(item, "fail") for _ in range(3)] for item in ITEMS}
    decided = [result(item, "pass") for item in ITEMS]
    states = [*decided, *(one for some in failed.values() for one in some)]
    rows = sorted(row(one, number) for number, one in enumerate(states))
    store.write(lambda session: batch.upsert_desk(session, rows)).result(20)
    # Items share trays, or this would show nothing.
    assert len({tray_of(item) for item in ITEMS}) < len(ITEMS)
    for item, some in failed.items():
        newest_first = [one.id for one in reversed(some)]
        assert found(store, states=("fail",), item=item) == newest_first
        assert found(store, states=("fail",), item=item, since_ms=len(ITEMS)) == newest_first
    assert len(found(store, states=("fail",))) == 3 * len(ITEMS)
    assert found(store, states=("fail",), item="never failed") == []


def test_what_fails_no_more_leaves_its_tray(store: Store) -> None:
    failing = result("floor", "fail")
    store.write(lambda s: batch.upsert_desk(s, [row(failing, 1)])).result(20)
    assert found(store, states=("fail",), item="floor") == [failing.id]
    mended = State(
        failing.id, "result", FEED, FEED, "pass", failing.heads, 2, uuid7(),
        {"item": "floor", "outcome": "pass", "verdict": "approved"},
    )  # fmt: skip
    store.write(lambda s: batch.upsert_desk(s, [row(mended, 1)])).result(20)
    assert found(store, states=("fail",), item="floor") == []
    assert found(store, states=("pass",), item="floor") == [failing.id]
