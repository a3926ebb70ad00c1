"""Wide results of a run: a row an inspection, as masked as the long table, in every format."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pyarrow import parquet
from tests.export.month import Month, month
from tests.factories import publish
from tests.flow.assessing import ms

from fieldops.export.manifest import LeftOut, Manifest
from fieldops.export.wanted import FORMATS
from fieldops.export.widesets import OWN, wide_name
from fieldops.model.dataset import Audience
from fieldops_sync.ids import result_id, uuid7

PHONE = "13812345678"
_ITEMS = {
    "clean": ("hall", 'type = "passfail"'),
    "warm": ("hall", 'type = "number", unit = "°C"'),
    "seen": ("hall", 'type = "text"'),
    "signed": ("hall", 'type = "signature"'),
    "twice": ("hall", 'type = "calculated", expression = "warm * 2"'),
    "speed": ("lift", 'type = "number", unit = "m/s"'),
    "said": ("lift", 'type = "text"'),
}


def checklist(version: str) -> str:
    """The TOML of a version with a section that repeats."""
    parts = []
    repeats = 'repeat = { titles = { zh-CN = "梯", en = "Lift" } }'
    for section, more in (("hall", ""), ("lift", repeats)):
        items = "".join(
            f"""
[[sections.items]]
key = "{key}"
titles = {{ zh-CN = "项 {key}", en = "Item {key}" }}
measure = {{ zh-CN = "目测。", en = "By eye." }}
required = false
answer = {{ {answer} }}
"""
            for key, (place, answer) in _ITEMS.items()
            if place == section
        )
        parts.append(f"""
[[sections]]
key = "{section}"
titles = {{ zh-CN = "部分", en = "Part" }}
{more}
{items}""")
    return f"""
key = "wide-one"
version = "{version}"
domain = "patrol"
titles = {{ zh-CN = "巡查", en = "Patrol" }}
{"".join(parts)}
[[examples]]
titles = {{ zh-CN = "合格", en = "Good" }}
date = "2026-10-01"
rest = "pass"
score = 100
passed = true
"""


ANSWERS: dict[tuple[str, str], Any] = {
    ("clean", ""): "pass",
    ("warm", ""): "23.5",
    ("seen", ""): f"=1+1 {PHONE}",
    ("signed", ""): {"name": "张三", "sha256": "ab" * 32},
    ("speed", "2 号梯"): "1.75",
    ("speed", f"梯 {PHONE}"): "1",
    ("said", "2 号梯"): f"致电 {PHONE}",
}


class Walks:
    """Walks by a version of the checklist."""

    def __init__(self, october: Month, version: str = "1.0") -> None:
        self.october = october
        self.sha256 = publish(october.made.server, checklist(version))
        self.name = wide_name("wide-one", version, self.sha256)

    def walk(self, answers: dict[tuple[str, str], Any]) -> UUID:
        walk, at_ms, made = uuid7(), ms("2026-10-02T09:00"), self.october.made
        cited = {"def": self.sha256}
        ops = [made.op("inspection.start@1", ("inspection", walk), at_ms, payload={}, **cited)]
        for (item, repeat), value in answers.items():
            told = {"inspection": str(walk), "item": item, "value": value}
            told |= {"repeat": repeat} if repeat else {}
            subject = ("result", result_id(walk, item, repeat))
            ops.append(made.op("result.record@1", subject, at_ms, payload=told, **cited))
        made.send(*ops)
        return walk


@pytest.fixture
def october(sqlite_database: str, tmp_path: Path) -> Iterator[Month]:
    with month(sqlite_database, tmp_path) as one:
        one.made.at("2026-10-02T20:00")
        yield one


def rows(folder: Path, name: str) -> dict[str, dict[str, str]]:
    text = (folder / f"{name}.csv").read_text("utf-8")
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def told(october: Month, level: int, walks: Walks) -> tuple[Path, Manifest]:
    audience = Audience(level)  # type: ignore[arg-type]
    name = f"level-{level}"
    return october.run(name, audience=audience, datasets=(walks.name,), formats=FORMATS)


def test_a_walk_is_a_row_as_masked_as_the_long_table(october: Month):
    walks = Walks(october)
    walk = str(walks.walk(ANSWERS))
    below, made = told(october, 1, walks)
    assert [*made.fieldops.datasets] == [walks.name]
    facts = made.fieldops.datasets[walks.name]
    assert (facts.checklist, facts.withheld) == (walks.sha256, ("seen", "signed", "said"))
    assert PHONE.encode() not in b"".join(
        one.read_bytes() for one in below.iterdir() if one.suffix in (".csv", ".jsonl")
    )
    row = rows(below, walks.name)[walk]
    assert (row["change"], row["state"], row["clean"], row["warm"]) == (
        "added", "draft", "pass", "23.5",
    )  # fmt: skip
    assert row["owner"] not in ("", str(october.made.inspector))
    assert (row["twice"], row["seen"], row["signed"], row["said"]) == ("47", "", "", "")
    assert json.loads(row["speed"]) == {"2 号梯": "1.75", "梯 138****5678": "1"}
    above, _ = told(october, 3, walks)
    row = rows(above, walks.name)[walk]
    assert (row["owner"], row["seen"]) == (str(october.made.inspector), f"'=1+1 {PHONE}")
    assert json.loads(row["signed"])["name"] == "张三"
    (typed,) = parquet.read_table(above / f"{walks.name}.parquet").to_pylist()
    assert (str(typed["warm"]), typed["clean"]) == ("23.500000000", "pass")
    (line,) = (above / f"{walks.name}.jsonl").read_text("utf-8").splitlines()
    assert [*json.loads(line)] == [*(one.name for one in OWN), *_ITEMS]


def test_names_choose_and_what_is_of_no_version_is_left_out(october: Month):
    one, other = Walks(october), Walks(october, "1-0")
    one.walk({("clean", ""): "pass"})
    other.walk({("clean", ""): "fail"})
    assert one.name != other.name
    _, made = october.run("all", datasets=("sites", "results_wide"))
    assert made.fieldops.datasets.keys() == {"sites", one.name, other.name}
    _, made = october.run("none", datasets=("results_wide_of_nobody", one.name))
    assert made.fieldops.datasets.keys() == {one.name}
    assert made.fieldops.left_out == {"results_wide_of_nobody": LeftOut("", "unknown")}


def test_a_backfill_brings_the_walks_of_its_days_and_a_tombstone_of_what_is_gone(october: Month):
    walks = Walks(october)
    kept, gone = walks.walk({}), walks.walk({})
    october.void("inspection", gone)
    days = {"from_day": date(2026, 10, 2), "to_day": date(2026, 10, 2)}
    folder, _ = october.run("backfill", kind="backfill", datasets=(walks.name,), **days)
    changes = {id_: row["change"] for id_, row in rows(folder, walks.name).items()}
    assert changes == {str(kept): "added", str(gone): "voided"}
