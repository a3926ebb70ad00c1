"""What a dataset of the core is: columns, the kind of record that it is made of, and how.

    Taken ─ its body, read ─ rows ─→ values in the order of the columns

Every dataset begins with ``change`` and ``position``; columns of records end with ``SIGNED``.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct
from sqlmodel import Session

from fieldops.export.bodies import Reader, Signed
from fieldops.export.columns import Cells as Cells
from fieldops.export.columns import Columns
from fieldops.export.context import Context
from fieldops.export.text import claimed_text, instant_text
from fieldops.export.walk import Step, Taken
from fieldops.export.wanted import Wanted
from fieldops.model.answertypes import Titles
from fieldops.model.dataset import Column, ColumnType, Dataset
from fieldops.store.exportread import Row

RowsOf = Callable[[Taken, Any, Context], Iterable[Cells]]
StepsOf = Callable[[Step, Context], Iterable[Cells]]
ColumnsOf = Callable[[Sequence[Row], Context], Columns]


class Source(Struct, frozen=True):
    """A dataset and where its rows come from: records of a ``kind``, or every op on them.

    ``marker`` stands in every op that is wanted; the others are not even looked at.  ``columns``
    makes of plain records (``walk.Page``) in one go what ``rows`` makes of them one by one.
    """

    dataset: Dataset
    kind: str
    reader: Reader[Any] | None = None
    rows: RowsOf | None = None
    steps: StepsOf | None = None
    marker: bytes = b""
    columns: ColumnsOf | None = None


class Table(Struct, frozen=True):
    """A dataset that is not made of records: all its rows of a run, given the time zone."""

    dataset: Dataset
    rows: Callable[[Session, Wanted, str], Iterable[Cells]]


def column(name: str, kind: ColumnType, zh: str, en: str, **more: Any) -> Column:
    """A column; ``more`` are level, unit, keyed, free."""
    return Column(name=name, type=kind, title={"zh-CN": zh, "en": en}, **more)


def person(name: str, zh: str, en: str) -> Column:
    """A column with a person's id; below L2 a pseudonymous key."""
    return column(name, "uuid", zh, en, level=2, keyed=True)


CONTROL_COLUMNS = (
    column("change", "string", "变更类型", "Kind of change"),
    column("position", "integer", "日志位置", "Position in the log"),
)
SIGNED = (
    person("recorded_by", "记录人", "Recorded by"),
    column("recorded_at", "datetime", "记录时间（设备时钟）", "Recorded at (the writer's clock)"),
    column("occurred_at", "datetime", "发生时间（校正）", "Occurred at (corrected)"),
    column("received_at", "datetime", "接收时间", "Received at"),
)
"""Who made the last change, when by his own clock, when by the server's."""


def dataset(
    name: str,
    zh: str,
    en: str,
    *columns: Column,
    key: tuple[str, ...] = ("id",),
    version: int = 1,
    whole: bool = False,
) -> Dataset:
    """A dataset of the core, with the columns that all have."""
    title: Titles = {"zh-CN": zh, "en": en}
    return Dataset(name, version, key, (*CONTROL_COLUMNS, *columns), title, whole=whole)


def signed(taken: Taken, body: Signed) -> Cells:
    """The values of ``SIGNED``."""
    return (
        body.by,
        claimed_text(body.at),
        instant_text(taken.occurred_ms),
        instant_text(taken.received_ms),
    )
