"""TOML values as the structs of checklists take them: dates as text, figures as decimal text."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from fieldops.rules.figures import read_figure, show_figure
from fieldops.rules.shapes import Figure


def figure_of(text: str) -> Figure:
    """A fraction or exponent of TOML as decimal text; what is out of bounds stays as written."""
    plain = text.replace("_", "").removeprefix("+")
    if "e" in plain.lower() and len(plain) <= 24:
        mantissa, _, exponent = plain.lower().partition("e")
        if abs(int(exponent)) <= 24:
            return Figure(show_figure(Decimal(mantissa).scaleb(int(exponent))))
    return Figure(plain)


def plain_document(document: dict[str, Any]) -> dict[str, Any]:
    """The document with dates as text, and the figures among answers as the wire carries them."""
    plain: dict[str, Any] = dates_as_text(document)
    examples = plain.get("examples")
    for example in examples if isinstance(examples, list) else []:
        if isinstance(example, dict) and "answers" in example:
            example["answers"] = figures_as_text(example["answers"])
    return plain


def _date_as_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def dates_as_text(value: Any) -> Any:
    """A value with every date and time in it as text."""
    return _map(value, _date_as_text)


def figures_as_text(value: Any) -> Any:
    """A value with every figure in it as the wire carries it, in one notation."""
    return _map(value, _figure_as_text)


def _figure_as_text(value: Any) -> Any:
    """One notation a number, 1.50 and 1.5 being the same, so that they have the same address."""
    if not isinstance(value, Figure):
        return value
    figure = read_figure(value)
    return str(value) if figure is None else show_figure(figure)


def _map(value: Any, change: Callable[[Any], Any]) -> Any:
    """``value`` with every leaf changed."""
    if isinstance(value, dict):
        return {name: _map(member, change) for name, member in value.items()}
    if isinstance(value, list):
        return [_map(element, change) for element in value]
    return change(value)
