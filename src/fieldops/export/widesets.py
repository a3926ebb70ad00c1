"""The results of one checklist version as a table: a row an inspection, a column an item.

    version ─ widesets ─→ datasets: OWN, then a column an item, typed after its answer
    what a result says ─ WideItem.cell ─→ the value of its column; None where it is not of its type

A version never changes, so its columns never do.  An item of a section that repeats (lifts, rooms)
has one column too: a JSON object by repeat.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from fieldops.export.source import CONTROL_COLUMNS, column, person
from fieldops.export.text import claimed_text
from fieldops.model.access import Level
from fieldops.model.answertypes import (
    AnswerType,
    Calculated,
    Duration,
    Location,
    Meter,
    Moment,
    Multiple,
    Number,
    PassFail,
    PhotoOnly,
    Score,
    Signature,
    Temperature,
    Titles,
)
from fieldops.model.checklist import Checklist, Item, Section
from fieldops.model.dataset import Column, ColumnType, Dataset
from fieldops.rules.figures import read_figure
from fieldops.rules.moments import read_moment

WIDE = "results_wide"
"""Names all of these datasets in a destination; each is named ``results_wide_…``."""
VERSION = 1
"""Of the way in which columns are made of a checklist."""
OWN = (
    *CONTROL_COLUMNS,
    column("id", "uuid", "巡检标识", "Inspection id"),
    column("site", "uuid", "项目标识", "Site id"),
    column("area", "uuid", "区域标识", "Area id"),
    column("state", "string", "状态", "State"),
    person("owner", "巡检员", "Inspector"),
    column("score", "decimal", "得分", "Score", unit="%"),
)
"""What stands before the items."""
COLUMNS_MAX = 16_384
"""Columns of a sheet of XLSX (ECMA-376; Excel's own limit): what is beyond is a dataset more."""
_NAME_MAX, _COLUMN_MAX = 80, 63
"""Characters of a name, as ``model.dataset`` has them; two parts' numbers go behind the name."""
_PART_DIGITS, _HASH_DIGITS = 4, 8
_YEARS = range(1900, 3000)
_RESERVED = frozenset(one.name for one in OWN)

Said = Mapping[str, Any]
"""The body of a result."""
Cell = str | int | bool | None
CellOf = Callable[[Said], Cell]
LevelOf = Callable[[str], tuple[Level, bool]]
"""The data level of an item's answers, and whether they are in words."""
_encode = msgspec.json.Encoder(order="deterministic").encode


class WideItem(Struct, frozen=True):
    """An item and how a result becomes the value of its column."""

    key: str
    cell: CellOf
    repeats: bool
    is_calculated: bool


class WideSet(Struct, frozen=True):
    """One dataset with the items of its columns behind ``OWN``, in their order."""

    dataset: Dataset
    items: tuple[WideItem, ...]


def wide_name(key: str, version: str, sha256: str) -> str:
    """The name of a version's dataset: its key, number, and the beginning of its SHA-256.

    The last tells apart what is written alike but for case and signs (``1.0``, ``1-0``), or was
    published twice.  A long key is cut.
    """
    number = _safe(version)
    room = _NAME_MAX - len(WIDE) - _HASH_DIGITS - len(number) - _PART_DIGITS - 3
    return f"{WIDE}_{_safe(key)[:room]}_{number}_{sha256[:_HASH_DIGITS]}"


def _safe(text: str) -> str:
    return "".join(one if one.isalnum() else "_" for one in text.lower())


def widesets(checklist: Checklist, sha256: str, level_of: LevelOf) -> tuple[WideSet, ...]:
    """The datasets of a version: one, but for checklists wider than a sheet."""
    placed = [(one, item) for one in checklist.sections for item in one.items]
    names = _names([item.key for _, item in placed])
    columns = [
        _column(name, section, item, *level_of(item.key))
        for name, (section, item) in zip(names, placed, strict=True)
    ]
    items = [_item(section, item) for section, item in placed]
    name = wide_name(checklist.key, checklist.version, sha256)
    most = COLUMNS_MAX - len(OWN)
    made = []
    for number, at in enumerate(range(0, len(items) or 1, most), 1):
        dataset = Dataset(
            name=name if number == 1 else f"{name}_{number}",
            version=VERSION,
            key=("id",),
            columns=(*OWN, *columns[at : at + most]),
            title=_title(checklist),
            domain=checklist.domain,
            checklist=sha256,
        )
        made.append(WideSet(dataset, tuple(items[at : at + most])))
    return tuple(made)


def _title(checklist: Checklist) -> Titles:
    zh, en = (checklist.titles.get(at) or checklist.key for at in ("zh-CN", "en"))
    return {
        "zh-CN": f"{zh} {checklist.version}：检查结果（每次巡检一行）",
        "en": f"{en} {checklist.version}: results, a row an inspection",
    }


def _names(keys: Sequence[str]) -> Iterator[str]:
    """A column's name for each key: the key itself, or with a number where that is taken."""
    taken = _RESERVED | {key for key in keys if len(key) <= _COLUMN_MAX}
    for key in keys:
        name = key
        if key in _RESERVED or len(key) > _COLUMN_MAX:
            number = 2
            while (name := f"{key[: _COLUMN_MAX - len(f'_{number}')]}_{number}") in taken:
                number += 1
            taken |= {name}
        yield name


def _column(name: str, section: Section, item: Item, level: Level, is_worded: bool) -> Column:
    kind = "json" if section.repeat is not None else _type_of(item.answer)
    title: Titles = {"zh-CN": item.titles.get("zh-CN") or item.key,
                     "en": item.titles.get("en") or item.key}  # fmt: skip
    unit = getattr(item.answer, "unit", "")
    return Column(name, kind, title, level.value, unit, free=is_worded and kind == "string")


_FIGURES = (Score, Number, Duration, Meter, Temperature, Calculated)
_STRUCTURED = (Multiple, Signature, Location)


def _type_of(answer: AnswerType) -> ColumnType:
    if isinstance(answer, _FIGURES):
        return "decimal"
    if isinstance(answer, _STRUCTURED):
        return "json"
    if isinstance(answer, PhotoOnly):
        return "integer"
    if isinstance(answer, Moment) and answer.part != "time":
        return answer.part
    return "string"


def _item(section: Section, item: Item) -> WideItem:
    return WideItem(
        key=item.key,
        cell=_CELLS.get(type(item.answer)) or _cell_of(item.answer),
        repeats=section.repeat is not None,
        is_calculated=isinstance(item.answer, Calculated),
    )


def _cell_of(answer: AnswerType) -> CellOf:
    kind = _type_of(answer)
    if kind in ("date", "datetime"):
        return _day if kind == "date" else _instant
    return {"decimal": _figure, "json": _json}.get(kind, _text)


def _figure(said: Said) -> Cell:
    value = said.get("value")
    return None if read_figure(value) is None else str(value)


def _reading(said: Said) -> Cell:
    value = said.get("value")
    return _figure({"value": value.get("reading")} if isinstance(value, dict) else said)


def _text(said: Said) -> Cell:
    value = said.get("value")
    if value is None or isinstance(value, str):
        return value or None
    return _encode(value).decode()


def _json(said: Said) -> Cell:
    value = said.get("value")
    return None if value is None else _encode(value).decode()


def _judged(said: Said) -> Cell:
    """Pass, fail or not applicable: as it was answered, else as it was claimed."""
    value = said.get("value")
    if isinstance(value, bool):
        return "pass" if value else "fail"
    return _text(said) or said.get("outcome") or None


def _counted(said: Said) -> Cell:
    return len(said.get("photos") or ())


def _day(said: Said) -> Cell:
    value = said.get("value")
    day = read_moment("date", value) if isinstance(value, str) else None
    return day if day is not None and date.fromisoformat(day).year in _YEARS else None


def _instant(said: Said) -> Cell:
    value = said.get("value")
    return claimed_text(value) if isinstance(value, str) else None


_CELLS: dict[type, CellOf] = {Meter: _reading, PassFail: _judged, PhotoOnly: _counted}


def by_repeat(cells: Mapping[str, Cell]) -> str | None:
    """The value of a column of a section that repeats."""
    return _encode(cells).decode() if cells else None
