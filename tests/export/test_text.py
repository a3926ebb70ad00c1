"""Ids and instants as columns hold them."""

from uuid import uuid4

import pytest

from fieldops.export.text import claimed_text, id_text, instant_text


def test_an_id_is_written_as_a_uuid_is():
    one = uuid4()
    assert id_text(one.bytes) == str(one)


def test_an_instant_is_written_in_utc_with_milliseconds():
    assert instant_text(None) is None
    assert instant_text(0) == "1970-01-01T00:00:00.000Z"
    assert instant_text(1_795_262_400_007) == "2026-11-21T12:00:00.007Z"
    # More minutes than are kept in mind.
    assert instant_text(5000 * 60_000) == "1970-01-04T11:20:00.000Z"
    for minute in range(5000):
        instant_text(minute * 60_000)
    assert instant_text(61_001) == "1970-01-01T00:01:01.001Z"


@pytest.mark.parametrize(
    ("claimed", "written"),
    [
        ("2026-10-01T08:30:00.12+08:00", "2026-10-01T08:30:00.12+08:00"),
        ("20261001T083000+0800", "2026-10-01T08:30:00+08:00"),
        ("2026-10-01T08:30:00", None),
        ("0001-01-01T00:00:00+08:00", None),
        ("half past eight", None),
        ("", None),
        (None, None),
    ],
)
def test_a_claimed_time_is_one_that_every_reader_reads_or_none(claimed, written):
    assert claimed_text(claimed) == written
