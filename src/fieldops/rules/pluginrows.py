"""Datasets of plugins: what may be declared, as what it is published, how rows are read.

    declared ─ published ─→ <plugin>_<name>: change, position, id, inspection, site, date + columns
    row of a walk ─ cells ─→ the values of the columns, each of its column's type

A row is told by ``id``, made of the dataset, the walk and the values of the declared key.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import msgspec

from fieldops.model.answertypes import LANGUAGES, Titles
from fieldops.model.dataset import CONTROL, Column, ColumnType, Dataset, ExportRow
from fieldops.rules.figures import read_figure
from fieldops_sync.ids import uuid8

Cell = str | int | bool | None


def _column(name: str, kind: ColumnType, zh: str, en: str) -> Column:
    return Column(name, kind, {"zh-CN": zh, "en": en})


OWN = (
    _column("change", "string", "变更类型", "Kind of change"),
    _column("position", "integer", "日志位置", "Position in the log"),
    _column("id", "uuid", "行标识", "Row id"),
    _column("inspection", "uuid", "巡检标识", "Inspection id"),
    _column("site", "uuid", "项目标识", "Site id"),
    _column("date", "date", "巡检日期", "Day of the walk"),
)
"""The columns that stand before those of every plugin's dataset."""
_TEXT_MAX = 32_767
"""Characters of a text: what a cell of XLSX holds."""
_INTEGER_MAX = 2**53 - 1
"""What every reader of JSON takes for the same number (RFC 8259, section 6)."""
_YEARS = range(1900, 3000)
"""What all formats can write."""
_RESERVED = frozenset({*CONTROL, *(one.name for one in OWN)})


class BadRow(ValueError):
    """A row is not of its dataset; the text names the column and never what stands in it."""


def fault_in(declared: Iterable[Dataset]) -> str:
    """What is wrong with a plugin's declarations, in a few words; empty where nothing is."""
    sets = list(declared)
    if not sets:
        return "Expected at least one dataset"
    if len({one.name for one in sets}) < len(sets):
        return "Expected datasets of different names"
    return next((text for one in sets if (text := _fault_of(one))), "")


def _fault_of(one: Dataset) -> str:
    columns = {column.name: column for column in one.columns}
    if len(columns) < len(one.columns) or not _RESERVED.isdisjoint(columns):
        return f"{one.name}: expected columns of different names, none of {sorted(_RESERVED)}"
    if not one.key or not columns.keys() >= set(one.key):
        return f"{one.name}: expected a key of its columns"
    if any(columns[name].level > 1 or columns[name].free for name in one.key):
        return f"{one.name}: expected key columns of level 1 that hold no free text"
    if not all(_is_told(title) for title in (one.title, *(c.title for c in one.columns))):
        return f"{one.name}: expected titles in zh-CN and en"
    return ""


def _is_told(titles: Titles) -> bool:
    return all(titles.get(language, "").strip() for language in LANGUAGES)


def published(plugin: str, domain: str, declared: Dataset) -> Dataset:
    """A declared dataset as the export has it: named after its plugin, whole in every run."""
    return Dataset(
        name=f"{plugin.replace('-', '_')}_{declared.name}",
        version=declared.version,
        key=("id",),
        columns=(*OWN, *declared.columns),
        title=declared.title,
        domain=domain,
        whole=True,
    )


def row_id(dataset: str, inspection: UUID, key: Iterable[Cell]) -> str:
    """The id of a row, always the same for the same key of the same walk."""
    return str(uuid8(msgspec.json.encode([dataset, str(inspection), *key])))


def cells(declared: Dataset, row: ExportRow) -> tuple[Cell, ...]:
    """The values of a row in the order of the columns; raises ``BadRow``.

    An empty text is no value; no value is wrong in a column of the key only.
    """
    unknown = row.keys() - {one.name for one in declared.columns}
    if unknown:
        raise BadRow(f"{declared.name}: no such columns: {sorted(unknown)[:3]}")
    return tuple(_cell(declared, one, row.get(one.name)) for one in declared.columns)


def _cell(declared: Dataset, column: Column, value: Cell) -> Cell:
    if value is None or value == "":
        if column.name in declared.key:
            raise BadRow(f"{declared.name}: {column.name} is empty")
        return None
    if not _is_of(column.type, value):
        raise BadRow(f"{declared.name}: {column.name} is not of type {column.type}")
    return value


def _is_of(kind: ColumnType, value: Cell) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "integer":
        return type(value) is int and -_INTEGER_MAX <= value <= _INTEGER_MAX
    if not isinstance(value, str) or len(value) > _TEXT_MAX:
        return False
    try:
        return _reads(kind, value)
    except (ValueError, msgspec.DecodeError):
        return False


def _reads(kind: ColumnType, text: str) -> bool:
    if kind == "decimal":
        return read_figure(text) is not None
    if kind == "datetime":
        moment = datetime.fromisoformat(text)
        return moment.tzinfo is not None and moment.year in _YEARS
    if kind == "date":
        day = date.fromisoformat(text)
        return day.isoformat() == text and day.year in _YEARS
    if kind == "uuid":
        return str(UUID(text)) == text
    if kind == "json":
        msgspec.json.decode(text)
    return True
