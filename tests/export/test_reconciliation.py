"""Nightly increments, merged by a consumer who knows only the manifest, are the full export."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.export.consumer import Consumer
from tests.export.month import Month, month

from fieldops.export.datasets import DATASETS


@pytest.fixture
def october(database_url: str, tmp_path: Path) -> Iterator[Month]:
    with month(database_url, tmp_path) as one:
        yield one


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def test_a_month_of_increments_is_the_full_export_and_every_night_can_be_repeated(october: Month):
    head_office, nights, before = Consumer(), [], 0
    told: set[str] = set()
    for day in range(1, 13):
        october.day(day)
        asked = {"after": before, "until": october.head}
        kind = "incremental" if before else "full"
        folder, made = october.run(f"night-{day}", kind=kind, formats=("csv", "jsonl"), **asked)
        told |= {change for one in made.fieldops.datasets.values() for change in one.totals.changes}
        head_office.take(folder)
        nights.append((folder, kind, asked))
        before = october.head
    assert told == {"added", "late", "changed", "rejudged", "voided"}
    full, _ = october.run("full", until=before)
    fresh = Consumer()
    fresh.take(full)
    assert head_office.tables == fresh.tables
    for name, dataset in DATASETS.items():
        columns = [one.name for one in dataset.columns]
        assert head_office.csv(name, columns).encode() == (full / f"{name}.csv").read_bytes()
    for number, (folder, kind, asked) in enumerate(nights):
        again, _ = october.run(f"again-{number}", kind=kind, formats=("csv", "jsonl"), **asked)
        assert files(again) == files(folder), folder.name
