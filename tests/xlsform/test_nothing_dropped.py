"""Whatever a form holds: every row is carried over or named, and the file has no fault but gaps."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.xlsform.test_forms import LEFT_TO_PEOPLE

from fieldops.model.checklist import Checklist
from fieldops.rules.checklists import parse
from fieldops.rules.checklisttoml import write_toml
from fieldops.xlsform.book import Book, Line, Sheet
from fieldops.xlsform.mapping import Mapped, Wish, map_form
from fieldops.xlsform.read import form_of

HEADINGS = (
    "type", "name", "label::English (en)", "label::中文", "label::Deutsch (de)", "hint",
    "relevant", "constraint", "constraint_message", "required", "calculation", "appearance",
    "choice_filter", "default", "repeat_count", "parameters", "media::image", "read_only",
    "disabled", "something else",
)  # fmt: skip
NAMES = ("a", "b", "c", "Name.Two", "楼层", "not", "-", "a")
TYPES = (
    "text", "integer", "decimal", "date", "time", "dateTime", "select_one l", "select_one none",
    "select_multiple l or_other", "rank l", "select_one_from_file f.csv", "calculate", "calculate",
    "note", "begin group", "begin repeat", "end group", "end repeat", "range", "image", "video",
    "geopoint", "geotrace", "barcode", "acknowledge", "start", "hidden", "osm", "no such type", "",
)  # fmt: skip
EXPRESSIONS = (
    "", "${a} = 'x'", "${b} > 3 and ${c} != ''", "selected(${c}, 'x')", ". > 3 and . < 9",
    "${楼层} = 1 or pulldata('a')", "not(${Name.Two} = ${a})", "((", "${a} + ${b}", "today() - ${a}",
    "count(${b}) > 1", "sum(${c})", "if(${a} = 'x', 'y', 'z')", ".", "true()", "regex(., '[')",
    "string-length(.) > 2", "x = ${a}", "kind = ${c}", "count-selected(.) < 2",
)  # fmt: skip
TEXTS = (
    "",
    "Words",
    "文字",
    "**bold** <b>x</b>",
    "quote \" and ' and \\",
    "two\nlines",
    "${a} said",
)


def cell(heading: str) -> st.SearchStrategy[str]:
    if heading == "type":
        return st.sampled_from(TYPES)
    if heading == "name":
        return st.sampled_from(NAMES)
    if heading in {"relevant", "constraint", "calculation", "choice_filter", "required"}:
        return st.sampled_from(EXPRESSIONS)
    if heading == "parameters":
        return st.sampled_from(("", "start=0 end=5", "step=0.3", "start=9 end=1 step=-1", "rows=3"))
    if heading == "repeat_count":
        return st.sampled_from(("", "3", "${b}", "99999"))
    return st.sampled_from(TEXTS)


def as_line(number: int, row: list[str]) -> Line:
    return Line(number, {at: text for at, text in enumerate(row) if text})


ROWS = st.lists(st.tuples(*(cell(heading) for heading in HEADINGS)).map(list), max_size=12)
CHOICES = (
    Sheet(
        "choices",
        dict(enumerate(("list_name", "name", "label", "kind"))),
        (
            as_line(2, ["l", "x", "X", "x"]),
            as_line(3, ["l", "1", "不合格", ""]),
            as_line(5, ["l", "x", "again", ""]),
            as_line(6, ["spare", "y", "Y", ""]),
            as_line(7, ["", "stray", "", ""]),
        ),
    )
)  # fmt: skip


def mapped(rows: list[list[str]]) -> tuple[Book, Mapped]:
    lines = [as_line(number, row) for number, row in enumerate(rows, 2)]
    survey = Sheet("survey", dict(enumerate(HEADINGS)), tuple(line for line in lines if line.cells))
    book = Book("form", {"survey": survey, "choices": CHOICES}, ("survey", "choices"))
    return book, map_form(form_of(book), Wish(domain="cleaning"))


@settings(max_examples=35, deadline=None, suppress_health_check=list(HealthCheck))
@given(ROWS)
def test_every_row_is_carried_over_or_named(rows: list[list[str]]):
    book, found = mapped(rows)
    told = {(remark.sheet, remark.row) for remark in found.remarks}
    names = set(found.names.values())
    for line in book.sheets["survey"].lines:
        kind, name = line.cells.get(0, ""), line.cells.get(1, "")
        if not kind.startswith(("begin", "end")):
            assert ("survey", line.number) in told or name in names
    said = {remark.says for remark in found.remarks}
    for line in book.sheets["survey"].lines:
        for at in (13, 16, 19):
            text = line.cells.get(at)
            is_meant = HEADINGS[at] == "default" and line.cells.get(0) == "calculate"
            assert text is None or is_meant or text in said or ("survey", line.number) in told
    for remark in found.remarks:
        assert "{" not in remark.why["en"].replace("${", "").replace("{1", "") or remark.says


@settings(max_examples=35, deadline=None, suppress_health_check=list(HealthCheck))
@given(ROWS)
def test_the_file_has_no_fault_but_gaps(rows: list[list[str]]):
    _book, found = mapped(rows)
    if not found.checklist.sections:
        return
    text = write_toml(found.checklist, found.comments)
    read = parse(text, "form.toml")
    if isinstance(read, Checklist):
        assert read == found.checklist
    else:
        assert {fault.code for fault in read} <= LEFT_TO_PEOPLE, [fault.messages for fault in read]
