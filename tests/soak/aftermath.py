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

_REST_S = 120.0
_LOOK_S = 0.1


def await_rest(settings: Settings) -> None:
    """Wait until every reader of the log has come to its end."""
    store = open_store(settings.database_url)
    end = time.monotonic() + _REST_S
    try:
        while True:
            with store.read() as session:
                head, known = log.counter(session), readers.everything(session)
            behind = [row for row in known if row.position < head and row.state != "off"]
            if known and not behind:
                return
            assert time.monotonic() < end, f"the log is at {head}, but {behind}"
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
