"""What an audience lacks the grant for is in no byte of its run; keys stay the same for it."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import frictionless
import pytest
from frictionless import Package, Schema
from msgspec import UnsetType
from pyarrow import parquet
from tests.export.month import Month, month
from tests.factories import checklist_text, publish
from tests.flow.assessing import ms

from fieldops.export.copies import Copies
from fieldops.export.datasets import DATASETS
from fieldops.export.manifest import Resource
from fieldops.export.masking import pseudonym
from fieldops.export.wanted import FORMATS, Wanted
from fieldops.model.access import Level
from fieldops.model.dataset import Audience
from fieldops_sync.ids import result_id, uuid7

_NAME, _UNIT = "张三丰", "7栋2单元1503"


@pytest.fixture
def october(sqlite_database: str, tmp_path: Path) -> Iterator[Month]:
    with month(sqlite_database, tmp_path) as one:
        one.made.at("2026-10-02T20:00")
        yield one


def _check_character(seventeen: str) -> str:
    """GB 11643-1999: mod 11-2."""
    total = sum(int(one) * 2 ** (17 - at) for at, one in enumerate(seventeen))
    return "10X98765432"[total % 11]


def canaries() -> list[str]:
    """Sixty identity numbers, each of somebody of its own."""
    heads = [f"11010119900307{number:03}" for number in range(1, 61)]
    return [head + _check_character(head) for head in heads]


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_no_canary_of_level_three_leaves_with_a_run_of_a_lower_level(october: Month):
    told = canaries()
    walk = october.walk("2026-10-02T09:00")
    for number, one in enumerate(told[:20]):
        item = f"said_{number}"
        payload = {
            "inspection": str(walk),
            "item": item,
            "note": f"证件 {one} 已核对",
            "value": one,
        }
        october.by_desk("result.record@1", "result", result_id(walk, item), payload)
    for one in told[20:40]:
        seen = {"severity": "minor", "text": f"桌面留有证件 {one}"}
        october.by_desk("finding.report@1", "finding", uuid7(), seen)
    for one in told[40:]:
        contact = {"name": _NAME, "phone": one, "unit": _UNIT}
        said = {"nature": "complaint", "text": f"我的证件 {one}", "contact": contact}
        about, at_ms = ("feedback", uuid7()), ms("2026-10-02T10:00")
        october.made.send(october.made.op("feedback.record@1", about, at_ms, payload=said))
    written = {}
    for level in (1, 2, 3):
        audience = Audience(level, "head office")
        folder, _ = october.run(f"level-{level}", audience=audience, formats=("csv", "jsonl"))
        written[level] = "".join(one.read_text("utf-8") for one in sorted(folder.iterdir()))
    for level in (1, 2):
        assert not [one for one in told if one in written[level]]
        assert "110101********" in written[level]
    assert all(one in written[3] for one in told)
    for text in written.values():
        assert _NAME not in text
        assert _UNIT not in text


def test_what_no_checklist_knows_leaves_masked_or_not_at_all(october: Month):
    """Said once (the last two are read by the page), and put right (all are read one by one)."""
    item, repeat, answer = canaries()[:3]
    walk = october.walk("2026-10-02T09:00")
    cited = max(one for one in october.versions if one)
    said, odd = ({"inspection": str(walk), "item": one} for one in (item, "odd"))
    beyond, uncited, plain = (
        ("result", result_id(walk, *one)) for one in ((item, repeat), ("odd", "3"), ("odd", "4"))
    )
    at_ms = ms("2026-10-02T09:10")
    shot = {**said, "repeat": repeat, "sha256": "ab" * 32}
    october.made.send(october.made.op("photo.attach@1", ("photo", uuid7()), at_ms, payload=shot))
    heads: list[list[str]] = [[], [], []]
    for name in ("said", "edited"):
        first = {**said, "repeat": repeat, "value": answer, "note": name}
        second = {**odd, "repeat": "3", "value": 4111111111111111, "note": name}
        third = {**odd, "repeat": "4", "value": 7, "note": name}
        ops = [
            october.made.op("result.record@1", beyond, at_ms, payload=first, base=heads[0],
                            **{"def": cited}),
            october.made.op("result.record@1", uncited, at_ms, payload=second, base=heads[1]),
            october.made.op("result.record@1", plain, at_ms, payload=third, base=heads[2],
                            **{"def": cited}),
        ]  # fmt: skip
        october.made.send(*ops)
        heads = [[op["id"]] for op in ops]
        folder, _ = october.run(name)
        found = {row["id"]: row for row in rows(folder, "results")}
        one, other, last = (found[str(about[1])] for about in (beyond, uncited, plain))
        assert {(row["value"], row["withheld"]) for row in (one, last)} == {("", "true")}
        assert (other["value"], other["number"]) == ("************1111", "")
        assert (other["item"], other["repeat"], other["note"]) == ("odd", "3", name)
        files = "".join(file.read_text("utf-8") for file in folder.glob("*.csv"))
        assert not [secret for secret in (item, repeat, answer) if secret in files]
        assert one["item"] == f"{item[:6]}********{item[-4:]}"


def test_keys_stay_the_same_for_a_destination_and_differ_between_two(october: Month):
    october.walk("2026-10-02T09:00")
    one, _ = october.run("one", secret=b"first")
    again, _ = october.run("again", secret=b"first")
    other, _ = october.run("other", secret=b"second")
    person = str(october.made.inspector)
    found = {folder.name: rows(folder, "inspections")[0]["owner"] for folder in (one, again, other)}
    assert found["one"] == found["again"] == pseudonym(b"first", person)
    assert found["other"] == pseudonym(b"second", person) != found["one"]
    assert UUID(found["one"]).int.bit_length() <= 128
    assert found["one"] in {row["id"] for row in rows(one, "people")}


def test_the_manifest_says_what_is_withheld(october: Month):
    _, below = october.run("below", audience=Audience(1))
    _, above = october.run("above", audience=Audience(3))
    assert below.fieldops.datasets["people"].withheld == ("login", "name", "staff_number")
    assert below.fieldops.datasets["photos"].withheld == ("latitude", "longitude", "accuracy_m")
    assert not any(facts.withheld for facts in above.fieldops.datasets.values())
    assert above.fieldops.purpose == ""
    assert {row["name"] for row in rows(october.folder / "below", "people")} == {""}
    assert "" not in {row["name"] for row in rows(october.folder / "above", "people")}


def test_what_we_write_is_a_valid_data_package(october: Month):
    october.day(2)
    folder, made = october.run("valid", formats=FORMATS, csv_bom=True, audience=Audience(3))
    report = Package(folder / "datapackage.json").validate()
    assert report.valid, report.flatten(["name", "type", "message"])
    assert len(report.tasks) == len(made.resources) == len(FORMATS) * len(made.fieldops.datasets)
    assert len(made.fieldops.datasets) == len(DATASETS) + 1  # and that of a checklist version
    read = {task.name for task in report.tasks if task.type == "table"}
    assert read == {one.name for one in made.resources if one.format in ("csv", "xlsx")}
    for one in made.resources:
        if one.format in ("jsonl", "parquet"):
            rows_are_valid(folder, one)


def rows_are_valid(folder: Path, one: Resource) -> None:
    """Formats that frictionless reads by packages that are not here: read by others for it."""
    path = folder / one.path
    if one.format == "parquet":
        data = parquet.read_table(path).to_pylist()
    else:
        data = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    if data:
        assert not isinstance(one.schema, UnsetType)
        schema = Schema.from_descriptor(one.schema)
        report = frictionless.Resource(data=data, schema=schema).validate()
        assert report.valid, report.flatten(["fieldName", "type", "message"])


def test_a_backfill_brings_what_began_on_its_days_as_it_stands_now(october: Month):
    for day in (3, 4, 5):
        october.made.at(f"2026-10-0{day}T20:00")
        october.walk(f"2026-10-0{day}T09:00")
    kept, gone = [*october.walks][1:3]
    october.void("inspection", gone)
    october.edit(kept)
    days = {"from_day": "2026-10-04", "to_day": "2026-10-05"}
    given = {name: date.fromisoformat(one) for name, one in days.items()}
    folder, made = october.run("backfill", kind="backfill", **given)
    changes = {row["id"]: row["change"] for row in rows(folder, "inspections")}
    assert changes == {str(kept): "added", str(gone): "voided"}
    assert {row["inspection"] for row in rows(folder, "results")} == {str(kept), ""}
    assert not rows(folder, "people")
    assert not rows(folder, "assessments")
    assert (made.fieldops.from_day, made.fieldops.to_day) == (days["from_day"], days["to_day"])


def test_the_core_says_all_of_its_own(october: Month):
    """A published checklist with its items, a round, a complaint with its clock."""
    publish(october.made.server, checklist_text("lobby", "1.0"))
    planned = {
        "plan": str(uuid7()),
        "due": "2026-10-03T01:00:00Z",
        "opens": "2026-10-03T00:30:00Z",
        "closes": "2026-10-03T02:00:00Z",
        "missed_at": "2026-10-03T03:00:00Z",
        "checklists": ["lobby"],
        "severity": "minor",
        "people": [str(october.made.inspector)],
    }
    october.made.by_server("round.plan@1", ("round", uuid7()), planned)
    said = {"nature": "complaint", "text": "电梯异响"}
    about = ("feedback", uuid7())
    op = october.made.op("feedback.record@1", about, ms("2026-10-02T10:00"), payload=said)
    october.made.send(op)
    october.made.act()
    folder, _ = october.run("all", audience=Audience(2))
    (version,) = [row for row in rows(folder, "checklists") if row["checklist"] == "lobby"]
    items = [row for row in rows(folder, "items") if row["checklist"] == version["sha256"]]
    assert items
    assert {row["weight"] for row in items} == {"1"}
    (due,) = rows(folder, "rounds")
    assert (due["state"], due["people"]) == ("planned", "1")
    (complaint,) = rows(folder, "complaints")
    assert (complaint["tier"], complaint["id"]) == ("general", str(about[1]))
    assert complaint["answer_by"]


def test_photos_are_copied_for_whom_faces_may_be_shown(october: Month):
    raw = b"\xff\xd8 a photo"
    named = sha256(raw).hexdigest()
    core = october.made.server.core
    core.blobs.put(named, io.BytesIO(raw), len(raw))
    walk = october.walk("2026-10-02T09:00")
    for hash_ in (named, "ab" * 32):
        said = {"inspection": str(walk), "sha256": hash_}
        about = ("photo", uuid7())
        at_ms = ms("2026-10-02T09:10")
        october.made.send(october.made.op("photo.attach@1", about, at_ms, payload=said))
    folder, made = october.run("three", photos="originals", audience=Audience(3))
    assert (folder / f"photo-{named}").read_bytes() == raw
    assert made.fieldops.photos == {"copied": 1, "missing": 1}
    assert made.resources[-1].hash == f"sha256:{named}"
    _, made = october.run("derivatives", photos="derivatives", audience=Audience(3))
    assert made.fieldops.photos == {"missing": 2}
    folder, made = october.run("two", photos="originals", audience=Audience(2))
    assert made.fieldops.photos == {"withheld": 2}
    assert not list(folder.glob("photo-*"))


def test_a_copy_that_is_not_what_it_is_named_is_missing(october: Month, tmp_path: Path):
    class Lying:
        def get(self, _sha256: str) -> io.BytesIO:
            return io.BytesIO(b"something else")

    wanted = Wanted(run="x", until=1, audience=Audience(int(Level.L3)), photos="originals")  # type: ignore[arg-type]
    copies = Copies(Lying(), wanted, tmp_path)  # type: ignore[arg-type]
    october.made.server.look(lambda session: copies.take(session, ["cd" * 32]))
    assert copies.counts == {"missing": 1}
    assert not list(tmp_path.glob("photo-*"))
