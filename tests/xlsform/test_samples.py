"""Examples answer what a pattern asks for."""

import pytest

from fieldops.rules.patterns import pattern_matches
from fieldops.xlsform.samples import sample


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^[0-9]{10}$", "0000000000"),
        (r"^07[0-9]{8}$", "0700000000"),
        (r"^(\+33|0)[67]\d{8}$", "+33600000000"),
        (r"[A-Za-z ]+", "A"),
        (r"(?s).{3,}", "aaa"),
        (r"[a-z]+@[a-z]+\.(com|org)", "a@a.com"),
        (r"[[:alpha:]]{2}", "aa"),
        (r"[^0-9a]+x", "Ax"),
        (r"\d{3}-\d{4}|none", "000-0000"),
        (r"[A-Z]{2}-?\d*", "AA"),
        (r"(?i)abc?", "ab"),
        (r"[\d.]+\b", "0"),
        (r"(?:中国){2}", "中国中国"),
        (r"(?P<x>a)b+?", "ab"),
    ],
)
def test_a_sample_matches_its_pattern(pattern: str, text: str):
    assert sample(pattern) == text
    assert pattern_matches(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    ["", "[", "(", "\\", "x{", "a{9999999999}", "((a{999}){999}){999}", "(" * 900, "*", ")a"],
)
def test_what_is_no_pattern_gives_some_short_text(pattern: str):
    assert len(sample(pattern)) <= 2000
