"""Instants as text, made from parts that are kept."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldops.flow.timing import rfc3339

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("hour", [0, -1, 471_000, 498_684, 2_000_000])
def test_every_instant_is_what_the_calendar_says(hour: int):
    for rest in (0, 1, 59_999, 60_000, 61_007, 754_321, 3_599_000, 3_599_999):
        ms = hour * 3_600_000 + rest
        told = (EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")
        assert rfc3339(ms) == told.replace("+00:00", "Z")
