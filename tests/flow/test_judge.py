"""What a finding may be about: what the inspection's version has, and what its results cite."""

from types import ModuleType
from typing import Any

import pytest

from fieldops import Domain, FindingDraft
from fieldops.builtin import load
from fieldops.flow.judge import Asked, Verdict, judge, no_bytes
from fieldops.flow.view import Case
from fieldops.model.checklist import Checklist
from fieldops.model.inspection import Inspection
from fieldops.model.plugin import PluginFault
from fieldops.plugin.host import Host
from fieldops.testing import Kit, change, inspection, photo, result, site


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return Kit("fieldops_cleaning").checklists()[0]


def asked(walk: Inspection, checklist: Checklist) -> Asked:
    return Asked(Case(walk, checklist, site(), {}), change())


def test_failure_by_a_version_with_other_items_is_raised(checklist: Checklist) -> None:
    """A tablet's answer by an older version stays, though the newer one has dropped its item."""
    walk = inspection(result("dropped_since", "fail", section="dropped_too"))
    verdict = judge(load(), asked(walk, checklist), no_bytes)
    assert isinstance(verdict, Verdict)
    assert [one.draft.item for one in verdict.raised] == ["dropped_since"]


def test_photo_of_an_item_that_is_none_parks_nobody(checklist: Checklist) -> None:
    walk = inspection(result(), photos=(photo("nowhere", "before"),))
    host = Kit("fieldops_cleaning").host
    assert isinstance(host, Host)
    verdict = judge(host, asked(walk, checklist), no_bytes)
    assert isinstance(verdict, Verdict)
    assert "nowhere" in {one.draft.item for one in verdict.raised}


@pytest.mark.parametrize("about", [{"item": "nowhere"}, {"section": "nowhere"}])
def test_finding_about_nothing_is_a_fault(checklist: Checklist, about: dict[str, Any]) -> None:
    def odd(_inspection: Inspection, _: Checklist):
        yield FindingDraft(rule="odd", titles={"zh-CN": "怪", "en": "Odd"}, **about)

    module: Any = ModuleType("fieldops_cleaning")
    domain = Domain("fieldops_cleaning", (odd,), {"zh-CN": "怪", "en": "Odd"})
    module.declare_plugin = domain.declare_plugin
    module.raise_findings = domain.raise_findings
    host = Kit(module).host
    assert isinstance(host, Host)
    fault = judge(host, asked(inspection(result()), checklist), no_bytes)
    assert isinstance(fault, PluginFault)
    assert (fault.code, fault.detail) == ("wrong-result", "odd: no such item or section")
    known = inspection(result("nowhere", section="nowhere"))
    assert isinstance(judge(host, asked(known, checklist), no_bytes), Verdict)
