"""``redact_value``: a plugin covers more of an export than the core, and uncovers nothing."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.export.month import SECRET, Month, month
from tests.flow.following import plugin
from tests.plugin.packages import Packages

from fieldops.export import redacting
from fieldops.export.manifest import Manifest
from fieldops.export.pluginsets import isolated
from fieldops.export.run import write_run
from fieldops.export.wanted import Wanted
from fieldops.model.dataset import Audience, ExportField
from fieldops.model.plugin import PluginCard
from fieldops.plugin.host import Host
from fieldops.settings import load_settings
from fieldops.store import plugins

PHONE = "13812345678"
SHOWN = "138****5678"
CARED = ("results.note", "results.number", "results.value", "inspections.owner", "results.id")


@pytest.fixture
def october(sqlite_database: str, tmp_path: Path) -> Iterator[Month]:
    with month(sqlite_database, tmp_path) as one:
        one.made.at("2026-10-02T20:00")
        one.said = _saying  # type: ignore[method-assign]
        one.walk("2026-10-02T09:00")
        one.walk("2026-10-02T10:00")
        yield one


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    return Packages(tmp_path / "packages", monkeypatch)


def _saying() -> dict[str, Any]:
    return {"value": "23.5", "note": f"张工致电 {PHONE}"}


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def column(folder: Path, name: str, dataset: str = "results") -> set[str]:
    return {row[name] for row in rows(folder, dataset)}


class Opened:
    """Opens a plugin of this process; ``asked`` is what it was asked, ``closed`` how often."""

    def __init__(self, host: Host) -> None:
        self.host, self.opened, self.closed = host, 0, 0

    @contextmanager
    def __call__(self, _card: PluginCard) -> Iterator[Host]:
        self.opened += 1
        yield self.host
        self.closed += 1


def run(
    october: Month, name: str, hook: Callable[..., Any], redacts: tuple[str, ...] = CARED
) -> tuple[Path, Manifest, Opened]:
    host = plugin("veil", redacts=redacts, redact_value=hook)
    october.made.server.do(lambda s: plugins.put_card(s, host.card))
    opened = Opened(host)
    settings = replace_plugins(october, "veil")
    folder, core = october.folder / name, october.made.server.core
    folder.mkdir()
    wanted = Wanted(run="night", secret=SECRET, until=october.head, audience=Audience(1, "总部"))
    made = write_run(core.store, core.blobs, settings, wanted, folder, lambda *_: None, opened)
    return folder, made, opened


def replace_plugins(october: Month, name: str) -> Any:
    return load_settings(data_dir=october.folder / "data", plugins=[name])


def test_a_plugin_covers_more_in_the_columns_that_it_names(october: Month):
    asked: list[tuple[Any, ExportField, Audience]] = []

    def cover(value: Any, field: ExportField, audience: Audience) -> Any:
        asked.append((value, field, audience))
        return value.replace("张工", "*") if field.column == "note" else value

    plain, _ = october.run("plain")
    folder, made, opened = run(october, "covered", cover)
    assert column(plain, "note") == {f"张工致电 {SHOWN}"}
    assert column(folder, "note") == {f"*致电 {SHOWN}"}
    assert column(folder, "number") == column(plain, "number")
    assert made.fieldops.redaction_faults == {}
    assert (opened.opened, opened.closed) == (1, 1)
    values = {(one.dataset, one.column): value for value, one, _ in asked}
    assert values["results", "note"] == f"张工致电 {SHOWN}"  # it never sees what we mask
    assert str(october.made.inspector) not in values.values()
    assert ("results", "id") not in values  # rows are told by it
    assert {audience for *_, audience in asked} == {Audience(1, "总部")}
    assert {field for _, field, _ in asked if field.column == "note"} == {
        ExportField("results", "note", "string", 1)
    }
    # Whoever cares for answers does so in wide results too; each text is asked about once.
    assert {column for of, column in values if of.startswith("results_wide")} >= {"item_0"}
    assert len(asked) == len({(value, field) for value, field, _ in asked})


def _raise(value: Any) -> Any:
    raise ValueError(value)


@pytest.mark.parametrize(
    ("hook", "code"),
    [
        (_raise, "raised"),
        (lambda value: value.replace(SHOWN, PHONE), "wrong-result"),
        (lambda value: f"{value} {PHONE}", "wrong-result"),
        (lambda value: [value], "wrong-result"),
    ],
)
def test_what_fails_or_shows_more_is_withheld_and_named(october: Month, hook: Any, code: str):
    folder, made, opened = run(october, "failing", lambda value: hook(value))
    assert column(folder, "note") == {""}
    assert column(folder, "value") <= {"", "23.5"}  # what it let pass before
    assert made.fieldops.redaction_faults == {"veil": code}
    assert opened.closed == 1
    assert PHONE.encode() not in b"".join(one.read_bytes() for one in folder.iterdir())
    # What nobody named is as it was.
    assert column(folder, "outcome") == {"pass"}


def test_nobody_is_asked_where_nothing_is_named(october: Month):
    plain, _ = october.run("plain")
    for number, redacts in enumerate(((), ("sites.nothing", "nowhere.note"))):
        folder, made, opened = run(october, f"idle-{number}", _raise, redacts)
        assert (opened.opened, made.fieldops.redaction_faults) == (0, {})
        for name in ("results.csv", "inspections.csv"):
            assert (folder / name).read_bytes() == (plain / name).read_bytes()


def test_a_plugin_has_so_much_time_in_a_run(october: Month, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(redacting, "TOTAL_S", -1.0)
    folder, made, _ = run(october, "slow", lambda value: value)
    assert made.fieldops.redaction_faults == {"veil": "timeout"}
    assert column(folder, "note") == {""}


LOOPS = """
import time

@hookimpl
def redact_value(value):
    if "张" in value:
        time.sleep(60)
    return value
"""


def test_one_that_hangs_in_its_jail_is_killed_and_its_cells_are_withheld(
    october: Month, packages: Packages
):
    head = """
from fieldops import *
from fieldops import hookimpl

@hookimpl
def declare_plugin():
    return Plugin(name="NAME", version="1.0", api=API, redacts=("results.number", "results.note"))
"""
    name = packages.install("hanging-veil", LOOPS, head=head)
    settings = load_settings(
        data_dir=october.folder / "data",
        plugins=[name],
        worker={"hook_budgets_s": {"redact_value": 1}},
    )
    hooks = ("declare_plugin", "redact_value")
    card = PluginCard(name=name, version="1.0", api=1, hooks=hooks,
                      redacts=("results.number", "results.note"))  # fmt: skip
    redactors = redacting.Redactors({name: card}, settings, Audience(1), isolated(settings))
    from fieldops.export.datasets import DATASETS

    changes = redactors.of(DATASETS["results"])
    ((number,), (note,)) = changes["number"], changes["note"]
    assert number("23.5") == "23.5"
    assert note("张工") is None
    assert number("7") is None
    assert number("23.5") == "23.5"  # it was said before
    assert redactors.faults == {name: "timeout"}
    redactors.close()
