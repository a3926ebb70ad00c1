"""LibreOffice reads what we write: no formula, every letter, numbers as numbers."""

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from tests.export.payloads import PAYLOADS
from tests.export.test_files import KINDS, row
from tests.office import UTF8_CSV, opened_and_saved
from tests.report.reported import NASTY, report

from fieldops.export.columns import of_rows
from fieldops.export.files.opening import open_sheet
from fieldops.report import xlsx
from fieldops.report.outline import outline
from fieldops.rules.cellsafety import written_cell

CHINESE = "翠湖花园 7 栋，电梯 3 号：轿厢地面有积水。"
TEXTS = (*PAYLOADS, CHINESE)
_CONSTANTS = {"=TRUE()", "=FALSE()"}
"""LibreOffice writes a boolean cell of XLSX as one of these, whoever made it."""


def written(folder: Path, name: str, format_: Any, bom: bool = False) -> Path:
    path = folder / f"{name}.{format_}"
    sheet = open_sheet(path, KINDS, format_, bom)
    sheet.write(of_rows([row(KINDS, text) for text in TEXTS]))
    sheet.close()
    return path


def cells(path: Path) -> list[list[Any]]:
    """All cells of a book, sheet after sheet; none is a formula."""
    found = [line for sheet in openpyxl.load_workbook(path) for line in sheet.iter_rows()]
    formulas = {one.value for line in found for one in line if one.data_type == "f"}
    assert formulas <= _CONSTANTS
    return [[one.value for one in line] for line in found]


def lines(text: str) -> str:
    """A spreadsheet has one kind of line end in a cell."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_csv_with_and_without_a_byte_order_mark(tmp_path: Path):
    files = [written(tmp_path, "plain", "csv"), written(tmp_path, "marked", "csv", bom=True)]
    for path in opened_and_saved(files, tmp_path, UTF8_CSV):
        header, *found = cells(path)
        assert header == [one.name for one in KINDS.columns]
        assert len(found) == len(TEXTS)
        for text, line in zip(TEXTS, found, strict=True):
            assert line[:5] == ["added", 7, -7, -12.5, False]
            assert line[6] == datetime(2026, 10, 1)
            assert lines(written_cell(line[8])) == lines(text)


def test_workbooks_of_a_run_and_of_the_month(tmp_path: Path):
    book, month = written(tmp_path, "book", "xlsx"), tmp_path / "month.xlsx"
    month.write_bytes(xlsx.render(outline(report(), "zh-CN")))
    ours = cells(month)
    (folder := tmp_path / "saved").mkdir()
    book, month = opened_and_saved([book, month], folder)
    header, *found = cells(book)
    assert header == [one.name for one in KINDS.columns]
    for text, line in zip(TEXTS, found, strict=True):
        assert line[:4] == ["added", 7, -7, -12.5]
        assert line[6] == "2026-10-01"
        assert lines(line[8]) == lines(text)
    said = [value for line in cells(month) for value in line if value not in (None, "")]
    assert [value for line in ours for value in line if value not in (None, "")] == said
    assert any(isinstance(one, str) and NASTY in one for one in said)
    assert 91.25 in said
