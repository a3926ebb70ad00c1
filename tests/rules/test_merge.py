"""Parallel edits: merged by member, or a conflict that keeps both values."""

from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fieldops.model.record import Effect, Merge, Rev, State
from fieldops.rules import merge as merging

SITE, WALK, SUBJECT = uuid4(), uuid4(), uuid4()
A, B, C, D, E = (UUID(int=n) for n in range(1, 6))
ANNE, BEN = uuid4(), uuid4()


def state(heads: tuple[UUID, ...], body: dict[str, Any], **more: Any) -> State:
    return State(SUBJECT, "result", SITE, WALK, "", heads, len(heads), heads[-1], body, **more)


def rev(op: UUID, base: tuple[UUID, ...], number: int, actor: UUID = ANNE, **fields: Any) -> Rev:
    return Rev(op, base, fields, actor, number)


def history(*revs: Rev) -> dict[UUID, Rev]:
    return {one.id: one for one in revs}


def after(before: State, merged: Merge) -> State:
    return State(
        SUBJECT,
        "result",
        SITE,
        WALK,
        "",
        merged.heads,
        before.revision + 1,
        merged.heads[0],
        merged.body,
        merged.conflict,
    )


def test_first_revision_is_applied_as_head() -> None:
    merged = merging.forward(None, A, Effect({"note": "x"}))
    assert merged == Merge("applied", (A,), {"note": "x"}, {})


def test_revision_on_the_head_changes_only_its_members() -> None:
    before = state((A,), {"note": "x", "value": "1"})
    assert merging.follows(before, [A])
    merged = merging.forward(before, B, Effect({"note": "y"}))
    assert merged.body == {"note": "y", "value": "1"}
    assert merged.heads == (B,)


def test_different_members_in_parallel_are_merged() -> None:
    before = state((B,), {"note": "y", "value": "1"})
    known = history(rev(A, (), 1, note="x", value="1"), rev(B, (A,), 2, note="y"))
    new = rev(C, (A,), 3, BEN, value="2")
    merged = merging.merge(before, new, known)
    assert merged.verdict == "merged"
    assert merged.body == {"note": "y", "value": "2"}
    assert merged.heads == (C, B)
    assert merged.conflict == {}


def test_the_same_member_in_parallel_keeps_both_values() -> None:
    before = state((B,), {"note": "y"})
    known = history(rev(A, (), 1, note="x"), rev(B, (A,), 2, note="y"))
    merged = merging.merge(before, rev(C, (A,), 3, BEN, note="z", value="2"), known)
    assert merged.verdict == "conflict"
    assert merged.fields == ("note",)
    assert merged.body == {"note": "y", "value": "2"}
    assert merged.conflict == {"note": [{"op": str(C), "actor": str(BEN), "value": "z"}]}
    assert merged.heads == (B, C)


def test_two_who_say_the_same_do_not_clash() -> None:
    before = state((B,), {"note": "y"})
    known = history(rev(A, (), 1, note="x"), rev(B, (A,), 2, note="y"))
    merged = merging.merge(before, rev(C, (A,), 3, BEN, note="y"), known)
    assert merged.verdict == "merged"
    assert merged.conflict == {}


def test_whoever_saw_both_values_decides() -> None:
    before = state(
        (B, C), {"note": "y"}, conflict={"note": [{"op": str(C), "actor": str(BEN), "value": "z"}]}
    )
    assert merging.follows(before, [B, C])
    merged = merging.forward(before, D, Effect({"note": "z"}))
    assert merged.conflict == {}
    assert merged.body == {"note": "z"}
    assert merged.heads == (D,)


def test_an_edit_of_another_member_leaves_a_conflict_standing() -> None:
    conflict = {"note": [{"op": str(C), "actor": str(BEN), "value": "z"}]}
    before = state((B, C), {"note": "y"}, conflict=conflict)
    merged = merging.forward(before, D, Effect({"value": "1"}))
    assert merged.conflict == conflict


def test_own_chain_after_a_merge_still_clashes_with_what_it_never_saw() -> None:
    known = history(rev(A, (), 1, note="x", value="1"), rev(B, (A,), 2, note="y"))
    first = merging.merge(
        state((B,), {"note": "y", "value": "1"}), rev(C, (A,), 3, BEN, value="2"), known
    )
    assert first.verdict == "merged"
    known |= history(rev(C, (A,), 3, BEN, value="2"))
    before = state(first.heads, first.body)
    second = merging.merge(before, rev(D, (C,), 4, BEN, note="z"), known)
    assert second.verdict == "conflict"
    assert second.body["note"] == "y"


def test_a_late_sibling_of_a_decided_conflict_is_a_new_conflict() -> None:
    known = history(
        rev(A, (), 1, note="x"),
        rev(B, (A,), 2, note="y"),
        rev(C, (A,), 3, BEN, note="z"),
        rev(D, (B, C), 4, note="z"),
    )
    merged = merging.merge(state((D,), {"note": "z"}), rev(E, (A,), 5, BEN, note="w"), known)
    assert merged.verdict == "conflict"
    assert merged.body["note"] == "z"
    assert [one["value"] for one in merged.conflict["note"]] == ["w"]


def test_a_writer_who_saw_one_side_of_a_conflict_replaces_only_that_side() -> None:
    known = history(
        rev(A, (), 1, note="x"), rev(B, (A,), 2, note="y"), rev(C, (A,), 3, BEN, note="z")
    )
    conflict = {"note": [{"op": str(C), "actor": str(BEN), "value": "z"}]}
    before = state((B, C), {"note": "y"}, conflict=conflict)
    merged = merging.merge(before, rev(D, (C,), 4, BEN, note="w"), known)
    assert merged.body["note"] == "y"
    assert [one["value"] for one in merged.conflict["note"]] == ["w"]
    assert merged.heads == (B, D)


def test_an_unknown_base_counts_as_not_having_seen_anything() -> None:
    known = history(rev(A, (), 1, note="x"))
    merged = merging.merge(state((A,), {"note": "x"}), rev(B, (E,), 2, BEN, note="y"), known)
    assert merged.verdict == "conflict"


def test_server_members_stand_beside_and_leave_heads_alone() -> None:
    before = state((A,), {"note": "x"}, conflict={"note": []})
    merged = merging.beside(before, B, Effect({"score": "99"}, own=True))
    assert merged.heads == (A,)
    assert merged.body == {"note": "x", "score": "99"}
    assert merged.conflict == {"note": []}
    assert merging.beside(_stub(), B, Effect({"score": "1"}, own=True)).heads == (B,)


def _stub() -> State:
    return State(SUBJECT, "inspection", SITE, SUBJECT, "stub", (), 0, A, {})


@given(st.permutations([1, 2, 3, 4]))
def test_all_values_of_parallel_writers_survive_in_any_order(order: list[int]) -> None:
    """Four writers on one base: one value stands, the three others are kept beside it."""
    known = history(rev(A, (), 1, note="base"))
    now = state((A,), {"note": "base"})
    first = UUID(int=100 + order[0])
    now = after(now, merging.forward(now, first, Effect({"note": f"v{order[0]}"})))
    known |= history(rev(first, (A,), 2, note=f"v{order[0]}"))
    for number, who in enumerate(order[1:], 3):
        new = rev(UUID(int=100 + who), (A,), number, BEN, note=f"v{who}")
        merged = merging.merge(now, new, known)
        assert merged.verdict == "conflict"
        now, known = after(now, merged), known | history(new)
    kept = {now.body["note"], *(one["value"] for one in now.conflict["note"])}
    assert kept == {"v1", "v2", "v3", "v4"}
    assert len(now.heads) == 4


def test_what_was_seen_through_another_edit_was_seen() -> None:
    before = state((D,), {"value": "1", "note": "y", "text": "z"})
    known = history(
        rev(A, (), 1, value="1"), rev(B, (A,), 2, note="y"), rev(D, (B,), 3, BEN, text="z")
    )
    merged = merging.merge(before, rev(C, (B,), 4, value="2"), known)
    assert (merged.verdict, merged.body["value"], merged.conflict) == ("merged", "2", {})


def test_who_was_written_over_before_he_came_is_no_party_to_the_conflict() -> None:
    before = state((C, D), {"note": "c"}, conflict={"note": [{"op": str(D), "value": "d"}]})
    known = history(
        rev(A, (), 1, note="a"), rev(C, (B,), 2, note="c"), rev(D, (A,), 3, BEN, note="d")
    )
    merged = merging.merge(before, rev(B, (A,), 4, note="b"), known)
    assert (merged.verdict, merged.fields, merged.heads) == ("merged", (), (C, D))
    assert (merged.body["note"], [one["op"] for one in merged.conflict["note"]]) == ("c", [str(D)])


def test_what_stands_beside_too_much_is_crowded_unless_it_has_seen_all() -> None:
    heads = tuple(uuid4() for _ in range(merging.HEADS_MAX))
    assert merging.is_crowded(state(heads, {}), heads[1:])
    assert not merging.is_crowded(state(heads, {}), heads)
    assert not merging.is_crowded(state(heads[1:], {}), heads[2:])
    long = State(SUBJECT, "result", SITE, WALK, "", (A,), merging.REVISIONS_MAX, A, {})
    assert merging.is_crowded(long, [B])
    assert not merging.is_crowded(long, [A, B])
    assert not merging.is_crowded(replace(long, revision=merging.REVISIONS_MAX - 1), [B])
