"""The audit under two thousand edits of a database superuser, and five hundred honest lives."""

import threading
from functools import partial
from pathlib import Path
from random import Random

import pytest
from sqlmodel import Session
from tests.flow.tampering import EDITS, Archive

from fieldops.flow import auditkey
from fieldops.store import audit

pytestmark = pytest.mark.soak
EDITS_IN_ALL = 2000
"""On each database."""
LIVES = 500


@pytest.fixture
def archive(database_url: str, tmp_path: Path):
    made = Archive(database_url, tmp_path / "data", Random(2026))
    yield made
    made.close()


def test_every_edit_is_found(archive: Archive):
    archive.fill(150)
    missed = []
    for number in range(EDITS_IN_ALL):
        edit = archive.dice.choice(EDITS)
        if archive.tampered(edit).ok:
            missed.append((number, edit.__name__))
    assert missed == []
    assert archive.look().ok


def test_what_nobody_touched_raises_no_alarm(archive: Archive):
    """Writers at once, jobs that fail, chainers that take turns, new keys; looked at all the time.

    Every life goes on where the one before ended.
    """
    for life in range(LIVES):
        threads = [
            threading.Thread(target=_live, args=(archive, Random(life * 10 + number)))
            for number in range(3)
        ]
        for thread in threads:
            thread.start()
        looked = archive.look()
        for thread in threads:
            thread.join()
        if life % 50 == 49:
            archive.keys = auditkey.renew(archive.settings, archive.store, archive.now_ms)
            archive.chainer = archive.new_chainer()
        archive.now_ms += archive.dice.randrange(90_000)
        archive.chainer.step()
        found = archive.look()
        assert (looked.faults, found.faults) == ([], []), life
        assert found.unchained == 0


def _live(archive: Archive, dice: Random) -> None:
    def write(session: Session, count: int, fails: bool) -> None:
        for number in range(count):
            audit.add(session, audit.Entry("user.add", archive.now_ms, detail={"n": number}))
        if fails:
            raise ValueError("not this one")

    for _ in range(dice.randrange(1, 5)):
        fails = dice.random() < 0.2
        done = archive.store.write(partial(write, count=dice.randrange(1, 9), fails=fails))
        assert (done.exception(60) is not None) is fails
        if dice.random() < 0.4:
            archive.new_chainer().step()
