"""What the log does not bring: stored photos that have no picture, looked at in idle moments.

    stored lately, the newest first ─┬─ without a picture, named by a record that counts ─ look
    all by hash, a window at a time ─┘

A picture is missing where its derivative was damaged, where a lying store did not give the bytes
when they were due, after a restore, and where bytes came after the feedback, finding or answer
that names them by itself: no change of the log tells of that.
"""

import time

from msgspec import Raw
from sqlmodel import Session

from fieldops.flow.handin import Advance, Handin
from fieldops.flow.pictures import NAME, Eye, note_ops, seen_hashes, seen_photos
from fieldops.model.record import State
from fieldops.store import media, pictures, readers, records
from fieldops.store.engine import Store
from fieldops.store.pictures import PictureRow
from fieldops_sync.ids import uuid7

WINDOW = 5000
"""Photos gone through at a time: some milliseconds of reading."""
LOOKS = 4
"""Photos looked at a time, of those that came lately and of the round: what the log brings must not
wait long."""
LATELY_MS = 600_000
"""Bytes that came within this time are asked for first."""
PAUSE_S = 10


class Relooker:
    """Goes round all stored photos by and by, in the order of their hashes."""

    def __init__(self, eye: Eye, store: Store, handin: Handin, pause_s: float = PAUSE_S) -> None:
        self._eye = eye
        self._store = store
        self._handin = handin
        self._pause_s = pause_s
        self._due_s = 0.0
        self._after = b""

    def run(self, now_ms: int) -> int:
        """Look at a few, if it is time; how many.  Raises as ``Eye.see`` and the hand-in do."""
        if time.monotonic() < self._due_s:
            return 0
        self._due_s = time.monotonic() + self._pause_s
        position, rows, photos = self._read(now_ms)
        looks = {row.sha256: self._eye.see(row) for row in rows}
        found = {sha256: seen for sha256, seen in looks.items() if seen is not None}
        if found:
            self._hand_in(position, found, photos, now_ms)
        return len(found)

    def _read(self, now_ms: int) -> tuple[int, list[media.MediaRow], dict[bytes, list[State]]]:
        with self._store.read() as session:
            reader = readers.get(session, NAME)
            missing = pictures.unseen_since(session, now_ms - LATELY_MS, WINDOW, LOOKS)
            missing += [one for one in self._next(session) if one not in missing]
            refs = media.refs(session, missing)
            subjects = [ref.subject for named in refs.values() for ref in named]
            states = list(records.get(session, subjects).values())
            wanted = frozenset[bytes]().union(*map(seen_hashes, states))
            rows = list(media.get(session, [one for one in missing if one in wanted]).values())
        return (0 if reader is None else reader.position), rows, seen_photos(states)

    def _next(self, session: Session) -> list[bytes]:
        """A few of the next window of the round."""
        missing, after = pictures.unseen(session, self._after, WINDOW)
        if len(missing) > LOOKS:
            missing, after = missing[:LOOKS], missing[LOOKS - 1]
        self._after = after
        return missing

    def _hand_in(
        self,
        position: int,
        found: dict[bytes, PictureRow],
        photos: dict[bytes, list[State]],
        now_ms: int,
    ) -> None:
        """The cursor stays where it is; should another process have moved it, nothing is kept."""
        # No change is the cause: an id of its own tells this look from one that found the same.
        ops = [
            Raw(op)
            for sha256, seen in found.items()
            for photo in photos.get(sha256, ())
            for op in note_ops(photo, seen, uuid7(), now_ms)
        ]
        taken = tuple(found.values())
        self._handin(Advance(NAME, position, position, ops, pictures=taken))
