"""A new subject as its op words it: the short way through a fold is the long way, byte for byte."""

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import Server, enrol_tablet, found_company, make_op, running

from fieldops.flow.bodies import Bodies
from fieldops.flow.decode import decode
from fieldops.flow.fold import Fold
from fieldops.model.record import Applied, Decoded, Ready, Rejected, State
from fieldops.rules.effects import effect, is_plain
from fieldops.store import records
from fieldops_sync.ids import uuid7
from fieldops_sync.optypes import OP_TYPES
from fieldops_sync.wire import Status

SITE, ACTOR, WALK, ELSEWHERE = uuid7(), uuid7(), uuid7(), uuid7()
WALKS = [WALK, uuid7()]
NOWHERE = Session()
"""Of no database: what is asked for lies in the batch."""
BODIES = Bodies(NOWHERE, {}, set())
TEXT = st.text(max_size=30)
ANSWER = st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), TEXT)
MARKS = st.sampled_from([(), (), ("clock-off",)])
STATUS = st.sampled_from([None, None, "conflict"])
SHA = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")
PLAIN: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "result.record@1": {
        "inspection": st.just(str(WALK)),
        "item": st.just("floor"),
        "value": st.one_of(ANSWER, st.lists(TEXT, max_size=3)),
        "outcome": st.sampled_from(["pass", "fail", "na"]),
        "note": TEXT,
        "repeat": TEXT.filter(lambda word: word != ""),
    },
    "photo.attach@1": {
        "inspection": st.just(str(WALK)),
        "item": st.just("floor"),
        "caption": TEXT,
        "sha256": SHA,
    },
    "feedback.record@1": {"text": TEXT, "inspection": st.just(str(WALK))},
    "suggestion.make@1": {"text": TEXT, "item": st.just("floor")},
}


@st.composite
def first_ops(draw: st.DrawFn) -> Decoded:
    """An op of a plain type, about a subject that nobody has written yet."""
    kind = draw(st.sampled_from(sorted(PLAIN)))
    members = {name: draw(values) for name, values in PLAIN[kind].items()}
    op = make_op(kind, SITE, ACTOR, **members)
    if draw(st.booleans()):
        op["def"] = draw(SHA)
    decoded = decode(msgspec.json.encode(op))
    assert isinstance(decoded, Decoded), decoded.problem
    return decoded


@pytest.mark.unmeasured
@given(decoded=first_ops())
def test_the_short_way_makes_what_the_long_way_makes(decoded: Decoded) -> None:
    fold = fold_of([])
    written = effect(decoded)
    long = fold._next(decoded, None, written, fold._merge(decoded, None, written))
    (short,) = BODIES.firsts([decoded])
    assert short.as_sent
    assert msgspec.structs.replace(short, as_sent=False) == long
    assert list(short.body) == list(long.body)


@given(decoded=first_ops())
def test_a_body_that_is_left_out_reads_as_it_would_be_stored(decoded: Decoded) -> None:
    body = BODIES.firsts([decoded])[0].body
    stored = msgspec.json.decode(msgspec.json.encode(body))
    assert records.body_of(decoded.raw) == stored
    assert list(records.body_of(decoded.raw)) == list(stored)


ITEMS = [f"item-{number}" for number in range(7)]
RUNS = st.lists(
    st.tuples(
        st.sampled_from(WALKS),
        st.sampled_from([SITE, SITE, ELSEWHERE]),
        st.sampled_from(["result", "result", "result", "photo", "odd", "void"]),
        st.lists(st.sampled_from(ITEMS), min_size=1, max_size=5),
    ),
    min_size=1,
    max_size=5,
)
"""Ops of two walks and two sites, some alike behind each other, that now and then meet on a subject
or void a walk."""


def ops_of(runs: list[tuple[UUID, UUID, str, list[str]]]) -> list[Decoded]:
    found = []
    for walk, site, kind, items in runs:
        for item in items:
            decoded = decode(msgspec.json.encode(op_of(walk, site, kind, item)))
            assert isinstance(decoded, Decoded), decoded.problem
            found.append(decoded)
    return found


def op_of(walk: UUID, site: UUID, kind: str, item: str) -> dict[str, Any]:
    if kind == "void":
        subject = {"kind": "inspection", "id": str(walk)}
        return make_op("record.void@1", site, ACTOR, reason="twice", subject=subject, base=[walk])
    members = {"inspection": str(walk), "item": item}
    if kind == "result":
        return make_op("result.record@1", site, ACTOR, **members, value="clean")
    subject = {"kind": "photo", "id": str(walk if kind == "odd" else uuid7())}
    members["sha256"] = f"{ITEMS.index(item):064x}"
    return make_op("photo.attach@1", site, ACTOR, subject=subject, **members)


def fold_of(states: list[State]) -> Fold:
    """A fold over a batch of which nothing was stored before but these walks."""
    fold = Fold.__new__(Fold)
    fold._session, fold._bodies = NOWHERE, BODIES
    fold._states = {state.id.int: state for state in states}
    fold._judged, fold._done, fold._histories = {}, {}, {}
    fold.changed, fold.changes = {}, []
    return fold


def walk_in(state: str, walk: UUID) -> State:
    return State(walk, "inspection", SITE, walk, state, (walk,), 1, walk, {"state": state})


@pytest.mark.unmeasured
@given(
    batch=RUNS.map(ops_of),
    stand=st.sampled_from(["", "draft", "draft", "sealed", "approved", "voided"]),
    admitted=st.lists(st.tuples(MARKS, STATUS), min_size=25, max_size=25),
)
def test_what_is_judged_by_its_like_is_judged_as_by_itself(
    batch: list[Decoded], stand: str, admitted: list[tuple[tuple[str, ...], Status | None]]
) -> None:
    walks = [walk_in(stand, WALKS[0])] if stand else []
    short, long = fold_of(walks), fold_of(walks)
    ready = [
        Ready(one, marks, place, status)
        for place, (one, (marks, status)) in enumerate(zip(batch, admitted, strict=False))
    ]
    done = [*short.take(ready)]
    assert done == [
        long._apply(one.decoded, one.marks, one.occurred_ms, one.status) for one in ready
    ]
    assert (short.changed, short.changes, short._done) == (long.changed, long.changes, long._done)
    assert list(short.changed) == list(long.changed)


def test_what_comes_behind_a_void_is_judged_anew() -> None:
    fold = fold_of([walk_in("draft", WALK)])
    first, second, third = (
        decode(msgspec.json.encode(make_op("result.record@1", SITE, ACTOR, **members)))
        for members in ({"inspection": str(WALK), "item": item} for item in ("a", "b", "c"))
    )
    subject = {"kind": "inspection", "id": str(WALK)}
    members = {"reason": "twice", "subject": subject, "base": [WALK]}
    void = decode(msgspec.json.encode(make_op("record.void@1", SITE, ACTOR, **members)))
    batch = [one for one in (first, second, void, third) if isinstance(one, Decoded)]
    done = fold.take([Ready(one) for one in batch])
    assert [type(one) for one in done] == [Applied, Applied, Applied, Rejected]


def test_two_of_one_subject_among_their_like_are_two_revisions() -> None:
    batch = ops_of([(WALK, SITE, "result", ["item-1", "item-2", "item-3", "item-2"])])
    done = fold_of([walk_in("draft", WALK)]).take([Ready(one) for one in batch])
    receipts = [one.receipt for one in done if isinstance(one, Applied)]
    assert [one.revision for one in receipts] == [1, 1, 1, 2]


def test_a_photo_that_calls_itself_its_inspection_speaks_for_no_other() -> None:
    itself = {"kind": "photo", "id": str(WALK)}
    other = {"kind": "photo", "id": str(uuid7())}
    members = {"inspection": str(WALK), "sha256": "ab" * 32}
    batch = [
        decode(msgspec.json.encode(make_op("photo.attach@1", SITE, ACTOR, subject=one, **members)))
        for one in (itself, other)
    ]
    fold = fold_of([])
    done = fold.take([Ready(one) for one in batch if isinstance(one, Decoded)])
    assert [type(one) for one in done] == [Applied, Rejected]


def test_one_that_fails_by_itself_spoils_no_other_of_its_like() -> None:
    batch = [
        decode(msgspec.json.encode(make_op("photo.attach@1", SITE, ACTOR, **members)))
        for members in ({"inspection": str(WALK), "sha256": "ab" * 32} for _ in range(5))
    ]
    photos = [one for one in batch if isinstance(one, Decoded)]
    # As if a payload's type had let it through.
    photos[3] = msgspec.structs.replace(photos[3], fields={**photos[3].fields, "sha256": "no hex"})
    fold = fold_of([walk_in("draft", WALK)])
    done = [*fold.take([Ready(one) for one in photos])]
    assert [type(one) for one in done] == [Applied, Applied, Applied, Rejected, Applied]
    assert isinstance(done[3], Rejected)
    assert (done[3].id, done[3].reason, done[3].raw) == (photos[3].id, "schema", photos[3].raw)
    assert "ValueError" in done[3].problem.details["zh-CN"]
    assert len(fold.changed) == len(fold.changes) == 4


def test_the_plain_types_are_those_that_tablets_record() -> None:
    plain = {
        name for name, kind in OP_TYPES.items() if is_plain(name) and kind.origins != {"server"}
    }
    assert plain >= set(PLAIN)
    others = {name for name in plain - set(PLAIN) if not name.endswith(".set@1")}
    assert others == {"checklist.publish@1"}


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Any:
    with running(database_url, tmp_path) as opened:
        yield opened


def test_a_subject_is_read_back_whole_at_every_revision(server: Server) -> None:
    company = found_company(server)
    tablet = enrol_tablet(server, [company.inspector], company.site)
    first = tablet.op("result.record@1", inspection=str(WALK), item="floor", value="clean")
    subject = UUID(first["subject"]["id"])
    assert tablet.receipts_of([first])[0]["status"] == "applied"
    _assert_reads(server, subject, 1, {"value": "clean"}, left_out=True)
    second = tablet.op(
        "result.record@1", inspection=str(WALK), item="floor", note="wet", base=[first["id"]]
    )
    assert tablet.receipts_of([second])[0]["status"] == "applied"
    _assert_reads(server, subject, 2, {"value": "clean", "note": "wet"}, left_out=False)


def _assert_reads(
    server: Server, subject: UUID, revision: int, members: dict[str, str], left_out: bool
) -> None:
    state = server.look(lambda session: records.get_one(session, subject))
    assert state is not None
    assert (state.revision, state.as_sent) == (revision, left_out)
    assert {name: state.body[name] for name in members} == members
    assert {"by", "at", "inspection", "item"} <= state.body.keys()
    assert server.look(lambda session: _is_left_out(session, subject)) is left_out


def _is_left_out(session: Session, subject: UUID) -> bool:
    query = text("SELECT body IS NULL FROM record WHERE id = :id")
    return bool(session.execute(query, {"id": subject.bytes}).scalar_one())


@pytest.mark.parametrize("known", [3, 33])
def test_ops_that_came_before_are_found_among_those_of_a_batch(server: Server, known: int) -> None:
    company = found_company(server)
    tablet = enrol_tablet(server, [company.inspector], company.site)
    ops = [
        tablet.op("result.record@1", inspection=str(WALK), item=f"floor_{number}", value="clean")
        for number in range(35)
    ]
    assert {one["status"] for one in tablet.receipts_of(ops[-known:])} == {"applied"}
    answered = [one["status"] for one in tablet.receipts_of(ops)]
    assert answered == ["applied"] * (35 - known) + ["duplicate"] * known
