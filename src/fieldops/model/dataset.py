"""What a run of the export contains: datasets with declared, versioned columns, and for whom."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from fieldops.model.access import DataLevel
from fieldops.model.answertypes import Titles

ColumnType = Literal[
    "string", "integer", "decimal", "boolean", "datetime", "date", "uuid", "json"
]  # fmt: skip
"""``datetime`` is RFC 3339 with an offset, ``decimal`` decimal text, ``json`` a JSON text."""

ChangeKind = Literal["added", "late", "changed", "rejudged", "voided"]
"""What has become of a row since the position that a run counts from (``rules.changekinds``)."""

ColumnName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,62}$")]
CONTROL = ("change", "position")
"""The columns that every dataset begins with; see ``export.datasets``."""


class DatasetColumn(Struct, frozen=True, omit_defaults=True):
    """One column.  Who has a lower ``level`` than it does not get what stands in it.

    ``keyed`` columns hold the id of a person or a device: below their level a pseudonymous key
    stands instead, always the same for one destination.  ``free`` columns hold what people wrote:
    personal information in them is masked for whom it is not.
    """

    name: ColumnName
    type: ColumnType
    title: Titles
    level: DataLevel = 1
    unit: str = ""
    keyed: bool = False
    free: bool = False


Column = DatasetColumn
"""Its name in here; plugins have a ``Column`` of registers as well."""


class Dataset(Struct, frozen=True, omit_defaults=True):
    """A table of the export.  ``version`` grows when columns change their meaning or go.

    ``key`` names the columns that tell its rows apart.  ``domain`` is that of the plugin that
    declares it; the core's own have none.  Of a ``whole`` one every run brings all rows, and they
    replace what the run before brought.  ``checklist`` is the SHA-256 of the version whose results
    it has, of wide results.  A plugin says none of these: see ``rules.pluginrows``.
    """

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,79}$")]
    version: Annotated[int, Meta(ge=1)]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    title: Titles
    domain: str = ""
    whole: bool = False
    checklist: str = ""


ExportRow = dict[str, str | int | bool | None]
"""What a plugin says in one row, by column; what is left out is empty, decimals are text."""


ExportCell = str | int | bool | None
"""What stands in a cell; decimals, days and JSON are text."""


class ExportField(Struct, frozen=True):
    """What a cell of an export belongs to: a column of a dataset, its type and data level."""

    dataset: str
    column: str
    type: ColumnType
    level: DataLevel


class Audience(Struct, frozen=True):
    """Who gets a run: the data level that is granted, and what for, in words."""

    level: DataLevel = 1
    purpose: str = ""
