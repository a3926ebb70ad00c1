"""Files that are no forms, that are broken, that want to do harm, or that are merely untidy."""

import io
import zipfile
from pathlib import Path

import pytest
from tests.xlsform.books import imported, markdown, said, workbook

from fieldops.xlsform import book
from fieldops.xlsform import workbook as excel
from fieldops.xlsform.book import Unreadable
from fieldops.xlsform.problems import CODES, words_of

SURVEY = "type | name | label\ntext | a | A"
CHOICES = "list_name | name | label\nl | a | A"


def refused(path: Path) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        imported(path)
    words = words_of(caught.value)
    assert all(words[language] for language in ("zh-CN", "en"))
    assert not any("{" in text and "${" not in text for text in words.values()), words
    return caught.value


def good(tmp_path: Path) -> Path:
    return workbook(tmp_path / "good.xlsx", survey=SURVEY)


def rewritten(path: Path, change: dict[str, bytes], name: str = "changed.xlsx") -> Path:
    """A workbook with some of its members replaced or added."""
    target = path.with_name(name)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change.pop(info.filename, old.read(info)))
        for member, content in change.items():
            new.writestr(member, content)
    return target


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("form.docx", b"x", "file-kind"),
        ("form.xlsx", b"", "file-empty"),
        ("form.xlsx", b"no zip at all", "not-a-workbook"),
        ("form.xlsx", b"PK\x03\x04 cut short", "not-a-workbook"),
        ("form.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "locked"),
        ("form.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not-a-workbook"),
        ("form.xls", b"nothing", "not-a-workbook"),
        ("form.csv", b"\xff\xff\xff", "encoding"),
        ("form.csv", b'survey,,\n,"type', "csv"),
        ("form.csv", b",type,name\n", "no-survey"),
        ("form.md", b"# only words", "no-survey"),
        ("form.md", b"| choices |\n| | list_name | name |\n| | l | a |", "no-survey"),
    ],
)
def test_what_is_no_form_is_refused(tmp_path: Path, name: str, content: bytes, code: str):
    path = tmp_path / name
    path.write_bytes(content)
    if code == "no-survey" and name == "form.md" and b"choices" in content:
        path.write_bytes(content + b"\n| other |\n| | a |\n| | b |")
    assert refused(path).code == code


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path):
    path = tmp_path / "zip.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert refused(path).code == "not-a-workbook"


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(excel, "UNPACKED_BYTES_MAX", 5_000_000)
    members = {f"xl/media/{number}.bin": b"\0" * 1_000_000 for number in range(6)}
    path = rewritten(good(tmp_path), members)
    assert path.stat().st_size < 50_000
    assert refused(path).code == "unpacked"


def test_a_bomb_of_entities_is_not_read(tmp_path: Path):
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    path = rewritten(good(tmp_path), {"xl/workbook.xml": bomb})
    assert refused(path).code == "not-a-workbook"


def test_a_member_that_is_damaged_is_told(tmp_path: Path):
    for member, content in (
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"),
        ("xl/worksheets/sheet1.xml", b""),
        ("xl/workbook.xml", b"<workbook/>"),
        ("[Content_Types].xml", b"\0\1"),
    ):
        assert refused(rewritten(good(tmp_path), {member: content})).code in {
            "not-a-workbook", "no-survey",
        }  # fmt: skip


def test_bytes_that_do_not_unpack_are_told(tmp_path: Path):
    path = rewritten(good(tmp_path), {})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    at += 30 + len("xl/worksheets/sheet1.xml")
    content[at : at + 8] = b"\xff" * 8
    path.write_bytes(content)
    assert refused(path).code == "not-a-workbook"


def test_an_old_workbook_of_no_known_letters_is_told(tmp_path: Path):
    path = old_workbook(tmp_path / "old.xls", codepage=1205)
    assert refused(path).code == "not-a-workbook"


def test_too_many_members_rows_columns_and_bytes_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = rewritten(good(tmp_path), {f"x/{number}": b"" for number in range(2001)})
    assert refused(path).code == "unpacked"
    wide = [["type", "name", "label", *[f"c{number}" for number in range(300)]]]
    assert refused(workbook(tmp_path / "wide.xlsx", survey=wide)).code == "columns"
    csv = tmp_path / "wide.csv"
    csv.write_text("survey\n" + "," * 400 + "type\n")
    assert refused(csv).code == "columns"
    rows = [["type", "name", "label"], *[["text", f"n{number}", "N"] for number in range(9)]]
    for module in (book, excel):
        monkeypatch.setattr(module, "SURVEY_ROWS_MAX", 8)
    error = refused(workbook(tmp_path / "long.xlsx", survey=rows))
    assert (error.code, error.sheet, error.row) == ("rows", "survey", 9)
    monkeypatch.setattr(book, "FILE_BYTES_MAX", 10)
    assert refused(good(tmp_path)).code == "file-size"


def test_a_checklist_that_would_be_too_long_is_refused(tmp_path: Path):
    rows = [["type", "name", "label"], *[["text", f"n{n}", "N" * 30_000] for n in range(36)]]
    assert refused(workbook(tmp_path / "words.xlsx", survey=rows)).code == "too-long"


@pytest.mark.parametrize(
    ("sheets", "code", "sheet", "row"),
    [
        ({"survey": SURVEY + "\ntext | b | B\ntext | b | B"}, "pyxform-twice", "survey", 4),
        ({"survey": "type | name | type\ntext | a | b"}, "heading-twice", "survey", 1),
        ({"survey": "name | label\na | A"}, "pyxform-column-missing", "survey", 0),
        ({"survey": "type | name | label | relevant | relevance\ntext | a | A | |"},
         "pyxform-column-twice", "survey", 0),
        ({"survey": "type | name | label\nselect_one x | a | A", "choices": CHOICES},
         "pyxform-list", "survey", 2),
        ({"survey": "type | name | label\nselect_one x | a | A"}, "pyxform-no-choices", "", 0),
        ({"survey": "type | name | label\ntext | | A"}, "pyxform-no-name", "survey", 2),
        ({"survey": "type | name | label\n | a | A"}, "pyxform-no-type", "survey", 2),
        ({"survey": "type | name | label\ntext | a |"}, "pyxform-no-label", "survey", 2),
        ({"survey": "type | name | label\ncalculate | a |"}, "pyxform-no-calculation", "survey", 2),
        ({"survey": "type | name | label\nText | a | A"}, "pyxform-unknown-type", "survey", 2),
        ({"survey": "type | name | label\ntext | a b | A"}, "pyxform-name", "survey", 2),
        ({"survey": "type | name | label\nbegin group | g | G"}, "pyxform-end", "survey", 2),
        ({"survey": "type | name | label | relevant\ntext | a | A | ${b} = 1"},
         "pyxform-reference", "survey", 2),
        ({"survey": "type | name | label | relevant\ntext | a | A | ${b = 1"},
         "pyxform-braces", "survey", 2),
        ({"survey": "type | name | label | parameters\nrange | a | A | start=x"},
         "pyxform-parameters", "survey", 2),
        ({"survey": SURVEY + "\nselect_one l | b | B", "choices": "list_name | name | label\nl | | A"},
         "pyxform-choice-name", "choices", 2),
        ({"survey": SURVEY + "\nselect_multiple l | b | B",
          "choices": "list_name | name | label\nl | a b | A"}, "pyxform-choice-space", "choices", 2),
        ({"survey": "type | name | label\nstart | start |"}, "no-questions", "survey", 0),
        ({"questions": SURVEY, "choices": CHOICES}, "no-survey", "", 0),
        ({"survey": SURVEY + "\naudit | walk |"}, "pyxform", "survey", 3),
    ],
)  # fmt: skip
def test_what_pyxform_refuses_is_told_with_its_row(
    tmp_path: Path, sheets: dict[str, str], code: str, sheet: str, row: int
):
    error = refused(workbook(tmp_path / "form.xlsx", **sheets))
    assert (error.code, error.sheet, error.row) == (code, sheet, row)


def test_an_ambiguous_reference_is_told(tmp_path: Path):
    rows = """
        type | name | label | relevant
        begin group | g | G |
        text | a | A |
        end group | | |
        begin group | h | H |
        text | a | A |
        end group | | |
        text | z | Z | ${a} = 1
    """
    assert refused(workbook(tmp_path / "form.xlsx", survey=rows)).code == "pyxform-ambiguous"


def test_every_code_has_words():
    for code in CODES:
        details = dict.fromkeys(("name", "high", "reason", "titles", "places"), "x")
        words = words_of(Unreadable(code, "survey", 3, **details))
        assert words["zh-CN"].startswith("工作表 survey 第 3 行：")
        assert words["en"].startswith("sheet survey, row 3: ")


def nested(path: Path, depth: int) -> Path:
    begins = "\n".join(f"begin group | g{number} | G" for number in range(depth))
    ends = "\n".join("end group | | " for _ in range(depth))
    return markdown(path, survey=f"{SURVEY}\n{begins}\ntext | b | B\n{ends}")


def test_groups_nest_as_deep_as_pyxform_goes(tmp_path: Path):
    found = imported(nested(tmp_path / "deep.md", 100))
    assert list(found.mapped.names) == ["a", "b"]
    assert refused(nested(tmp_path / "deeper.md", 2000)).code == "nested"


def untidy(tmp_path: Path) -> Path:
    """Empty rows, rows without heading, merged cells, formulas, numbers, dates, a hidden sheet."""
    from datetime import date, datetime, time

    from openpyxl import Workbook

    filled = Workbook()
    survey = filled.active
    assert survey is not None
    survey.title = "Survey"
    survey.append(["type", "name", "label", None, "default", "relevant "])
    survey.append([])
    survey.append(["text ", " a", "A label", "a remark of the author", True, None])
    for _ in range(70):
        survey.append([])
    survey.append(["text", "b", 7.0, None, date(2026, 1, 2), "${a} = 'x'"])
    survey.append(["text", "c", 7.5, None, datetime(2026, 1, 2, 3, 4), "=CONCATENATE(1,2)"])
    survey.append(["text", "d", "D", None, time(3, 4), "\u2018${a}\u2019 = \u2019\u2019"])
    survey["C75"] = "no\u00a0break"
    survey.merge_cells("C3:D3")
    settings = filled.create_sheet("settings")
    settings.append(["form_title"])
    settings.append(["T"])
    settings.sheet_state = "hidden"
    filled.create_sheet("notes").append(["anything"])
    filled.save(tmp_path / "untidy.xlsm")
    return tmp_path / "untidy.xlsm"


def test_an_untidy_workbook_is_read_by_the_numbers_of_its_rows(tmp_path: Path):
    found = imported(untidy(tmp_path))
    assert found.mapped.checklist.titles["en"] == "T"
    assert list(found.mapped.names) == ["a", "b", "c", "d"]
    rows = {remark.name: remark.row for remark in said(found, "missing-measure")}
    assert rows == {"a": 3, "b": 74, "c": 75, "d": 76}
    (formula,) = said(found, "formula")
    assert (formula.cell, formula.column, formula.says) == ("F75", "relevant", "=CONCATENATE(1,2)")
    assert [remark.cell for remark in said(found, "merged")] == ["C3:D3"]
    assert [remark.sheet for remark in said(found, "hidden-sheet")] == ["settings"]
    assert said(found, "macros")
    assert [remark.says for remark in said(found, "default")] == [
        "TRUE", "2026-01-02", "2026-01-02 03:04:00", "03:04:00",
    ]  # fmt: skip
    items = {item.key: item for one in found.mapped.checklist.sections for item in one.items}
    assert items["b"].titles["en"] == "7"
    assert items["c"].titles["en"] == "no break"
    assert items["b"].shows_if == 'a == "x"'


def test_formulas_that_were_saved_with_their_value_count(tmp_path: Path):
    """openpyxl saves no values, so one is written into the sheet as Excel would."""
    path = workbook(
        tmp_path / "formula.xlsx", survey=[["type", "name", "label"], ["text", "a", "=1"]]
    )
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>1</f><v" in xml
    xml = xml.replace(b"<f>1</f><v />", b"<f>1</f><v>41</v>").replace(
        b"<f>1</f><v></v>", b"<f>1</f><v>41</v>"
    )
    found = imported(rewritten(path, {"xl/worksheets/sheet1.xml": xml}))
    assert found.mapped.checklist.sections[0].items[0].titles["en"] == "41"
    assert not said(found, "formula")


def test_a_csv_from_a_chinese_spreadsheet_is_read(tmp_path: Path):
    path = tmp_path / "form.csv"
    path.write_bytes("survey,,,\n,type,name,label\n,text,a,名称\n".encode("gb18030"))
    found = imported(path)
    assert found.mapped.checklist.sections[0].items[0].titles["zh-CN"] == "名称"


def test_an_old_workbook_is_read_as_well(tmp_path: Path):
    found = imported(old_workbook(tmp_path / "old.xls"))
    assert list(found.mapped.names) == ["a", "b"]
    assert said(found, "missing-measure")[0].row == 2


def old_workbook(path: Path, codepage: int = 1252) -> Path:
    """A BIFF5 stream as Excel 95 wrote it: the sheet survey with two questions, byte by byte."""
    import struct

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def label(row: int, column: int, text: str) -> bytes:
        said = text.encode("ascii")
        return record(0x0204, struct.pack("<HHHH", row, column, 0, len(said)) + said)

    def number(row: int, column: int, value: float) -> bytes:
        return record(0x0203, struct.pack("<HHHd", row, column, 0, value))

    table = [["type", "name", "label"], ["text", "a", "A"], ["text", "b", ""]]
    cells = b"".join(
        label(row, column, text)
        for row, line in enumerate(table)
        for column, text in enumerate(line)
        if text
    )
    sheet = record(0x0809, struct.pack("<HHHH", 0x0500, 0x0010, 0, 0))
    sheet += cells + number(2, 2, 7.0) + record(0x000A, b"")
    head = record(0x0809, struct.pack("<HHHH", 0x0500, 0x0005, 0, 0))
    head += record(0x0042, struct.pack("<H", codepage))
    name = b"survey"
    bound = 4 + 4 + 2 + 1 + len(name)
    offset = len(head) + bound + 4
    head += record(0x0085, struct.pack("<IBBB", offset, 0, 0, len(name)) + name)
    out = io.BytesIO()
    out.write(head + record(0x000A, b"") + sheet)
    path.write_bytes(out.getvalue())
    return path


def test_a_row_that_no_worksheet_has_is_not_counted_up_to(tmp_path: Path):
    member = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(good(tmp_path)) as archive:
        content = archive.read(member)
    row = b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row></sheetData>'
    wrong = rewritten(good(tmp_path), {member: content.replace(b"</sheetData>", row)})
    assert refused(wrong).code == "not-a-workbook"
