"""A fifth domain beside the four: built from ``plugin new``, without a touch to the core."""

from collections.abc import Callable
from pathlib import Path

from tests.plugin.emergency.conftest import write_package

from fieldops import Checklist
from fieldops.plugin import probe
from fieldops.plugin.isolate import Isolated
from fieldops.rules.checklists import parse
from fieldops.testing import Kit, Play, change, entry

ROOT = Path(__file__).parents[3]
CORE = ("src", "sync", "plugins", "checklists")
Stand = dict[str, tuple[int, int]]


def stand() -> Stand:
    """Every file of the core, with its size and when it was written."""
    files = (file for room in CORE for file in (ROOT / room).rglob("*") if file.is_file())
    kept = (file for file in files if "__pycache__" not in file.parts)
    return {str(file): (file.stat().st_size, file.stat().st_mtime_ns) for file in kept}


def test_its_checklist_is_thorough_and_bilingual(emergency: Path) -> None:
    (file,) = (emergency / "checklists/emergency").glob("*.toml")
    checklist = parse(file.read_text(encoding="utf-8"), file.name)
    assert isinstance(checklist, Checklist), checklist
    items = [item for section in checklist.sections for item in section.items]
    assert (checklist.key, checklist.domain) == ("emergency-readiness", "emergency")
    assert len(items) >= 10
    assert all(item.measure["zh-CN"] and item.measure["en"] and item.clause for item in items)
    assert len(checklist.examples) >= 3


def test_server_finds_it_by_its_entry_point(emergency: Path) -> None:
    found = probe.probe("emergency")
    assert found.faults == ()
    assert found.card is not None
    assert (found.card.domain, found.card.version) == ("emergency", "0.1.0")
    assert [spec.name for spec in found.card.registers] == ["drills", "resources"]
    assert [file.name for file in found.checklists] == ["emergency-readiness.toml"]


def test_it_works_in_a_process_of_its_own(emergency: Path) -> None:
    kit = Kit("fieldops_emergency")
    water = entry("resources", "water", expires_on="2026-01-01")
    asked = {
        "change": change(),
        "inspection": kit.walk(like=0, entries=[water]),
        "checklist": kit.checklists()[0],
    }
    caller = Isolated(kit.host.card)
    try:
        found = caller.call("raise_findings", asked)
    finally:
        caller.close()
    assert isinstance(found, tuple), found
    assert [one.rule for one in found] == ["resource-expired"]


def test_its_walk_syncs_and_gets_its_findings_and_its_score(
    plugin_play: Callable[[Path], Play], tmp_path: Path
) -> None:
    before = stand()
    play = plugin_play(write_package(tmp_path))
    play.register(entry("drills", "flood", every_days="30"))
    play.walk(like=2)
    assert {one.status for one in play.receipts} == {"applied"}
    assert (play.rules(), play.score()["score"]) == (["drill-overdue"], "5.26")
    (finding,) = play.findings()
    assert finding.evidence == {"flood": "never", "section": "drills"}
    assert finding.titles["zh-CN"] == "1 项演练超期未开展"
    assert play.rules("builtin") == ["failed"] * 9
    assert stand() == before
