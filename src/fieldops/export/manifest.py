"""``datapackage.json``: what a run consists of, to be checked and reconciled without asking.

A Data Package (datapackage.org, v1/v2; ``frictionless validate`` reads it): a resource a file, each
with its schema, bytes and SHA-256.  What the standard has no word for stands under ``fieldops``:
positions, kinds of change, sums, what is withheld, versions.
"""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from fieldops.model.dataset import Dataset
from fieldops.rules.checkpoints import Checkpoint

FILE = "datapackage.json"
_TYPES = {"decimal": "number", "json": "any", "uuid": "string"}
TABLES = frozenset({"csv", "xlsx"})
"""The formats whose rows ``frictionless`` reads without packages that nothing else here needs; of
the others, and of a book of several sheets, it checks bytes and SHA-256."""
_MEDIA = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Totals(Struct, frozen=True, omit_defaults=True):
    """What a dataset's rows add up to: how many by kind of change, the sum of each column of
    numbers over the rows that are not ``voided`` (decimal text)."""

    rows: int = 0
    changes: dict[str, int] = {}
    sums: dict[str, str] = {}


class DatasetFacts(Struct, frozen=True, omit_defaults=True):
    """One dataset of a run.  ``withheld`` are the columns that the audience does not get; the rows
    of a ``whole`` one replace those of the run before.  ``checklist`` is the version (SHA-256) of
    which it has the results, a row an inspection.
    """

    version: int
    key: tuple[str, ...]
    totals: Totals
    withheld: tuple[str, ...] = ()
    domain: str = ""
    whole: bool = False
    checklist: str = ""


class LeftOut(Struct, frozen=True):
    """A dataset that was wanted and is not in the run: of which plugin it is, and why."""

    plugin: str
    why: str


class RunFacts(Struct, frozen=True, omit_defaults=True):
    """What the standard has no word for; positions are of the log of ``epoch``.

    ``photos`` counts those that were to be copied: ``copied``, ``missing``, ``withheld``.  What
    stands under ``left_out`` stays with the reader as the run before brought it.  Of plugins under
    ``redaction_faults`` (each with its fault) all that they were to cover is empty from there on.
    """

    run: str
    kind: str
    after: int
    until: int
    epoch: str
    level: int
    purpose: str
    datasets: dict[str, DatasetFacts]
    versions: dict[str, str]
    from_day: str = ""
    to_day: str = ""
    photos: dict[str, int] = {}
    left_out: dict[str, LeftOut] = {}
    redaction_faults: dict[str, str] = {}


class Resource(Struct, frozen=True, omit_defaults=True):
    """One file; members as the standard names them."""

    name: str
    path: str
    format: str
    mediatype: str
    bytes: int
    hash: str
    title: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    encoding: str | UnsetType = UNSET
    rows: int | UnsetType = UNSET
    schema: dict[str, Any] | UnsetType = UNSET
    dataset: str | UnsetType = UNSET


class Manifest(Struct, frozen=True, omit_defaults=True):
    """The whole of ``datapackage.json``; ``created`` is when the last change of it was received.

    ``audit`` is the newest signed checkpoint when the run was ordered: whoever keeps the manifest
    can prove of the audit's lines up to it that they are what they were (``audit verify``).
    """

    name: str
    title: str
    created: str
    resources: tuple[Resource, ...]
    fieldops: RunFacts
    profile: str = "data-package"
    audit: Checkpoint | UnsetType = UNSET


def schema_of(dataset: Dataset) -> dict[str, Any]:
    """A dataset as a Table Schema; ``titles`` and ``level`` are ours."""
    return {
        "fields": [_field(dataset, at) for at in range(len(dataset.columns))],
        "primaryKey": list(dataset.key),
        "missingValues": [""],
    }


def _field(dataset: Dataset, at: int) -> dict[str, Any]:
    column = dataset.columns[at]
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(column.type, column.type),
        "title": column.title["en"],
        "titles": column.title,
        "level": column.level,
        "constraints": {"required": column.name in dataset.key},
    }
    if column.type == "uuid":
        field["format"] = "uuid"
    if column.type == "datetime":
        field["format"] = "any"
    if column.unit:
        field["unit"] = column.unit
    return field


def media_type(format_: str) -> str:
    """The media type of a format."""
    return _MEDIA[format_]


def write(folder: Path, manifest: Manifest) -> None:
    """Write it into the run's folder: the last file, so that a folder with it is whole."""
    made = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (folder / FILE).write_bytes(made + b"\n")


def read(raw: bytes) -> Manifest:
    """The manifest that these bytes are; raises ``msgspec.MsgspecError``."""
    return msgspec.json.decode(raw, type=Manifest)
