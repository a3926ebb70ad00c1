"""Uploads that this process has just begun: their first part needs neither a look nor a lease.

    create ─ row with lease 0, kept in mind ─> first part, within ``FRESH_MS`` ─> stored
                                                  └─ longer than ``ANNOUNCE_S``: the row says so

Lease 0 is its creator's, and only once: who takes the upload from here on, in this process or in
another, gets lease 1 or more, and what is written under 0 cannot be committed any more.  So does
who asks another process where it stands, for what was answered holds.  A photo on a fast link is
through before anybody could have asked.
"""

from uuid import UUID

from msgspec import Struct

from fieldops.store.media import MediaRow
from fieldops.store.uploads import UploadRow

FRESH_MS = 30_000
"""Half of what lets an upload without a byte make room for another (``begin``)."""
_MOST = 1000
"""So many are kept in mind; an older one's first part looks and takes a lease like any other."""


class Newborn(Struct, frozen=True):
    """An upload as it was begun; what was known of its bytes, and what else its device wrote."""

    row: UploadRow
    known: MediaRow
    others: set[UUID]


class Newborns:
    """Those of one process; it lives on the event loop."""

    def __init__(self) -> None:
        self._newborns: dict[UUID, Newborn] = {}

    def __contains__(self, upload: UUID) -> bool:
        return upload in self._newborns

    def add(self, newborn: Newborn) -> None:
        """Keep an upload in mind that has just been begun."""
        if len(self._newborns) >= _MOST:
            self.forget(next(iter(self._newborns)))
        self._newborns[newborn.row.id] = newborn

    def take(self, upload: UUID, device: UUID, now_ms: int) -> Newborn | None:
        """The upload, for its first part; nothing if it is not new, or another device's."""
        newborn = self._newborns.get(upload)
        if newborn is None or newborn.row.device != device:
            return None
        self.forget(upload)
        return newborn if now_ms < newborn.row.made_ms + FRESH_MS else None

    def forget(self, upload: UUID) -> None:
        """It is an upload like any other from here on."""
        self._newborns.pop(upload, None)
