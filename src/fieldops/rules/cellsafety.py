"""Text in the cells of a table that people open with a spreadsheet: it must never be a formula.

A cell that begins with ``= + - @``, a tab or a carriage return, or with one of their full-width
twins, is taken for a formula by one program or another (OWASP, "CSV Injection").  Such a text gets
an apostrophe in front, and so does one that begins with an apostrophe: whoever takes one leading
apostrophe off a text has what was written.
"""

_MARK = "'"
_SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
_SKIPPED = "\0\t\n\v\f\r \u00a0\u2007\u202f\u3000\u200b\u2060\ufeff"
RISKY = frozenset(_SIGNS + _SKIPPED + _MARK)
"""What a text must not begin with: the signs, what programs skip before them, and the mark."""


def safe_cell(text: str) -> str:
    """The text as it may stand in a cell; ``written_cell`` gives it back."""
    return _MARK + text if text and text[0] in RISKY else text


def written_cell(cell: str) -> str:
    """What was written, from a cell of ours."""
    return cell.removeprefix(_MARK)
