"""The report as PDF/A-2b by typst: fonts embedded, nothing looked up elsewhere.

    document ─→ report.json ─┐
    charts ───→ SVG ─────────┼─ month.typ ─→ PDF
    photos ───→ JPEG ────────┘

What people typed reaches typst as data, never as its markup.  The time in the PDF is the report's.
"""

from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from fieldops.report.charts import FONT, draw
from fieldops.report.document import Block, Chart, Document, Photo, Photos, Table
from fieldops.report.glyphs import font_folder, showable
from fieldops.report.words import NONE

Bytes = Callable[[str], bytes | None]
"""A derivative's bytes by its SHA-256, None where it cannot be had."""
ROWS_MOST = 1500
"""Rows of one table that are printed, some forty pages; the workbook and the page have all."""
_TEMPLATE = "month.typ"


def render(document: Document, get: Bytes, rows_most: int = ROWS_MOST) -> bytes:
    """The whole file, of each table ``rows_most`` rows.

    Raises ``typst.TypstError`` where typst cannot make it, which is our mistake.
    """
    import typst

    with TemporaryDirectory(prefix="fieldops-report-") as name:
        folder = Path(name)
        told = _Told(folder, get, document, rows_most).tell()
        (folder / "report.json").write_bytes(msgspec.json.encode(told))
        template = (files("fieldops.report") / _TEMPLATE).read_text(encoding="utf-8")
        (folder / _TEMPLATE).write_text(template, encoding="utf-8")
        return typst.compile(
            folder / _TEMPLATE,
            root=folder,
            font_paths=[font_folder()],
            ignore_system_fonts=True,
            pdf_standards="a-2b",
            timestamp=document.as_of_ms // 1000,
        )


class _Told:
    """The document as the template reads it, with its pictures beside it in ``folder``."""

    def __init__(self, folder: Path, get: Bytes, document: Document, rows_most: int) -> None:
        self._folder, self._get, self._document = folder, get, document
        self._rows_most = rows_most
        self._charts = 0

    def tell(self) -> dict[str, Any]:
        document = self._document
        zh = document.language == "zh-CN"
        parts = [
            {
                "title": showable(part.title),
                "is_appendix": part.is_appendix,
                "blocks": [one for block in part.blocks for one in self._blocks(block)],
            }
            for part in document.parts
        ]
        return {
            "font": FONT,
            "language": "zh" if zh else "en",
            "title": document.title,
            "subtitle": showable(document.subtitle),
            "organisation": showable(document.organisation),
            "month": document.month,
            "stamp": document.stamp,
            "pages": document.pages.split("{}"),
            "contents": document.contents,
            "date": document.date,
            "parts": parts,
        }

    def _blocks(self, block: Block) -> Iterator[dict[str, Any]]:
        match block:
            case Table():
                yield self._table(block)
                if len(block.rows) > self._rows_most:
                    yield {"type": "text", "tone": "notice", "text": self._cut(block)}
            case Chart():
                yield self._chart(block)
            case Photos():
                yield {"type": "photos", "photos": [self._photo(one) for one in block.photos]}
            case _:
                yield _shown(msgspec.to_builtins(block))

    def _table(self, table: Table) -> dict[str, Any]:
        rows = [[_cell(cell) for cell in row] for row in table.rows[: self._rows_most]]
        columns = _shown(msgspec.to_builtins(table.columns))
        return {
            "type": "table",
            "title": showable(table.title),
            "columns": columns,
            "rows": rows,
            "is_small": table.is_small,
        }

    def _cut(self, table: Table) -> str:
        shown, of = self._rows_most, len(table.rows)
        if self._document.language == "zh-CN":
            return f"共 {of} 行，此处印出前 {shown} 行；XLSX 和 HTML 中为全部。"
        return f"The first {shown} of {of} rows; XLSX and HTML have all."

    def _chart(self, chart: Chart) -> dict[str, Any]:
        self._charts += 1
        name = f"chart-{self._charts}.svg"
        plain = msgspec.convert(_shown(msgspec.to_builtins(chart)), Chart)
        (self._folder / name).write_bytes(draw(plain))
        return {"type": "chart", "path": name, "alt": plain.alt}

    def _photo(self, photo: Photo) -> dict[str, Any]:
        found = self._get(photo.view)
        name = ""
        if found is not None:
            name = f"{photo.view}.jpg"
            (self._folder / name).write_bytes(found)
        return {"path": name, "lines": [showable(one) for one in photo.lines], "alt": photo.alt}


def _cell(cell: object) -> str:
    return NONE if cell is None else showable(str(cell))


def _shown(value: Any) -> Any:
    """Plain data with only texts that the font can show."""
    if isinstance(value, str):
        return showable(value)
    if isinstance(value, dict):
        return {name: _shown(inner) for name, inner in value.items()}
    return [_shown(inner) for inner in value] if isinstance(value, list | tuple) else value
