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

from fieldops.flow.decode import decode
from fieldops.flow.fold import Fold
from fieldops.model.record import Decoded
from fieldops.rules.effects import effect, is_plain
from fieldops.store import records
from fieldops_sync.ids import uuid7
from fieldops_sync.optypes import OP_TYPES

SITE, ACTOR, WALK = uuid7(), uuid7(), uuid7()
TEXT = st.text(max_size=30)
ANSWER = st.one_of(st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), TEXT)
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
    fold = Fold.__new__(Fold)
    fold.here = set()
    written = effect(decoded)
    long = fold._next(decoded, None, written, fold._merge(decoded, None, written))
    short = fold._first(decoded)
    assert short.as_sent
    assert msgspec.structs.replace(short, as_sent=False) == long
    assert list(short.body) == list(long.body)


@given(decoded=first_ops())
def test_a_body_that_is_left_out_reads_as_it_would_be_stored(decoded: Decoded) -> None:
    fold = Fold.__new__(Fold)
    fold.here = set()
    body = fold._first(decoded).body
    stored = msgspec.json.decode(msgspec.json.encode(body))
    assert records.body_of(decoded.raw) == stored
    assert list(records.body_of(decoded.raw)) == list(stored)


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
