"""What we write is read back equal by others' readers, and no text of it is a formula."""

import csv
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyarrow import parquet
from tests.export.payloads import PAYLOADS

from fieldops.export.columns import of_rows
from fieldops.export.datasets import DATASETS
from fieldops.export.files.opening import open_sheet
from fieldops.export.files.xlsxfile import TEXT_MAX, XlsxFile
from fieldops.export.source import column, dataset
from fieldops.export.wanted import FORMATS
from fieldops.model.dataset import Dataset
from fieldops.rules.cellsafety import RISKY, safe_cell, written_cell

_VALUES: dict[str, Any] = {
    "integer": -7,
    "decimal": "-12.50",
    "boolean": False,
    "datetime": "2026-10-01T08:30:00.120+08:00",
    "date": "2026-10-01",
    "uuid": "01a203f2-e697-77f7-aac8-a19fc9d69e4f",
}
KINDS = dataset("kinds", "各类", "Kinds", *(column(k, k, k, k) for k in (*_VALUES, "json")))  # type: ignore[arg-type]


def row(of: Dataset, text: str) -> tuple[Any, ...]:
    """A row with this text in every column that can have it."""
    values = (_VALUES.get(one.type, text) for one in of.columns[2:])
    return ("added", 7, *values)


def written(of: Dataset, folder: Path, format_: Any, rows: list[tuple[Any, ...]]) -> Path:
    file = open_sheet(folder / f"{of.name}.{format_}", of, format_)
    file.write(of_rows(rows))
    file.close()
    return file.path


def test_there_are_payloads_enough():
    assert len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("text", PAYLOADS)
def test_a_safe_cell_is_no_formula_and_gives_back_what_was_written(text: str):
    cell = safe_cell(text)
    assert cell[0] not in RISKY - {"'"}
    assert written_cell(cell) == text


@pytest.mark.parametrize("of", DATASETS.values(), ids=DATASETS.keys())
def test_no_column_of_any_dataset_holds_a_formula(of: Dataset, tmp_path: Path):
    rows = [row(of, text) for text in PAYLOADS]
    path = written(of, tmp_path, "csv", rows)
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = list(csv.reader(file))
    assert header == [one.name for one in of.columns]
    for text, line in zip(PAYLOADS, lines, strict=True):
        for kind, cell in zip((one.type for one in of.columns[2:]), line[2:], strict=True):
            if kind in ("string", "json"):
                assert cell[0] not in RISKY - {"'"}
                assert written_cell(cell) == text
    book = openpyxl.load_workbook(written(of, tmp_path, "xlsx", rows))
    cells = [cell for sheet in book for line in sheet for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_every_format_is_read_back_equal(tmp_path: Path):
    rows = [row(KINDS, text) for text in PAYLOADS] + [("voided", 8, *[None] * 7)]
    names = [one.name for one in KINDS.columns]
    lines = written(KINDS, tmp_path, "jsonl", rows).read_text("utf-8").splitlines()
    assert [json.loads(one) for one in lines] == [
        dict(zip(names, one, strict=True)) for one in rows
    ]
    table = parquet.read_table(written(KINDS, tmp_path, "parquet", rows)).to_pylist()
    assert [one["json"] for one in table] == [*PAYLOADS, None]
    assert table[0]["decimal"] == Decimal("-12.5")
    assert table[0]["datetime"].isoformat() == "2026-10-01T00:30:00.120000+00:00"
    assert (table[0]["integer"], table[0]["boolean"], table[0]["position"]) == (-7, False, 7)
    sheet = openpyxl.load_workbook(written(KINDS, tmp_path, "xlsx", rows))["kinds"]
    found = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]
    # A carriage return is written as XML has it and read back as the line end that it is.
    texts = [str(one[-1]).replace("_x000D_", "\r") for one in found[:-1]]
    assert texts == [one.replace("\r\n", "\r\n") for one in PAYLOADS]
    assert found[0][2:5] == [-7, -12.5, False]
    assert found[-1][2:] == [None] * 7


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_rows_make_the_same_bytes(format_: Any, tmp_path: Path):
    rows = [row(KINDS, text) for text in PAYLOADS]
    made = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        path = written(KINDS, tmp_path / name, format_, rows)
        made.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(made) == 1


def test_a_byte_order_mark_is_written_where_it_is_asked_for(tmp_path: Path):
    file = open_sheet(tmp_path / "a.csv", KINDS, "csv", bom=True)
    file.write(of_rows([row(KINDS, "中文")]))
    file.close()
    assert file.path.read_bytes().startswith(b"\xef\xbb\xbfchange,position,")


def test_what_a_sheet_cannot_hold_goes_on_in_the_next(tmp_path: Path):
    file = XlsxFile(tmp_path / "a.xlsx", KINDS, sheet_rows=3)
    file.write(of_rows([row(KINDS, str(number)) for number in range(5)]))
    file.close()
    book = openpyxl.load_workbook(file.path)
    assert book.sheetnames == ["kinds", "kinds 2", "kinds 3"]
    assert [sheet.max_row for sheet in book] == [3, 3, 2]
    assert [sheet["A1"].value for sheet in book] == ["change"] * 3


def test_a_text_longer_than_a_cell_is_cut_and_says_so(tmp_path: Path):
    file = XlsxFile(tmp_path / "a.xlsx", KINDS)
    file.write(of_rows([row(KINDS, "字" * (TEXT_MAX + 1))]))
    file.close()
    text = openpyxl.load_workbook(file.path)["kinds"]["I2"].value
    assert (len(text), text[-1]) == (TEXT_MAX, "…")


def test_row_groups_are_written_as_they_fill(tmp_path: Path):
    file = open_sheet(tmp_path / "a.parquet", KINDS, "parquet")
    file.write(of_rows([row(KINDS, "a")] * 70_000))
    file.write(of_rows([row(KINDS, "b")]))
    file.close()
    assert parquet.ParquetFile(file.path).metadata.num_row_groups == 2
