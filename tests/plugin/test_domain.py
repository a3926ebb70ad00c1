"""The helper of a domain's package: two statements make it a plugin."""

from importlib.metadata import PackageNotFoundError

import pytest
from tests.factories import checklist_text
from tests.plugin.packages import Packages

from fieldops import Domain
from fieldops.plugin import probe
from fieldops.plugin.host import Host, load
from fieldops.testing import Kit

MADE = """
from fieldops import Domain, FindingDraft, hookimpl

SUMMARY = {"zh-CN": "泳池巡检", "en": "Pool inspections"}

def green(inspection, checklist):
    yield FindingDraft(rule="green", titles={"zh-CN": "绿", "en": "Green"})

def dirty(inspection, _):
    for result in inspection.failed_of("floor"):
        yield FindingDraft(rule="dirty", titles=result.titles, item=result.item)

domain = Domain(__name__, (green, dirty), SUMMARY)
"""
HOOKS = """
declare_plugin, declare_checklists, declare_fields, raise_findings = domain.hooks
"""


def test_two_statements_make_a_module_a_plugin(packages: Packages) -> None:
    name = packages.install_domain("pools", MADE + HOOKS, daily=checklist_text("daily"))
    found = probe.probe(name)
    assert found.faults == ()
    assert found.card is not None
    assert (found.card.name, found.card.domain) == ("pools", "pools")
    assert (found.card.version, found.card.api) == ("1.0", 1)
    assert found.card.summary["en"] == "Pool inspections"
    assert set(found.card.hooks) == set(HOOKS.split(" =")[0].strip().split(", "))
    assert [file.name for file in found.checklists] == ["daily.toml"]
    assert found.levels == {"daily": {"floor": 1}}


def test_every_rule_is_asked_in_its_order(packages: Packages) -> None:
    packages.install_domain("ponds", MADE + HOOKS, daily=checklist_text("daily"))
    kit = Kit("fieldops_ponds")
    failed = kit.walk(answers={"floor": "fail"})
    assert [draft.rule for draft in kit.findings(failed)] == ["green", "dirty"]
    assert kit.rules(kit.walk(rest="pass")) == ["green"]


def test_domain_may_have_levels_of_its_own(packages: Packages) -> None:
    own = MADE.replace("SUMMARY)", "SUMMARY, levels=lambda checklist: {'floor': 3})")
    name = packages.install_domain("vaults", own + HOOKS, daily=checklist_text("daily"))
    assert probe.read(name, {}).levels == {"daily": {"floor": 3}}


def test_hooks_are_also_taken_one_by_one_beside_others(packages: Packages) -> None:
    own = """
declare_plugin, declare_checklists = domain.declare_plugin, domain.declare_checklists

@hookimpl
def raise_findings(inspection):
    return ()
"""
    packages.install_domain("gardens", MADE + own, daily=checklist_text("daily"))
    kit = Kit("fieldops_gardens")
    assert kit.host.card.hooks == ("declare_checklists", "declare_plugin", "raise_findings")
    assert kit.rules(kit.walk(rest="pass")) == []


@pytest.mark.parametrize(
    ("name", "hooks", "expected"),
    [
        ("swapped", HOOKS.replace("checklists, declare_fields", "fields, declare_checklists"),
         "extra-argument"),
        ("left-out", HOOKS.replace("declare_fields", "_"), "unknown-hook"),
    ],
)  # fmt: skip
def test_hooks_in_another_order_are_refused(
    packages: Packages, name: str, hooks: str, expected: str
) -> None:
    loaded = load(packages.install_domain(name, MADE + hooks))
    assert isinstance(loaded, tuple)
    assert [fault.code for fault in loaded] == [expected]


def test_interface_that_the_plugin_was_written_for_is_its_own_word(packages: Packages) -> None:
    later = MADE.replace("SUMMARY)", "SUMMARY, api=99)")
    loaded = load(packages.install_domain("later", later + HOOKS))
    assert not isinstance(loaded, Host)
    assert [fault.code for fault in loaded] == ["api-differs"]


def test_name_and_version_follow_from_the_package() -> None:
    lanes = Domain("fieldops_fire_lanes", (), {})
    assert lanes.name == "fire-lanes"
    with pytest.raises(PackageNotFoundError):
        lanes.declare_plugin()
