"""Ranges of seq against a plain set of numbers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fieldops.rules import ranges

NUMBERS = st.sets(st.integers(1, 60))


@given(NUMBERS, NUMBERS)
def test_ranges_hold_exactly_the_numbers_added(first: set[int], more: set[int]) -> None:
    held = ranges.add(ranges.add([], first), more)
    assert {n for n in range(62) if ranges.contains(held, n)} == first | more
    assert all(a[1] + 1 < b[0] for a, b in pairwise(held))


@given(NUMBERS)
def test_acked_through_and_missing_tell_the_same_story(numbers: set[int]) -> None:
    held = ranges.add([], numbers)
    gaps = {n for first, last in ranges.missing(held) for n in range(first, last + 1)}
    assert gaps == set(range(1, max(numbers, default=0) + 1)) - numbers
    expected = 0
    while expected + 1 in numbers:
        expected += 1
    assert ranges.acked_through(held) == expected
