"""Figures: decimal numbers as people type them and as the wire carries them, without floats."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
"""Bounded and without a choice, so that it needs none of RE2, which takes ten times as long."""

CONTEXT = Context(prec=34, Emax=99, Emin=-99, traps=[InvalidOperation, Overflow, DivisionByZero])
"""Arithmetic of expressions: 34 digits (decimal128 of IEEE 754-2008), the same on every machine."""


def read_figure(raw: object) -> Decimal | None:
    """The number that an int or decimal text stands for (``wire.Decimal``), or None."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        raw = str(raw) if abs(raw) < 10**15 else ""
    if isinstance(raw, str) and _DECIMAL.fullmatch(raw):
        return Decimal(raw)
    return None


def show_figure(figure: Decimal) -> str:
    """A number as plain decimal text, without exponent or trailing zeros: 1.50 → 1.5."""
    text = f"{figure:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def round_figure(figure: Decimal, places: int) -> Decimal | None:
    """Round half up, as people do on paper; None where the result has too many digits."""
    try:
        return figure.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, CONTEXT)
    except InvalidOperation:
        return None
