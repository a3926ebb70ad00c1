"""A batch is read at once, and every op of it is what it is by itself (promise 2)."""

import hashlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import make_op

from fieldops.flow.decode import decode, decode_all
from fieldops.model.record import Decoded, Rejected
from fieldops_sync.canonical import canonical_text
from fieldops_sync.ids import uuid7

SITE, ACTOR, WALK = uuid7(), uuid7(), uuid7()
DEF = "ab" * 32


def raw(type_: str, **given: Any) -> bytes:
    return msgspec.json.encode(make_op(type_, SITE, ACTOR, **given))


def result(item: str, **given: Any) -> bytes:
    return raw("result.record@1", **{"inspection": WALK, "item": item, "seq": 1, **given})


def without(op: bytes, name: str) -> bytes:
    members = json.loads(op)
    del members[name]
    return json.dumps(members).encode()


def saying(op: bytes, **members: Any) -> bytes:
    return json.dumps({**json.loads(op), **members}).encode()


RESULT = result("floor", value="clean")
OPS: dict[str, tuple[bytes, str]] = {
    "a result": (RESULT, ""),
    "another": (result("wall", repeat="2", **{"def": DEF}), ""),
    "the same with another seq": (saying(RESULT, seq=77), ""),
    "without seq": (without(RESULT, "seq"), ""),
    "a seq of null": (saying(RESULT, seq=None), ""),
    "ids in capitals": (result("roof", inspection=str(WALK).upper()), ""),
    "an actor in capitals": (saying(RESULT, actor=str(ACTOR).upper()), ""),
    "a member that only newer readers know": (saying(RESULT, more=[1, {"x": None}]), ""),
    "a number with a fraction that nobody reads": (saying(RESULT, more=1.5), ""),
    "a photo": (raw("photo.attach@1", inspection=WALK, sha256=DEF, seq=2), ""),
    "feedback": (raw("feedback.record@1", text="\u0000 lift 😀", seq=3), ""),
    "a suggestion": (raw("suggestion.make@1", text="paint it", item="floor"), ""),
    "a void": (raw("record.void@1", subject={"kind": "finding", "id": uuid7()}, reason="x"), ""),
    "an end": (raw("inspection.submit@1", seq=9), ""),
    "another's result": (saying(RESULT, subject={"kind": "result", "id": str(WALK)}), "schema"),
    "a result about a photo": (
        saying(RESULT, subject={"kind": "photo", "id": str(WALK)}),
        "schema",
    ),
    "no choice": (result("floor", outcome="maybe"), "schema"),
    "an unknown member": (result("floor", colour="red"), "schema"),
    "a float": (result("floor", value=1.5), "schema"),
    "a definition in capitals": (saying(RESULT, **{"def": DEF.upper()}), "schema"),
    "no payload": (without(RESULT, "payload"), "schema"),
    "no actor": (without(RESULT, "actor"), "schema"),
    "a seq of nought": (saying(RESULT, seq=0), "schema"),
    "a type that is a list": (saying(RESULT, type=["result.record@1"]), "schema"),
    "no type": (without(RESULT, "type"), "schema"),
    "an unknown type": (saying(RESULT, type="result.guess@1"), "unknown-type"),
    "too large": (saying(RESULT, payload={"oversize": DEF}), "oversize"),
    "an empty decision": (raw("conflict.resolve@1", set={}), "schema"),
    "no deadline": (raw("finding.report@1", deadline="soon"), "schema"),
    "deep": (saying(RESULT, more=json.loads("[" * 80 + "]" * 80)), "schema"),
    "deep under a name that stands twice": (
        RESULT.replace(b'{"id"', b'{"site":' + b"[" * 80 + b"]" * 80 + b',"id"', 1),
        "schema",
    ),
    "not a number": (RESULT.replace(b'"clean"', b"NaN"), "schema"),
    "a lone surrogate": (RESULT.replace(b'"clean"', b'"\\ud800"'), "schema"),
    "not UTF-8": (RESULT.replace(b"clean", b"\xff"), "schema"),
    "a list": (b"[1]", "schema"),
    "null": (b"null", "schema"),
    "an empty object": (b"{}", "schema"),
    "nothing": (b"", "schema"),
}
"""Ops by what they are, with the reason for which they go to quarantine, if they do."""


@pytest.mark.parametrize("name", OPS)
def test_an_op_is_read_by_itself(name: str):
    sent, reason = OPS[name]
    found = decode(sent)
    assert (found.reason if isinstance(found, Rejected) else "") == reason
    assert (found.raw, found.hash) == (sent, hashlib.sha256(canonical_text(sent)).digest())


def test_what_is_read_is_what_was_sent():
    sent, plain = OPS["another"][0], json.loads(OPS["another"][0])
    found = decode_all([RESULT, sent])[1]
    assert isinstance(found, Decoded)
    assert (str(found.id), found.seq, found.fields) == (plain["id"], 1, plain["payload"])
    assert (found.by, found.walk, found.op.subject.kind) == (str(ACTOR), WALK, "result")
    assert found.op.payload == msgspec.convert(plain["payload"], type(found.op.payload))


ANYTHING = st.sampled_from([sent for sent, _ in OPS.values()])
GOOD = st.sampled_from([sent for sent, reason in OPS.values() if not reason])


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good op of which one byte is another, or whose end is missing."""
    sent = draw(GOOD)
    place = draw(st.integers(0, len(sent) - 1))
    return sent[:place] + draw(st.binary(max_size=1)) + sent[place + draw(st.integers(1, 400)) :]


@settings(deadline=None)
@given(st.lists(st.one_of(GOOD, ANYTHING, damaged(), st.binary(max_size=40)), max_size=12))
def test_neighbours_change_nothing(batch: list[bytes]):
    assert decode_all(batch) == [decode(sent) for sent in batch]


def test_one_bad_op_of_many_goes_alone():
    batch = [result(f"item-{number}") for number in range(40)]
    for place in (0, 17, 39):
        for bad, reason in OPS.values():
            found = decode_all([*batch[:place], bad, *batch[place:]])
            mixed = found.pop(place)
            assert (mixed.reason if isinstance(mixed, Rejected) else "") == reason
            assert [type(one) for one in found] == [Decoded] * 40
            assert [one.raw for one in found] == batch
