"""A sheet of QR nameplates: one HTML file that loads nothing, to be printed on A4."""

from collections.abc import Sequence
from html import escape

import segno

from fieldops.cli.language import Language
from fieldops.model.record import State
from fieldops.model.register import RegisterSpec

_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: A4; margin: 10mm }}
body {{ font: 9pt/1.35 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 0 }}
main {{ display: grid; grid-template-columns: repeat(3, 1fr); gap: 4mm }}
article {{ border: .3mm solid #999; border-radius: 2mm; padding: 3mm; break-inside: avoid;
  display: grid; grid-template-columns: 26mm 1fr; gap: 3mm; align-items: center }}
svg {{ width: 26mm; height: 26mm }}
h2 {{ font-size: 11pt; margin: 0 0 1mm; overflow-wrap: anywhere }}
p {{ margin: 0; color: #333; overflow-wrap: anywhere }}
</style></head><body><main>
{plates}
</main></body></html>
"""
_LINES = 3
"""Columns shown beside a code: what fits on a plate of 60 mm."""


def sheet(spec: RegisterSpec, entries: Sequence[tuple[str, State]], language: Language) -> str:
    """The page with one plate an entry: its code, its key, its first columns of level 1."""
    shown = [column.name for column in spec.columns if column.level == 1][:_LINES]
    plates = "\n".join(_plate(site, state, shown) for site, state in entries)
    return _PAGE.format(language=language, title=escape(spec.titles[language]), plates=plates)


def _plate(site: str, state: State, shown: Sequence[str]) -> str:
    key, values = state.body["key"], state.body.get("values") or {}
    drawn = segno.make(key, error="q", micro=False).svg_inline(border=0, omitsize=True)
    lines = [site, *(values[name] for name in shown if values.get(name))]
    text = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<article>{drawn}<div><h2>{escape(key)}</h2>{text}</div></article>"
