"""What the log does not bring: stored photos that have no picture, looked at in idle moments.

A picture is missing where its derivative was damaged, where a lying store did not give the bytes
when they were due, or after a restore.
"""

import time

from msgspec import Raw

from fieldops.flow.handin import Advance, Handin
from fieldops.flow.pictures import NAME, Eye, note_ops, seen_photos
from fieldops.model.record import State
from fieldops.store import media, pictures, readers, records
from fieldops.store.engine import Store
from fieldops.store.pictures import PictureRow
from fieldops_sync.ids import uuid7

WINDOW = 5000
"""Photos gone through at a time: some milliseconds of reading."""
LOOKS = 4
"""Photos looked at a time, so that what the log brings does not wait long."""
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
        position, rows, photos = self._read()
        looks = {row.sha256: self._eye.see(row) for row in rows if row.sha256 in photos}
        found = {sha256: seen for sha256, seen in looks.items() if seen is not None}
        if found:
            self._hand_in(position, found, photos, now_ms)
        return len(found)

    def _read(self) -> tuple[int, list[media.MediaRow], dict[bytes, list[State]]]:
        with self._store.read() as session:
            reader = readers.get(session, NAME)
            missing, after = pictures.unseen(session, self._after, WINDOW)
            if len(missing) > LOOKS:
                missing, after = missing[:LOOKS], missing[LOOKS - 1]
            self._after = after
            refs = media.refs(session, missing)
            subjects = [ref.subject for named in refs.values() for ref in named]
            photos = seen_photos(records.get(session, subjects).values())
            rows = list(media.get(session, missing).values())
        return (0 if reader is None else reader.position), rows, photos

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
            for photo in photos[sha256]
            for op in note_ops(photo, seen, uuid7(), now_ms)
        ]
        taken = tuple(found.values())
        self._handin(Advance(NAME, position, position, ops, pictures=taken))
