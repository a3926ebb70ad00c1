"""Items that can never show: what is told is true of every sheet, and little is missed."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.factories import checklist, item, section
from tests.rules.test_checklistdiff import choices

from fieldops.model.answer import Answer, Sheet
from fieldops.model.answertypes import (
    AnswerType,
    Calculated,
    Duration,
    Meter,
    Moment,
    Multiple,
    Number,
    PhotoOnly,
    Score,
    Single,
    Text,
)
from fieldops.model.checklist import Checklist, Constraint, Item, Repeat
from fieldops.rules.branching import read_sheet
from fieldops.rules.reach import lint_reach
from fieldops.rules.references import lint_expressions

ZONE = Single(choices=(*choices("lobby", "lift"), *choices("bad", fails=True)))
PLAIN = Single(choices=choices("yes", "no"))
DAMAGE = Multiple(choices=(*choices("glass", "paint"), *choices("rust", fails=True)), max_count=2)
ONE = Multiple(choices=choices("rust", fails=True))
FEW = Number(min=Decimal(1), max=Decimal(2), decimals=0, pass_max=Decimal(1))
SMALL = Number(min=Decimal(0), max=Decimal(3), decimals=0, pass_max=Decimal(2))
WIDE = Number(pass_min=Decimal(5))
GROUP = Repeat(min_count=0, max_count=4)
NEVER = "passed(p) and failed(p)"


def told(*items: Item, shows_if: str = "") -> list[tuple[str, str]]:
    """What is told of a checklist whose last section shows while a condition holds."""
    made = checklist(section("s", *items[:-1]), section("t", items[-1], shows_if=shows_if))
    assert lint_expressions(made) == []
    return [(slip.code, slip.details["name"]) for slip in lint_reach(made)]


def showing(condition: str) -> list[tuple[str, str]]:
    """What is told of an item that shows while a condition holds, after one of each type."""
    made = checklist(
        section(
            "s",
            item("zone", ZONE),
            item("plain", PLAIN),
            item("damage", DAMAGE),
            item("n", SMALL),
            item("w", WIDE),
            item("p", na_allowed=True),
            item("q"),
            item("score", Score(max=Decimal(4), step=Decimal(2))),
            item("took", Duration()),
            item("on", Moment()),
            item("note", Text()),
            item("view", PhotoOnly()),
            item("meter", Meter(pass_usage_max=Decimal(9))),
            item("late", shows_if='zone == "lift"'),
            item("sum", Calculated(expression="n + w", decimals=0, pass_min=Decimal(3))),
        ),
        section("g", item("stops", SMALL), item("door"), group=GROUP),
        section("t", item("a", shows_if=condition)),
    )
    assert lint_expressions(made) == [], condition
    return [(slip.code, slip.details["name"]) for slip in lint_reach(made)]


@pytest.mark.parametrize(
    "condition",
    [
        'zone == "lobby" and zone == "lift"',
        'zone == "lobby" and not (zone in ["lobby", "lift"])',
        'zone == "bad" and passed(zone)',
        'zone == "lobby" and failed(zone)',
        'plain == "yes" and na(plain)',
        "passed(p) and failed(p)",
        'p == "pass" and failed(p)',
        "na(q)",
        "answered(p) and not answered(p)",
        "not answered(p) and passed(p)",
        "n > 2 and n < 3",
        "n == 1.5",
        "n > 1 and n < 2 or n == 0.5",
        "n > 2 and passed(n)",
        "n == 3 and not failed(n)",
        "w < 5 and passed(w)",
        "score == 3",
        "score > 2 and score < 4",
        "sum > 1 and sum < 2",
        "sum < 3 and passed(sum)",
        'late == "pass" and zone != "lift"',
        'answered(late) and zone == "lobby"',
        "not answered(zone) and answered(late)",
        '"glass" in damage and not ("glass" in damage)',
        '"glass" in damage and "paint" in damage and "rust" in damage',
        '"rust" in damage and passed(damage)',
        "count(door) > 4",
        "count(door) > 1 and count(door) < 2",
        "count_failed(door) > 3 and count_failed(door) < 2",
        "usage(meter) > 3 and usage(meter) < 2",
        "usage(meter) > 3 and not answered(meter)",
        'note == "x" and note == "y"',
        "view and not view",
        "took < 3 and not answered(took)",
        "w + n > 3 and not answered(w)",
        "if(w > 1, 1, 2) > n + 1 and not answered(w)",
        "round(min(stops), 1) > n + 1 and not answered(n)",
        "n + 1 > 2 and n + 2 > 3 and not answered(n)",
        "days(on, today) > 3 and not answered(on)",
        "1 > 2",
        "if(passed(p), failed(p), na(q))",
        "false",
    ],
)
def test_a_contradiction_is_told(condition: str) -> None:
    assert showing(condition) == [("unreachable-item", "a")]


@pytest.mark.parametrize(
    "condition",
    [
        'zone == "lobby" or zone == "lift"',
        'zone == "bad" and failed(zone)',
        'plain == "yes" and failed(plain)',
        "n > 1 and n < 3",
        "w > 1 and w < 2",
        "n == 3 and failed(n)",
        "w >= 5 and passed(w)",
        "score == 2",
        "sum >= 3 and passed(sum)",
        "sum < 3 and failed(sum)",
        "na(p)",
        "not answered(p)",
        'not (zone == "lobby")',
        'answered(late) and zone == "lift"',
        '"glass" in damage and "rust" in damage and failed(damage)',
        "count(door) > 3 and count_failed(door) == 0",
        "sum(stops) > 100 or min(stops) > max(stops)",
        "usage(meter) > 3 and failed(meter)",
        "meter > 3 and passed(meter)",
        'note == "x" and failed(note)',
        "view and passed(view)",
        "n > w and w > n",
        "passed(p) == false and na(p)",
        "count(stops) + 1 > n",
        'not answered(late) and zone == "lobby"',
        "(answered(w) and passed(w)) == true and not answered(w)",
        "on > today",
        'on < "2026-01-01"',
        'matches(note, "a+") and not matches(note, "a")',
        "took < 3 and took > 2",
        "if(passed(p), n > 1, failed(q))",
        "true",
    ],
)
def test_what_may_show_is_not_told(condition: str) -> None:
    assert showing(condition) == []


def test_what_depends_on_an_item_that_never_shows_names_it() -> None:
    never = item("never", shows_if='zone == "lobby" and zone == "lift"')
    zone = item("zone", ZONE)
    first = ("unreachable-item", "never")
    assert told(zone, never, item("b", shows_if="passed(never)")) == [
        first,
        ("unreachable-item-after", "b"),
    ]
    assert told(zone, never, item("b"), shows_if="passed(never)") == [
        first,
        ("unreachable-section-after", "t"),
    ]
    assert told(zone, never, item("b", Calculated(expression='if(zone == "lift", 1, 2)'))) == [
        first
    ]
    never = item("never", SMALL, shows_if='zone == "lobby" and zone == "lift"')
    assert told(zone, never, item("b", Calculated(expression="never * 2"))) == [
        first,
        ("unreachable-figure", "b"),
    ]
    assert told(zone, item("b"), shows_if='zone == "lobby" and passed(zone) and failed(zone)') == [
        ("unreachable-section", "t")
    ]


def test_a_section_and_its_item_may_exclude_each_other() -> None:
    a = item("a", shows_if='zone == "lift"')
    assert told(item("zone", ZONE), a, shows_if='zone == "lobby"') == [("unreachable-item", "a")]
    assert told(item("zone", ZONE), a, shows_if='zone != "lobby"') == []


def test_what_sums_up_a_group_that_never_shows_is_nothing() -> None:
    made = checklist(
        section("s", item("p")),
        section("g", item("door"), item("stops", SMALL), group=GROUP, shows_if=NEVER),
        section(
            "t",
            item("a", shows_if="count(door) > 0"),
            item("b", shows_if="count(door) == 0"),
            item("c", shows_if="max(stops) > 1"),
            item("d", shows_if="sum(stops) > 1"),
        ),
    )  # fmt: skip
    found = [(slip.code, slip.details["name"]) for slip in lint_reach(made)]
    after = "unreachable-item-after"
    assert found == [("unreachable-section", "g"), (after, "a"), (after, "c"), (after, "d")]


def test_a_search_that_grows_too_long_tells_nothing() -> None:
    many = [item(f"i{n}", na_allowed=True) for n in range(9)]
    false = " and ".join(f"(passed(i{n}) or failed(i{n}))" for n in range(9)) + " and na(i0)"
    assert told(*many, item("a", shows_if=false)) == []
    free = " and ".join(f"(n > {n} * n)" for n in range(9)) + " and passed(q) and failed(q)"
    assert told(item("n", SMALL), item("q"), item("a", shows_if=free)) == []


def test_lists_of_many_choices_are_tried_by_those_that_are_named() -> None:
    many = Multiple(choices=choices(*(f"c{n}" for n in range(12))))
    named = '"c1" in m and not ("c2" in m)'
    assert told(item("m", many), item("a", shows_if=named)) == []
    assert told(item("m", many), item("a", shows_if='"c1" in m and not ("c1" in m)')) == [
        ("unreachable-item", "a")
    ]


def test_a_constraint_may_leave_an_answer_without_outcome() -> None:
    odd = item("p", constraint=Constraint(expression='value == "fail"'))
    assert told(odd, item("a", shows_if='p == "pass" and not answered(p)')) != []
    # Refused by its constraint, the answer stands, and it has neither passed nor failed.
    assert told(odd, item("a", shows_if='if(p == "pass", true, passed(p))')) == []


# Small enough to walk every sheet of, so that what is told can be compared with what is so.
ASKED: dict[str, tuple[AnswerType, list[Any]]] = {
    "p": (item("p").answer, [None, "pass", "fail"]),
    "z": (PLAIN, [None, "yes", "no"]),
    "n": (FEW, [None, 1, 2]),
    "m": (ONE, [None, [], ["rust"]]),
}
ATOMS = [
    'p == "pass"', 'p != "pass"', "passed(p)", "failed(p)", "na(p)", "answered(p)",
    'z == "yes"', 'z in ["no"]', "passed(z)", "failed(z)", "answered(z)",
    "n > 1", "n <= 1", "n == 2", "n > 1.5", "failed(n)", "answered(n)",
    '"rust" in m', "passed(m)", "answered(m)",
]  # fmt: skip
# What is not tried value by value, and so may be taken to come out any way.
RELAXED = [
    "passed(p) == false", "n + 1 > 2", "n * 2 == 3", "if(passed(p), 1, 2) == 1", "n > 3 - n",
    "if(answered(n), n, 5) > 3", "days(today, today) < 1", 'matches(z, "y.*")',
    "answered(n) == na(p)",
]  # fmt: skip


def conditions(atoms: list[str]) -> st.SearchStrategy[str]:
    """Conditions made of some of these, or none."""
    made = st.recursive(
        st.sampled_from(atoms),
        lambda inner: st.one_of(
            st.builds("({} and {})".format, inner, inner),
            st.builds("({} or {})".format, inner, inner),
            st.builds("not ({})".format, inner),
        ),
        max_leaves=4,
    )
    return st.just("") | made


def above(condition: str, keys: str) -> str:
    """A condition that refers only to what stands above, or none."""
    named = {key for key in ASKED if re.search(rf"\b{key}\b", condition)}
    return condition if named <= set(keys) else ""


@st.composite
def checklists(draw: st.DrawFn, atoms: list[str]) -> Checklist:
    maybe = conditions(atoms)
    order = "".join(draw(st.permutations("pznm")))
    items = [
        item(key, ASKED[key][0], na_allowed=True, shows_if=above(draw(maybe), order[:at]))
        for at, key in enumerate(order)
    ]
    last = item("a", shows_if=draw(maybe))
    return checklist(
        section("s", *items[:2]),
        section("t", *items[2:], shows_if=above(draw(maybe), order[:2])),
        section("u", last, shows_if=draw(maybe)),
    )


def answers_to(key: str, values: list[Any]) -> list[Answer]:
    """Every acceptable answer: each value, not applicable, a failure claimed without a value."""
    found = [Answer(item=key, value=value) for value in values]
    found.append(Answer(item=key, outcome="na"))
    # Of a pass/fail item that is the answer itself.
    found += [Answer(item=key, outcome="fail")] if key != "p" else []
    if key == "z":
        # No choice of it fails, so the person may say that it does.
        found += [Answer(item=key, value=value, outcome="fail") for value in ("yes", "no")]
    return found


def sheets() -> Iterator[Sheet]:
    for given_ in product(*(answers_to(key, values) for key, (_, values) in ASKED.items())):
        yield Sheet(date="2026-11-21", answers=given_)


SHEETS = list(sheets())


def hidden_and_seen(made: Checklist) -> tuple[set[str], set[str]]:
    """The items that are told never to show, and those that show on no sheet."""
    paths = {slip.path for slip in lint_reach(made)}
    hidden = {
        one.key
        for at, part in enumerate(made.sections)
        for place, one in enumerate(part.items)
        if {("sections", at, "shows_if"), ("sections", at, "items", place, "shows_if")} & paths
    }
    every = {one.key for part in made.sections for one in part.items}
    seen: set[str] = set()
    for sheet in SHEETS:
        seen |= {line.item for line in read_sheet(made, sheet).lines}
        if seen == every:
            break
    return hidden, every - seen


@given(made=checklists(ATOMS))
@settings(max_examples=10, deadline=None)
def test_what_is_told_never_shows_on_any_sheet_and_everything_else_does(made: Checklist) -> None:
    hidden, unseen = hidden_and_seen(made)
    assert hidden == unseen


@given(made=checklists([*ATOMS, *RELAXED]))
@settings(max_examples=10, deadline=None)
def test_whatever_the_conditions_what_is_told_never_shows(made: Checklist) -> None:
    hidden, unseen = hidden_and_seen(made)
    assert hidden <= unseen
