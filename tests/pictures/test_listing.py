"""Every picture of the list gets its verdict, within memory and time, and none gets out."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.pictures import clean
from tests.pictures.listing import Case, cases

from fieldops.pictures.box import Box, Grant
from fieldops.pictures.decode import Bounds
from fieldops.pictures.look import look
from fieldops.pictures.messages import Looked

CASES = cases()
GRANT = Grant()
REAL = sorted((Path(__file__).parents[3] / "shared" / "data" / "photos").glob("*.[jJhH]*"))
"""Pictures of real cameras, where that folder lies beside the project."""


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    made = Box(GRANT)
    made.start()
    yield made
    made.close()


def looked(box: Box, data: bytes) -> Looked:
    """One look; the process that made it stays within what it was granted."""
    assert box.pid is not None
    process = psutil.Process(box.pid)
    before_s = sum(process.cpu_times()[:2])
    original = hashlib.sha256(data).digest()
    found = box.look(io.BytesIO(data), len(data))
    assert hashlib.sha256(data).digest() == original
    if box.pid != process.pid:
        box.start()
        return found
    assert sum(process.cpu_times()[:2]) - before_s <= GRANT.budget_s
    assert peak_mb(process.pid) <= GRANT.memory_mb
    return found


def peak_mb(pid: int) -> float:
    """The most memory that a process ever had, in MB (VmHWM, proc(5))."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def test_the_list_is_long_enough():
    assert len([case for case in CASES if case.reason]) >= 200


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict_is_as_listed(case: Case, box: Box):
    found = looked(box, case.make())
    facts = found.picture.facts
    assert (facts.verdict, facts.reason) == (
        ("undecodable", case.reason) if case.reason else ("decoded", "")
    )
    if case.reason:
        assert (found.thumb, found.view, found.picture.measures) == (b"", b"", None)
    else:
        clean.check(found)


SMALL = [case for case in CASES if "MP" not in case.name and "cut-at" not in case.name]


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_verdict_is_the_same_without_the_jail(case: Case):
    data = case.make()
    found = look(io.BytesIO(data), len(data), Bounds())
    assert found.picture.facts.reason == case.reason


def test_pictures_of_real_cameras_are_decoded(box: Box):
    for path in REAL:
        found = looked(box, path.read_bytes())
        assert found.picture.facts.verdict == "decoded", path.name
        clean.check(found)
