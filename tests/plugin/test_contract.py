"""The contract: every way to break it is found and named."""

from types import ModuleType

import pytest
from tests.factories import checklist_text
from tests.plugin.packages import HEAD, Packages

from fieldops import Plugin, Titles, hookimpl
from fieldops.testing import assert_contract

TITLED = HEAD.replace(
    'domain="DOMAIN"', 'domain="DOMAIN", summary={"zh-CN": "保洁", "en": "Clean"}'
)
FILES = f"""
@hookimpl
def declare_checklists():
    return [ChecklistFile("daily.toml", {checklist_text("daily")!r})]

TITLES = {{"zh-CN": "脏", "en": "Dirty"}}
"""
FINDS = """
@hookimpl
def raise_findings(inspection, checklist):
    BODY
"""


def contract_of(packages: Packages, code: str, head: str = TITLED) -> None:
    packages.install("odd", FILES + code, head=head)
    (file,) = packages.folder.glob("*.py")
    assert_contract(file.stem, walks=8)


def finds(body: str) -> str:
    return FINDS.replace("BODY", body.replace("\n", "\n    "))


KEEPS = """
@hookimpl
def declare_fields(checklist):
    return {"floor": 2}

@hookimpl
def set_deadline(finding, site):
    return "2026-11-22T08:00:00+08:00"

@hookimpl
def check_photo(photo, open_photo):
    try:
        with open_photo(photo) as file:
            return [] if file.read() else [PhotoNote(rule="empty", titles=TITLES)]
    except OSError:
        return []

@hookimpl
def on_change(change):
    pass
""" + finds('return [FindingDraft(rule="dirty", titles=TITLES)] if inspection.failed else []')


def test_plugin_that_keeps_the_contract_passes(packages: Packages) -> None:
    contract_of(packages, KEEPS)


BREAKS = {
    "no-chinese-summary": ("", "declare_plugin: summary: no text in zh-CN"),
    "raises-on-nothing": (
        finds('return [FindingDraft(rule="x", titles=inspection.results[0].titles)] * 0'
              ' if inspection.find("floor").value else 1 / 0'),
        "raised ZeroDivisionError at",
    ),
    "hostile-answer": (
        finds('return [] if (inspection.find("floor").value or "pass") in "pass fail" else 1'),
        "raise_findings: ",
    ),
    "wrong-type": (finds('return "dirty"'), "raise_findings: wrong-result Expected an iterable"),
    "one-language": (
        finds('return [FindingDraft(rule="x", titles={"en": "Dirty"})]'),
        "Expected titles in zh-CN and en",
    ),
    "no-such-item": (
        finds('return [FindingDraft(rule="x", titles=TITLES, item="roof")]'),
        "x: no such item or section",
    ),
    "remembers": (
        "SEEN = set()" + finds(
            'new = inspection.id not in SEEN\nSEEN.add(inspection.id)\n'
            'return [FindingDraft(rule="new", titles=TITLES)] if new else []'),
        "asked again, the plugin answers something else",
    ),
    "changes-its-arguments": (
        finds('for one in inspection.results:\n    one.titles["en"] += "!"\nreturn []'),
        "the plugin changes its arguments",
    ),
    "deadline-without-offset": (
        '@hookimpl\ndef set_deadline(): return "2026-11-22T08:00:00"\n'
        + finds('return [FindingDraft(rule="x", titles=TITLES)]'),
        "set_deadline: wrong-result Expected RFC 3339 with an offset",
    ),
    "deadline-that-is-none": (
        '@hookimpl\ndef set_deadline(): return "tomorrow"\n'
        + finds('return [FindingDraft(rule="x", titles=TITLES)]'),
        "set_deadline: wrong-result Expected RFC 3339 with an offset",
    ),
    "level-of-nothing": (
        "@hookimpl\ndef declare_fields(): return {'roof': 2}", "declare_fields names ['roof']"
    ),
    "level-that-is-none": (
        "@hookimpl\ndef declare_fields(): return {'floor': 9}", "declare_fields: wrong-result"
    ),
    "on-change-raises": (
        "@hookimpl\ndef on_change(): raise ValueError", "on_change: raised ValueError"
    ),
    "score-raises": (
        "@hookimpl\ndef score_inspection(): raise ValueError", "score_inspection: raised ValueError"
    ),
    "back-door": ("import fieldops.store\nfrom fieldops.rules.figures import show_figure",
                  "from fieldops.rules.figures: import from fieldops itself"),
    "no-such-name": ("def later():\n    from fieldops import anything", "there is no such name"),
    "misspelt": ("@hookimpl\ndef raise_finding(): ...", "unknown-hook"),
    "checklist-with-faults": (
        "FLOOR = 1\n@hookimpl\ndef declare_checklists():\n"
        "    return [ChecklistFile('c.toml', 'key =')]",
        "c.toml:1 toml-syntax",
    ),
    "other-domain": (
        "@hookimpl\ndef declare_checklists():\n    return [ChecklistFile('d.toml', "
        f"{checklist_text('daily').replace('cleaning', 'roofs')!r})]",
        "daily: its domain is roofs, the plugin's cleaning",
    ),
    "checklist-twice": (
        "@hookimpl\ndef declare_checklists():\n    return [ChecklistFile('d.toml', "
        f"{checklist_text('daily')!r})] * 2",
        "the same key and version twice",
    ),
    "register-without-text": (
        "@hookimpl\ndef declare_plugin():\n    spec = RegisterSpec(name='zones', titles={}, "
        "columns=(Column(name='type', titles={'en': 'Type'}),))\n"
        "    return Plugin(name='odd', version='1', api=API, domain='cleaning', summary=TITLES,"
        " registers=(spec,))",
        "titles in zh-CN and en - at `$.registers",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BREAKS)
def test_every_breach_is_found_and_named(packages: Packages, case: str) -> None:
    code, said = BREAKS[case]
    head = HEAD if case == "no-chinese-summary" else TITLED
    with pytest.raises(AssertionError) as caught:
        contract_of(packages, code, head)
    assert said in str(caught.value)
    assert "breaks the contract" in str(caught.value)


def test_plugin_that_takes_too_long_is_told_so(packages: Packages) -> None:
    packages.install("odd", FILES + finds("return []"), head=TITLED)
    (file,) = packages.folder.glob("*.py")
    with pytest.raises(AssertionError, match=r"results take .* s of -1 s"):
        assert_contract(file.stem, walks=0, budget_s=-1)


def test_module_that_lies_in_no_file_may_keep_the_contract_too() -> None:
    module = ModuleType("made_up")
    titles: Titles = {"zh-CN": "试", "en": "Made up"}

    def declare_plugin() -> Plugin:
        return Plugin(name="made-up", version="1", api=1, summary=titles)

    module.declare_plugin = hookimpl(declare_plugin)  # type: ignore[attr-defined]
    assert_contract(module)
