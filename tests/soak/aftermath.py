"""What is left when everything was stopped: looked at without the server."""

import hashlib
import time
from collections.abc import Iterable, Sequence
from uuid import UUID

from tests.property import invariants

from fieldops.settings import Settings
from fieldops.store import log, readers
from fieldops.store.blobs import BlobError, open_blobs
from fieldops.store.engine import open_store

_STUCK_S = 60.0
"""A reader of the log that is behind and has not moved for so long never will."""
_LOOK_S = 0.1


def await_rest(settings: Settings) -> None:
    """Wait until every reader of the log has come to its end; a slow machine may take its time."""
    store = open_store(settings.database_url)
    try:
        before, moved_s = -1, time.monotonic()
        while True:
            with store.read() as session:
                head, known = log.counter(session), readers.everything(session)
            behind = [row for row in known if row.position < head and row.state != "off"]
            if known and not behind:
                return
            done = sum(row.position for row in known)
            moved_s = time.monotonic() if done != before else moved_s
            before = done
            assert time.monotonic() < moved_s + _STUCK_S, f"the log is at {head}, but {behind}"
            time.sleep(_LOOK_S)
    finally:
        store.close()


def faults(settings: Settings, acknowledged: Sequence[UUID]) -> list[str]:
    """Everything that is wrong with the database, lost ops first."""
    store = open_store(settings.database_url)
    try:
        with store.read() as session:
            lost = [f"lost: op {op}" for op in invariants.lost(session, acknowledged)]
            return lost + invariants.faults(session)
    finally:
        store.close()


def lost_photos(settings: Settings, stored: Iterable[str]) -> list[str]:
    """The photos that are not in the blob store, byte for byte."""
    blobs = open_blobs(settings)
    lost = []
    for sha256 in stored:
        try:
            with blobs.get(sha256) as file:
                whole = hashlib.sha256(file.read()).hexdigest() == sha256
        except BlobError:
            whole = False
        if not whole:
            lost.append(sha256)
    return lost
