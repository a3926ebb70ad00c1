"""What may stand in the columns of a register, and how it is written down."""

import re
from datetime import date, time

from fieldops.model.register import Column, RegisterSpec
from fieldops.rules.figures import read_figure, show_figure

KEY = Column(name="key", titles={"zh-CN": "编号", "en": "Key"}, required=True)
SITE = Column(name="site", titles={"zh-CN": "项目", "en": "Site"}, required=True)
RETIRED = Column(name="retired", titles={"zh-CN": "停用", "en": "Retired"})
_LENGTHS = {"key": 100}
_LENGTH = 2000
_YES = frozenset({"yes", "y", "true", "1", "是", "停用"})
_NO = frozenset({"", "no", "n", "false", "0", "否", "在用"})
_DECORATION = re.compile(r"[\s_*＊-]+|[（(].*?[)）]")
_EXAMPLES = {"integer": "12", "decimal": "0.35", "date": "2026-11-21", "time": "08:30"}


def columns_of(spec: RegisterSpec, with_site: bool) -> tuple[Column, ...]:
    """The columns that a file of a register may have."""
    return (*((SITE,) if with_site else ()), KEY, *spec.columns, RETIRED)


def names(column: Column) -> tuple[str, ...]:
    """What a column may be called in a file's first line."""
    return (column.name, *column.titles.values())


def plain(heading: str) -> str:
    """A heading for comparing: case, blanks, stars and remarks in brackets do not matter."""
    return _DECORATION.sub("", heading).lower()


def named(column: Column) -> dict[str, str]:
    """A column's names, for messages."""
    return {"name": column.titles.get("en", column.name), "zh_name": column.titles["zh-CN"]}


def is_yes(text: str) -> bool:
    """Whether a text of the column ``retired`` says yes."""
    return text.lower() in _YES


def misfit(column: Column, text: str) -> tuple[str, dict[str, str]] | None:
    """The code and details of what is wrong with a value, or None."""
    details = named(column) | {"value": text[:60]}
    if not text:
        return ("missing", details) if column.required else None
    high = _LENGTHS.get(column.name, _LENGTH)
    if len(text) > high:
        return "too-long", details | {"high": str(high)}
    if column is RETIRED:
        fits = text.lower() in _YES | _NO
        return None if fits else ("bad-form", details | {"example": "yes"})
    if _read(column, text) is None:
        example = " / ".join(column.choices) or _EXAMPLES[column.type]
        return "bad-form", details | {"example": example}
    return None


def canonical(column: Column, text: str) -> str:
    """A value in its one notation; raises ``ValueError`` if it does not fit."""
    read = _read(column, text)
    if read is None:
        raise ValueError(f"{column.name}: {text}")
    return read


def _read(column: Column, text: str) -> str | None:
    if column.type == "choice":
        return text if text in column.choices else None
    if column.type in ("integer", "decimal"):
        figure = read_figure(text)
        whole = figure is not None and figure == figure.to_integral_value()
        return (
            None
            if figure is None or (column.type == "integer" and not whole)
            else show_figure(figure)
        )
    if column.type in ("date", "time"):
        return _read_moment(column.type, text)
    return text


def _read_moment(kind: str, text: str) -> str | None:
    """A day or a time of day as people and spreadsheets write it: 2024/3/5, 8:05."""
    try:
        if kind == "date":
            year, month, day = (int(part) for part in text.replace("/", "-").split("-"))
            return date(year, month, day).isoformat()
        hour, minute = (int(part) for part in text.split(":")[:2])
        return time(hour, minute).isoformat(timespec="minutes")
    except ValueError:
        return None
