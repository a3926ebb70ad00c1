import json
import time
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldops_sync.framing import (
    FramingError,
    depth,
    member_span,
    peek_id,
    peek_seq,
    split,
    split_salvage,
)
from fieldops_sync.wire import Claimed, Seen

INCARNATION = UUID("0192f0c0-0000-7000-8000-000000000001")
OP_ID = UUID("0192f0c0-0000-7000-8000-0000000000aa")
SEEN = {"position": 9, "change": str(OP_ID)}
NOW = {"wall": "1970-01-01T00:00:00+08:00", "mono": 5, "boot": "b"}

POISON = [
    b'{"a":"\\ud800"}',
    b'{"a":NaN,"b":[1,2]}',
    b'{"a":"\xff\xfe"}',
    b'{"a":"\\q, ] } \\" , [ {"}',
    b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"a":1e400}',
    b'{"a":' + b"7" * 5000 + b"}",
    b"nonsense",
    b'{"a":[}}',
    b"{}",
    b'"text"',
    b"-Infinity",
]


def body(ops: list[bytes], gap: bytes = b"") -> bytes:
    head = json.dumps({"incarnation": str(INCARNATION), "seen": SEEN, "now": NOW}).encode()
    listed = (gap + b"," + gap).join(ops)
    return head[:-1] + b', "ops" :' + gap + b"[" + gap + listed + gap + b"]" + gap + b"}" + gap


def test_a_good_body_is_cut_into_its_ops() -> None:
    frame = split(body([b'{"a": 1}', b'{"b":2}'], b" "))
    assert frame.ops == [b'{"a": 1}', b'{"b":2}']
    assert (frame.incarnation, frame.seen) == (INCARNATION, Seen(9, OP_ID))
    assert frame.now == Claimed("1970-01-01T00:00:00+08:00", 5, "b")


GOOD = st.text(max_size=20).map(lambda text: {text: [text, {"b": text}], "n": len(text)})
OPS = st.lists(st.sampled_from(POISON) | GOOD.map(lambda op: json.dumps(op).encode()), max_size=12)


@settings(deadline=None, max_examples=60)
@given(OPS, st.sampled_from([b"", b" ", b"\r\n\t "]))
def test_any_batch_with_poison_splits_into_exactly_its_ops(ops: list[bytes], gap: bytes) -> None:
    frame = split(body(ops, gap))
    assert frame.ops == ops
    assert (frame.incarnation, frame.seen) == (INCARNATION, Seen(9, OP_ID))


@pytest.mark.parametrize("poison", POISON)
@pytest.mark.parametrize("at", [0, 1, 250, 499])
def test_poison_never_spoils_the_others(poison: bytes, at: int) -> None:
    ops = [b'{"n":%d}' % number for number in range(500)]
    ops[at] = poison
    assert split(body(ops)).ops == ops


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"[]",
        b"nonsense",
        b"{",
        b'{"ops":[]}',
        b'{"incarnation":"%s"}' % str(INCARNATION).encode(),
        b'{"incarnation":"no uuid","ops":[NaN]}',
        b'{"incarnation":"%s","ops":{"a":NaN}}' % str(INCARNATION).encode(),
        b'{"incarnation":"%s","ops":[NaN]} x' % str(INCARNATION).encode(),
        b'{"incarnation":"%s","ops":[NaN,]}' % str(INCARNATION).encode(),
        b'{"incarnation":"%s","ops":[NaN' % str(INCARNATION).encode(),
        b'{"incarnation":"%s","ops":["unfinished \\' % str(INCARNATION).encode(),
        b'{incarnation:"%s","ops":[NaN]}' % str(INCARNATION).encode(),
        b'{"incarnation":"%s","seen":5,"ops":[NaN]}' % str(INCARNATION).encode(),
        b'{"incarnation":"%s","\xff":5,"ops":[NaN]}' % str(INCARNATION).encode() + b"]",
    ],
)
def test_an_unreadable_outer_object_is_told(broken: bytes) -> None:
    with pytest.raises(FramingError):
        split(broken)


@given(st.binary())
def test_any_bytes_split_or_are_told(raw: bytes) -> None:
    with pytest.raises(FramingError):
        split(raw)


@pytest.mark.parametrize("poison", [b'"\\"' + b'\\"' * 500_000, b"[" * 1_000_000, b'"' * 999_999])
def test_cutting_takes_linear_time(poison: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(FramingError):
        split(body([poison]))
    assert time.process_time() - begun < 3


def test_unknown_and_escaped_member_names_are_read() -> None:
    raw = b'{"\\u006fps":[NaN],"new":{"x":[1]},"\xff":0,"incarnation":"%s"}'
    assert split(raw % str(INCARNATION).encode()).ops == [b"NaN"]


SALVAGE = {
    "device": str(OP_ID),
    "incarnation": str(INCARNATION),
    "nonce": "n",
    "signature": "s",
}


@pytest.mark.parametrize("op", [b'{"a":1}', b'{"a":NaN}'])
def test_a_salvage_body_is_cut_likewise(op: bytes) -> None:
    raw = json.dumps(SALVAGE).encode()[:-1] + b',"ops":[' + op + b"]}"
    frame = split_salvage(raw)
    assert frame.ops == [op]
    assert (frame.device, frame.nonce, frame.signature) == (OP_ID, "n", "s")


def test_a_salvage_without_signature_is_told() -> None:
    with pytest.raises(FramingError):
        split_salvage(b'{"device":"%s","ops":[]}' % str(OP_ID).encode())


@pytest.mark.parametrize(
    ("raw", "found_id", "found_seq"),
    [
        (b'{"id":"%s","seq":12,"a":NaN}', OP_ID, 12),
        (b'{ "seq" : 9007199254740991 , "id" : "%s" }', OP_ID, 2**53 - 1),
        (b'{"a":{"id":"x","seq":3},"id":"%s","seq":0}', OP_ID, None),
        (b'{"id":"%s","seq":9007199254740992}', OP_ID, None),
        (b'{"id":"%s","seq":"1"}', OP_ID, None),
        (b'{"id":["%s"],"seq":1.0}', None, None),
        (b'{"id":"not %s","seq":-1}', None, None),
        (b'"%s"', None, None),
        (b'{"id":"%s"', None, None),
    ],
)
def test_id_and_seq_of_an_undecodable_op(
    raw: bytes, found_id: UUID | None, found_seq: int | None
) -> None:
    raw = raw.replace(b"%s", str(OP_ID).encode())
    assert peek_id(raw) == found_id
    assert peek_seq(raw) == found_seq


def test_depth_counts_brackets_outside_of_strings() -> None:
    assert depth(b'{"[[[":[{"a":"]"}],"b":[]}') == 3
    assert depth(b"5") == 0


def test_the_last_of_equal_members_counts() -> None:
    assert member_span(b'{"a":1,"a": 22 }', "a") == (12, 14)
    assert member_span(b'{"a":1}', "b") is None
