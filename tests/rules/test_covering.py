"""A plugin may show less of a cell of an export, and never more."""

from typing import Any

import pytest

from fieldops.rules.covering import shows_less, taken

NUMBER = "13812345678"


@pytest.mark.parametrize(
    ("given", "returned"),
    [
        ("张工", "张工"), ("张工", "*"), ("张工", "张*"), ("张工", "*工"), ("张工", "***"),
        (f"致电 {NUMBER}，张工", "致电 *，张*"), ("138****5678", "1*8"),
        ("138****5678", "138****5678"),
        ("abcabc", "*c*c"), ("abcabc", "a*bc"), ("ab", "a*b"), ("", "*"), ("", ""),
    ],
)  # fmt: skip
def test_a_text_with_stars_for_parts_of_it_shows_less(given: str, returned: str):
    assert shows_less(given, returned)


@pytest.mark.parametrize(
    ("given", "returned"),
    [
        ("138****5678", NUMBER), ("138****5678", "1381234****"), ("张工", "李*"), ("张工", "张工x"),
        ("张工", "工*张"), ("abc", "ab*bc"), ("aba", "ab*ba"), ("abc", "*c*c"), ("", "x"),
        ("ab", "b"),
        ("张工", "张"), ("a", "a*a"), ("abc", "*b*b*"),
    ],
)  # fmt: skip
def test_what_was_not_given_is_not_taken(given: str, returned: str):
    assert not shows_less(given, returned)


@pytest.mark.parametrize(
    ("kind", "given", "returned", "good"),
    [
        ("string", "张工", None, True), ("string", "张工", "", True),
        ("string", "张工", "张*", True),
        ("string", "张工", 7, False), ("string", "1", 1, False),
        ("decimal", "12.5", "12.5", True), ("decimal", "12.5", None, True),
        ("decimal", "12.5", "1*", False), ("decimal", "12.5", "12.50", False),
        ("integer", 7, 7, True), ("integer", 7, 8, False), ("integer", 1, True, False),
        ("boolean", True, True, True), ("boolean", True, False, False), ("boolean", True, 1, False),
        ("json", '["a"]', '["*"]', False), ("date", "2026-10-01", "2026-*", False),
    ],
)  # fmt: skip
def test_of_numbers_days_and_json_it_is_all_or_nothing(
    kind: Any, given: Any, returned: Any, good: bool
):
    assert taken(kind, given, returned) is good
