"""Inclusive ranges of seq: what a device's incarnation has custody for, and what is missing."""

from collections.abc import Iterable, Sequence

Ranges = list[tuple[int, int]]


def add(ranges: Sequence[tuple[int, int]], numbers: Iterable[int]) -> Ranges:
    """The ranges with some numbers added: sorted, apart, as few as possible."""
    spans = sorted([*ranges, *_spans(sorted(set(numbers)))])
    joined: Ranges = []
    for first, last in spans:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _spans(numbers: Sequence[int]) -> Ranges:
    """Sorted numbers as spans; those of a batch are mostly one."""
    if numbers and numbers[-1] - numbers[0] == len(numbers) - 1:
        return [(numbers[0], numbers[-1])]
    return [(number, number) for number in numbers]


def contains(ranges: Sequence[tuple[int, int]], number: int) -> bool:
    """Whether a number stands in one of the ranges."""
    return any(first <= number <= last for first, last in ranges)


def last(ranges: Sequence[tuple[int, int]]) -> int:
    """The highest number; 0 for none."""
    return ranges[-1][1] if ranges else 0


def acked_through(ranges: Sequence[tuple[int, int]]) -> int:
    """The highest number up to which nothing is missing, counting from 1; 0 for none."""
    return ranges[0][1] if ranges and ranges[0][0] == 1 else 0


def missing(ranges: Sequence[tuple[int, int]]) -> Ranges:
    """The gaps below the highest number."""
    ends = [0, *(last for _, last in ranges)]
    return [
        (end + 1, first - 1)
        for end, (first, _) in zip(ends, ranges, strict=False)
        if first > end + 1
    ]
