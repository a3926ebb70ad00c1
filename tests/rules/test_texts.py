"""Free texts of records: none is forgotten, and each has the level of what stands in it now."""

from typing import Any, get_args, get_type_hints
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldops.model.record import Decoded
from fieldops.rules.effects import effect
from fieldops.rules.texts import NAMES, NO_TEXTS, NOT_READ, OWN_LEVELS, TEXTS, are_bare, raised
from fieldops_sync.optypes import OP_TYPES, OpType
from fieldops_sync.wire import Claimed, Op, Subject

MARK = "what somebody wrote"
LONG = 1000
"""A text that may be longer is no code, key or name."""
MOBILE, IDENTITY = "13800138000", "11010519491231002X"
NOBODY = UUID(int=1)


class Loose(dict[str, Any]):
    """Members of which only one matters."""

    def __missing__(self, name: str) -> str:
        return name


def is_text(kind: Any) -> bool:
    """Whether a type holds free text, alone or inside."""
    if isinstance(kind, msgspec.inspect.StrType):
        return kind.pattern is None and (kind.max_length or LONG) >= LONG
    if isinstance(kind, msgspec.inspect.StructType):
        return any(is_text(field.type) for field in kind.fields)
    inner = [getattr(kind, name, None) for name in ("item_type", "key_type", "value_type", "type")]
    return any(is_text(one) for one in (*inner, *getattr(kind, "types", ())) if one is not None)


def text_members() -> list[tuple[str, str, str]]:
    found = []
    for op_type in OP_TYPES.values():
        info = msgspec.inspect.type_info(op_type.payload)
        assert isinstance(info, msgspec.inspect.StructType)
        names = [field.name for field in info.fields if is_text(field.type)]
        found += [(op_type.name, kind, name) for kind in op_type.kinds for name in names]
    return sorted(found)


def written(op_type: OpType, kind: str, member: str) -> set[str]:
    """The members of a body in which a text of an op comes to stand."""
    at = Claimed("2026-11-21T20:00:00+08:00", 0, "boot")
    op = Op(NOBODY, op_type.name, Subject(kind, NOBODY), NOBODY, NOBODY, at, msgspec.Raw(b"{}"))
    found = set()
    # What an op writes may depend on the step that it is.
    for step in steps(op_type):
        fields = Loose(
            {"set": {}, "plan": str(NOBODY), "finding": str(NOBODY), "step": step, member: MARK}
        )
        body = effect(Decoded(NOBODY, None, op, fields, b"", b"", str(NOBODY))).fields
        found |= {name for name, value in body.items() if MARK in str(value)}
    return found


def steps(op_type: OpType) -> tuple[str, ...]:
    hints = get_type_hints(op_type.payload)
    return get_args(hints["step"]) if "step" in hints else ("",)


@pytest.mark.parametrize(("name", "kind", "member"), text_members())
def test_no_text_that_an_op_writes_is_forgotten(name: str, kind: str, member: str) -> None:
    for place in written(OP_TYPES[name], kind, member):
        known = place in TEXTS.get(kind, ()) or kind in NO_TEXTS or (kind, place) in NOT_READ
        assert known, f"{name} writes free text into {kind}.{place}: rules/texts.py must say so"


def test_the_table_has_nothing_that_no_op_writes() -> None:
    places = {
        (kind, place)
        for name, kind, member in text_members()
        for place in written(OP_TYPES[name], kind, member)
    }
    assert {(kind, name) for kind, names in TEXTS.items() for name in {*names} - {*NAMES}} <= places
    assert set(NOT_READ) <= places
    assert not TEXTS.keys() & NO_TEXTS.keys()


def test_a_text_is_raised_by_what_stands_in_it() -> None:
    assert raised("result", {"note": "地面湿滑", "value": "pass"}) == {}
    assert raised("result", {"note": f"电话{MOBILE}", "value": IDENTITY}) == {"note": 2, "value": 3}
    assert raised("inspection", {"void": {"reason": MOBILE, "by": str(NOBODY)}}) == {"void": 2}
    assert raised("result", {"value": ["a", {"name": MOBILE}]}) == {"value": 2}
    assert raised("site", {"address": MOBILE}) == {}


def test_a_value_beside_counts() -> None:
    beside = {"note": [{"op": "o", "actor": "a", "value": IDENTITY}]}
    assert raised("result", {"note": "nothing"}, beside) == {"note": 3}


def test_only_above_the_own_level() -> None:
    assert OWN_LEVELS["feedback"]["contact"] == 3
    assert raised("feedback", {"contact": {"phone": MOBILE}}) == {}
    assert raised("feedback", {"contact": {"name": IDENTITY}}) == {}


WORDS = st.sampled_from(
    ["", "pass", "地面湿滑", "area_01", MOBILE, IDENTITY, MOBILE[:6], "@", "a@b"]
)
VALUES = st.one_of(WORDS, st.none(), st.booleans(), st.lists(WORDS, max_size=2))


@given(
    kind=st.sampled_from(["result", "photo", "inspection", "site"]),
    bodies=st.lists(
        st.dictionaries(st.sampled_from(["item", "repeat", "value", "note", "caption"]), VALUES),
        max_size=4,
    ),
)
def test_bodies_that_are_bare_together_are_bare_each(
    kind: str, bodies: list[dict[str, Any]]
) -> None:
    if are_bare(kind, bodies):
        assert not any(raised(kind, body) for body in bodies)
    else:
        assert any(not are_bare(kind, [body]) for body in bodies)


def test_nothing_personal_is_taken_for_bare() -> None:
    clean = {"item": "floor", "value": "pass", "note": "地面湿滑"}
    assert are_bare("result", [clean, clean])
    for name, value in (("note", MOBILE), ("value", ["a", IDENTITY]), ("item", "mail@example.com")):
        assert not are_bare("result", [clean, {**clean, name: value}])
