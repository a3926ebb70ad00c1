"""What a reader sees instead of what is not for them."""

from typing import Any
from uuid import UUID

import msgspec
import pytest

from fieldops.model.access import Level
from fieldops.rules.redaction import (
    is_plain,
    leftover,
    masked_op,
    redact,
    redact_conflict,
    restored,
    withheld,
)

OWN, FOREIGN = UUID(int=1), UUID(int=2)


def photo(site: UUID) -> dict[str, object]:
    evidence = {"photo": "p", "inspection": "i", "site": str(site), "item": "floor", "bits": "3"}
    note = {"code": "near-duplicate", "titles": {"en": "Used"}, "evidence": evidence}
    return {"notes": [note, {"code": "blurred", "titles": {}}], "risk": 25}


def test_of_a_foreign_site_only_that_a_photo_was_used_elsewhere():
    seen = redact("photo", photo(FOREIGN), Level.L3, {OWN})
    assert seen["notes"][0]["evidence"] == {"used": "elsewhere"}
    assert (seen["notes"][0]["code"], seen["risk"]) == ("near-duplicate", 25)
    assert seen["notes"][1] == {"code": "blurred", "titles": {}}
    assert str(FOREIGN) not in str(seen)


def test_who_may_see_the_site_sees_which_photo_it_is():
    for sites in ({OWN}, None, [FOREIGN, OWN]):
        assert redact("photo", photo(OWN), Level.L1, sites) == photo(OWN)
    assert redact("photo", photo(FOREIGN), Level.L1, None) == photo(FOREIGN)


def test_who_names_no_site_sees_none():
    assert "elsewhere" in str(redact("photo", photo(OWN), Level.L3))
    assert redact("photo", {"sha256": "x"}, Level.L1) == {"sha256": "x"}


@pytest.mark.parametrize("level", Level)
def test_a_contact_is_sealed_for_every_reader_but_its_recorder(level: Level):
    body = {"contact": {"phone": "1"}, "text": "x"}
    assert redact("feedback", body, level) == {"text": "x", "withheld": ["contact"]}
    assert redact("feedback", body, level, opened=True) == body
    beside = {"contact": [{"op": "o", "value": {"phone": "1"}}]}
    assert redact_conflict("feedback", beside, {}, level) == {}
    assert redact_conflict("feedback", beside, {}, level, opened=True) == beside
    assert redact("feedback", {"text": "x"}, level) == {"text": "x"}


def test_a_contact_in_an_op_says_only_that_it_is_there():
    contact = {"name": "王芳", "phone": "13800138000", "other": ["a"]}
    op = {"payload": {"contact": contact, "set": {"contact": contact, "text": "x"}, "text": "x"}}
    hidden = {"name": "***", "phone": "***", "other": ["***"]}
    seen = msgspec.json.decode(masked_op(msgspec.json.encode(op), Level.L3))
    assert seen["payload"] == {
        "contact": hidden,
        "set": {"contact": hidden, "text": "x"},
        "text": "x",
    }
    given = {"payload": {"contact": {**hidden, "name": "李雷"}}}
    assert restored(given, op, Level.L1)["payload"]["contact"] == {
        "name": "李雷",
        "phone": "13800138000",
        "other": ["a"],
    }
    for odd in (b"[]", b'{"payload": 1}', b'{"payload": {"set": 1}}'):
        assert masked_op(odd, Level.L1) == odd.decode()


def test_columns_of_a_register_above_the_level_are_left_out_and_named():
    body = {"register": "keys", "key": "K1", "values": {"kind": "master", "holder": "李雷"}}
    shown = redact("register", {**body, "levels": {"holder": 2}}, Level.L1)
    assert shown["values"] == {"kind": "master"}
    assert shown["withheld"] == ["holder"]
    whole = {**body, "levels": {"holder": 2, "absent": 3}}
    assert redact("register", whole, Level.L2) == whole
    assert redact("register", body, Level.L1) == body


NOTE, MASKED = "电话13800138000", "电话138****8000"


def test_what_was_raised_is_masked_and_named():
    body = {"note": NOTE, "void": {"reason": NOTE, "by": "x"}, "raised": {"note": 2, "void": 2}}
    seen = redact("result", body, Level.L1)
    assert (seen["note"], seen["void"]["reason"]) == (MASKED, MASKED)
    assert seen["masked"] == ["note", "void"]
    assert redact("result", body, Level.L2) == body
    assert redact("result", {"note": NOTE}, Level.L1) == {"note": NOTE}  # nobody raised it


def test_an_answer_is_withheld_below_the_level_of_its_item():
    body = {"value": "A", "outcome": "pass"}
    hidden = {"outcome": "pass", "withheld": ["value"]}
    assert redact("result", body, Level.L2, declared=Level.L3) == hidden
    assert redact("result", body, Level.L3, declared=Level.L3) == body
    assert redact("finding", body, Level.L1, declared=Level.L3) == body
    assert withheld("result", Level.L2, Level.L2) == frozenset()
    assert withheld("finding", Level.L1, Level.L3) == frozenset()
    assert withheld("feedback", Level.L3, Level.L1) == {"contact"}


def test_values_beside_are_hidden_as_those_that_stand():
    beside = {name: [{"op": "o", "value": NOTE}] for name in ("note", "value", "outcome")}
    seen = redact_conflict("result", beside, {"raised": {"note": 2}}, Level.L1, Level.L2)
    assert seen == {"note": [{"op": "o", "value": MASKED}], "outcome": beside["outcome"]}


def test_an_op_as_text():
    raw = f'{{"payload": {{"note": "{NOTE}", "n": 13800138000}}}}'.encode()
    assert masked_op(raw, Level.L2) == raw.decode()
    assert masked_op(raw, Level.L1) == f'{{"payload":{{"note":"{MASKED}","n":13800138000}}}}'
    assert masked_op(NOTE.encode() + b"\xff", Level.L1) == MASKED + "\\xff"
    assert masked_op(b"[" * 100_000, Level.L1) == "[" * 100_000


def test_what_comes_back_masked_is_what_it_was():
    original = {"payload": {"note": NOTE, "texts": [NOTE, "x"]}}
    given = {"payload": {"note": MASKED, "texts": [MASKED, "y"], "outcome": "fail"}}
    back = restored(given, original, Level.L1)
    assert back == {"payload": {"note": NOTE, "texts": [NOTE, "y"], "outcome": "fail"}}
    assert restored({"payload": {"note": "好"}}, original, Level.L1) == {"payload": {"note": "好"}}
    assert restored([1], original, Level.L1) == [1]


@pytest.mark.parametrize(
    ("given", "original"),
    [("x", 5), (5, "x"), (["x"], "x"), ("x", ["x"]), ([1], [1, 2]), ({"a": "x"}, ["x"])],
)
def test_what_comes_back_in_another_shape_stays_as_it_comes(given: Any, original: Any):
    assert restored(given, original, Level.L1) == given


@pytest.mark.parametrize(
    ("payload", "left"),
    [
        ({"texts": [MASKED]}, MASKED),
        ({"texts": ["x", MASKED]}, MASKED),
        ({"note": f"晚间{MASKED}"}, f"晚间{MASKED}"),
        ({"other": {"deep": MASKED}}, MASKED),
        ({"note": "***"}, None),
        ({"note": MASKED, "texts": [MASKED, "y"]}, None),
        ({"note": "电话138****0000", "texts": []}, None),
    ],
)
def test_what_was_masked_and_cannot_be_put_back_is_found(payload: Any, left: str | None):
    raw = msgspec.json.encode({"payload": {"note": NOTE, "texts": [NOTE, "x"]}})
    op = restored({"payload": payload}, msgspec.json.decode(raw), Level.L1)
    assert leftover(op, raw, Level.L1) == left
    assert leftover(op, raw, Level.L2) is None
    broken = raw[:-1]
    assert (leftover({"payload": payload}, broken, Level.L1) is None) is (
        MASKED not in str(payload)
    )


def test_what_was_sealed_and_is_moved_is_found():
    contact = {"phone": "13800138000"}
    raw = msgspec.json.encode({"payload": {"contact": contact, "text": "a *** b"}})
    assert leftover({"payload": {"contact": {"name": "***"}}}, raw, Level.L3) == "***"
    assert leftover({"payload": {"text": "a *** b"}}, raw, Level.L3) is None


def test_what_everybody_may_see_is_told_by_a_body_and_by_what_stands_beside_it():
    beside = {"text": [{"op": "o", "value": "x"}]}
    assert is_plain("feedback", {"text": "x"}, {})
    assert is_plain("feedback", {"text": "x"}, beside)
    assert not is_plain("feedback", {"text": "x"}, beside | {"contact": [{"op": "o"}]})
    assert not is_plain("feedback", {"contact": {}}, {})
    assert not is_plain("result", {"note": "x", "raised": {"note": 2}}, {})
    assert not is_plain("register", {"values": {}, "levels": {}}, {})
    assert is_plain("photo", {"sha256": "x"}, {})
    assert not is_plain("photo", {"notes": []}, {})
    assert not is_plain("photo", {"caption": "x", "raised": {"caption": 2}}, {})
