"""The format reference: its example works, and it names everything that can be written."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from fieldops.model.answertypes import AnswerType, Choice
from fieldops.model.checklist import (
    Checklist,
    Constraint,
    Example,
    Item,
    Migration,
    PhotoRule,
    Repeat,
    Section,
)
from fieldops.rules.checklists import parse
from fieldops.rules.expressions import FUNCTIONS

FOLDER = Path(__file__).resolve().parents[2] / "checklists"
STRUCTS: tuple[Any, ...] = (
    Checklist,
    Section,
    Item,
    Repeat,
    Constraint,
    PhotoRule,
    Choice,
    Example,
    Migration,
    *AnswerType.__args__,
)


def test_the_example_of_the_reference_lints_clean() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    result = parse(example, "README.md")
    assert isinstance(result, Checklist), result


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_reference_names_every_member_type_and_function(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    members = {each.encode_name for s in STRUCTS for each in msgspec.structs.fields(s)}
    tags = {s.__struct_config__.tag for s in STRUCTS} - {None}
    assert sorted(word for word in members | tags | set(FUNCTIONS) if word not in text) == []
