"""Datasets of plugins: rows of submitted walks as they stood, from a process of their own."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.export.consumer import Consumer
from tests.export.month import SECRET, Month, month
from tests.factories import checklist_text, publish
from tests.flow.assessing import ms

from fieldops.export.manifest import LeftOut, Manifest
from fieldops.export.run import write_run
from fieldops.export.wanted import Wanted
from fieldops.model.dataset import Audience, Column, Dataset
from fieldops.model.inspection import Inspection
from fieldops.model.plugin import API, PluginCard, PluginFault
from fieldops.plugin.probe import probe
from fieldops.store import plugins
from fieldops_sync.ids import result_id, uuid7

SCORES = "cleaning_area_scores"
NUMBER = "13812345678"
SAID = Dataset(
    name="said",
    version=1,
    key=("item",),
    columns=(
        Column("item", "string", {"zh-CN": "项", "en": "Item"}),
        Column("note", "string", {"zh-CN": "备注", "en": "Note"}, level=2, free=True),
    ),
    title={"zh-CN": "备注", "en": "Notes"},
)
HOOKS = ("add_export_rows", "declare_datasets", "declare_plugin")
CARD = PluginCard(
    name="cleaning", version="9", api=API, domain="cleaning", hooks=HOOKS, datasets=(SAID,)
)


class Walks:
    """Walks by a published checklist of the cleaning domain, of one item."""

    def __init__(self, october: Month) -> None:
        self.october = october
        self.checklist = publish(october.made.server, checklist_text("lobby"))

    def walk(self, happened: str, submit: bool = True) -> UUID:
        walk, at_ms, made = uuid7(), ms(happened), self.october.made
        about = ("inspection", walk)
        cited = {"def": self.checklist}
        start = made.op("inspection.start@1", about, at_ms, payload={}, **cited)
        said = {"inspection": str(walk), "item": "floor", "outcome": "pass", "note": NUMBER}
        result = ("result", result_id(walk, "floor"))
        ops = [start, made.op("result.record@1", result, at_ms + 1000, payload=said, **cited)]
        if submit:
            end: dict[str, Any] = {"base": [start["id"]], "payload": {"results": 1}}
            ops.append(made.op("inspection.submit@1", about, at_ms + 2000, **end))
        made.send(*ops)
        return walk

    def fail(self, walk: UUID) -> None:
        payload = {"inspection": str(walk), "item": "floor", "outcome": "fail", "note": ""}
        self.october.by_desk("result.record@1", "result", result_id(walk, "floor"), payload)


class Told:
    """Stands for a plugin's process; ``answer`` makes what it says of a walk."""

    card = CARD

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def call(self, hook: str, arguments: Any) -> Any:
        assert (hook, arguments["dataset"]) == ("add_export_rows", "said")
        return self.answer(arguments["inspection"])


@pytest.fixture
def october(database_url: str, tmp_path: Path) -> Iterator[Month]:
    with month(database_url, tmp_path) as one:
        one.made.at("2026-10-02T20:00")
        yield one


@pytest.fixture
def own_october(sqlite_database: str, tmp_path: Path) -> Iterator[Month]:
    with month(sqlite_database, tmp_path) as one:
        one.made.at("2026-10-02T20:00")
        yield one


def rows(folder: Path, name: str) -> dict[str, dict[str, str]]:
    text = (folder / f"{name}.csv").read_text("utf-8")
    found = csv.DictReader(io.StringIO(text, newline=""))
    return {row["inspection"]: row for row in found}


def asked(october: Month, name: str, answer: Any, level: int = 1, **given: Any):
    """A run whose plugin says what ``answer`` makes."""
    folder, core = october.folder / name, october.made.server.core
    folder.mkdir()
    october.made.server.do(lambda s: plugins.put_card(s, CARD))
    audience = Audience(level)  # type: ignore[arg-type]
    given = {"audience": audience, "until": october.head, **given}
    wanted = Wanted(run="night", secret=SECRET, **given)

    @contextmanager
    def open_(_card: PluginCard) -> Iterator[Told]:
        yield Told(answer)

    settings = october.settings
    made = write_run(core.store, core.blobs, settings, wanted, folder, lambda *_: None, open_)
    return folder, made


def said(walk: Inspection) -> tuple[dict[str, Any], ...]:
    return tuple({"item": one.item, "note": one.note} for one in walk.results)


def test_rows_of_a_real_plugin_stand_as_the_walks_stood_and_can_be_repeated(october: Month):
    found = probe("cleaning")
    assert found.card is not None
    assert not found.faults
    card = found.card
    october.made.server.do(lambda s: plugins.put_card(s, card))
    walks, head_office = Walks(october), Consumer()
    kept, gone = walks.walk("2026-10-02T09:00"), walks.walk("2026-10-02T10:00")
    walks.walk("2026-10-02T11:00", submit=False)
    first = october.head
    before, made = october.run("before", until=first)
    head_office.take(before)
    assert made.fieldops.left_out == {}
    facts = made.fieldops.datasets[SCORES]
    assert (facts.domain, facts.whole, facts.totals.sums["score"]) == ("cleaning", True, "200")
    table = rows(before, SCORES)
    assert table.keys() == {str(kept), str(gone)}
    assert table[str(kept)]["date"] == "2026-10-02"
    walks.fail(kept)
    october.void("inspection", gone)
    october.made.at("2026-10-03T20:00")
    late = walks.walk("2026-10-03T09:00")
    again, _ = october.run("again", until=first)
    for name in (f"{SCORES}.csv", "datapackage.json"):
        assert (again / name).read_bytes() == (before / name).read_bytes()
    night, _ = october.run("night", kind="incremental", after=first)
    head_office.take(night)
    scores = {walk: row["score"] for walk, row in rows(night, SCORES).items()}
    assert scores == {str(kept): "0", str(late): "100"}
    full, _ = october.run("full")
    fresh = Consumer()
    fresh.take(full)
    assert head_office.tables[SCORES] == fresh.tables[SCORES]
    october.made.act()


def test_what_people_wrote_is_as_the_audience_may_see_it(own_october: Month):
    walk = Walks(own_october).walk("2026-10-02T09:00")
    own_october.walk("2026-10-02T12:00")  # by no checklist: of no domain
    below, made = asked(own_october, "below", said)
    assert made.fieldops.datasets["cleaning_said"].withheld == ("note",)
    assert rows(below, "cleaning_said")[str(walk)]["note"] == ""
    heard = []

    def hear(walk: Inspection) -> tuple[()]:
        heard.append(walk)
        return ()

    asked(own_october, "heard", hear)
    assert {one.note for walk in heard for one in walk.results} == {"138****5678"}
    above, _ = asked(own_october, "above", said, level=3)
    (row,) = rows(above, "cleaning_said").values()
    assert row["note"] == NUMBER
    assert (row["change"], row["site"]) == ("added", str(own_october.made.site))


def left_out(made: Manifest, folder: Path) -> dict[str, LeftOut]:
    assert not list(folder.glob("cleaning_*"))
    assert "cleaning_said" not in made.fieldops.datasets
    assert (folder / "results.csv").exists()
    return made.fieldops.left_out


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda _walk: PluginFault(plugin="cleaning", code="timeout"), "timeout"),
        (lambda _walk: ({"item": "floor"}, {"item": "floor"}), "wrong-result"),
        (lambda _walk: ({"item": 5},), "wrong-result"),
    ],
    ids=["late", "same key twice", "another type"],
)
def test_a_plugin_that_fails_costs_its_dataset_and_the_manifest_says_so(
    own_october: Month, answer: Any, why: str
):
    walks = Walks(own_october)
    walks.walk("2026-10-02T09:00")
    walks.walk("2026-10-02T10:00")
    folder, made = asked(own_october, "failed", answer)
    assert left_out(made, folder) == {"cleaning_said": LeftOut("cleaning", why)}


def test_what_is_not_to_be_had_is_named(own_october: Month):
    Walks(own_october).walk("2026-10-02T09:00")
    chosen = ("cleaning_said", "cleaning_none", "results")
    days: dict[str, Any] = {"from_day": date(2026, 10, 1), "to_day": date(2026, 10, 2)}
    folder, made = asked(own_october, "part", said, kind="backfill", datasets=chosen, **days)
    assert left_out(made, folder) == {
        "cleaning_said": LeftOut("cleaning", "backfill"),
        "cleaning_none": LeftOut("", "unknown"),
    }
    silent = PluginCard(name="cleaning", version="9", api=API, domain="cleaning", hooks=HOOKS)
    own_october.made.server.do(lambda s: plugins.put_card(s, silent))
    folder, made = own_october.run("undeclared")
    assert left_out(made, folder) == {"cleaning": LeftOut("cleaning", "declare_datasets")}
