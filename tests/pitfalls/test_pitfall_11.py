"""Pitfall 11: clocks at 1970, an hour slow, ten years fast, jumping in the middle of a walk."""

from typing import Any

import pytest
from sqlalchemy import text
from tests.factories import NOON_MS, Server, Tablet

from fieldops.flow import clock
from fieldops_sync.ids import uuid7

WALLS = [
    "1970-01-01T00:00:00Z",
    "2026-11-21T19:00:00+08:00",
    "2036-11-21T20:00:00+08:00",
    "1969-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-12:00",
    "2026-11-21T12:30:00Z",
    "yesterday",
]


def walk_of(tablet: Tablet) -> list[dict[str, Any]]:
    """One result a minute, each by another clock."""
    walk = uuid7()
    return [
        tablet.op(
            "result.record@1",
            inspection=walk,
            item=f"item-{number}",
            at={"wall": wall, "mono": number * 60_000, "boot": "b"},
        )
        for number, wall in enumerate(WALLS)
    ]


def occurred(server: Server, ops: list[dict[str, Any]]) -> list[int | None]:
    """The corrected times, in ms before noon."""

    def query(session: Any) -> dict[str, int | None]:
        rows = session.execute(text("SELECT op_id, occurred_ms FROM ledger"))
        return {bytes(row[0]).hex(): row[1] for row in rows}

    found = server.look(query)
    times = [found[op["id"].replace("-", "")] for op in ops]
    return [None if time is None else time - NOON_MS for time in times]


def now(mono: int, wall: str = "1970-01-01T00:10:00Z") -> dict[str, Any]:
    return {"wall": wall, "mono": mono, "boot": "b"}


def test_everything_is_applied_and_corrected_beside(server: Server, tablet: Tablet):
    ops = walk_of(tablet)
    receipts = tablet.receipts_of(ops, now=now(10 * 60_000))
    assert [receipt["status"] for receipt in receipts] == ["applied"] * len(ops)
    marks = [set(receipt.get("marks", ())) - {"stub"} for receipt in receipts]
    assert marks == [{"clock-off"}] * 6 + [{"clock-off"}, {"clock-unreadable"}]
    assert occurred(server, ops) == [(number - 10) * 60_000 for number in range(len(ops))]
    changes, _ = tablet.pull_all()
    walls = [one["body"]["at"] for one in changes if one["kind"] == "result"]
    assert sorted(walls) == sorted(WALLS)


def test_the_order_is_the_order_of_receipt(server: Server, tablet: Tablet):
    _, cursor = tablet.pull_all()
    ops = walk_of(tablet)
    for op in reversed(ops):
        tablet.receipts_of([op])
    changes, _ = tablet.pull_all(cursor)
    items = [one["body"]["item"] for one in changes if one["kind"] == "result"]
    assert items == [op["payload"]["item"] for op in reversed(ops)]


def test_a_time_after_its_receipt_cannot_be(server: Server, tablet: Tablet):
    ahead = tablet.op(
        "feedback.record@1", text="x", at={"wall": WALLS[2], "mono": 2**53 - 1, "boot": "b"}
    )
    behind = tablet.op(
        "feedback.record@1", text="x", at={"wall": WALLS[0], "mono": -(2**53) + 1, "boot": "b"}
    )
    receipts = tablet.receipts_of([ahead, behind], now=now(60_000))
    assert [receipt["status"] for receipt in receipts] == ["applied"] * 2
    assert occurred(server, [ahead])[0] == 0


def test_without_the_count_since_boot_times_are_unknown(
    server: Server, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clock, "offsets", lambda *_: {})
    ops = walk_of(tablet)
    tablet.receipts_of(ops, now=now(10 * 60_000))
    assert occurred(server, ops) == [None] * len(ops)
