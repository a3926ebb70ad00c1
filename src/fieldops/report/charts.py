"""Charts as SVG by pygal: without scripts, labelled, the same bytes for the same figures.

A PDF is printed, also in grey: colours differ in lightness, lines in their dashes.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from fieldops.report.document import Chart

if TYPE_CHECKING:
    from pygal.graph.graph import Graph
    from pygal.style import Style

FONT = "Noto Sans SC"
_WIDTH, _LINE_HEIGHT = 900, 380
_BAR_HEIGHT, _AROUND_BARS = 22, 130
_COLOURS = ("#1f4e79", "#c55a11", "#548235", "#7f6000", "#7030a0", "#c00000")
_DASHES = ("", "8,3", "3,3", "10,3,3,3", "1,3")
_LABEL_MAX = 34
"""How wide a label may be in Latin letters; the table beside has all of it."""
_LABEL_PX = 15
_LEGEND_WIDE, _LEGEND_BOX = 110, 4
"""How wide all of a line of the legend is in Latin letters, and its box with the room around it."""
_LEGEND_LINE = 26
_MARGIN, _MARGIN_BELOW, _MARGIN_RIGHT = 8, 16, 40
"""Room for what pygal does not reckon with: the last label of the axis, the feet of the legend."""
_SIZES: Mapping[str, int] = {
    "label_font_size": _LABEL_PX,
    "major_label_font_size": _LABEL_PX,
    "value_font_size": 13,
    "legend_font_size": 15,
    "title_font_size": 16,
}
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
"""pygal says there when it drew, so that no two days would give the same bytes."""


def draw(chart: Chart) -> bytes:
    """A chart as SVG."""
    graph = _graph(chart)
    for number, series in enumerate(chart.series):
        dash = {"dasharray": _DASHES[number % len(_DASHES)], "width": 2.5}
        given: dict[str, Any] = {"stroke_style": dash} if chart.kind == "line" else {}
        values = [None if one is None else float(one) for one in series.values]
        graph.add(series.title, values[::-1] if chart.kind == "across" else values, **given)
    svg = _COMMENT.sub("", graph.render(is_unicode=True))
    return (_titled(svg, chart.up) if chart.kind == "across" else svg).encode()


def _titled(svg: str, title: str) -> str:
    """The title of the axis of bars that lie stands above them: beside them it hits their names."""
    text = f'<text x="{_MARGIN}" y="20" font-size="{_LABEL_PX}" font-family="{FONT}">'
    return svg.replace("</svg>", f"{text}{escape(title)}</text></svg>")


def _graph(chart: Chart) -> "Graph":
    import pygal

    given = _settings(chart)
    labels = [_short(one) for one in chart.labels]
    if chart.kind == "across":
        most = max((one for series in chart.series for one in series.values if one), default=1)
        room = {"margin_left": _MARGIN + _unreckoned(labels), "margin_top": 28}
        graph = pygal.HorizontalBar(x_title=chart.across, **{**given, **room})
        graph.x_labels = labels[::-1]
        graph.y_labels = _ticks(int(most))
    else:
        kind = pygal.Line if chart.kind == "line" else pygal.Bar
        top = 100 if chart.kind == "line" else 5
        graph = kind(x_title=chart.across, y_title=chart.up, range=(0, top), **given)
        graph.x_labels = labels
    return graph


def _settings(chart: Chart) -> dict[str, Any]:
    """What pygal is told of every kind of chart."""
    return {
        "style": _style(),
        "js": [],
        "no_prefix": True,
        "disable_xml_declaration": True,
        "explicit_size": True,
        "width": _WIDTH,
        "height": _height(chart) + _more_legend(chart),
        "margin": _MARGIN,
        "margin_bottom": _MARGIN_BELOW + _more_legend(chart),
        "margin_right": _MARGIN_RIGHT,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": _legend_columns(chart),
        "truncate_legend": -1,
        "show_minor_x_labels": True,
        "no_data_text": "—",
        "formatter": _figure,
        "print_values": chart.kind != "line",
        "print_values_position": "top",
        "min_scale": 4,
    }


def _legend_columns(chart: Chart) -> int:
    """As many as fit side by side with their whole names."""
    widest = max((sum(map(_width, one.title)) for one in chart.series), default=1)
    return max(1, min(len(chart.series), _LEGEND_WIDE // (widest + _LEGEND_BOX)))


def _more_legend(chart: Chart) -> int:
    """Pixels for the lines of the legend below its first, which pygal does not reckon with."""
    return _LEGEND_LINE * ((len(chart.series) - 1) // _legend_columns(chart))


def _style() -> "Style":
    from pygal.style import Style

    return Style(
        font_family=FONT,
        background="transparent",
        plot_background="transparent",
        foreground="#222222",
        foreground_strong="#000000",
        foreground_subtle="#bbbbbb",
        guide_stroke_dasharray="2,4",
        major_guide_stroke_dasharray="2,4",
        opacity=".85",
        colors=_COLOURS,
        **_SIZES,
    )


def _height(chart: Chart) -> int:
    if chart.kind != "across":
        return _LINE_HEIGHT
    return _AROUND_BARS + _BAR_HEIGHT * len(chart.labels) * max(2, len(chart.series))


def _figure(value: float) -> str:
    return "" if value is None else f"{value:g}"


def _ticks(most: int) -> list[int]:
    """Whole numbers from nought on, ten at most: half a failure there is not."""
    step = -(-most // 10)
    return [*range(0, most + step, step)]


def _short(label: str) -> str:
    """A label cut where it would fill the page."""
    width, kept = 0, ""
    for letter in label:
        width += _width(letter)
        if width > _LABEL_MAX:
            return kept + "…"
        kept += letter
    return kept


def _width(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _unreckoned(labels: Sequence[str]) -> int:
    """How many pixels wider labels are than pygal thinks, which takes all letters for Latin."""
    wide = max((sum(_width(one) == 2 for one in label) for label in labels), default=0)
    return wide * _LABEL_PX * 2 // 5
