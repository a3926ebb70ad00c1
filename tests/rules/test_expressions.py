"""The expression language: what it reads, what it refuses, and that it always ends."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldops.model.expression import Binary, Call, Literal, Name, Unary
from fieldops.rules.evaluation import Scope, evaluate
from fieldops.rules.expressions import (
    DEPTH_MAX,
    LENGTH_MAX,
    parse_expression,
    walk_nodes,
)
from fieldops.rules.tokens import ExpressionError

PIECES = st.sampled_from(
    [
        "a", "b", "value", "today", "1", "2.5", "0", '"x"', "'y'", "true", "false", "and", "or",
        "not", "in", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "(", ")", "[", "]", ",",
        "abs", "sum", "min", "max", "count", "count_failed", "if", "round", "days", "matches",
        "usage", "answered", "failed", "passed", "na", " ", "。", "1.2.3", '"', "99999999999",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.decimals(allow_nan=False, places=3, min_value=-(10**12), max_value=10**12),
    st.text(max_size=5),
    st.tuples(st.text(max_size=3)),
)


def test_precedence_is_that_of_arithmetic_and_logic() -> None:
    node = parse_expression("not a == 1 + 2 * 3 or b and c")
    assert isinstance(node, Binary)
    assert node.operator == "or"
    assert isinstance(node.left, Unary)
    right = node.right
    assert isinstance(right, Binary)
    assert right.operator == "and"


def test_subtraction_groups_from_the_left() -> None:
    assert evaluate(parse_expression("10 - 3 - 2"), Scope()) == 5


def test_names_literals_and_calls_know_their_columns() -> None:
    node = parse_expression(' sum(x) >= "a"')
    assert isinstance(node, Binary)
    assert node == Binary(">=", Call("sum", (Name("x", 6),), 2), Literal("a", 12), 9)
    assert [type(each) for each in walk_nodes(node)] == [Binary, Call, Name, Literal]


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("", "expression-end", 1),
        ("a ==", "expression-end", 5),
        ("(a", "expression-end", 3),
        ("a b", "expression-unexpected", 3),
        ("a == ) ", "expression-unexpected", 6),
        ("a not b", "expression-unexpected", 7),
        ("[a]", "expression-unexpected", 2),
        ("a == 1 == 2", "expression-unexpected", 8),
        ("1.2.3", "expression-number", 1),
        ("1234567890123456", "expression-number", 1),
        ('a == "x', "expression-quote", 6),
        ("a = 1", "expression-character", 3),
        ("a ＝ 1", "expression-character", 3),
        ("eval(a)", "expression-function", 1),
        ("round(a)", "expression-arguments", 1),
        ("sum(1)", "expression-item", 1),
        ("answered(a + 1)", "expression-item", 1),
        ("matches(a, b)", "expression-pattern", 1),
        ("matches(a, 1)", "expression-pattern", 1),
        ("(" * (DEPTH_MAX + 1) + "a", "expression-deep", DEPTH_MAX + 1),
        ("not " * (DEPTH_MAX + 1) + "a", "expression-deep", 4 * (DEPTH_MAX - 1) + 1),
        ("-" * (DEPTH_MAX + 1) + "1", "expression-deep", DEPTH_MAX),
        ("+".join(["a"] * 200), "expression-long", 201),
        ("a" * (LENGTH_MAX + 1), "expression-long", LENGTH_MAX + 1),
    ],
)
def test_what_cannot_be_read_is_told_with_its_column(text: str, code: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert (caught.value.code, caught.value.column) == (code, column)


def test_the_longest_and_deepest_expressions_are_worked_out() -> None:
    assert evaluate(parse_expression("+".join(["1"] * 100)), Scope()) == 100
    nested = "(" * (DEPTH_MAX - 1) + "1" + ")" * (DEPTH_MAX - 1)
    assert evaluate(parse_expression(nested), Scope()) == 1


@given(st.lists(PIECES, max_size=40), st.dictionaries(st.sampled_from("ab"), VALUES))
def test_any_text_gives_a_tree_that_can_be_worked_out_or_the_one_error(
    pieces: list[str], values: dict[str, object]
) -> None:
    try:
        node = parse_expression(" ".join(pieces))
    except ExpressionError:
        return
    scope = Scope(values={(key, ""): value for key, value in values.items()})  # type: ignore[misc]
    result = evaluate(node, scope)
    assert result is None or isinstance(result, bool | Decimal | str | tuple)


@given(st.text(max_size=200))
def test_no_text_raises_anything_but_the_one_error(text: str) -> None:
    with suppress(ExpressionError):
        walk_nodes(parse_expression(text))
