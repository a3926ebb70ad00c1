"""What expressions give: arithmetic on Decimals, three-valued logic, references and functions."""

from decimal import Decimal

import pytest
from tests.rules.factories import work

from fieldops.model.answer import Value
from fieldops.rules.evaluation import Scope, evaluate
from fieldops.rules.expressions import parse_expression


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1 + 0.2 == 0.3", True),
        ("1 / 3 * 3 < 1", True),
        ("7 - 2 * 3", Decimal(1)),
        ("-(2 + 3)", Decimal(-5)),
        ("1 / 0", None),
        ("-true", None),
        ("not 1", None),
        ('"a" < "b"', True),
        ('"a" + "b"', None),
        ("true == false", False),
        ("true != false", True),
        ("true < false", None),
        ('1 == "1"', None),
        ("[1, 2]", ("1", "2")),
        ("2 in [1, 2]", True),
        ('"c" not in ["a", "b"]', True),
        ('"c" in "abc"', None),
        ("1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 != 2", True),
        ("abs(-2.5)", Decimal("2.5")),
        ('abs("x")', None),
        ("round(2.345, 2)", Decimal("2.35")),
        ("round(2.345, 10)", None),
        ("round(true, 1)", None),
        ("round(999999999999999 * 999999999999999 * 10000, 9)", None),
        ('days("2026-11-01", "2026-11-21")', Decimal(20)),
        ('days("2026-11-21", today)', Decimal(0)),
        ('days("soon", today)', None),
        ("days(1, today)", None),
        ('matches("P-001", "P-[0-9]{3}")', True),
        ('matches("P-0011", "P-[0-9]{3}")', False),
        ('matches(1, "x")', None),
        ("if(1 < 2, 10, 20)", Decimal(10)),
        ("if(1 > 2, 10, 20)", Decimal(20)),
        ("if(x, 10, 20)", None),
    ],
)
def test_expressions_over_literals(text: str, expected: object) -> None:
    assert work(text) == expected
    assert type(work(text)) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x == 1", None),
        ("x != 1", None),
        ("not (x == 1)", None),
        ("x == 1 and false", False),
        ("false and x == 1", False),
        ("x == 1 or true", True),
        ("true or x == 1", True),
        ("x == 1 or false", None),
        ("true and x == 1", None),
        ("true and true", True),
        ("false or false", False),
        ("x in [1]", None),
        ('"a" in x', None),
        ("x + 1", None),
        ("answered(x)", False),
        ("failed(x)", None),
        ("usage(x)", None),
        ("count(x)", Decimal(0)),
        ("sum(x)", Decimal(0)),
        ("max(x)", None),
    ],
)
def test_what_is_not_answered_is_unknown(text: str, expected: object) -> None:
    assert work(text) == expected


def test_a_choice_and_a_list_of_choices_are_asked_for_their_keys() -> None:
    assert work('zone in ["lobby", "lift"]', zone="lift") is True
    assert work('"glass" in damage', damage=("glass", "paint")) is True
    assert work('"wood" in damage', damage=("glass", "paint")) is False
    assert work('damage in ["glass"]', damage=("glass",)) is None


def test_functions_over_repeats_see_every_repeat() -> None:
    scope = Scope(
        values={("n", "A"): Decimal(3), ("n", "B"): Decimal(5), ("n", "C"): None, ("m", ""): None},
        outcomes={("n", "A"): "pass", ("n", "B"): "fail", ("n", "C"): None},
    )
    results = [
        evaluate(parse_expression(f"{name}(n)"), scope)
        for name in ("count", "count_failed", "sum", "min", "max")
    ]
    assert results == [2, 1, 8, 3, 5]


def test_a_name_in_a_repeat_means_that_repeat_and_else_the_whole_sheet() -> None:
    values: dict[tuple[str, str], Value] = {("n", "A"): Decimal(3), ("n", "B"): Decimal(5)}
    values["site", ""] = "estate"
    scope = Scope(values=values, repeat="B")
    assert evaluate(parse_expression('n == 5 and site == "estate"'), scope) is True


def test_outcomes_usages_and_the_answer_at_hand_can_be_asked_for() -> None:
    scope = Scope(
        values={("m", ""): Decimal(10), ("f", ""): "fail"},
        outcomes={("m", ""): "pass", ("f", ""): "fail", ("n", ""): "na"},
        usages={("m", ""): Decimal(4)},
        own=Decimal(7),
    )
    text = "passed(m) and failed(f) and na(n) and answered(n) and answered(value) and usage(m) == 4"
    assert evaluate(parse_expression(text + " and value == 7"), scope) is True
    assert evaluate(parse_expression("answered(value)"), Scope()) is False
    assert evaluate(parse_expression("today"), Scope()) is None
