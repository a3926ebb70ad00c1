"""What clients send straight into `incoming/`: where it lies, and whether it is what was announced.

    the server was seen to refuse a signed PUT of a wrong   ─ it has hashed every byte: only
    checksum, and says that it keeps this size and checksum   the end is read
    anything else                                           ─ all is read and hashed here, and
                                                              other bytes are removed

An ETag only ever says that something is still what it was a moment ago.
"""

from collections.abc import Collection, Mapping

from msgspec import Struct

from fieldops.store.blobs.interface import (
    TAIL_BYTES,
    BlobMissing,
    DirectUpload,
    HashMismatch,
    Verifier,
    check_name,
)
from fieldops.store.blobs.s3bucket import Bucket
from fieldops.store.blobs.s3http import Wire, byte_range, errors, received, verify
from fieldops.store.blobs.s3parts import CHECKSUM, base64_of


class Sent(Struct, frozen=True):
    """What lies there, as it was when it was verified: its ETag and its last bytes."""

    etag: str
    tail: bytes


class Incoming:
    """The places of all senders in one bucket.  ``base`` is where clients reach the server."""

    def __init__(self, wire: Wire, bucket: Bucket, prefix: str, base: str, timeout_s: float):
        self._wire = wire
        self._bucket = bucket
        self._prefix = prefix
        self._base = base
        self._timeout_s = timeout_s

    def key(self, sender: str, sha256: str) -> str:
        """Where a sender's bytes of this hash lie."""
        return f"{self._prefix}incoming/{sender}/{check_name(sha256)}"

    def plan(self, sender: str, sha256: str, size_bytes: int, expires_s: int) -> DirectUpload:
        """A PUT that is good for these bytes, once; 412 says that they are there already."""
        headers = {
            CHECKSUM: base64_of(check_name(sha256)),
            "content-length": str(size_bytes),
            "if-none-match": "*",
        }
        key = self.key(sender, sha256)
        return DirectUpload(self._wire.signed_put(key, headers, expires_s, self._base), headers)

    def verified(self, sender: str, sha256: str, size_bytes: int) -> Sent:
        """What was sent, once it is what was announced; else it is removed.

        Raises ``BlobMissing``, ``HashMismatch``, ``BlobStoreDown``.
        """
        key = self.key(sender, sha256)
        return self._said(key, sha256, size_bytes) or self._hashed(key, sha256, size_bytes)

    def drop(self, sent: Collection[tuple[str, str]]) -> None:
        """Forget what these senders sent of these hashes; raises ``BlobStoreDown``."""
        self._bucket.remove_all([self.key(*one) for one in sent])

    def _said(self, key: str, sha256: str, size_bytes: int) -> Sent | None:
        """What a server says that has hashed it; None if that is not enough."""
        if not size_bytes or not self._bucket.checks_sent_sums():
            return None
        with errors(sha256):
            found = self._wire.look(key)
        if found is None:
            raise BlobMissing(sha256)
        if (found["content-length"], found.get(CHECKSUM)) != (str(size_bytes), base64_of(sha256)):
            return None
        tail = tail_of(self._wire, key, size_bytes, found)
        return None if tail is None else Sent(_etag(found), tail)

    def _hashed(self, key: str, sha256: str, size_bytes: int) -> Sent:
        with errors(sha256):
            response = self._wire.fetch(key)
        verifier = Verifier(sha256, size_bytes)
        try:
            verify(received(sha256, response), verifier, self._timeout_s)
        except HashMismatch:
            self._bucket.remove(key)
            raise
        return Sent(_etag(response.headers), verifier.tail)


def tail_of(
    wire: Wire, key: str, size_bytes: int, same_as: Mapping[str, str] | None = None
) -> bytes | None:
    """The last bytes of an object that has so many, one at least; None if it is another.

    ``same_as`` are the headers that it had a moment ago.  Raises ``BlobMissing``.
    """
    start = max(0, size_bytes - TAIL_BYTES)
    with errors(key):
        response = wire.fetch(key, byte_range(start, size_bytes - start))
    tail = b"".join(received(key, response))
    is_it = response.headers.get("content-range") == f"bytes {start}-{size_bytes - 1}/{size_bytes}"
    is_same = same_as is None or _etag(response.headers) == _etag(same_as)
    return tail if is_it and is_same and len(tail) == size_bytes - start else None


def _etag(headers: Mapping[str, str]) -> str:
    return str(headers.get("etag", "")).strip('"')
