import hashlib
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldops_sync import canonical
from fieldops_sync.canonical import canonical_all, canonical_hash, canonical_text, is_exact

VECTORS = [
    (b'{ "b" : 1, "a" : [ true , null ] }', b'{"a":[true,null],"b":1}'),
    (b'{"seq":7,"a":{"seq":8}}', b'{"a":{"seq":8}}'),
    (b'{"a":"\\u20ac\\u0024\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/"}',
     '{"a":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()),
    (b'{"a":"\\u0008\\u0009\\u000a\\u000c\\u000d\\u001f\\u007f"}',
     b'{"a":"\\b\\t\\n\\f\\r\\u001f\x7f"}'),
    (b'{"a":"\\ud83d\\ude00"}', '{"a":"😀"}'.encode()),
    ('{"é":1,"e":2,"😀":3,"\uffee":4}'.encode(), '{"e":2,"é":1,"\uffee":4,"😀":3}'.encode()),
    (b'{"a":-0}', b'{"a":0}'),
    (b'{"a":1.50}', b'{"a":1.50}'),
    (b'{"a":1e400,"b":1E308}', b'{"a":1e400,"b":1E308}'),
    (b'{"b":NaN,"a":-Infinity}', b'{"a":-Infinity,"b":NaN}'),
    (b'{"a":"\\uD800","b":-0}', b'{"a":"\xed\xa0\x80","b":0}'),
    (b'{"a":' + b"9" * 5000 + b"}", b'{"a":' + b"9" * 5000 + b"}"),
    (b'{"a":NaN,"b":[true,false,null,"x",{}]}', b'{"a":NaN,"b":[true,false,null,"x",{}]}'),
    (b" 5 ", b"5"),
    (b"NaN", b"NaN"),
]  # fmt: skip
"""Raw op → canonical text: RFC 8785, section 3.2, and beyond it where an op is not exact."""


@pytest.mark.parametrize(("raw", "text"), VECTORS)
def test_canonical_text_is_as_specified(raw: bytes, text: bytes) -> None:
    assert canonical_text(raw) == text
    assert canonical_hash(raw) == hashlib.sha256(text).digest()


@pytest.mark.parametrize(
    "op",
    [
        b'{"id":1,"seq":%s,"a":"x"}',
        b'{"id":1,"seq": %s ,"a":NaN}',
        b'{"seq":%s,"a":"\\udc00"}',
        b'{"seq":%s,"a":"\xff"}',
        b'{"a":' + b"[" * 2000 + b"]" * 2000 + b',"seq":%s}',
        b'{"a":1.5,"seq":%s}',
        b'{"a":nonsense,"seq":%s}',
    ],
)
def test_seq_never_changes_the_hash(op: bytes) -> None:
    assert canonical_hash(op % b"1") == canonical_hash(op % b"4711")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"a":1.0}', b'{"a":1.00}'),
        (b'{"a":1.0}', b'{"a":"1.0"}'),
        (b'{"a":NaN}', b'{"a":"NaN"}'),
        (b'{"a":9007199254740993}', b'{"a":9007199254740992}'),
        (b'{"a":"\xff"}', b'{"a":"\\udcff"}'),
        (b'{"a":"\xff"}', b'{"a":"\xfe"}'),
        (b'{"a":"\\ud800"}', b'{"a":"\\ud801"}'),
        (b'{"seq":"x","a":\xff}', b'{"seq":"y","a":\xff}'),
        (b'{"seq":1', b'{"seq":2'),
    ],
)
def test_different_content_hashes_differently(one: bytes, other: bytes) -> None:
    assert canonical_hash(one) != canonical_hash(other)


def test_deep_nesting_hashes_alike_from_every_stack_depth() -> None:
    raw = b'{"a":' + b"[" * 400 + b"]" * 400 + b"}"

    def hash_below(frames: int) -> bytes:
        return canonical_hash(raw) if frames == 0 else hash_below(frames - 1)

    assert hash_below(0) == hash_below(500)


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert canonical_text(b'{"a":' + b"[[]," * 60 + b"0" + b"]" * 60 + b"}").startswith(b"{")
    assert canonical_text(b"[" + b"[]," * 900 + b"[ ]]") == b"[" + b"[]," * 900 + b"[]]"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON)
def test_spelling_never_changes_the_hash(value: object) -> None:
    plain = json.dumps({"op": value}, indent=2).encode()
    compact = msgspec.json.encode({"op": value})
    assert canonical_hash(plain) == canonical_hash(compact)


@settings(deadline=None)
@given(st.dictionaries(st.text(), JSON))
def test_both_ways_write_the_same_text(value: dict[str, object]) -> None:
    raw = json.dumps(value).encode()
    assert canonical._slow_text(raw) == canonical_text(raw)


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_have_a_hash(raw: bytes) -> None:
    assert len(canonical_hash(raw)) == 32


RAWS = st.one_of(st.sampled_from([raw for raw, _ in VECTORS]), JSON.map(msgspec.json.encode))


@settings(deadline=None)
@given(st.lists(RAWS | st.binary(), max_size=8))
def test_many_ops_have_the_hashes_that_each_has(raws: list[bytes]) -> None:
    hashes = [hashlib.sha256(canonical_text(raw)).digest() for raw in raws]
    assert [hash_ for hash_, _ in canonical_all(raws)] == hashes
    assert canonical_all(raws) == [canonical.canonical(raw) for raw in raws]


def test_members_are_those_that_were_sent() -> None:
    plain: dict[str, object] = {"seq": 7, "b": [1, {"seq": None}], "a": "x"}
    raws = [msgspec.json.encode(plain), b'{"seq":8}', b"{}"]
    assert [members for _, members in canonical_all(raws)] == [plain, {"seq": 8}, {}]
    assert [members for _, members in canonical_all([*raws, b"NaN"])][:2] == [plain, {"seq": 8}]
    assert canonical_all([]) == []


@pytest.mark.parametrize(
    ("raw", "exact"),
    [
        (b'{"a":[1,"1.5",{"b":true}]}', True),
        (b'{"a":9007199254740991,"b":-9007199254740991}', True),
        (b'{"a":9007199254740992}', False),
        (b'{"a":[{"b":-9007199254740992}]}', False),
        (b'{"a":1.5}', False),
        (b'{"a":NaN}', False),
        (b"[" * 5000 + b"]" * 5000, False),
        (b'{"a":"\xff"}', False),
    ],
)
def test_exactness_is_told(raw: bytes, exact: bool) -> None:
    assert is_exact(raw) is exact
