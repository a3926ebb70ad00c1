"""The report as one HTML file: nothing from elsewhere, no script, to be read and printed.

Headings in order, tables with scopes and captions, pictures with texts in their place, a way past
the contents (WCAG 2.2, 1.1.1, 1.3.1, 2.4.1).  Whatever people typed is escaped in one place.
"""

import base64
from collections.abc import Callable, Mapping
from html import escape

from fieldops.report.charts import draw
from fieldops.report.document import (
    Block,
    Cell,
    Chart,
    Document,
    Keys,
    Part,
    Photo,
    Photos,
    Steps,
    Table,
    Text,
)
from fieldops.report.htmlstyle import STYLE

Bytes = Callable[[str], bytes | None]
"""A derivative's bytes by its SHA-256, None where it cannot be had."""
_TAGS: Mapping[str, str] = {
    "plain": "<p>{}</p>",
    "small": '<p class="small">{}</p>',
    "notice": '<p class="notice" role="note">{}</p>',
    "strong": "<h3>{}</h3>",
}


def render(document: Document, get: Bytes) -> bytes:
    """The whole page, in UTF-8."""
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    title = f"{document.title} · {document.subtitle} · {document.month}"
    skip = '<a class="skip" href="#summary">' + _text(document.contents) + " ↓</a>"
    parts = "".join(_part(part, get) for part in document.parts)
    page = (
        f'<!doctype html><html lang="{document.language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(title)}</title><style>{STYLE}</style></head><body>{skip}"
        f"<header><p>{_text(document.organisation)}</p><h1>{_text(document.title)}</h1>"
        f"<p><strong>{_text(document.subtitle)} · {_text(document.month)}</strong></p>"
        f'<p class="small">{_text(document.stamp)}</p></header>{_contents(document)}'
        f"<main>{parts}</main><footer><p>{_text(document.stamp)}</p></footer></body></html>\n"
    )
    return page.encode()


def _contents(document: Document) -> str:
    lines = "".join(
        f'<li><a href="#{part.name}">{_text(part.title)}</a></li>' for part in document.parts
    )
    label = _text(document.contents)
    return f'<nav aria-label="{label}"><h2>{label}</h2><ol>{lines}</ol></nav>'


def _part(part: Part, get: Bytes) -> str:
    blocks = "".join(_block(block, get) for block in part.blocks)
    return (
        f'<section id="{part.name}" aria-labelledby="{part.name}-title">'
        f'<h2 id="{part.name}-title">{_text(part.title)}</h2>{blocks}</section>'
    )


def _block(block: Block, get: Bytes) -> str:
    match block:
        case Text():
            return _TAGS[block.tone].format(_text(block.text))
        case Table():
            return _table(block)
        case Chart():
            source = _source("image/svg+xml", draw(block))
            return f'<figure><img class="chart" src="{source}" alt="{_text(block.alt)}"></figure>'
        case Photos():
            return f'<div class="photos">{"".join(_photo(one, get) for one in block.photos)}</div>'
        case Keys():
            return _keys(block)
        case Steps():
            lines = "".join(f"<dt>{_text(a)}</dt><dd>{_text(b)}</dd>" for a, b in block.lines)
            return f"<h3>{_text(block.title)}</h3><dl>{lines}</dl>"


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col" class="{column.align}">{_text(column.title)}</th>'
        for column in table.columns
    )
    rows = "".join(
        "<tr>"
        + "".join(
            _cell(cell, column.align, number == 0)
            for number, (cell, column) in enumerate(zip(row, table.columns, strict=True))
        )
        + "</tr>"
        for row in table.rows
    )
    small = ' class="dense"' if table.is_small else ""
    # A table wider than the page is scrolled by itself, also by the keyboard.
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{_text(table.title)}">'
        f"<table{small}><caption>{_text(table.title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cell(cell: Cell, align: str, is_first: bool) -> str:
    shown = "—" if cell is None else _text(str(cell))
    if is_first:
        return f'<th scope="row" class="{align}">{shown}</th>'
    return f'<td class="{align}">{shown}</td>'


def _keys(block: Keys) -> str:
    lines = "".join(
        f"<div><dt>{_text(one.label)}</dt><dd><b>{_text(one.value)}</b>"
        f"<span>{_text(one.beside)}</span></dd></div>"
        for one in block.keys
    )
    return f'<dl class="keys">{lines}</dl>'


def _photo(photo: Photo, get: Bytes) -> str:
    found = get(photo.thumb)
    if found is None:
        shown = '<p class="notice">—</p>'
    else:
        shown = f'<img src="{_source("image/webp", found)}" alt="{_text(photo.alt)}">'
    lines = "<br>".join(map(_text, photo.lines))
    return f"<figure>{shown}<figcaption>{lines}</figcaption></figure>"


def _source(mime: str, content: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def _text(text: str) -> str:
    return escape(text, quote=True)
