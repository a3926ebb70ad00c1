"""A head office of its own: it knows ``datapackage.json`` and the files, and nothing of fieldops.

It takes runs one after another, checks each file against the manifest, and keeps every dataset as
a table by key: a row whose ``change`` is ``voided`` goes, every other row is put.
"""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any


class Consumer:
    """``tables[dataset][key]`` is the row that stands, by column, without its ``change``."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[tuple[str, ...], dict[str, str]]] = {}
        self.position = 0

    def take(self, folder: Path) -> dict[str, Any]:
        """Take in one run; the manifest."""
        package = json.loads((folder / "datapackage.json").read_text("utf-8"))
        about = package["fieldops"]
        assert about["kind"] == "backfill" or about["after"] == self.position, "a run is missing"
        for resource in package["resources"]:
            raw = (folder / resource["path"]).read_bytes()
            assert len(raw) == resource["bytes"]
            assert f"sha256:{hashlib.sha256(raw).hexdigest()}" == resource["hash"]
            if resource["format"] == "csv":
                self._table(resource, raw.decode("utf-8-sig"), about["datasets"])
        if about["kind"] != "backfill":
            self.position = about["until"]
        return package  # type: ignore[no-any-return]

    def _table(self, resource: dict[str, Any], text: str, facts: dict[str, Any]) -> None:
        name, key = resource["dataset"], resource["schema"]["primaryKey"]
        rows = list(csv.DictReader(text.splitlines(keepends=True)))
        totals = facts[name]["totals"]
        assert len(rows) == resource.get("rows", 0) == totals.get("rows", 0)
        table = self.tables.setdefault(name, {})
        if facts[name].get("whole"):
            table.clear()
        changes: dict[str, int] = {}
        for row in rows:
            change = row.pop("change")
            changes[change] = changes.get(change, 0) + 1
            place = tuple(row[one] for one in key)
            assert change != "added" or place not in table, "added twice"
            table.pop(place, None)
            if change != "voided":
                table[place] = row
        assert changes == totals.get("changes", {})

    def csv(self, name: str, columns: list[str]) -> str:
        """A dataset as the file of a full run would be: in the order of positions."""
        rows = sorted(self.tables[name].values(), key=lambda row: int(row["position"]))
        lines = [{"change": "added", **row} for row in rows]
        out = _Lines()
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(lines)
        return "".join(out.lines)


class _Lines:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> int:
        self.lines.append(line)
        return len(line)
