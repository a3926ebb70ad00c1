"""A photo that a resident sends along: hashed as it comes, then into the blob store as any other.

parts ─ file without a name, SHA-256 ─ JPEG, PNG, HEIC? ─ land ─→ stored; its op names it
"""

import hashlib
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

from sqlmodel import Session

from fieldops.flow.land import land
from fieldops.rules.pictureheads import HEAD_BYTES, picture_mime
from fieldops.store import media
from fieldops.store.blobs import BlobStore
from fieldops.store.engine import Store


class TooLarge(Exception):
    """More bytes than a photo may have."""


class Photo:
    """The bytes of one photo on their way in; ``close`` forgets them."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        # Without a name: it is gone with the process, whatever ends that.
        self._file = cast(BinaryIO, tempfile.TemporaryFile(dir=folder))  # noqa: SIM115
        self._hash = hashlib.sha256()
        self._limit_bytes = limit_bytes
        self._head = b""
        self.size_bytes = 0

    def write(self, chunk: bytes) -> None:
        """Take some bytes.  Raises ``TooLarge``."""
        self.size_bytes += len(chunk)
        if self.size_bytes > self._limit_bytes:
            raise TooLarge
        self._head = (self._head + chunk[:HEAD_BYTES])[:HEAD_BYTES]
        self._hash.update(chunk)
        self._file.write(chunk)

    @property
    def mime(self) -> str:
        """What it is by its first bytes; empty for what is no picture that is taken."""
        return picture_mime(self._head)

    def store(self, store: Store, blobs: BlobStore, now_ms: int) -> str | None:
        """Store it durably: its SHA-256; None where the blob store is being cleared just then.

        Raises ``BlobStoreDown``, ``StoreBusy``.
        """
        sha256 = self._hash.digest()

        def put(before: media.MediaState) -> None:
            self._file.seek(0)
            blobs.put(sha256.hex(), self._file, self.size_bytes, before in media.DAMAGED)

        def record(session: Session, generation: int) -> bool:
            media.lock(session, [sha256])
            known = media.get(session, [sha256]).get(sha256)
            if known is not None and (known.state == "condemned" or known.generation != generation):
                return False
            row = media.MediaRow(sha256, self.size_bytes, self.mime, "stored", now_ms)
            media.put(session, row)
            return True

        return sha256.hex() if land(store, blobs, sha256, put, record, now_ms) else None

    def close(self) -> None:
        """Forget the bytes that are not stored."""
        self._file.close()
