"""Plugins as people see and handle them: their sheet, park, resume, replay, another version."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.factories import Server, add_person, sign_in
from tests.flow.following import Walk, default_reader, no_photos, plugin, reader_of, walking

from fieldops import builtin
from fieldops.flow import plugins, setup
from fieldops.flow.handin import Introduce
from fieldops.flow.pluginreader import PluginReader
from fieldops.flow.setup import SYSTEM
from fieldops.model.access import Role
from fieldops.model.finding import FindingDraft
from fieldops.model.plugin import PluginFault
from fieldops.model.problem import ProblemError
from fieldops.plugin.host import Host
from fieldops.store import audit

TITLES: Any = {"zh-CN": "问题", "en": "Problem"}


@pytest.fixture
def walk(database_url: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def quick_walk(sqlite_database: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(sqlite_database, tmp_path) as made:
        yield made


def finding(version: str, *rules: str) -> Host:
    """A plugin that finds these about every inspection."""
    drafts = [FindingDraft(rule=rule, titles=TITLES) for rule in rules]
    return plugin("judge", version=version, raise_findings=lambda: drafts)


def introduced(walk: Walk, host: Host, days: int = 90) -> PluginReader:
    """The reader of a plugin whose worker has just begun."""
    walk.handin(Introduce(host.card.name, host.card, again_days=days))
    return reader_of(host)


# Another version


def test_version_that_judges_otherwise_withdraws_and_raises_and_history_shows_both(
    walk: Walk,
) -> None:
    walk.start()
    walk.record("floor", "pass")
    walk.follow(introduced(walk, finding("1.0", "stays", "goes")))
    walk.follow(introduced(walk, finding("1.1", "stays", "comes")))
    assert walk.rules() == ["judge:comes", "judge:stays"]
    assert walk.rules("withdrawn") == ["judge:goes"]
    assert versions_of(walk, "judge:stays") == [("raised", "1.0")]
    assert versions_of(walk, "judge:comes") == [("raised", "1.1")]
    assert versions_of(walk, "judge:goes", "withdrawn") == [("raised", "1.0"), ("withdrawn", "1.1")]
    walk.follow(introduced(walk, finding("1.0", "stays", "goes")))
    assert walk.rules() == ["judge:goes", "judge:stays"]
    assert versions_of(walk, "judge:goes") == [
        ("raised", "1.0"), ("withdrawn", "1.1"), ("raised", "1.0"),
    ]  # fmt: skip


def versions_of(walk: Walk, rule: str, state: str = "open") -> list[tuple[str, str]]:
    """What became of a finding, and by which version, as the desk is told."""
    (found,) = [one for one, name in zip(walk.findings(state), walk.rules(state), strict=True)
                if name == rule]  # fmt: skip
    person = sign_in(walk.server, walk.server.do(lambda s: add_person(s, Role.SUPERVISOR, None)))
    answer = walk.server.client.get(f"/api/v1/records/{found.id}/history", headers=person)
    assert answer.status_code == 200, answer.text
    return [
        ("withdrawn", step["fields"]["withdrawn"]["plugin_version"])
        if step["fields"].get("withdrawn")
        else ("raised", step["fields"]["plugin_version"])
        for step in answer.json()
    ]


def test_version_that_judges_alike_adds_nothing(quick_walk: Walk) -> None:
    quick_walk.start()
    quick_walk.follow(introduced(quick_walk, finding("1.0", "stays")))
    before = quick_walk.head()
    quick_walk.follow(introduced(quick_walk, finding("1.1", "stays")))
    assert quick_walk.head() == before


def test_version_judges_again_what_came_within_the_days_that_are_set(quick_walk: Walk) -> None:
    quick_walk.start()
    end = quick_walk.head()
    day_ms = 24 * 3600 * 1000
    quick_walk.server.clock.now_ms += 10 * day_ms
    now_ms = quick_walk.server.clock()
    site, named = quick_walk.company.site, {"name": "renamed"}
    quick_walk.server.do(lambda s: setup.put_site(s, site, named, SYSTEM, now_ms))
    quick_walk.follow(introduced(quick_walk, finding("1.0")))
    assert quick_walk.state_of("judge").lag == 0

    def since(days: int) -> int:
        return quick_walk.server.look(lambda s: plugins.position_at(s, now_ms - days * day_ms + 1))

    assert [since(days) for days in (0, 5, 11, 10**5)] == [quick_walk.head(), end, 0, 0]
    introduced(quick_walk, finding("1.1"), days=0)
    assert quick_walk.state_of("judge").cursor == quick_walk.head()
    introduced(quick_walk, finding("1.2"), days=5)
    assert quick_walk.state_of("judge").cursor == end
    introduced(quick_walk, finding("1.3"), days=90)
    assert quick_walk.state_of("judge").cursor == 0


def test_after_a_fault_the_plugin_begins_anew(quick_walk: Walk) -> None:
    """What is resumed runs with the code that was mended, not with what failed."""

    def broken() -> Any:
        raise ValueError("a slip")

    quick_walk.start()
    begun: list[str] = []
    host = plugin("judge", raise_findings=broken)
    quick_walk.follow(PluginReader(host, no_photos, anew=lambda: begun.append("broken")))
    state = quick_walk.state_of("judge")
    assert (state.state, len(begun)) == ("parked", len(state.faults))
    assert quick_walk.resume("judge")
    mended = finding("1", "odd")
    quick_walk.follow(PluginReader(mended, no_photos, anew=lambda: begun.append("mended")))
    assert quick_walk.rules() == ["judge:odd"]
    assert "mended" not in begun


def test_renewed_plugin_goes_on_unless_a_person_has_parked_it(quick_walk: Walk) -> None:
    quick_walk.start()
    quick_walk.follow(introduced(quick_walk, finding("1.0", "odd")))
    assert parked(quick_walk, "judge", "it finds too much")
    introduced(quick_walk, finding("1.1"))
    state = quick_walk.state_of("judge")
    assert (state.state, state.cursor) == ("parked", 0)
    assert state.faults[-1].detail == "it finds too much"
    assert quick_walk.resume("judge")
    quick_walk.follow(reader_of(finding("1.1")))
    assert quick_walk.rules() == []
    assert quick_walk.state_of("judge").state == "running"


# By hand


def parked(walk: Walk, name: str, why: str) -> bool:
    now_ms = walk.server.clock()
    return walk.server.do(lambda s: plugins.park(s, name, why, SYSTEM, now_ms))


def test_replay_of_every_reader_adds_no_row(walk: Walk) -> None:
    walk.start()
    walk.record("floor", "fail")
    walk.submit(results=1)
    readers = [default_reader(), introduced(walk, finding("1.0", "stays"))]
    walk.follow(*readers)
    before = walk.head()
    for name in ("builtin", "judge"):
        assert walk.replay(name)
        assert walk.state_of(name).lag == before
    walk.follow(*readers)
    assert walk.head() == before
    assert walk.state_of("judge").lag == 0


def test_what_a_person_does_is_audited_and_a_stranger_is_not_known(quick_walk: Walk) -> None:
    quick_walk.start()
    quick_walk.follow(introduced(quick_walk, finding("1.0")))
    end = quick_walk.head()
    assert parked(quick_walk, "judge", "too slow")
    assert quick_walk.resume("judge")
    assert quick_walk.replay("judge", 1)
    for known in (parked(quick_walk, "none", ""), quick_walk.resume("none"),
                  quick_walk.replay("none")):  # fmt: skip
        assert not known
    with pytest.raises(ProblemError, match="validation"):
        quick_walk.replay("judge", end + 1)
    entries = quick_walk.server.look(lambda s: audit.latest(s, 9, "plugin."))
    assert [(one.action, one.detail) for one in entries] == [
        ("plugin.replay", {"plugin": "judge", "position": 1, "stood": end}),
        ("plugin.resume", {"plugin": "judge", "position": end}),
        ("plugin.park", {"plugin": "judge", "position": end, "why": "too slow"}),
    ]


def test_hand_in_of_a_plugin_parked_meanwhile_is_not_kept(quick_walk: Walk) -> None:
    quick_walk.start()
    reader = introduced(quick_walk, finding("1.0", "odd"))
    direct = quick_walk.handin

    def park_first(request: Any) -> Any:
        parked(quick_walk, "judge", "now")
        return direct(request)

    quick_walk.handin = park_first
    answer = quick_walk.step(reader)
    assert answer is not None
    assert (answer.moved, answer.state) == (False, "parked")
    assert quick_walk.rules() == []


def test_a_plugin_that_could_not_be_loaded_is_not_said_to_go_on(quick_walk: Walk) -> None:
    fault = PluginFault(plugin="judge", code="import-failed")
    quick_walk.start()
    quick_walk.handin(Introduce("judge", None, (fault,)))
    with pytest.raises(ProblemError, match="validation"):
        quick_walk.resume("judge")
    assert quick_walk.replay("judge", 1)
    state = quick_walk.state_of("judge")
    assert (state.state, state.cursor) == ("off", 1)


# What is shown


def test_sheet_counts_what_each_hook_has_cost_in_this_version(quick_walk: Walk) -> None:
    quick_walk.start()
    quick_walk.follow(introduced(quick_walk, finding("1.0")))
    quick_walk.record("floor", "pass")
    quick_walk.follow(reader_of(plugin("judge", version="1.0", raise_findings=_raise)))
    sheet = quick_walk.server.look(lambda s: plugins.plugin_sheet(s, quick_walk.settings, "judge"))
    assert sheet is not None
    (hook,) = sheet.measures
    measure = sheet.measures[hook]
    assert (hook, measure.calls, measure.faults) == ("raise_findings", 4, 3)
    assert 0 < measure.slowest_us <= measure.took_us
    introduced(quick_walk, finding("1.1"))
    renewed = quick_walk.server.look(
        lambda s: plugins.plugin_sheet(s, quick_walk.settings, "judge")
    )
    assert renewed is not None
    assert renewed.measures == {}
    nobody = quick_walk.server.look(lambda s: plugins.plugin_sheet(s, quick_walk.settings, "none"))
    assert nobody is None


def _raise(inspection: object) -> Any:
    raise ZeroDivisionError


def test_readyz_says_who_does_not_work_and_why_and_stays_200(quick_walk: Walk) -> None:
    server = quick_walk.server
    quick_walk.start()
    quick_walk.follow(default_reader())
    assert ready(server) == ("ok", {})
    quick_walk.follow(introduced(quick_walk, plugin("bad", raise_findings=_raise)))
    fault = PluginFault(plugin="absent", code="not-installed")
    quick_walk.handin(Introduce("absent", None, (fault,)))
    stopped = quick_walk.state_of("bad").cursor
    assert ready(server) == (
        "degraded",
        {
            "plugin absent": "off at position 0: not-installed",
            "plugin bad": f"parked at position {stopped}: raised in raise_findings",
        },
    )
    server.core.settings = server.core.settings.model_copy(update={"plugins": ("bad",)})
    assert set(ready(server)[1]) == {"plugin bad"}
    parked(quick_walk, builtin.NAME, "")
    assert "plugin builtin" in ready(server)[1]


def ready(server: Server) -> tuple[str, dict[str, str]]:
    """What ``/readyz`` says of all, and of the readers of the log that do not work."""
    answer = server.client.get("/readyz")
    assert answer.status_code == 200
    parts = {part["name"]: part for part in answer.json()["parts"] if "why" in part}
    assert {part["state"] for part in parts.values()} <= {"degraded"}
    return answer.json()["state"], {name: part["why"] for name, part in parts.items()}
