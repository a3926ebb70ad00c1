"""Wide results: names and columns of a checklist version, and what answers become in them."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from fieldops.export.files.opening import open_sheet
from fieldops.export.widesets import COLUMNS_MAX, OWN, WideSet, by_repeat, wide_name, widesets
from fieldops.model import answertypes as types
from fieldops.model.access import Level
from fieldops.model.checklist import Checklist, Item, Repeat, Section
from fieldops.model.dataset import Dataset

SHA = "ab" * 32


def made(*items: Item, repeat: Repeat | None = None, key: str = "lift") -> tuple[WideSet, ...]:
    section = Section(key="all", items=items, repeat=repeat)
    titles: types.Titles = {"zh-CN": "电梯", "en": "Lifts"}
    whole = Checklist(key=key, version="1.0", domain="lifts", titles=titles, sections=(section,))
    return widesets(whole, SHA, lambda name: (Level(2 if name == "said" else 1), name == "said"))


def names(of: Dataset) -> list[str]:
    return [one.name for one in of.columns[len(OWN) :]]


def test_a_dataset_is_named_after_its_version_and_no_two_share_a_name():
    assert wide_name("fire-safety", "1.0", SHA) == "results_wide_fire_safety_1_0_abababab"
    hashes = [f"{at:08x}" + "0" * 56 for at in range(4)]
    alike = [wide_name("a", one, sha) for one, sha in zip(("1.0", "1-0", "V1", "v1"), hashes,
                                                          strict=True)]  # fmt: skip
    assert len(set(alike)) == 4
    longest = f"{wide_name('k' * 64, 'V' * 32, SHA)}_999"
    assert len(longest) <= 80
    assert longest.endswith("vvvv_abababab_999")


def test_columns_keep_their_keys_but_where_a_name_is_taken_or_too_long():
    keys = ["site", "floor", "site_2", "x" * 64, "x" * 63, "change"]
    (found,) = made(*(Item(key=key) for key in keys))
    assert names(found.dataset) == [
        "site_3", "floor", "site_2", "x" * 61 + "_2", "x" * 63, "change_2",
    ]  # fmt: skip
    assert [one.key for one in found.items] == keys
    column = found.dataset.columns[-1]
    assert column.title == {"zh-CN": "change", "en": "change"}  # it has no titles of its own
    assert found.dataset.title["zh-CN"].startswith("电梯 1.0")
    assert (found.dataset.domain, found.dataset.checklist) == ("lifts", SHA)


def test_three_hundred_items_are_columns_and_what_no_sheet_holds_is_a_dataset_more(tmp_path: Path):
    (found,) = made(*(Item(key=f"item_{at}") for at in range(300)))
    assert len(found.dataset.columns) == len(OWN) + 300
    sheet = open_sheet(tmp_path / "wide.xlsx", found.dataset, "xlsx")
    row = ("added", 1, *["x"] * (len(OWN) - 3), "90", *["pass"] * 300)
    sheet.write([(cell,) for cell in row])
    sheet.close()
    (page,) = openpyxl.load_workbook(sheet.path)
    assert (page.max_column, page.cell(2, page.max_column).value) == (len(OWN) + 300, "pass")
    first, second = made(*(Item(key=f"item_{at}") for at in range(COLUMNS_MAX)))
    assert len(first.dataset.columns) == COLUMNS_MAX
    assert second.dataset.name == f"{first.dataset.name}_2"
    assert names(second.dataset) == [f"item_{at}" for at in range(COLUMNS_MAX)][-len(OWN) :]
    assert made()[0].dataset.columns == OWN


CHOICES = (types.Choice(key="a"), types.Choice(key="b"))
ANSWERS: list[tuple[types.AnswerType, str, dict[str, Any], Any]] = [
    (types.PassFail(), "string", {"value": "pass"}, "pass"),
    (types.PassFail(), "string", {"value": False}, "fail"),
    (types.PassFail(), "string", {"outcome": "na"}, "na"),
    (types.PassFail(), "string", {"value": ["x"]}, '["x"]'),
    (types.Single(choices=CHOICES), "string", {"value": "a"}, "a"),
    (types.Single(choices=CHOICES), "string", {"outcome": "na"}, None),
    (types.Multiple(choices=CHOICES), "json", {"value": ["b", "a"]}, '["b","a"]'),
    (types.Multiple(choices=CHOICES), "json", {}, None),
    (types.Score(max=Decimal(5)), "decimal", {"value": 4}, "4"),
    (types.Number(unit="mm"), "decimal", {"value": "23.50"}, "23.50"),
    (types.Number(unit="mm"), "decimal", {"value": "many"}, None),
    (types.Number(unit="mm"), "decimal", {"value": True}, None),
    (types.Duration(), "decimal", {"value": 5}, "5"),
    (types.Meter(unit="kWh"), "decimal", {"value": {"reading": "12.5", "previous": "1"}}, "12.5"),
    (types.Meter(unit="kWh"), "decimal", {"value": 7}, "7"),
    (types.Temperature(), "decimal", {"value": "-3.2"}, "-3.2"),
    (types.Calculated(expression="1", unit="%"), "decimal", {"value": "2"}, "2"),
    (types.Text(), "string", {"value": "=1+1"}, "=1+1"),
    (types.Text(), "string", {"value": ""}, None),
    (types.Moment(), "date", {"value": "2026-10-01"}, "2026-10-01"),
    (types.Moment(), "date", {"value": "1066-10-14"}, None),
    (types.Moment(), "date", {"value": "soon"}, None),
    (types.Moment(), "date", {"value": 7}, None),
    (types.Moment(part="time"), "string", {"value": "08:30"}, "08:30"),
    (types.Moment(part="datetime"), "datetime", {"value": "2026-10-01T08:30:00+08:00"},
     "2026-10-01T08:30:00+08:00"),
    (types.Moment(part="datetime"), "datetime", {"value": "2026-10-01T08:30:00"}, None),
    (types.Moment(part="datetime"), "datetime", {"value": 7}, None),
    (types.Signature(), "json", {"value": {"name": "张", "sha256": SHA}},
     f'{{"name":"张","sha256":"{SHA}"}}'),
    (types.PhotoOnly(), "integer", {"photos": ["x", "y"]}, 2),
    (types.PhotoOnly(), "integer", {}, 0),
    (types.Location(), "json", {"value": {"longitude": "1", "latitude": "2"}},
     '{"latitude":"2","longitude":"1"}'),
    (types.Code(), "string", {"value": "P-7"}, "P-7"),
    (types.Staff(), "string", {"value": "10086"}, "10086"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "kind", "body", "cell"), ANSWERS)
def test_an_answer_is_a_value_of_its_columns_type(
    answer: types.AnswerType, kind: str, body: dict[str, Any], cell: Any
):
    (found,) = made(Item(key="asked", answer=answer))
    column = found.dataset.columns[-1]
    assert (column.type, column.unit) == (kind, getattr(answer, "unit", ""))
    assert found.items[0].cell(body) == cell


def test_every_answer_type_is_tried():
    assert {type(one[0]) for one in ANSWERS} == set(types.AnswerType.__args__)


def test_what_people_wrote_is_masked_and_has_its_level():
    (found,) = made(Item(key="said", answer=types.Text()), Item(key="asked"))
    said, asked = found.dataset.columns[-2:]
    assert (said.level, said.free, asked.level, asked.free) == (2, True, 1, False)


def test_an_item_of_a_section_that_repeats_is_an_object_by_repeat():
    (found,) = made(Item(key="speed", answer=types.Number(unit="m/s")), repeat=Repeat())
    column = found.dataset.columns[-1]
    assert (column.type, column.unit, found.items[0].repeats) == ("json", "m/s", True)
    assert by_repeat({"2 号梯": "1.5", "1 号梯": "1"}) == '{"1 号梯":"1","2 号梯":"1.5"}'
    assert by_repeat({}) is None
