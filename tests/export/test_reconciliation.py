"""Nightly increments, merged by a consumer who knows only the manifest, are the full export."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import UnsetType
from tests.export.consumer import Consumer
from tests.export.month import Month, month

from fieldops.export.datasets import DATASETS
from fieldops.export.manifest import Resource


@pytest.fixture
def october(database_url: str, tmp_path: Path) -> Iterator[Month]:
    with month(database_url, tmp_path) as one:
        yield one


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def columns_of(resource: Resource) -> list[str]:
    assert not isinstance(resource.schema, UnsetType)
    return [one["name"] for one in resource.schema["fields"]]


def test_a_month_of_increments_is_the_full_export_and_every_night_can_be_repeated(october: Month):
    head_office, nights, before = Consumer(), [], 0
    told, told_wide = set[str](), set[str]()
    for day in range(1, 13):
        october.day(day)
        if day % 5 == 0:
            october.by_another_version([*october.walks][-1])
        asked = {"after": before, "until": october.head}
        kind = "incremental" if before else "full"
        folder, made = october.run(f"night-{day}", kind=kind, formats=("csv", "jsonl"), **asked)
        facts = made.fieldops.datasets
        told |= {change for one in facts.values() for change in one.totals.changes}
        told_wide |= {c for one in facts.values() if one.checklist for c in one.totals.changes}
        head_office.take(folder)
        nights.append((folder, kind, asked))
        before = october.head
    assert told == {"added", "late", "changed", "rejudged", "voided"}
    full, all_ = october.run("full", until=before)
    fresh = Consumer()
    fresh.take(full)
    # Wide results come where there are any: one version's may all have gone.
    assert {n: one for n, one in head_office.tables.items() if one or n in DATASETS} == fresh.tables
    facts = all_.fieldops.datasets
    assert told_wide == told
    assert len([one for one in facts.values() if one.checklist]) == 2
    for one in all_.resources:
        name, columns = str(one.dataset), columns_of(one)
        assert head_office.csv(name, columns).encode() == (full / f"{name}.csv").read_bytes()
    for number, (folder, kind, asked) in enumerate(nights):
        again, _ = october.run(f"again-{number}", kind=kind, formats=("csv", "jsonl"), **asked)
        assert files(again) == files(folder), folder.name
