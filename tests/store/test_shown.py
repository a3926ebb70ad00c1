"""Records as desks see them, made by the column: each says what its state says."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace
from sqlmodel import Session
from tests.factories import make_op

from fieldops.model.record import APART, State, View
from fieldops.store import batch, records, shown
from fieldops.store.engine import Store, open_store
from fieldops_sync.ids import uuid7

SITE, OTHER, WALK = uuid7(), uuid7(), uuid7()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


def state(kind: str = "result", **members: Any) -> State:
    change = uuid7()
    plain: dict[str, Any] = {"id": uuid7(), "kind": kind, "feed": SITE, "parent": WALK}
    plain |= {"state": "pass", "heads": (change,), "revision": 1, "change": change}
    return State(**{**plain, "body": {"item": "floor", "value": 1}, **members})


def view(one: State) -> View:
    """What a state is as a view, a member at a time."""
    below = None if one.kind in APART or one.parent == one.id else one.parent
    heads = list(one.heads)
    members = (one.id, one.kind, one.feed, below, one.state, one.revision, heads, one.body)
    return View(*members, one.conflict)


def put(store: Store, *states: State) -> None:
    store.write(lambda session: records.add(session, states)).result(30)


def put_sent(store: Store, one: State, raw: bytes) -> None:
    """A record whose body lies in its op alone."""

    def write(session: Session) -> None:
        marks = ":op, :op, 1, 1, :subject, 'applied', 1, 0, 0, :raw"
        batch.run(
            session,
            "INSERT INTO ledger (op_id, hash, source, seq, subject, status, revision, received_ms,"
            f" occurred_ms, raw) VALUES ({marks})",
            op=one.change.bytes,
            subject=one.id.bytes,
            raw=raw,
        )
        records.add(session, [replace(one, as_sent=True)])

    store.write(write).result(30)


def got(store: Store, *states: State) -> list[View]:
    with store.read() as session:
        found = shown.get(session, [one.id.bytes for one in states])
    return [found[one.id.bytes] for one in states]


def test_each_kind_of_record_says_what_its_state_says(store: Store):
    walk = state("inspection", id=WALK, state="submitted", revision=3)
    site = state("site", id=SITE, parent=SITE, state="")
    apart = [state(kind) for kind in sorted(APART)]
    beside = {"value": [{"op": str(uuid7()), "actor": str(uuid7()), "value": {"n": [2, "二"]}}]}
    disputed = state(heads=(uuid7(), uuid7(), uuid7()), conflict=beside)
    elsewhere = state("feedback", feed=OTHER, parent=OTHER, body={})
    every = [walk, site, *apart, disputed, elsewhere, state()]
    put(store, *every)
    assert got(store, *every) == [view(one) for one in every]
    assert got(store, *apart)[0].inspection is None
    assert got(store, elsewhere)[0].inspection == OTHER


def test_as_many_heads_as_records_are_not_one_each(store: Store):
    stub = state("inspection", id=WALK, state="stub", heads=(), revision=0)
    disputed = state(heads=(uuid7(), uuid7()))
    put(store, stub, disputed)
    assert got(store, stub, disputed) == [view(stub), view(disputed)]


def test_a_body_that_lies_nowhere_else_is_read_from_its_op(store: Store):
    op = make_op("result.record@1", SITE, uuid7(), inspection=WALK, item="floor", note="好")
    op["def"] = "ab" * 32
    sent, stored = state(), state(body={"item": "door"})
    put_sent(store, sent, msgspec.json.encode(op))
    put(store, stored)
    signed = {**op["payload"], "by": op["actor"], "at": op["at"]["wall"], "def": op["def"]}
    seen = got(store, sent, stored)
    assert seen[0] == view(replace(sent, body=msgspec.to_builtins(signed)))
    assert seen[1].body == {"item": "door"}


def test_what_is_not_there_is_not_shown(store: Store):
    one = state()
    put(store, one)
    with store.read() as session:
        assert shown.get(session, [uuid7().bytes, one.id.bytes]) == {one.id.bytes: view(one)}
        assert shown.get(session, []) == {}
        assert shown.family(session, uuid7()) == []
    assert shown.views([]) == []


def test_a_family_is_the_walk_with_what_lies_below_it_by_id(store: Store):
    walk = state("inspection", id=WALK, state="started")
    below = [state(), state("photo"), state("finding")]
    strangers = [state(parent=uuid7()), state(feed=OTHER), state("feedback", parent=SITE)]
    put(store, *strangers, *reversed(below), walk)
    with store.read() as session:
        found = shown.family(session, WALK)
    assert found == [view(one) for one in sorted([walk, *below], key=lambda one: one.id)]


def test_a_walk_is_turned_by_pages_of_a_kind_and_state(store: Store):
    fails = [state(state="fail") for _ in range(5)]
    put(store, *fails, state(), state("photo", state="fail"), state(state="fail", feed=OTHER))

    def page(kind: str, word: str, after: UUID | None, limit: int) -> list[UUID]:
        with store.read() as session:
            return [
                one.id for one in shown.of_walk(session, (SITE, WALK), kind, word, after, limit)
            ]

    ids = sorted(one.id for one in fails)
    assert page("result", "fail", None, 3) == ids[:3]
    assert page("result", "fail", ids[2], 3) == ids[3:]
    assert page("result", "fail", ids[4], 3) == []
    assert len(page("result", "", None, 50)) == 6
    assert page("result", "fail' OR '1' = '1", None, 50) == []
    assert len(page("photo", "fail", None, 50)) == 1
