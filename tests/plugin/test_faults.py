"""A plugin among failures: each is tried, nothing is half-written, the retry comes out the same."""

import pytest
from tests.factories import checklist_text
from tests.plugin.packages import Packages

from fieldops.testing import photo, run_with_faults
from fieldops.testing.faulty import Trial

BASE = f"""
from decimal import Decimal

TITLES = {{"zh-CN": "脏", "en": "Dirty"}}

@hookimpl
def declare_checklists():
    return [ChecklistFile("daily.toml", {checklist_text("daily")!r})]
"""
EVERY_HOOK = """
@hookimpl
def on_change(change):
    pass

@hookimpl
def check_answer(answer):
    return [Objection(rule="odd", titles=TITLES)]

@hookimpl
def check_inspection(inspection):
    return [Objection(rule="short", titles=TITLES)]

@hookimpl
def check_photo(photo, open_photo):
    with open_photo(photo) as file:
        return [PhotoNote(rule="seen", titles=TITLES)] if file.read(1) else []

@hookimpl
def score_inspection(inspection):
    return Score(score=Decimal(50), earned=Decimal(1), possible=Decimal(2))

@hookimpl
def set_deadline(finding):
    return "2026-12-01T08:00:00+08:00"
"""
FINDS = """
@hookimpl
def raise_findings(inspection):
    return [FindingDraft(rule="dirty", titles=TITLES)]
"""
REMEMBERS = """
COUNT = []

@hookimpl
def raise_findings(inspection):
    COUNT.append(1)
    return [FindingDraft(rule=f"call-{len(COUNT)}", titles=TITLES)]
"""
SULKS = """
DOWN = []

@hookimpl
def check_photo(photo, open_photo):
    try:
        open_photo(photo).close()
    except OSError:
        DOWN.append(1)

@hookimpl
def raise_findings(inspection):
    return [] if DOWN else [FindingDraft(rule="dirty", titles=TITLES)]
"""
SHRUGS = SULKS.replace("DOWN.append(1)", "return [PhotoNote(rule='late', titles=TITLES)]")
FAILS = """
@hookimpl
def raise_findings(inspection):
    return 1 / 0
"""
PHOTOS = (photo("floor"), photo("floor", role="after"))


def module_of(packages: Packages, code: str) -> str:
    packages.install("odd", BASE + code)
    (file,) = packages.folder.glob("*.py")
    return file.stem


def test_every_hook_is_killed_and_late_and_nothing_is_half_written(packages: Packages) -> None:
    code = EVERY_HOOK + FINDS
    trials = run_with_faults(module_of(packages, code), answers={"floor": "fail"}, photos=PHOTOS)
    hooks = {"on_change", "check_answer", "check_inspection", "check_photo", "raise_findings"}
    for hook in hooks | {"score_inspection", "set_deadline"}:
        assert {Trial("killed", hook), Trial("slow", hook)} <= set(trials)
    assert len([one for one in trials if one.hook == "on_change"]) == 4
    assert {Trial("store-down", "check_photo"), Trial("no-checklist")} <= set(trials)


def test_photo_that_could_not_be_had_may_be_left_for_later(packages: Packages) -> None:
    trials = run_with_faults(module_of(packages, SHRUGS), rest="pass", photos=PHOTOS)
    assert Trial("store-down", "check_photo") in trials


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (REMEMBERS, "tried again it comes out otherwise"),
        (SULKS, "Trial(kind='store-down', hook='check_photo', call=0): findings are missing"),
        (FAILS, "a hook fails where no fault was made"),
    ],
)
def test_plugin_that_does_not_bear_it_is_found(packages: Packages, code: str, said: str) -> None:
    with pytest.raises(AssertionError) as caught:
        run_with_faults(module_of(packages, code), rest="pass", photos=PHOTOS)
    assert said in str(caught.value)
