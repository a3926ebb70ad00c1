"""Long text in the terminal: wrapped and indented there, one row a line where it is piped."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import rich_click as click

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_MAX = 100
"""Columns; a longer line is hard to read."""

_HANGING = 2
"""A line that goes on is indented by so many columns more."""

Row = tuple[int, str, str]
"""Columns to indent, a style of rich, and the text."""


def put(rows: Iterable[Row]) -> None:
    """Print rows on standard output: no colour and no wrapping where nobody looks at it."""
    from rich.console import Console

    console = Console(highlight=False)
    if console.is_terminal:
        console.width = min(console.width, WIDTH_MAX)
        draw(console, rows)
        return
    for indent, _style, text in rows:
        click.echo(f"{' ' * indent}{text}".rstrip())


def draw(console: "Console", rows: Iterable[Row]) -> None:
    """Print rows on a terminal, as wide as it is; NO_COLOR is heeded by rich itself."""
    from rich.text import Text

    for indent, style, text in rows:
        room = max(console.width - indent - _HANGING, 1)
        lines = Text(text, style=style).wrap(console, room) or [Text()]
        for number, line in enumerate(lines):
            line.rstrip()
            begin = " " * (indent + (_HANGING if number else 0))
            console.print(Text.assemble(begin, line), no_wrap=True, overflow="ignore", crop=False)
