"""Runs that overlap, since none was accepted in between: who took them all has what stands."""

import json
from pathlib import Path
from typing import Any

from tests.export.month import Month, month

Tables = dict[str, dict[tuple[str, ...], dict[str, Any]]]


def take(tables: Tables, folder: Path) -> None:
    """As a head office does that knows the manifest alone: by key, in the order of the runs."""
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        facts = package["fieldops"]["datasets"][resource["dataset"]]
        table = tables.setdefault(resource["dataset"], {})
        if facts.get("whole"):
            table.clear()
        for line in (folder / resource["path"]).read_text("utf-8").splitlines():
            row = json.loads(line)
            key = tuple(row[name] for name in facts["key"])
            table.pop(key, None)
            if row.pop("change") != "voided":
                table[key] = row


def told(october: Month, name: str, **asked: Any) -> Path:
    return october.run(name, formats=("jsonl",), **asked)[0]


def test_what_came_and_went_between_two_accepted_runs_goes_where_one_in_between_was_loaded(
    database_url: str, tmp_path: Path
):
    with month(database_url, tmp_path) as october:
        tables: Tables = {}
        october.day(1)
        accepted = october.head
        take(tables, told(october, "accepted"))
        for day in (2, 3, 4):
            october.day(day)
            newest = [*october.walks][-1]
            october.by_another_version(newest)
            take(tables, told(october, f"night-{day}", kind="incremental", after=accepted))
            assert (str(newest),) in tables["inspections"]
            october.by_another_version(newest)
            october.void("inspection", [*october.walks][-2])
            del october.walks[[*october.walks][-2]]
        take(tables, told(october, "last", kind="incremental", after=accepted))
        fresh: Tables = {}
        take(fresh, told(october, "full"))
        assert {name: rows for name, rows in tables.items() if rows or name in fresh} == fresh
