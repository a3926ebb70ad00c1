"""The disk begins with what was written before anybody waits for it."""

import ctypes
import itertools
from pathlib import Path

import pytest

from fieldops.flow import spool, writeout
from fieldops.flow.spool import BEGIN_BYTES, Segment
from fieldops.flow.writeout import begin_writing


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The spans that the disk was told to begin with."""
    told: list[tuple[int, int]] = []

    def tell(handle: int, start: int, size_bytes: int) -> None:
        begin_writing(handle, start, size_bytes)
        told.append((start, size_bytes))

    monkeypatch.setattr(spool, "begin_writing", tell)
    return told


def test_the_disk_is_told_once_of_each_byte_that_comes_in_bulk(
    tmp_path: Path, begun: list[tuple[int, int]]
):
    segment = Segment(tmp_path / "one")
    chunk = bytes(400_000)
    for _ in range(10):
        segment.write(chunk)
    segment.close()
    assert [start for start, _ in begun] == [0, *itertools.accumulate(n for _, n in begun[:-1])]
    assert all(BEGIN_BYTES <= size_bytes < BEGIN_BYTES + len(chunk) for _, size_bytes in begun)
    assert sum(size_bytes for _, size_bytes in begun) > 4_000_000 - BEGIN_BYTES
    assert segment.path.read_bytes() == chunk * 10


def test_who_goes_on_in_a_file_tells_of_what_is_new(tmp_path: Path, begun: list[tuple[int, int]]):
    (tmp_path / "one").write_bytes(bytes(700_000))
    segment = Segment(tmp_path / "one")
    segment.write(bytes(BEGIN_BYTES))
    segment.close()
    assert begun == [(700_000, BEGIN_BYTES)]


def test_what_trickles_in_waits_for_its_fsync(tmp_path: Path, begun: list[tuple[int, int]]):
    segment = Segment(tmp_path / "one")
    segment.write(bytes(BEGIN_BYTES - 1))
    segment.close()
    assert begun == []


def test_a_system_that_cannot_does_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    writeout._sync_file_range.cache_clear()
    try:
        segment = Segment(tmp_path / "one")
        segment.write(bytes(BEGIN_BYTES))
        segment.sync()
        segment.close()
        assert segment.path.stat().st_size == BEGIN_BYTES
    finally:
        writeout._sync_file_range.cache_clear()
