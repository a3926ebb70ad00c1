"""A real client and the debts of its tablet: what is safe, what is here, what nobody has."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import Company, InProcess, Server, found_company, running

from fieldops.flow import setup
from fieldops.store import debts, media
from fieldops_sync import events
from fieldops_sync.client import Client
from fieldops_sync.ids import uuid7
from fieldops_sync.outbox import Outbox
from fieldops_sync.wire import Subject

PHOTOS = (b"first" * 100, b"second" * 100)
FIFTEEN_DAYS_H = 15 * 24


class Tablet:
    """An enrolled tablet with a walk of two photos that are announced and not sent."""

    def __init__(self, server: Server, company: Company, folder: Path) -> None:
        self.server = server
        self.events: list[events.Event] = []
        self.outbox = Outbox(folder / "pad")
        transport = InProcess(server)
        self.client = Client(
            self.outbox, "http://tablet", transport, random=Random(1), sleep=lambda _s: None
        )
        now_ms = server.clock()
        code = server.do(
            lambda s: setup.enrol_code(s, "pad", [company.inspector], setup.SYSTEM, now_ms, 10)
        )
        self.client.enrol(code)
        walk = str(uuid7())
        self.hashes = []
        for data in PHOTOS:
            sha256 = self.outbox.capture(data, "image/jpeg", company.site)
            named = {"inspection": walk, "sha256": sha256, "size_bytes": len(data)}
            self.outbox.record(
                "photo.attach@1",
                Subject("photo", uuid4()),
                company.site,
                named,
                actor=company.inspector,
            )
            self.hashes.append(sha256)

    def sync(self) -> int:
        """Sync once; how many photos were stored."""
        self.events.clear()
        return self.client.sync(self.events.append).photos_stored

    @property
    def missed(self) -> list[events.PhotosMissed]:
        return [event for event in self.events if isinstance(event, events.PhotosMissed)]

    def spoil(self, sha256: str) -> None:
        """The server's own bytes turn out bad."""

        def job(session: Session) -> None:
            key = bytes.fromhex(sha256)
            media.lock(session, [key])
            session.execute(text("UPDATE media SET state = 'bad' WHERE sha256 = :s"), {"s": key})
            assert debts.owe_again(session, key) == 1

        self.server.do(job)


@pytest.fixture
def tablet(database_url: str, tmp_path: Path) -> Iterator[Tablet]:
    with running(database_url, tmp_path) as server:
        made = Tablet(server, found_company(server), tmp_path)
        with made.outbox, made.client:
            yield made


def test_a_tablet_says_what_is_safe_and_what_is_here(tablet: Tablet) -> None:
    tablet.client.hello()
    tablet.client.push()
    tablet.client.pull()
    tablet.client.reckon()
    debt = tablet.outbox.debt
    assert (debt.safe, debt.here, debt.here_bytes, debt.lost) == (0, 2, 1100, 0)
    assert debt.owed is not None
    assert [(walk.photos, walk.bytes) for walk in debt.owed.walks] == [(2, 1100)]
    assert debt.texts["en"] == "0 of 2 photos are safe on the server; 2 (0.0 MB) still here; 0 lost"
    assert tablet.sync() == 2
    debt = tablet.outbox.debt
    assert (debt.safe, debt.here, debt.lost) == (2, 0, 0)
    assert "2 张照片中 2 张已安全存于服务器" in debt.texts["zh-CN"]
    assert tablet.sync() == 0
    assert tablet.outbox.debt.owed is not None
    assert tablet.outbox.debt.owed.photos == 0
    assert tablet.missed == []


def test_a_photo_that_the_server_lost_is_sent_again_by_itself(tablet: Tablet) -> None:
    assert tablet.sync() == 2
    tablet.spoil(tablet.hashes[0])
    assert tablet.sync() == 1
    assert tablet.missed == [events.PhotosMissed(resent=1, lost=0)]
    assert tablet.sync() == 0
    debt = tablet.outbox.debt
    assert (debt.safe, debt.here, debt.lost) == (2, 0, 0)


def test_a_photo_that_nobody_has_is_told_to_its_person(tablet: Tablet) -> None:
    assert tablet.sync() == 2
    tablet.server.clock.forward(FIFTEEN_DAYS_H)
    tablet.sync()
    assert tablet.outbox.photos("stored") == [], "settled photos are kept for 14 days"
    tablet.spoil(tablet.hashes[0])
    summary = tablet.client.sync(tablet.events.append)
    assert summary.photos_lost == 1
    assert tablet.missed == [events.PhotosMissed(resent=0, lost=1)]
    assert "1 are neither there nor here" in tablet.outbox.debt.texts["en"]
    assert "服务器和本机都没有" in tablet.outbox.debt.texts["zh-CN"]


def test_a_damaged_photo_is_lost_until_it_is_taken_again(tablet: Tablet) -> None:
    tablet.client.hello()
    tablet.client.push()
    tablet.outbox.photo_path(tablet.hashes[0]).write_bytes(b"flipped")
    assert not tablet.outbox.check_photo(tablet.hashes[0])
    assert tablet.sync() == 1
    assert tablet.outbox.debt.lost == 1
