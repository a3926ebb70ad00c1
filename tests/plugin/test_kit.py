"""The kit for plugin authors, and the helpers of the public door."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.factories import checklist_text
from tests.plugin.packages import Packages
from tests.plugin.views import inspection, result

from fieldops import answered_date, chosen, evidence_of, levels_by_type, read_checklists
from fieldops.plugin import probe
from fieldops.testing import Kit, PluginRefused, photo

DOMAINS = ("cleaning", "confidentiality", "facilities", "security")
FILES = f"""
@hookimpl
def declare_checklists():
    return [ChecklistFile("daily.toml", {checklist_text("daily")!r})]
"""


def kit_of(packages: Packages, code: str) -> Kit:
    packages.install("odd", code)
    (file,) = packages.folder.glob("*.py")
    return Kit(file.stem)


@pytest.mark.parametrize("domain", DOMAINS)
def test_shipped_plugins_load_with_their_checklists_and_levels(
    plugin_kit: Callable[[str], Kit], domain: str
) -> None:
    kit = plugin_kit(f"fieldops_{domain}")
    assert {one.domain for one in kit.checklists()} == {domain}
    found = probe.read(domain, {})
    assert found.faults == ()
    assert found.card is not None
    assert found.card.domain == domain
    assert found.checklists != ()
    assert set(found.levels) == {one.key for one in kit.checklists()}


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_shipped_plugin_raises_what_the_default_raises(domain: str) -> None:
    kit = Kit(f"fieldops_{domain}")
    walks = [
        kit.walk(checklist, like=number)
        for checklist in kit.checklists()
        for number in range(len(checklist.examples))
    ]
    rules = {rule for walk in walks for rule in kit.rules(walk)}
    assert rules
    assert "failed" not in rules


def test_kit_judges_a_walk_as_the_worker_does(packages: Packages) -> None:
    code = """
@hookimpl
def raise_findings(inspection):
    return [FindingDraft(rule=r.item, titles=r.titles) for r in inspection.failed]

@hookimpl
def check_answer(answer, item):
    return [Objection(rule="odd", titles=item.titles)] if answer.outcome == "fail" else []
"""
    kit = kit_of(packages, FILES + code)
    assert kit.rules(kit.walk(rest="pass")) == []
    assert kit.rules(kit.walk(answers={"floor": "fail"})) == ["check.odd", "floor"]
    assert kit.rules(kit.walk(like=0, answers={"floor": None}, rest="")) == []


def test_plugin_that_does_not_load_is_refused_with_its_faults(packages: Packages) -> None:
    with pytest.raises(PluginRefused, match="unknown-hook raise_finding"):
        kit_of(packages, "@hookimpl\ndef raise_finding(inspection): ...")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (FILES + "@hookimpl\ndef raise_findings(): return 3", "raise_findings: wrong-result"),
        ("@hookimpl\ndef declare_checklists(): return 3", "declare_checklists: wrong-result"),
        (
            "@hookimpl\ndef declare_checklists(): return [ChecklistFile('c.toml', 'key =')]",
            "c.toml:1 toml-syntax",
        ),
    ],
)
def test_hook_that_fails_fails_the_test(packages: Packages, code: str, message: str) -> None:
    kit = kit_of(packages, code)
    with pytest.raises(PluginRefused, match=message):
        kit.rules(kit.walk())


def test_photos_of_different_items_have_different_bytes() -> None:
    assert photo("floor").sha256 != photo("glass").sha256
    assert photo("floor") == photo("floor")


def test_checklists_lie_in_the_wheel_or_in_the_repository(
    packages: Packages, tmp_path: Path
) -> None:
    package = packages.folder / "fieldops_odd_domain"
    package.mkdir()
    (package / "__init__.py").touch()
    with pytest.raises(FileNotFoundError, match="no checklists of odd"):
        read_checklists("fieldops_odd_domain", "odd")
    repository = tmp_path / "checklists" / "odd"
    repository.mkdir(parents=True)
    (repository / "b.toml").write_text("二")
    (repository / "a.toml").write_text("一")
    files = read_checklists("fieldops_odd_domain", "odd")
    assert [(file.name, file.text) for file in files] == [("a.toml", "一"), ("b.toml", "二")]
    (package / "checklists").mkdir()
    assert read_checklists("fieldops_odd_domain", "odd") == ()
    with pytest.raises(FileNotFoundError, match="no package"):
        read_checklists("fieldops_that_is_not_there", "odd")


def valued(value: Any, **members: Any) -> Any:
    from msgspec.structs import replace

    return replace(result(**members), value=value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [("much", "much"), (3, "3"), (["a", "b"], "a, b"), ({"reading": "1"}, "pass"), (None, "pass")],
)
def test_evidence_shows_what_was_answered(value: Any, shown: str) -> None:
    assert evidence_of([valued(value)]) == {"floor": shown}
    assert evidence_of([valued(value, repeat="A")]) == {"floor@A": shown}


def test_choices_and_dates_are_read_or_empty() -> None:
    assert chosen(inspection(valued(["a", "b"])), "floor") == {"a", "b"}
    assert chosen(inspection(valued("a")), "floor") == {"a"}
    assert chosen(inspection(valued(None)), "floor") == frozenset()
    assert chosen(inspection(), "nowhere") == frozenset()
    assert answered_date(valued("2026-11-21T08:00:00+08:00")) == date(2026, 11, 21)
    assert answered_date(valued("soon")) is None
    assert answered_date(valued(3)) is None
    assert answered_date(None) is None


def test_level_of_an_answer_follows_from_its_type() -> None:
    levels = levels_by_type(Kit("fieldops_confidentiality").checklist("confidentiality-compliance"))
    assert levels["officer_signature"] == 3
    assert levels["information_officer"] == 2
    assert "desks_papers" not in levels
