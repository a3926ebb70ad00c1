"""What a jailed plugin may still read: Python, its own package, its checklists."""

import sys
from pathlib import Path
from typing import Any

from tests.plugin.packages import Packages
from tests.plugin.views import asking

from fieldops.flow.doctorplugins import WANTED, _held, examine
from fieldops.model.plugin import PluginCard
from fieldops.plugin import jail
from fieldops.plugin.bounds import Bounds
from fieldops.plugin.isolate import Isolated
from fieldops.sections import WorkerSettings
from fieldops.settings import Settings

ROOT = Path(__file__).parents[2]
LOOKS = """
import os
@hookimpl
def raise_findings(inspection):
    import sqlite3, zoneinfo
    zoneinfo.ZoneInfo("Asia/Shanghai")
    try:
        open(SECRET)
    except PermissionError:
        return [FindingDraft(rule="closed", titles={"zh-CN": "x", "en": "x"})]
"""


def test_python_and_the_package_itself_can_be_read(packages: Packages) -> None:
    name = packages.install("odd", "")
    assert {Path(place) for place in sys.path if place} <= set(jail._places())
    (module, *_parents) = jail._own(name)
    assert module.parent == packages.folder
    assert list(jail._own("not-installed")) == []


def test_checklists_of_the_repository_can_be_read() -> None:
    assert ROOT / "checklists" / "cleaning" in set(jail._own("cleaning"))


def test_package_that_cannot_be_found_adds_nothing(packages: Packages) -> None:
    name = packages.install("odd", "")
    for path in packages.folder.glob("*.py"):
        path.unlink()
    assert list(jail._own(name)) == []


def test_plugin_imports_lazily_and_reads_nothing_of_ours(packages: Packages) -> None:
    secret = packages.folder.parent / "secret"
    secret.write_text("the key")
    name = packages.install("odd", f"SECRET = {str(secret)!r}\n" + LOOKS)
    plugin = Isolated(PluginCard(name=name, version="1.0", api=1), {}, Bounds())
    try:
        found: Any = plugin.call("raise_findings", asking())
        (draft,) = found
        assert draft.rule == "closed"
    finally:
        plugin.close()


def test_the_doctor_says_what_the_kernel_did_not_take(tmp_path: Path) -> None:
    worker = WorkerSettings(hook_budgets_s={"check_foto": 60, "check_photo": 60})
    settings = Settings(data_dir=tmp_path, plugins=("cleaning",), worker=worker)
    budgets, cleaning = examine(settings)
    assert (budgets.state, budgets.found["en"]) == ("warn", "no such hook: check_foto")
    assert cleaning.state == "ok", cleaning
    assert all(one in cleaning.found["en"] for one in WANTED)
    bare = _held(PluginCard(name="x", version="1", api=1, protections=("limits",)))
    assert bare.state == "warn"
    assert "without landlock, no-new-privileges, system-call-filter" in bare.found["en"]


def test_a_hook_may_have_a_budget_of_its_own() -> None:
    bounds = Bounds(budget_s=10, budgets_s={"check_photo": 60})
    assert (bounds.seconds("check_photo"), bounds.seconds("raise_findings")) == (60, 10)
