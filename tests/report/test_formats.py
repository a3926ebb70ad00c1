"""The report as a file: PDF/A in both languages, one HTML page, a workbook without formulas."""

import io
import re
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook
from PIL import Image
from pypdfium2 import PdfDocument
from tests.report.reported import NASTY, report

from fieldops.model.answertypes import LANGUAGES
from fieldops.model.assessment import Figure
from fieldops.model.report import Report
from fieldops.report import html, pdf, xlsx
from fieldops.report.charts import draw
from fieldops.report.document import Chart, Part, Series, Table
from fieldops.report.glyphs import read_ranges, showable
from fieldops.report.outline import outline
from fieldops.report.words import DOMAINS, SEVERITIES
from fieldops.rules.recordwords import STATES
from fieldops.settings import Language

SAID: dict[Language, tuple[str, ...]] = {
    "zh-CN": (
        "月度分析报告",
        "改进建议",
        "高频不合格项",
        "区域热点",
        "逾期整改",
        "附录",
        "计划巡检",
    ),
    "en": (
        "Monthly analysis report",
        "Proposals",
        "Most frequent failures",
        "Hot spots",
        "Overdue",
    ),
}


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#446688").save(out, form)
    return out.getvalue()


def get(form: str):
    """All photos but one can be had."""
    content = picture(form)
    return lambda sha256: None if sha256.endswith("d") else content


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_is_for_archives_and_has_a_glyph_for_every_letter(language: Language):
    document = outline(report(), language)
    made = pdf.render(document, get("JPEG"))
    assert made == pdf.render(document, get("JPEG"))
    assert b"<pdfaid:part>2</pdfaid:part>" in made
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in made
    fonts = set(re.findall(rb"/BaseFont\s*/([\w+-]+)", made))
    assert fonts
    assert all(re.fullmatch(rb"[A-Z]{6}\+NotoSansSC.*", one) for one in fonts)
    read = PdfDocument(made)
    text = "\n".join(page.get_textpage().get_text_range() for page in read)
    assert "\ufffd" not in text
    assert "\x00" not in text
    for words in (*SAID[language], "=1+1 <b>'地库' #strong[x]", "□", "595"):
        assert words in text, words
    assert 2 < len(read) < 12


def test_a_long_table_goes_on_over_pages_and_is_cut_where_nobody_reads_on():
    made = pdf.render(outline(report(120), "en"), get("JPEG"), rows_most=100)
    read = PdfDocument(made)
    pages = [page.get_textpage().get_text_range() for page in read]
    assert sum("Appendix B" in page for page in pages) == 1
    heads = [page for page in pages if "Checklist" in page]
    assert len(heads) > 2, "the heads of a table stand on each of its pages"
    assert "W100" in pages[-2] + pages[-3] + pages[-1]
    assert "The first 100 of 120 rows" in "".join(pages)


class Read(HTMLParser):
    """What is in a page: elements with their attributes, and its text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_needs_nothing_from_elsewhere_and_can_be_read_by_ear(language: Language):
    document = outline(report(), language)
    page = html.render(document, get("WEBP"))
    assert page == html.render(document, get("WEBP"))
    read = Read(page)
    assert read.of("html") == [{"lang": language}]
    assert not read.of("script")
    assert NASTY in " ".join(read.words)
    assert len(read.of("h1")) == 1
    headings = [int(tag[1]) for tag, _attributes in read.found if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert all(one.get("scope") in ("col", "row") for one in read.of("th"))
    assert len(read.of("caption")) == len(read.of("table")) > 8
    images = read.of("img")
    assert all(one["alt"] and str(one["src"]).startswith("data:image/") for one in images)
    assert sum(str(one["src"]).startswith("data:image/webp") for one in images) == 2
    ids = [str(one["id"]) for _tag, one in read.found if one.get("id")]
    assert len(set(ids)) == len(ids)
    targets = {str(one["href"]).removeprefix("#") for one in read.of("a")}
    assert targets <= set(ids)
    assert not re.search(rb"(?:src|href)=\"(?!#|data:)", page)
    text = " ".join(read.words)
    for words in (*SAID[language], NASTY):
        assert words in text, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_has_a_sheet_a_part_and_no_formula(language: Language):
    document = outline(report(), language)
    made = xlsx.render(document)
    assert made == xlsx.render(document)
    book = load_workbook(io.BytesIO(made))
    assert len(book.sheetnames) == len(document.parts)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    values = [cell.value for cell in cells]
    assert "=cmd" in values
    assert 91.25 in values
    assert f"{book.properties.created:%Y-%m-%d %H:%M}" == "2026-10-31 15:59"


def test_sheets_of_the_same_name_are_told_apart():
    one = Part("a", "很长的名字/" * 9, (Table("t", (), ()),))
    document = replace(outline(report(), "en"), parts=(one,) * 3)
    names = load_workbook(io.BytesIO(xlsx.render(document))).sheetnames
    assert len(set(names)) == 3
    assert all(len(name) <= 31 for name in names)


def test_what_the_font_lacks_is_shown_as_a_box_and_controls_not_at_all():
    assert showable("plain ascii") == "plain ascii"
    assert showable("翠湖\u202e 花园\n🛗\x07é") == "翠湖 花园\n□é"


def test_a_font_without_the_table_is_told():
    with pytest.raises(ValueError, match="no table cmap"):
        read_ranges(b"\0" * 12)
    fonts = b"\0\1\0\0\0\1" + b"\0" * 6 + b"cmap" + b"\0" * 4 + (28).to_bytes(4) + b"\0" * 4
    with pytest.raises(ValueError, match="format 12"):
        read_ranges(fonts + b"\0\0\0\0")


def test_every_word_is_in_both_languages():
    for table in (SEVERITIES, STATES, DOMAINS):
        for titles in table.values():
            assert all(titles.get(language) for language in LANGUAGES), titles


def test_the_template_names_no_font_of_its_own():
    template = (Path(pdf.__file__).parent / "month.typ").read_text(encoding="utf-8")
    assert 'font: "' not in template


def test_names_below_a_chart_stand_whole_and_in_sight():
    names = ("total", "satisfaction", "efficiency", "conformity", "responsiveness and handling")
    series = tuple(Series(name, (Decimal(80), Decimal(90))) for name in names)
    months = ("2026-09", "2026-10")
    chart = Chart(
        kind="line", title="t", labels=months, series=series, across="Month", up="%", alt="a"
    )  # fmt: skip
    svg = draw(chart).decode()
    assert all(f">{name}</text>" in svg for name in names)
    lower = draw(replace(chart, series=series[:2])).decode()
    tall, low = (int(re.findall(r'height="(\d+)"', one)[0]) for one in (svg, lower))
    assert tall > low, "a second line of names has room of its own"


def test_six_months_without_a_score_draw_no_frame():
    def charts(told: Report) -> list[Chart]:
        (trend,) = [one for one in outline(told, "en").parts if one.name == "trend"]
        return [one for one in trend.blocks if isinstance(one, Chart)]

    assert charts(report()) == []
    scored = replace(
        report().months[-1], own=replace(report().now.own, total=Figure(Decimal(90), 3))
    )
    assert len(charts(replace(report(), months=(*report().months[:-1], scored)))) == 1
