"""Scores, findings and what a site has changed."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.factories import TITLES, checklist, item, section, sheet

from fieldops.model.answer import Answer, Sheet
from fieldops.model.answertypes import Calculated, Number, Score, Text
from fieldops.model.checklist import Checklist, ItemOverride, Overrides, Repeat
from fieldops.rules.branching import read_sheet
from fieldops.rules.scoring import apply_overrides, failures, repeat_scores, score_sheet

D = Decimal


def three(**members: Any) -> Checklist:
    return checklist(
        section(
            "s",
            item("a", weight=D(3), na_allowed=True),
            item("b", weight=D(1)),
            item("c", Score(max=D(3)), weight=D(2), required=False),
        ),
        **members,
    )


def test_a_score_is_the_weighted_share_in_percent_with_two_places() -> None:
    result = score_sheet(three(), sheet(a="pass", b="fail", c=1))
    assert result.score == D("61.11")
    assert (result.earned, result.possible) == (D("3.6667"), D("6.0000"))
    assert result.sections == {"s": D("61.11")}
    assert result.passed is False
    assert result.marks == ()


def test_the_threshold_itself_passes() -> None:
    answers = sheet(a="pass", b="fail")
    assert score_sheet(three(threshold_percent=D(75)), answers).passed is True
    assert score_sheet(three(threshold_percent=D("75.01")), answers).passed is False


def test_not_applicable_and_optional_open_items_do_not_count() -> None:
    assert score_sheet(three(), sheet(a="na", b="pass")).score == 100


def test_a_required_item_left_open_counts_and_earns_nothing() -> None:
    result = score_sheet(three(), sheet(a="pass"))
    assert (result.score, result.marks) == (D("75.00"), ("incomplete",))
    assert score_sheet(three(), sheet(a="pass", b="pass")).marks == ()


def test_an_answer_that_is_not_acceptable_earns_nothing_even_where_optional() -> None:
    assert score_sheet(three(), sheet(a="pass", b="pass", c=9)).score == D("66.67")


def test_nothing_that_counts_gives_no_score() -> None:
    silent = checklist(section("s", item("note", Text(), scored=False)))
    result = score_sheet(silent, sheet(note="x"))
    assert (result.score, result.passed, result.sections) == (None, None, {})


def test_a_calculated_item_that_cannot_be_worked_out_is_nobodys_omission() -> None:
    worked = checklist(
        section("s", item("n", Number(), required=False, scored=False)),
        section("t", item("a"), item("x", Calculated(expression="n * 2", pass_max=D(5)))),
    )
    assert score_sheet(worked, sheet(a="pass")).score == 100
    assert score_sheet(worked, sheet(a="pass", n=3)).score == 50


def test_section_weights_decide_the_shares_of_sections_that_count() -> None:
    weighed = checklist(
        section("s", item("a"), item("b"), weight=D(30)),
        section("t", item("c", na_allowed=True), weight=D(70)),
    )
    assert score_sheet(weighed, sheet(a="pass", b="fail", c="pass")).score == D("85.00")
    assert score_sheet(weighed, sheet(a="pass", b="fail", c="na")).score == D("50.00")


def test_a_repeat_group_weighs_the_same_with_one_lift_or_with_four() -> None:
    lifts = checklist(section("s", item("a")), section("l", item("alarm"), repeat=True))
    one = sheet(a="fail", alarm__A="pass")
    four = sheet(a="fail", **{f"alarm__{name}": "pass" for name in "ABCD"})
    assert score_sheet(lifts, one).score == score_sheet(lifts, four).score == 50
    mixed = sheet(a="pass", alarm__A="pass", alarm__B="fail", alarm__C="fail")
    assert score_sheet(lifts, mixed).score == D("66.67")


def test_each_repeat_that_counts_has_a_score_of_its_own() -> None:
    rooms = (item("floor", weight=D(3)), item("lamp", na_allowed=True, required=False))
    walked = checklist(section("s", item("a")), section("r", *rooms, repeat=True))
    answers = sheet(a="pass", floor__A="pass", lamp__A="fail", floor__B="fail", lamp__C="na")
    scores = repeat_scores(walked, read_sheet(walked, answers))
    assert scores == {"r": {"A": D("75.00"), "B": D("0.00"), "C": D("0.00")}}
    optional = checklist(section("r", item("lamp", na_allowed=True, required=False), repeat=True))
    assert repeat_scores(optional, read_sheet(optional, sheet(lamp__C="na"))) == {}


def test_too_few_repeats_make_a_sheet_incomplete() -> None:
    lifts = checklist(
        section("s", item("a")),
        section("l", item("alarm"), group=Repeat(titles=TITLES, min_count=1)),
    )
    assert score_sheet(lifts, sheet(a="pass")).marks == ("incomplete",)


def test_a_critical_failure_vetoes_only_where_the_checklist_says_so() -> None:
    def strict(veto: bool) -> Checklist:
        items = (item("a", weight=D(99)), item("b", severity="critical"))
        return checklist(section("s", *items), critical_veto=veto)

    answers = sheet(a="pass", b="fail")
    assert score_sheet(strict(False), answers).passed is True
    vetoed = score_sheet(strict(True), answers)
    assert (vetoed.score, vetoed.passed, vetoed.marks) == (D(99), False, ("critical",))
    assert score_sheet(strict(True), sheet(a="pass", b="pass")).passed is True


def test_failures_name_item_repeat_severity_and_titles() -> None:
    lifts = checklist(
        section("s", item("a", severity="major")), section("l", item("alarm"), repeat=True)
    )
    found = failures(lifts, sheet(a="fail", alarm__A="fail", alarm__B="pass"))
    assert [(each.item, each.repeat, each.severity) for each in found] == [
        ("a", "", "major"),
        ("alarm", "A", "minor"),
    ]
    assert found[0].titles == TITLES
    assert found[1].titles == {"zh-CN": "检查（A）", "en": "Check (A)"}


def limited() -> Checklist:
    return checklist(
        section(
            "s",
            item("n", Number(pass_min=D(1), pass_max=D(5))),
            item("p", Score(max=D(5), pass_min=D(4))),
            item("a"),
        )
    )


def test_a_site_changes_weights_thresholds_and_applicability_and_each_leaves_a_mark() -> None:
    overrides = Overrides(
        threshold_percent=D(50),
        items={
            "n": ItemOverride(pass_max=D(9)),
            "p": ItemOverride(pass_min=D(2), weight=D(3)),
            "a": ItemOverride(applies=False),
            "ghost": ItemOverride(applies=False),
        },
    )
    answers = sheet(n=7, p=3, a="fail")
    assert [each.item for each in failures(limited(), answers)] == ["n", "p", "a"]
    assert failures(limited(), answers, overrides) == ()
    result = score_sheet(limited(), answers, overrides)
    assert (result.score, result.passed) == (D("70.00"), True)
    assert result.marks == (
        "override:threshold",
        "override:a",
        "override-unused:ghost",
        "override:n",
        "override:p",
    )


def test_an_override_that_does_not_fit_changes_nothing() -> None:
    overrides = Overrides(items={"a": ItemOverride(pass_max=D(1), weight=D(-1))})
    assert apply_overrides(limited(), overrides) == limited()
    marks = score_sheet(limited(), sheet(a="pass"), overrides).marks
    assert marks == ("override-unused:a", "incomplete")
    assert apply_overrides(limited(), Overrides()) == limited()
    weightless = Overrides(items={"a": ItemOverride(pass_min=D(1), weight=D(0))})
    assert apply_overrides(limited(), weightless) == limited()
    lighter = apply_overrides(limited(), Overrides(items={"a": ItemOverride(weight=D("0.5"))}))
    assert lighter.sections[0].items[2].weight == D("0.5")
    raised = apply_overrides(limited(), Overrides(items={"n": ItemOverride(pass_min=D(2))}))
    assert raised.sections[0].items[0].answer == Number(pass_min=D(2), pass_max=D(5))


ANSWERS = st.lists(st.sampled_from(["pass", "fail", "na", None]), min_size=1, max_size=8)
WEIGHTS = st.lists(st.integers(1, 1000), min_size=8, max_size=8)


def _sheet(answers: list[str | None]) -> Sheet:
    return Sheet(
        answers=tuple(Answer(item=f"i{n}", value=value) for n, value in enumerate(answers))
    )


def _list(weights: list[int], count: int) -> Checklist:
    items = [
        item(f"i{n}", weight=D(weight) / 100, na_allowed=True, required=n % 2 == 0)
        for n, weight in enumerate(weights[:count])
    ]
    return checklist(section("s", *items))


@given(ANSWERS, WEIGHTS)
def test_scores_stay_between_0_and_100(answers: list[str | None], weights: list[int]) -> None:
    result = score_sheet(_list(weights, len(answers)), _sheet(answers))
    assert result.score is None or 0 <= result.score <= 100
    assert 0 <= result.earned <= result.possible


@given(ANSWERS, WEIGHTS, st.integers(1, 1000))
def test_a_not_applicable_item_is_neutral(
    answers: list[str | None], weights: list[int], extra: int
) -> None:
    count = len(answers)
    before = score_sheet(_list(weights, count), _sheet(answers))
    longer = _list([*weights[:count], extra], count + 1)
    assert score_sheet(longer, _sheet([*answers, "na"])).score == before.score


@given(ANSWERS, WEIGHTS, st.data())
def test_turning_a_failure_into_a_pass_never_lowers_the_score(
    answers: list[str | None], weights: list[int], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(answers) - 1))
    failed, passed = [*answers], [*answers]
    failed[at], passed[at] = "fail", "pass"
    low, high = (score_sheet(_list(weights, len(answers)), _sheet(s)) for s in (failed, passed))
    assert low.score is not None
    assert high.score is not None
    assert low.score <= high.score


def test_a_hundred_thousandth_is_rounded_half_up() -> None:
    list_ = checklist(section("s", item("a", weight=D("0.00005")), item("b", weight=D("0.99995"))))
    assert score_sheet(list_, sheet(a="pass", b="fail")).score == D("0.01")


@pytest.mark.parametrize("severity", ["minor", "major"])
def test_only_critical_failures_veto(severity: Any) -> None:
    items = (item("a", weight=D(99)), item("b", severity=severity))
    vetoing = checklist(section("s", *items), critical_veto=True)
    assert score_sheet(vetoing, sheet(a="pass", b="fail")).passed is True
