from datetime import datetime
from pathlib import Path

import pytest

from fieldops_sync import times
from fieldops_sync.times import claimed_now, server_ms


def test_a_claimed_time_holds_offset_boot_and_milliseconds() -> None:
    first, second = claimed_now(), claimed_now()
    assert datetime.fromisoformat(first.wall).utcoffset() is not None
    assert second.mono >= first.mono > 0
    assert second.boot == first.boot != ""


def test_without_a_boot_id_each_process_labels_its_own_clock(monkeypatch) -> None:
    monkeypatch.setattr(times, "_BOOT_ID_FILE", Path("/nowhere/boot_id"))
    assert len(times._boot_id()) == 36
    assert times._boot_id() != times._boot_id()


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01T08:00:00.250+08:00", 250),
    ],
)
def test_server_times_are_compared_in_milliseconds(text: str, ms: int) -> None:
    assert server_ms(text) == ms
