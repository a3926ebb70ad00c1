"""Two versions of a checklist compared: what is told, what it changes, which answers still fit."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.rules.factories import TITLES, checklist, item, section

from fieldops.model.answer import Answer
from fieldops.model.answertypes import (
    AnswerType,
    Calculated,
    Choice,
    Code,
    Duration,
    Location,
    Meter,
    Moment,
    Multiple,
    Number,
    PhotoOnly,
    Score,
    Single,
    Text,
)
from fieldops.model.checklist import (
    Checklist,
    Constraint,
    Example,
    Item,
    Migration,
    PhotoRule,
    Repeat,
)
from fieldops.model.difference import Difference, Fit
from fieldops.rules.answers import judge
from fieldops.rules.checklistdiff import differences, mappings
from fieldops.rules.difftexts import MEMBER_WORDS, PLAIN, SWITCHED

OTHER: Any = {"zh-CN": "别的", "en": "Other"}


def choices(*keys: str, **members: Any) -> tuple[Choice, ...]:
    return tuple(Choice(key=key, titles=TITLES, **members) for key in keys)


def one(kind: AnswerType | None = None, **members: Any) -> Checklist:
    return checklist(section("s", item("a", kind, **members)))


def fits_of(old: Checklist, new: Checklist) -> dict[str, Fit]:
    return {each.item: each.fits for each in mappings(old, new)}


NUMBER = Number(min=Decimal(0), max=Decimal(10), unit="m", decimals=1)
MULTIPLE = Multiple(choices=choices("x", "y", "z"))

ANSWERS: list[tuple[AnswerType, AnswerType, str, Fit]] = [
    (NUMBER, Score(max=Decimal(5)), "answer-type", "none"),
    (Text(), Code(), "answer-type", "some"),
    (NUMBER, replace(NUMBER, unit="cm"), "answer-unit", "none"),
    (NUMBER, replace(NUMBER, min=Decimal(1)), "answer-min", "some"),
    (NUMBER, replace(NUMBER, min=Decimal(-1)), "answer-min", "all"),
    (NUMBER, replace(NUMBER, min=None), "answer-min", "all"),
    (NUMBER, replace(NUMBER, max=Decimal(9)), "answer-max", "some"),
    (NUMBER, replace(NUMBER, max=Decimal(11)), "answer-max", "all"),
    (NUMBER, replace(NUMBER, decimals=0), "answer-decimals", "some"),
    (NUMBER, replace(NUMBER, pass_min=Decimal(5)), "answer-pass-min", "all"),
    (NUMBER, replace(NUMBER, pass_max=Decimal(5)), "answer-pass-max", "all"),
    (Score(max=Decimal(5)), Score(max=Decimal(10)), "answer-max", "none"),
    (Score(max=Decimal(5)), Score(max=Decimal(5), step=Decimal("0.5")), "answer-step", "all"),
    (Score(max=Decimal(5)), Score(max=Decimal(5), step=Decimal(2)), "answer-step", "some"),
    (Text(), Text(max_length=9), "answer-max-length", "some"),
    (Text(pattern="a+"), Text(), "answer-pattern", "all"),
    (Code(), Code(pattern="a+"), "answer-pattern", "some"),
    (Moment(), Moment(part="time"), "answer-part", "none"),
    (Moment(), Moment(pass_earliest="2026-01-01"), "answer-pass-earliest", "all"),
    (Moment(), Moment(pass_latest="2026-01-01"), "answer-pass-latest", "all"),
    (Moment(), Moment(pass_from_days=-3), "answer-pass-from-days", "all"),
    (Moment(), Moment(pass_until_days=3), "answer-pass-until-days", "all"),
    (Meter(), Meter(pass_usage_min=Decimal(1)), "answer-pass-usage-min", "all"),
    (Meter(), Meter(pass_usage_max=Decimal(1)), "answer-pass-usage-max", "all"),
    (Meter(rollover=Decimal(10)), Meter(), "answer-rollover", "some"),
    (Duration(), Duration(unit="s"), "answer-unit", "none"),
    (Location(), Location(max_accuracy_m=Decimal(9)), "answer-max-accuracy-m", "some"),
    (PhotoOnly(), PhotoOnly(min_count=2), "answer-min-count", "some"),
    (PhotoOnly(), PhotoOnly(max_count=21), "answer-max-count", "all"),
    (Calculated(expression="1"), Calculated(expression="2"), "answer-expression", "all"),
    (MULTIPLE, replace(MULTIPLE, max_count=2), "answer-max-count", "some"),
    (MULTIPLE, replace(MULTIPLE, max_count=3), "answer-max-count", "all"),
    (MULTIPLE, Multiple(choices=choices("x", "y")), "choice-removed", "some"),
    (MULTIPLE, Multiple(choices=choices("x", "y", "z", "w")), "choice-added", "all"),
    (MULTIPLE, Multiple(choices=choices("z", "x", "y")), "choice-moved", "all"),
    (MULTIPLE, Multiple(choices=choices("u", "v")), "choice-removed", "none"),
    (MULTIPLE, Multiple(choices=choices("x", "y", "z", fails=True)), "choice-fails", "all"),
    (
        Single(choices=choices("x", "y")),
        Single(choices=choices("x", "y", credit_percent=5)),
        "choice-credit-percent",
        "all",
    ),
]


@pytest.mark.parametrize(("old", "new", "code", "fits"), ANSWERS)
def test_a_difference_in_the_answer_says_which_answers_still_fit(
    old: AnswerType, new: AnswerType, code: str, fits: Fit
) -> None:
    found = differences(one(old), one(new))
    assert code in {each.code for each in found}
    assert all(each.path.startswith("sections.s.items.a.answer") for each in found)
    assert fits_of(one(old), one(new)) == {"a": fits}


def changed_item(**members: Any) -> tuple[Checklist, Checklist]:
    return one(), one(**members)


def reordered() -> tuple[Checklist, Checklist]:
    a, b, c = (item(key) for key in "abc")
    return checklist(section("s", a, b, c)), checklist(section("s", c, a, b))


TWO = checklist(section("s", item("a")), section("t", item("b")))
GROUP = Repeat(titles=TITLES)
WHOLES: list[tuple[str, tuple[Checklist, Checklist], str, Fit]] = [
    ("checklist-key", (one(), replace(one(), key="k")), "key", "all"),
    ("checklist-domain", (one(), replace(one(), domain="d")), "domain", "all"),
    ("checklist-titles", (one(), replace(one(), titles=OTHER)), "titles", "all"),
    ("checklist-summary", (one(), replace(one(), summary=OTHER)), "summary", "all"),
    (
        "checklist-threshold-percent",
        (one(), replace(one(), threshold_percent=Decimal("90.0"))),
        "threshold_percent",
        "all",
    ),
    (
        "checklist-critical-veto",
        (one(), replace(one(), critical_veto=True)),
        "critical_veto",
        "all",
    ),
    (
        "checklist-examples",
        (one(), replace(one(), examples=(Example(date="2026-11-21"),))),
        "examples",
        "all",
    ),
    ("section-added", (one(), TWO), "sections.t", "all"),
    ("section-removed", (TWO, one()), "sections.t", "all"),
    ("section-moved", (TWO, replace(TWO, sections=TWO.sections[::-1])), "sections.s", "all"),
    (
        "section-titles",
        (one(), checklist(replace(section("s", item("a")), titles=OTHER))),
        "sections.s.titles",
        "all",
    ),
    (
        "section-weight",
        (one(), checklist(section("s", item("a"), weight=Decimal(3)))),
        "sections.s.weight",
        "all",
    ),
    (
        "section-shows-if",
        (one(), checklist(section("s", item("a"), shows_if="true"))),
        "sections.s.shows_if",
        "all",
    ),
    (
        "section-repeat-added",
        (one(), checklist(section("s", item("a"), group=GROUP))),
        "sections.s.repeat",
        "none",
    ),
    (
        "section-repeat-removed",
        (checklist(section("s", item("a"), group=GROUP)), one()),
        "sections.s.repeat",
        "none",
    ),
    (
        "repeat-titles",
        (
            checklist(section("s", item("a"), group=GROUP)),
            checklist(section("s", item("a"), group=Repeat(titles=OTHER))),
        ),
        "sections.s.repeat.titles",
        "all",
    ),
    (
        "repeat-min-count",
        (
            checklist(section("s", item("a"), group=GROUP)),
            checklist(section("s", item("a"), group=replace(GROUP, min_count=2))),
        ),
        "sections.s.repeat.min_count",
        "all",
    ),
    (
        "repeat-max-count",
        (
            checklist(section("s", item("a"), group=GROUP)),
            checklist(section("s", item("a"), group=replace(GROUP, max_count=2))),
        ),
        "sections.s.repeat.max_count",
        "all",
    ),
    (
        "item-added",
        (one(), checklist(section("s", item("a"), item("b")))),
        "sections.s.items.b",
        "all",
    ),
    (
        "item-removed",
        (one(), checklist(section("s", replace(item("b"), titles=OTHER)))),
        "sections.s.items.a",
        "none",
    ),
    ("item-rekeyed", (one(), checklist(section("s", item("b")))), "sections.s.items.b", "none"),
    (
        "item-moved",
        (TWO, checklist(section("s"), section("t", item("b"), item("a")))),
        "sections.t.items.a",
        "all",
    ),
    (
        "item-moved",
        (TWO, checklist(section("s"), section("t", item("b"), item("a"), group=GROUP))),
        "sections.t.items.a",
        "none",
    ),
    ("item-reordered", reordered(), "sections.s.items.c", "all"),
    (
        "item-titles",
        (one(), checklist(section("s", replace(item("a"), titles=OTHER)))),
        "sections.s.items.a.titles",
        "all",
    ),
    (
        "item-measure",
        (one(), checklist(section("s", replace(item("a"), measure=OTHER)))),
        "sections.s.items.a.measure",
        "all",
    ),
    ("item-clause", changed_item(clause="C-1"), "sections.s.items.a.clause", "all"),
    ("item-required", changed_item(required=False), "sections.s.items.a.required", "all"),
    ("item-scored", changed_item(scored=False), "sections.s.items.a.scored", "all"),
    ("item-weight", changed_item(weight=Decimal(2)), "sections.s.items.a.weight", "all"),
    (
        "item-rectify-hours",
        changed_item(rectify_hours=4),
        "sections.s.items.a.rectify_hours",
        "all",
    ),
    ("item-severity", changed_item(severity="major"), "sections.s.items.a.severity", "all"),
    ("item-na-allowed", changed_item(na_allowed=True), "sections.s.items.a.na_allowed", "all"),
    (
        "item-na-allowed",
        changed_item(na_allowed=True)[::-1],
        "sections.s.items.a.na_allowed",
        "some",
    ),
    ("item-shows-if", changed_item(shows_if="true"), "sections.s.items.a.shows_if", "all"),
    (
        "photos-min-count",
        changed_item(photos=PhotoRule(min_count=1)),
        "sections.s.items.a.photos.min_count",
        "all",
    ),
    (
        "photos-max-count",
        changed_item(photos=PhotoRule(max_count=1)),
        "sections.s.items.a.photos.max_count",
        "all",
    ),
    (
        "photos-min-count-on-fail",
        changed_item(photos=PhotoRule(min_count_on_fail=1)),
        "sections.s.items.a.photos.min_count_on_fail",
        "all",
    ),
    (
        "constraint-expression",
        changed_item(constraint=Constraint(expression="true")),
        "sections.s.items.a.constraint.expression",
        "some",
    ),
    (
        "constraint-expression",
        changed_item(constraint=Constraint(expression="true"))[::-1],
        "sections.s.items.a.constraint.expression",
        "all",
    ),
    (
        "constraint-messages",
        (
            one(constraint=Constraint(expression="true", messages=TITLES)),
            one(constraint=Constraint(expression="true", messages=OTHER)),
        ),
        "sections.s.items.a.constraint.messages",
        "all",
    ),
    (
        "choice-titles",
        (
            one(Single(choices=choices("x", "y"))),
            one(Single(choices=(*choices("x"), Choice(key="y", titles=OTHER)))),
        ),
        "sections.s.items.a.answer.choices.y.titles",
        "all",
    ),
]


@pytest.mark.parametrize(("code", "versions", "path", "fits"), WHOLES)
def test_a_difference_is_told_once_with_its_path(
    code: str, versions: tuple[Checklist, Checklist], path: str, fits: Fit
) -> None:
    found = [each for each in differences(*versions) if each.code == code]
    assert [each.path for each in found] == [path]
    assert found[0].messages["zh-CN"]
    assert found[0].messages["en"]
    assert fits_of(*versions)["a"] == fits


def test_every_kind_of_difference_is_tried() -> None:
    tried = {code for _, _, code, _ in ANSWERS} | {code for code, *_ in WHOLES}
    assert (
        tried | {"item-renamed", "choice-renamed"}
        == MEMBER_WORDS.keys() | PLAIN.keys() | SWITCHED.keys()
    )


def test_versions_that_say_the_same_do_not_differ() -> None:
    assert (
        differences(one(weight=Decimal("1.50")), replace(one(weight=Decimal("1.5")), version="2"))
        == ()
    )


def told(old: Checklist, new: Checklist) -> Difference:
    (found,) = differences(old, new)
    return found


def test_differences_are_told_in_words() -> None:
    assert told(one(), one(weight=Decimal(2))).messages == {
        "zh-CN": "“检查”（a）：权重由 1 改为 2。",
        "en": "“Check” (a): the weight changed from 1 to 2.",
    }
    assert told(one(), one(severity="major")).messages["zh-CN"].endswith("由 一般 改为 较重。")
    assert told(one(), one(required=False)).messages["en"].endswith(": is no longer required.")
    limit = told(one(Number()), one(Number(pass_min=Decimal(4))))
    assert (limit.before, limit.after) == ("", "4")
    assert limit.messages["en"].endswith(": the least that passes is new: 4.")
    gone = told(one(Number(pass_min=Decimal(4))), one(Number()))
    assert gone.messages["zh-CN"].endswith("取消合格下限（原为 4）。")


def test_a_text_changed_in_one_language_is_told_by_that_language() -> None:
    reworded = replace(item("a"), titles={"zh-CN": "检查", "en": "Look"})
    found = told(one(), checklist(section("s", reworded)))
    assert "（英文）由 “Check” 改为 “Look”" in found.messages["zh-CN"]
    assert (found.before, found.after) == ("Check", "Look")
    both = told(one(), replace(one(), titles=OTHER))
    assert "由 “检查” 改为 “别的”" in both.messages["zh-CN"]
    assert "from “Check” to “Other”" in both.messages["en"]


def test_the_fewest_items_are_told_as_moved() -> None:
    keys = "abcdefgh"
    old = checklist(section("s", *(item(key) for key in keys)))
    new = checklist(section("s", *(item(key) for key in "abgcdefh")))
    assert [(each.code, each.item) for each in differences(old, new)] == [("item-reordered", "g")]


def test_two_removed_items_that_could_be_meant_are_not_guessed_between() -> None:
    old = checklist(section("s", item("a"), item("b")))
    new = checklist(section("s", item("c")))
    assert [each.code for each in differences(old, new)] == [
        "item-added",
        "item-removed",
        "item-removed",
    ]


def test_what_a_migration_declares_is_the_same_item_under_another_key() -> None:
    old = checklist(section("s", item("a", Single(choices=choices("x", "y"))), item("b")))
    renamed = replace(item("c", Single(choices=choices("z", "y"))), titles=OTHER)
    moved = Migration(from_version="1", items={"a": "c"}, choices={"a.x": "z"}, drop=("b",))
    new = replace(checklist(section("s", renamed)), version="2", migrations=(moved,))
    found = {each.code: each for each in differences(old, new)}
    assert found.keys() == {"item-renamed", "item-titles", "choice-renamed", "item-removed"}
    assert (found["item-renamed"].before, found["item-renamed"].after) == ("a", "c")
    lost = replace(moved, choices={"a.x": "z", "a.w": "gone"})
    assert differences(old, replace(new, migrations=(lost,))) == differences(old, new)
    assert "由 x 改为 z" in found["choice-renamed"].messages["zh-CN"]
    assert [(each.target, each.fits) for each in mappings(old, new)] == [("c", "all"), ("", "none")]
    other = replace(new, migrations=(replace(moved, items={"b": "a"}, drop=()),))
    assert [each.target for each in mappings(old, other)] == ["", ""]


FIGURES = st.integers(-3, 12).map(Decimal)
LIMIT = st.none() | FIGURES
KINDS = st.one_of(
    st.builds(Number, min=LIMIT, max=LIMIT, decimals=st.integers(0, 1), unit=st.sampled_from("mk")),
    st.builds(
        Score,
        max=st.integers(1, 6).map(Decimal),
        step=st.sampled_from([Decimal(1), Decimal(2), Decimal("0.5")]),
    ),
    st.builds(
        Multiple,
        choices=st.lists(st.sampled_from("xyz"), min_size=1, unique=True).map(
            lambda keys: choices(*keys)
        ),
        min_count=st.integers(0, 2),
        max_count=st.none() | st.integers(0, 3),
    ),
    st.builds(Text, max_length=st.integers(1, 3), pattern=st.sampled_from(["", "a*", "[ab]*"])),
    st.builds(Meter, rollover=st.none() | st.just(Decimal(10)), max=LIMIT),
)
ITEMS = st.builds(item, st.just("a"), KINDS, na_allowed=st.booleans())
VALUES = st.one_of(
    FIGURES.map(str),
    st.just("0.5"),
    st.lists(st.sampled_from("xyz"), max_size=3, unique=True),
    st.text("abx", min_size=1, max_size=4),
    st.just({"reading": "3", "previous": "7"}),
    st.just("na"),
)


def refused(one_item: Item, value: Any) -> bool:
    answer = Answer(item="a", outcome="na") if value == "na" else Answer(item="a", value=value)
    return bool(judge(one_item, answer).violations)


@given(old=ITEMS, new=ITEMS, value=VALUES)
@settings(max_examples=150, deadline=None)
def test_where_all_answers_fit_none_is_refused(old: Item, new: Item, value: Any) -> None:
    versions = checklist(section("s", old)), checklist(section("s", new))
    if fits_of(*versions)["a"] == "all" and not refused(old, value):
        assert not refused(new, value)
