"""A walk's photos over a link as it is in a basement: results at once, photos by and by."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from tests.clients.slowlink import Passed, SlowLink
from tests.factories import NOON_MS, Clock, Company, InProcess, Server, found_company, running
from tests.soak.report import report

from fieldops.flow import setup
from fieldops.store import records
from fieldops_sync.client import Client
from fieldops_sync.ids import uuid7
from fieldops_sync.outbox import Outbox
from fieldops_sync.wire import Subject

AMPLIFICATION_MAX = 1.3
SEED = 20261122


@contextmanager
def scene(folder: Path) -> Iterator[tuple[Server, Company]]:
    folder.mkdir()
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder, Clock()) as server:
        yield server, found_company(server)


def walk(folder: Path, photos: int, photo_bytes: int) -> tuple[Passed, float]:
    """Sync one walk over the link; what passed, and bytes sent / bytes of photos."""
    began = time.monotonic()
    with scene(folder) as (server, company):
        seen: list[int] = []
        link = SlowLink(server, SEED, lambda: seen.append(attached(server, company)))
        server.core.clock = lambda: NOON_MS + int(link.time.now_s * 1000)
        with (
            Outbox(folder / "outbox") as outbox,
            Client(outbox, "http://server", InProcess(server)) as client,
        ):
            client.enrol(code(server, company))
        with (
            Outbox(folder / "outbox", monotonic_s=lambda: link.time.now_s) as outbox,
            Client(
                outbox,
                "http://server",
                link,
                random=Random(SEED),
                sleep=link.time.sleep,
                monotonic_s=lambda: link.time.now_s,
            ) as client,
        ):
            hashes = shoot(outbox, company, photos, photo_bytes)
            client.sync()
            assert outbox.photos("waiting") == []
        for name in hashes:
            assert server.core.blobs.head(name) == photo_bytes
        assert seen == [photos], "the supervisor sees all records before the first photo is there"
    passed = link.passed
    amplification = passed.sent_bytes / (photos * photo_bytes)
    assert 0 < passed.push_s < passed.first_photo_s
    report(
        f"slow link: {photos} photos of {photo_bytes:,} bytes in {link.time.now_s / 3600:.2f} h of"
        f" the link's time ({time.monotonic() - began:.0f} s), sent {amplification:.3f} times,"
        f" {passed.requests:,} requests, {passed.resets:,} resets, {passed.outages} outages,"
        f" results there after {passed.push_s:.0f} s, the first photo after"
        f" {passed.first_photo_s:.0f} s"
    )
    return passed, amplification


def code(server: Server, company: Company) -> str:
    return server.do(
        lambda s: setup.enrol_code(
            s, "tablet", [company.inspector], setup.SYSTEM, server.clock(), minutes=60
        )
    )


def shoot(outbox: Outbox, company: Company, photos: int, photo_bytes: int) -> list[str]:
    """Take photos and record each; nothing is sent yet."""
    random, inspection, hashes = Random(SEED), str(uuid4()), []
    for _ in range(photos):
        name = outbox.capture(random.randbytes(photo_bytes), "image/jpeg", company.site)
        payload = {"inspection": inspection, "sha256": name}
        photo = Subject("photo", uuid7())
        outbox.record("photo.attach@1", photo, company.site, payload, actor=company.inspector)
        hashes.append(name)
    return hashes


def attached(server: Server, company: Company) -> int:
    """How many photos' records the server has."""
    return server.look(lambda s: len(list(records.of_kind(s, [company.site], "photo"))))


def test_a_dozen_photos_get_through_a_slow_link(tmp_path: Path) -> None:
    _, amplification = walk(tmp_path / "one", 12, 2_000_000)
    assert amplification <= AMPLIFICATION_MAX


def test_the_same_seed_gives_the_same_run(tmp_path: Path) -> None:
    one, two = (walk(tmp_path / name, 5, 1_200_000)[0] for name in ("one", "two"))
    assert one.resets > 0
    # What is sent of ops is packed, and their ids are new each time.
    assert (one.photo_bytes, one.requests, one.resets, one.outages) == (
        two.photo_bytes,
        two.requests,
        two.resets,
        two.outages,
    )


@pytest.mark.soak
def test_a_whole_walk_gets_through_a_slow_link(tmp_path: Path) -> None:
    _, amplification = walk(tmp_path / "one", 300, 8_000_000)
    assert amplification <= AMPLIFICATION_MAX
