"""The nouns of checklists: frozen, with defaults, told apart by type."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from fieldops.model.answer import Answer, Sheet
from fieldops.model.answertypes import AnswerType, Number
from fieldops.model.checklist import Checklist, Item, Section

TYPES = (
    "calculated", "code", "datetime", "duration", "location", "meter", "multiple", "number",
    "passfail", "photo", "score", "signature", "single", "staff", "temperature", "text",
)  # fmt: skip


def test_every_answer_type_has_its_own_tag() -> None:
    members: tuple[Any, ...] = AnswerType.__args__
    assert tuple(sorted(member.__struct_config__.tag for member in members)) == TYPES


@pytest.mark.parametrize("noun", [Item(key="a"), Section(key="s"), Sheet(), Answer(item="a")])
def test_nouns_are_frozen(noun: Any) -> None:
    with pytest.raises(AttributeError):
        noun.key = "b"


def test_every_member_beyond_the_keys_has_a_default_for_older_bytes() -> None:
    body = b'{"key":"a","version":"1","domain":"cleaning","sections":[{"key":"s"}]}'
    assert msgspec.json.decode(body, type=Checklist).sections == (Section(key="s"),)


def test_figures_travel_as_decimal_text() -> None:
    body = msgspec.json.encode(Number(pass_max=Decimal("0.10")))
    assert body == b'{"type":"number","pass_max":"0.10"}'
    assert msgspec.json.decode(body, type=AnswerType) == Number(pass_max=Decimal("0.1"))


@pytest.mark.parametrize("key", ["", "A", "a-b", "1a", "a" * 65])
def test_keys_of_items_are_names_of_expressions(key: str) -> None:
    body = msgspec.json.encode({"key": key})
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Item)
