"""The box: whatever becomes of the process that decodes, the next photo finds one that works."""

import io
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator

import msgspec
import psutil
import pytest
from tests.pictures.listing import many_scans
from tests.pictures.making import jpeg, scene

from fieldops.model.picture import Measures, Picture
from fieldops.pictures import box as boxes
from fieldops.pictures import child, messages
from fieldops.pictures.box import Box, Grant
from fieldops.pictures.decode import Bounds
from fieldops.pictures.look import look
from fieldops.pictures.messages import Look, Looked
from fieldops.process import ProcessGone
from fieldops_sync.payloads import PictureFacts

GOOD = jpeg(scene(320, 240))


@pytest.fixture
def box() -> Iterator[Box]:
    made = Box()
    yield made
    made.close()


def verdict(box: Box, data: bytes) -> str:
    facts = box.look(io.BytesIO(data), len(data)).picture.facts
    return facts.reason or facts.verdict


def test_process_says_what_it_decodes_and_how_it_is_protected(box):
    ready = box.start()
    assert ready.formats == ("JPEG", "PNG", "WEBP", "HEIC")
    assert {"limits", "no-new-privileges", "system-call-filter"} <= set(ready.protections)


def test_process_holds_nothing_but_its_pipes_and_the_photo(box):
    box.start()
    files = os.listdir(f"/proc/{box.pid}/fd")
    assert len(files) <= 8
    environment = psutil.Process(box.pid).environ()
    assert not [name for name in environment if name.startswith("FIELDOPS_")]
    assert psutil.Process(box.pid).net_connections() == []


def test_one_process_looks_at_many_photos_each_by_itself(box):
    assert verdict(box, GOOD) == "decoded"
    first = box.pid
    for width in (300, 100, 640, 200):
        data = jpeg(scene(width, 200))
        found = box.look(io.BytesIO(data), len(data))
        assert found.picture.facts.width == width
        assert found == look(io.BytesIO(data), len(data), Bounds())
    assert verdict(box, b"GIF89a") == "format"
    assert box.pid == first


def test_process_that_was_killed_is_replaced(box):
    assert verdict(box, GOOD) == "decoded"
    first = box.pid
    os.kill(first, signal.SIGKILL)
    assert verdict(box, GOOD) == "decoded"
    assert box.pid != first


def test_process_that_is_killed_in_the_middle_of_a_photo_is_replaced(box):
    box.start()
    first = psutil.Process(box.pid)
    slow = many_scans(150)

    def kill_at_work() -> None:
        used_s = first.cpu_times().user
        while first.is_running() and first.cpu_times().user < used_s + 0.1:
            time.sleep(0.005)
        first.kill()

    killer = threading.Thread(target=kill_at_work)
    killer.start()
    assert verdict(box, slow) == "decoded"  # By the second process.
    killer.join()
    assert box.pid != first.pid
    assert verdict(box, GOOD) == "decoded"


def test_photo_that_takes_more_than_its_budget_ends_its_process():
    box = Box(Grant(budget_s=1))
    try:
        assert verdict(box, many_scans(1_000)) == "timeout"
        assert box.pid is None
        assert verdict(box, GOOD) == "decoded"
    finally:
        box.close()


def test_process_that_sleeps_is_killed_by_the_clock(box, monkeypatch):
    monkeypatch.setattr(boxes, "_WALL_TIMES", 0.2)
    box.start()
    os.kill(box.pid, signal.SIGSTOP)
    assert verdict(box, GOOD) == "timeout"
    assert verdict(box, GOOD) == "decoded"


def test_memory_that_runs_out_is_said_and_the_next_photo_works():
    box = Box(Grant(memory_mb=128, pixels=10**9))
    try:
        # The limit on pixels follows from the memory; a comment of 40 MB does not.
        assert verdict(box, jpeg(scene(3_000, 2_000))) in ("decoded", "too-large")
        heavy = b"RIFF" + (2**26 - 8).to_bytes(4, "little") + b"WEBP" + bytes(2**26 - 12)
        assert verdict(box, heavy) in ("out-of-memory", "damaged")
        assert verdict(box, GOOD) == "decoded"
    finally:
        box.close()


def test_process_gives_way_to_a_new_one_after_many_photos(box, monkeypatch):
    monkeypatch.setattr(boxes, "PHOTOS_MAX", 2)
    pids = []
    for _ in range(4):
        assert verdict(box, GOOD) == "decoded"
        pids.append(box.pid)
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_too_many_bytes_and_none_are_never_read(box):
    class Closed(io.BytesIO):
        def read(self, _count: int | None = -1) -> bytes:
            raise AssertionError("nobody reads this")

    large = Grant().file_bytes + 1
    assert box.look(Closed(), large).picture.facts.reason == "too-large"
    assert box.look(Closed(), 0).picture.facts.reason == "empty"
    assert box.pid is None


def test_process_that_cannot_start_is_said(monkeypatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    box = Box()
    try:
        with pytest.raises(ProcessGone):
            box.start()
    finally:
        box.close()


DECODED = Picture(PictureFacts("decoded", format="JPEG"), Measures("0" * 16, 1, 1, 1))
THUMB, VIEW = b"RIFF\0\0\0\0WEBP", b"\xff\xd8\xff"


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage",
        messages.encode(Looked(Picture(PictureFacts("decoded")), THUMB, VIEW)),
        messages.encode(Looked(DECODED, THUMB, b"<html>")),
        messages.encode(Looked(DECODED, b"<html>", VIEW)),
        messages.encode(Looked(DECODED, THUMB + bytes(2**20), VIEW)),
        messages.encode(Looked(DECODED, THUMB, VIEW + bytes(2**24))),
        messages.encode(Looked(Picture(PictureFacts("undecodable", "damaged")), THUMB)),
        messages.encode(Looked(Picture(PictureFacts("undecodable", "because")))),
        messages.encode(Looked(Picture(PictureFacts("undecodable")))),
    ],
)
def test_answer_that_cannot_be_is_a_crash(box, answer):
    box.start()
    box._process.receive = lambda _deadline: answer
    assert box._look(len(GOOD)).picture.facts.reason == "crashed"
    assert box.pid is None


def test_answer_that_can_be_is_taken(box):
    box.start()
    box._process.receive = lambda _deadline: messages.encode(Looked(DECODED, THUMB, VIEW))
    assert box._look(len(GOOD)) == Looked(DECODED, THUMB, VIEW)


# The process itself, in this one: what is killed cannot be counted by coverage.


def test_loop_answers_until_its_input_ends():
    orders = iter([messages.encode(Look(len(GOOD))), messages.encode(Look(0)), None])
    answers: list[bytes] = []
    begun: list[int] = []
    child.warm_up(Bounds())
    child.serve(
        lambda: io.BytesIO(GOOD), Bounds(), lambda: next(orders), answers.append,
        lambda: begun.append(1),
    )  # fmt: skip
    found = [messages.read_looked(answer).picture.facts for answer in answers]
    assert [one.verdict for one in found] == ["decoded", "undecodable"]
    assert len(begun) == 2
    with pytest.raises(msgspec.ValidationError):
        messages.read_look(b"\xa1x")
