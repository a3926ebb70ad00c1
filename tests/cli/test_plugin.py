"""``fieldops plugin``: list, show, park, resume, replay, in both languages and as JSON."""

from collections.abc import Iterator

import pytest
from tests.cli.helping import Line
from tests.cli.tablets import Company

from fieldops.flow.handin import Advance, Introduce
from fieldops.flow.react import take
from fieldops.model.plugin import HookMeasure, PluginCard, PluginFault
from fieldops.model.register import RegisterSpec
from fieldops.store import readers
from fieldops.store.engine import Store

CARD = PluginCard(
    name="cleaning",
    version="1.2",
    api=1,
    domain="cleaning",
    summary={"zh-CN": "保洁", "en": "Cleaning"},
    hooks=("declare_plugin", "raise_findings"),
    earlier_days=30,
    registers=(RegisterSpec(name="zones", titles={"zh-CN": "分区", "en": "Zones"}),),
    checklists=("cleaning-daily@1.0",),
    protections=("limits", "landlock"),
)
LATE = PluginFault(plugin="cleaning", code="timeout", hook="raise_findings", detail="10 s")


@pytest.fixture
def store(line: Line) -> Iterator[Store]:
    """A database in which the plugin ``cleaning`` has worked and exceeded its time."""
    opened = Company(line).open_store()
    measures = {"raise_findings": HookMeasure(4, 10_000, 4_000, 1)}
    fault = LATE
    for request in (
        Introduce("cleaning", CARD),
        Advance("cleaning", 0, 1, faults=(fault,), failed=True, measures=measures),
    ):
        opened.write(lambda s, asked=request: take(s, asked, 1)).result()  # type: ignore[misc]
    yield opened
    opened.close()


def position_of(store: Store) -> tuple[str, int]:
    with store.read() as session:
        row = readers.get(session, "cleaning")
    assert row is not None
    return row.state, row.position


def test_plugins_are_listed_before_they_ever_ran(sqlite_line: Line):
    Company(sqlite_line).open_store().close()
    rows = sqlite_line.json("plugin", "list")
    assert {"cleaning", "confidentiality", "facilities", "security"} <= {r["name"] for r in rows}
    assert {row["state"] for row in rows} == {"new"}
    for verb in (["show"], ["park"], ["resume"], ["replay", "--from", "0"]):
        assert sqlite_line.problem("plugin", verb[0], "nobody", *verb[1:]) == "unknown-name"
    said = sqlite_line("plugin", "show", "cleaning")
    assert "cleaning · new" in said
    assert "it was never loaded" in said


def test_last_fault_is_listed_while_it_matters(line: Line, store: Store):
    said = line("plugin", "list")
    assert "timeout: " in said
    assert "(10 s)" in said
    line("plugin", "resume", "cleaning")
    assert "timeout" not in line("plugin", "list")


def test_sheet_tells_people_everything_in_both_languages(line: Line, store: Store):
    said = line("plugin", "show", "cleaning")
    for text in (
        "cleaning 1.2 · waiting", "Cleaning", "zones (Zones)", "cleaning-daily@1.0", "30 days",
        "limits, landlock", "attempts at the next: 1", "The hook exceeded its time and was killed",
        "raise_findings   4       0.01      2.50      4.0          1",
    ):  # fmt: skip
        assert text in said, said
    told = line("plugin", "show", "cleaning", lang="zh-CN")
    for text in ("保洁", "zones (分区)", "30 天", "下一条已试 1 次", "钩子超过了时限"):
        assert text in told, told
    line("plugin", "list", lang="zh-CN")


def test_sheet_as_json_explains_each_fault(line: Line, store: Store):
    sheet = line.json("plugin", "show", "cleaning")
    (fault,) = sheet["state"]["faults"]
    assert (fault["code"], fault["detail"]) == ("timeout", "10 s")
    assert fault["titles"].keys() == fault["advice"].keys() == {"zh-CN", "en"}
    assert sheet["measures"]["raise_findings"]["took_us"] == 10_000
    assert sheet["card"]["checklists"] == ["cleaning-daily@1.0"]


def test_parked_plugin_stays_until_it_is_resumed(line: Line, store: Store):
    assert "is parked" in line("plugin", "park", "cleaning", "--why", "too many findings")
    assert position_of(store) == ("parked", 1)
    said = line("plugin", "list")
    assert "parked-by-hand: Somebody parked it" in said
    assert "(too many findings)" in said
    line("plugin", "resume", "cleaning")
    assert position_of(store) == ("running", 1)


def test_replay_sets_the_cursor_and_all_is_audited(line: Line, store: Store):
    assert line.json("plugin", "replay", "cleaning", "--from", "0")["from"] == 0
    assert position_of(store) == ("running", 0)
    assert line.problem("plugin", "replay", "cleaning", "--from", "999") == "validation"
    assert "--from" in line.wrong_usage("plugin", "replay", "cleaning")
    line("plugin", "park", "cleaning")
    line("plugin", "resume", "cleaning")
    actions = [row["action"] for row in line.json("audit", "list", "--action", "plugin.")]
    assert actions == ["plugin.resume", "plugin.park", "plugin.replay"]


def test_default_plugin_is_said_to_be_a_part_of_fieldops(sqlite_line: Line):
    card = PluginCard(name="builtin", version="1", api=1, hooks=("raise_findings",))
    opened = Company(sqlite_line).open_store()
    opened.write(lambda s: take(s, Introduce("builtin", card), 1)).result()
    opened.close()
    said = sqlite_line("plugin", "show", "builtin")
    assert "every domain" in said
    assert "it is part of fieldops itself" in said
