"""One photo, cut wherever it can be: it arrives whole each time, and little is sent twice."""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from random import Random

import pytest
from tests.clients.conftest import PHOTO_BYTES, House
from tests.clients.cutter import Cutter
from tests.soak.report import report

from fieldops.flow import setup
from fieldops_sync.client import Client
from fieldops_sync.events import Event, Waiting
from fieldops_sync.outbox import Outbox
from fieldops_sync.upload import CHUNK_BYTES

STEP_BYTES = 4096
EDGE_BYTES = 64 * 1024
"""Every size that a client cuts a photo into is a multiple of this, and so is what is read here."""
_SPREAD = 60
"""In `make test` every 60th of all cuts."""
CHOSEN = {0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, PHOTO_BYTES}
"""These are tried there in any case."""
_STALLED_SPREAD, _SOAKED_SPREAD = 120, 10
_STALL_S = (0.01, 0.25)
"""How long a server on a crowded machine does not come to run, at random."""


def places() -> list[int]:
    """Where a photo is cut: every 4 KiB from 0 to its end, and beside every edge of a chunk."""
    steps = set(range(0, PHOTO_BYTES + 1, STEP_BYTES))
    edges = set(range(0, PHOTO_BYTES + 1, EDGE_BYTES))
    beside = {at + by for at in edges for by in (-1, 1)} & set(range(PHOTO_BYTES + 1))
    return sorted(steps | beside)


def test_there_are_cuts_enough() -> None:
    assert len(places()) >= 1340
    assert set(places()) >= CHOSEN


def test_a_photo_cut_here_and_there_arrives_whole(house: House, way: Cutter) -> None:
    cut_everywhere(house, way, sorted({*places()[::_SPREAD], *CHOSEN}))


def test_a_photo_cut_before_a_server_that_stalls_arrives_whole(house: House, way: Cutter) -> None:
    with stalling(house.pid):
        cut_everywhere(house, way, places()[7::_STALLED_SPREAD], first=PHOTO_BYTES)


@pytest.mark.soak
def test_a_photo_cut_in_many_places_before_a_server_that_stalls(house: House, way: Cutter) -> None:
    with stalling(house.pid):
        cut_everywhere(house, way, places()[3::_SOAKED_SPREAD], first=2 * PHOTO_BYTES)


@pytest.mark.soak
def test_a_photo_cut_everywhere_arrives_whole(house: House, way: Cutter) -> None:
    cut_everywhere(house, way, places())


def cut_everywhere(house: House, way: Cutter, cuts: Iterable[int], first: int = 0) -> None:
    """Send a new photo for each cut; all must be stored as they were, at the price of a chunk.

    ``first`` numbers the photos, which differ from those of another number.
    """
    began, base = time.monotonic(), bytearray(b"\xff\xd8\xff" + bytes(PHOTO_BYTES - 3))
    resent: list[int] = []
    whys: list[Event] = []
    with (
        Outbox(house.folder / f"outbox-{first}-{began}") as outbox,
        Client(outbox, way.url, sleep=shortly) as client,
    ):
        client._progress = whys.append
        enrol(house, client)
        for number, cut_at in enumerate(cuts, first):
            base[3:11] = number.to_bytes(8)
            data = bytes(base)
            name = outbox.capture(data, "image/jpeg", house.tablet.site)
            before = way.body_bytes
            way.cut_at = cut_at
            whys.clear()
            client.send_photos()
            assert way.cut_at is None, f"no cut at {cut_at}"
            resent.append(way.body_bytes - before - PHOTO_BYTES)
            assert 0 <= resent[-1] <= CHUNK_BYTES + STEP_BYTES, f"cut at {cut_at}: {troubles(whys)}"
            assert stored(house, name) == hashlib.sha256(data).hexdigest(), f"cut at {cut_at}"
            outbox.photo_path(name).unlink(missing_ok=True)
            house.server.core.blobs.delete(name)
        assert outbox.photos("waiting") == []
    took_s = time.monotonic() - began
    report(
        f"cuts: {len(resent):,} photos of {PHOTO_BYTES:,} bytes in {took_s:.0f} s,"
        f" sent again at most {max(resent):,} bytes, on average {sum(resent) // len(resent):,}"
    )


@contextmanager
def stalling(pid: int) -> Iterator[None]:
    """A process that stops for a while again and again, as if others took the machine."""
    dice, is_over = Random(PHOTO_BYTES), threading.Event()

    def stall() -> None:
        while not is_over.wait(dice.uniform(0, 0.15)):
            os.kill(pid, signal.SIGSTOP)
            is_over.wait(dice.uniform(*_STALL_S))
            os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=stall)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def troubles(events: list[Event]) -> list[Event]:
    """Why a client had to begin again."""
    return [event for event in events if isinstance(event, Waiting)]


def shortly(_seconds: float) -> None:
    """The server is on this machine: it has noticed a cut in no time."""
    time.sleep(0.01)


def enrol(house: House, client: Client) -> None:
    server, actor = house.server, house.tablet.actor
    code = server.do(
        lambda s: setup.enrol_code(s, "tablet", [actor], setup.SYSTEM, server.clock(), minutes=10)
    )
    client.enrol(code)


def stored(house: House, name: str) -> str:
    """The hash of what is stored under a name."""
    digest = hashlib.sha256()
    with house.server.core.blobs.get(name) as source:
        while chunk := source.read(1024 * 1024):
            digest.update(chunk)
    return digest.hexdigest()
