"""``fieldops export``: runs, where they go, and looking after them, in both languages."""

import json
from pathlib import Path

import pytest
from tests.cli.helping import Line
from tests.factories import checklist_text


@pytest.fixture
def export(sqlite_line: Line, tmp_path: Path) -> Line:
    """A command line with three destinations, one of which is not there."""
    (tmp_path / "out").mkdir()
    (tmp_path / "keys").write_text(" ")
    places = [
        {"name": "office", "kind": "folder", "folder": str(tmp_path / "out"), "formats": ["csv"],
         "datasets": ["sites"]},
        {"name": "away", "kind": "folder", "folder": str(tmp_path / "absent"), "schedule": ""},
        {"name": "bad", "kind": "pull", "formats": ["jsonl"], "schedule": "",
         "pseudonym_file": str(tmp_path / "keys")},
    ]  # fmt: skip
    sqlite_line.environment["FIELDOPS_EXPORT__DESTINATIONS"] = json.dumps(places)
    sqlite_line("site", "add", "CH", "翠湖花园")
    return sqlite_line


def test_a_run_is_made_shown_verified_acknowledged_and_delivered_again(
    export: Line, tmp_path: Path
):
    run = export.json("export", "run", "office")
    assert (run["kind"], run["step"], run["rows"]) == ("full", "accept", 1)
    name, manifest = run["name"], run["manifest_sha256"]
    assert "awaits head office" in export("export", "list")
    assert name in export("export", "destinations")
    told = export.json("export", "verify", name)
    assert told == {"run": name, "files": 2, "manifest_sha256": manifest, "audit": None}
    assert "2 files are right" in export("export", "verify", "--folder", tmp_path / "out" / name)
    assert export.problem("export", "ack", name, "0" * 64) == "manifest-mismatch"
    assert "is accepted" in export("export", "ack", run["id"][:8], manifest)
    shown = export("export", "show", name, lang="zh-CN")
    assert "state: 已确认" in shown
    # Asked with and without --json, hence twice.
    assert shown.count("清单不符") == 2
    assert "已确认" in export("export", "redeliver", name, lang="zh-CN")
    places = export.json("export", "destinations")
    assert (places[0]["name"], places[0]["watermark"]) == ("office", run["until"])
    days = ("--from", "2026-11-01", "--to", "2026-11-30")
    again = export.json("export", "run", "office", *days)
    assert (again["kind"], again["after"]) == ("backfill", 0)
    assert len(export.json("export", "list", "--destination", "office")) == 2


def test_what_goes_wrong_is_said_in_words(export: Line, tmp_path: Path):
    assert export.problem("export", "run", "nobody") == "destination-unknown"
    assert export.problem("export", "run", "away") == "export-failed"
    assert "make it, or mount it" in export("export", "list", "--destination", "away")
    assert export.problem("export", "run", "bad") == "export-failed"
    assert export.problem("export", "show", "nothing") == "unknown-name"
    assert export.problem("export", "verify", "--folder", tmp_path) == "export-failed"
    for words in (("run", "office", "--from", "2026-11-01"), ("verify",)):
        assert export.run("export", *words).exit_code == 2


def test_a_run_that_was_changed_or_is_gone_is_not_right(export: Line, tmp_path: Path):
    run = export.json("export", "run", "office")["name"]
    place = tmp_path / "out" / run
    (place / "sites.csv").write_text("changed")
    assert export.problem("export", "verify", run) == "export-failed"
    assert export.problem("export", "verify", "--folder", place) == "export-failed"
    (kept,) = (export.data_dir / "blobs" / "made").iterdir()
    kept.rename(kept.with_name(".elsewhere"))
    assert export.problem("export", "verify", run) == "export-removed"


def test_the_schema_names_datasets_and_columns(export: Line):
    assert "sites" in export("export", "schema")
    columns = export.json("export", "schema", "sites")
    assert {"name", "type", "level", "unit", "title"} == set(columns[0])
    (export.data_dir / "floor.toml").write_text(checklist_text("lobby"), "utf-8")
    export("checklist", "publish", export.data_dir / "floor.toml")
    (wide,) = [one for one in export.json("export", "schema") if "wide" in one["name"]]
    assert (wide["domain"], wide["key"]) == ("cleaning", ["id"])
    assert export.json("export", "schema", wide["name"])[-1]["title"] == "Floor"
    assert export.problem("export", "schema", "nothing") == "unknown-name"
