"""Ops of one subject may arrive in any order: what stands follows from who had seen what."""

from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from fieldops.model.record import Effect, Merge, Rev, State
from fieldops.rules import merge as merging

SITE, SUBJECT, ANNE = uuid4(), uuid4(), uuid4()
A, B, C, D = (UUID(int=n) for n in range(1, 5))
MADE: dict[UUID, tuple[tuple[UUID, ...], dict[str, Any]]] = {
    A: ((), {"note": "a", "value": "1"}),
    B: ((A,), {"note": "b"}),
    C: ((A,), {"note": "c"}),
    D: ((B,), {"note": "d"}),
}
"""A is the first; B and C are made on it, D on B: at the end d and c stand, and A's value."""


def arrive(order: list[UUID]) -> tuple[State, list[Merge]]:
    known: dict[UUID, Rev] = {}
    now: State | None = None
    merges = []
    for number, op in enumerate(order, 1):
        base, fields = MADE[op]
        new = Rev(op, base, fields, ANNE, number)
        if now is None or merging.follows(now, base):
            merged = merging.forward(now, op, Effect(fields))
        else:
            merged = merging.merge(now, new, known)
        known[op] = new
        heads, body, conflict = merged.heads, merged.body, merged.conflict
        now = State(SUBJECT, "result", SITE, SUBJECT, "", heads, number, op, body, conflict)
        merges.append(merged)
    assert now is not None
    return now, merges


def test_an_op_that_comes_after_one_made_on_it_changes_nothing_that_one_wrote() -> None:
    now, merges = arrive([B, A])
    assert merges[1].verdict == "merged"
    assert now.body == {"note": "b", "value": "1"}
    assert now.conflict == {}
    assert now.heads == (B,)


def test_a_missing_link_that_comes_late_settles_the_conflict_it_explains() -> None:
    now, merges = arrive([A, D, B])
    assert merges[1].verdict == "conflict"
    assert now.body == {"note": "d", "value": "1"}
    assert now.conflict == {}
    assert now.heads == (D,)


@given(st.permutations([A, B, C, D]))
def test_every_order_of_arrival_shows_the_same_values(order: list[UUID]) -> None:
    now, _ = arrive(order)
    assert {now.body["note"], *(one["value"] for one in now.conflict["note"])} == {"c", "d"}
    assert now.body["value"] == "1"
    assert set(now.heads) == {C, D}
