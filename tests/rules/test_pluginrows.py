"""What plugins may declare as datasets, and what counts as a row of one."""

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from fieldops.model.answertypes import Titles
from fieldops.model.dataset import Column, Dataset
from fieldops.rules.pluginrows import BadRow, cells, fault_in, published, row_id

TITLE: Titles = {"zh-CN": "列", "en": "Column"}
KINDS: tuple[Any, ...] = (
    "string", "integer", "decimal", "boolean", "datetime", "date", "uuid", "json"
)  # fmt: skip
SET = Dataset(
    name="all",
    version=2,
    key=("a_string",),
    columns=tuple(Column(f"a_{kind}", kind, TITLE) for kind in KINDS),
    title=TITLE,
)
WALK = UUID("00000000-0000-8000-8000-000000000001")
ROW: dict[str, Any] = {
    "a_string": "x", "a_integer": 3, "a_decimal": "-1.50", "a_boolean": False,
    "a_datetime": "2026-10-02T09:00:00+08:00", "a_date": "2026-10-02",
    "a_uuid": str(WALK), "a_json": '{"a": [1]}',
}  # fmt: skip


def test_a_row_becomes_cells_in_the_order_of_the_columns():
    assert cells(SET, dict(reversed(ROW.items()))) == tuple(ROW.values())
    assert cells(SET, {"a_string": "x", "a_date": "", "a_json": None}) == ("x", *[None] * 7)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("string", 5), ("string", "x" * 32_768), ("string", ""), ("integer", True),
        ("integer", "3"), ("integer", 2**53), ("decimal", "1e9"), ("decimal", 3),
        ("boolean", 1), ("datetime", "2026-10-02T09:00:00"), ("datetime", "morning"),
        ("date", "20261002"), ("date", "0900-01-01"), ("uuid", "x"), ("json", "{"),
        ("other", "x"),
    ],
)  # fmt: skip
def test_what_is_not_of_its_column_is_refused(column: str, value: Any):
    with pytest.raises(BadRow, match=f"a_{column}"):
        cells(SET, {**ROW, f"a_{column}": value})


def test_a_dataset_is_published_under_its_plugin_with_a_key_of_its_own():
    made = published("pool-water", "pools", SET)
    assert (made.name, made.key, made.domain, made.whole) == ("pool_water_all", ("id",), "pools", 1)
    named = [one.name for one in made.columns]
    assert named[:6] == ["change", "position", "id", "inspection", "site", "date"]
    assert row_id("x", WALK, ["1"]) == row_id("x", WALK, ["1"]) != row_id("x", WALK, [1])
    assert row_id("x", WALK, ["1"]) != row_id("y", WALK, ["1"])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"key": ()}, "expected a key"),
        ({"key": ("other",)}, "expected a key"),
        ({"columns": (*SET.columns, SET.columns[0])}, "different names"),
        ({"columns": (*SET.columns, Column("id", "uuid", TITLE))}, "different names"),
        ({"columns": (Column("a_string", "string", TITLE, level=2),)}, "level 1"),
        ({"columns": (Column("a_string", "string", TITLE, free=True),)}, "level 1"),
        ({"columns": (Column("a_string", "string", {"en": "x"}),)}, "titles"),
        ({"title": {"zh-CN": "", "en": "x"}}, "titles"),
    ],
)
def test_a_declaration_that_cannot_be_published_is_refused(given: Any, told: str):
    assert told in fault_in([replace(SET, **given)])
    assert fault_in([SET]) == ""


def test_nothing_and_the_same_twice_are_no_declaration():
    assert "at least one" in fault_in([])
    assert "different names" in fault_in([SET, SET])
