"""What every blob store promises: bytes by their SHA-256, verified on the way in.

    BlobError
    ├── HashMismatch    the bytes are not those that were announced: the sender must send them again
    ├── BlobMissing     nothing is stored under this hash
    ├── BlobKept        the store does not let these bytes go: a legal hold, or their retention
    └── BlobStoreDown   the store cannot be reached or is full: try again later

A store is a small core, `BlobStore`; what only some can do is an ability of its own, asked for by
``isinstance(blobs, DirectUploads)`` or ``isinstance(blobs, Adoption)``.
"""

import hashlib
import re
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, runtime_checkable

from msgspec import Struct

CHUNK_BYTES = 1024 * 1024
"""How much is read, hashed and written at a time."""

TAIL_BYTES = 4096
"""How much of a blob's end is read again to see that it is really there."""

Versioning = Literal["on", "suspended", "off", "unknown"]
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobError(Exception):
    """The base of what a blob store raises."""


class HashMismatch(BlobError):
    """The bytes have another hash or another size than was announced; none of them are kept."""

    def __init__(self, expected: str, found: str, size_bytes: int) -> None:
        super().__init__(f"expected {expected}, found {found} in {size_bytes} bytes")
        self.expected = expected
        self.found = found
        self.size_bytes = size_bytes


class BlobMissing(BlobError):
    """Nothing is stored under this hash."""


class BlobKept(BlobError):
    """These bytes may not be deleted yet; they are all still there."""


class BlobStoreDown(BlobError):
    """The store cannot do it now; the text is for the operator's log, not for a client."""


class Blob(Struct, frozen=True):
    """One stored blob."""

    sha256: str
    size_bytes: int


class DirectUpload(Struct, frozen=True):
    """Where and how a client sends bytes straight to the store: one PUT with these headers."""

    url: str
    headers: dict[str, str]


class Protection(Struct, frozen=True):
    """What a bucket does against loss by its own means.

    ``default_days`` is the retention that it gives every object by itself (0: none), in
    ``default_mode``; ``checks_sums`` says that it refuses bytes whose checksum is another.
    """

    versioning: Versioning
    locks: bool
    default_mode: str = ""
    default_days: int = 0
    checks_sums: bool = False


class BlobStore(Protocol):
    """Immutable bytes, addressed by SHA-256 (64 lower-case hexadecimal digits).

    Callers may rely on: what ``put`` returned from is durable and has that hash; nobody ever sees a
    part of a blob; threads and processes may do anything at the same time; anything else raises a
    ``BlobError``, and a hash of another form ``ValueError``.
    """

    def put(self, sha256: str, source: BinaryIO, size_bytes: int, afresh: bool = False) -> None:
        """Store what ``source`` (seekable, at its start) holds, durably.

        Putting what is stored already is fine; ``afresh`` says that it is known to be damaged, so
        that it is written over even if the store itself has noticed nothing.  Raises
        ``HashMismatch`` and keeps nothing if hash or size differ, ``BlobStoreDown`` if it could not
        be made durable.
        """
        ...

    def get(self, sha256: str) -> BinaryIO:
        """The bytes as a stream, to be closed by the caller; raises ``BlobMissing``."""
        ...

    def get_range(self, sha256: str, start: int, length: int) -> BinaryIO:
        """``length`` bytes from ``start``, fewer at the end; raises ``BlobMissing``."""
        ...

    def head(self, sha256: str) -> int | None:
        """The size in bytes, or None if nothing is stored under this hash."""
        ...

    def delete(self, sha256: str) -> None:
        """Forget these bytes, with all their versions; it is fine if there are none.

        Raises ``BlobKept`` where the store must keep them.
        """
        ...

    def list(self, after: str = "") -> Iterator[Blob]:
        """All blobs in the order of their hashes, those behind ``after``."""
        ...

    def sweep(self, older_than_s: int) -> int:
        """Remove what broken-off writes left behind, if that old; how many pieces went."""
        ...

    def check(self) -> None:
        """Raise ``BlobStoreDown`` unless the store can be written and read now."""
        ...


@runtime_checkable
class Adoption(Protocol):
    """The ability to take over a file instead of reading and writing its bytes once more."""

    def adopt(self, sha256: str, file: Path, size_bytes: int) -> bool:
        """Store ``file``, as ``put`` would; False if this file cannot be taken over: then ``put``.

        The caller has hashed what it wrote, has fsynced the file, and never writes to it again; it
        may remove its name at any time afterwards.  Raises ``BlobStoreDown``.
        """
        ...


@runtime_checkable
class DirectUploads(Protocol):
    """The ability to let a client send bytes straight to the store, by way of `incoming/`.

    Each ``sender`` (a name without slashes) has a place of its own there: nobody can complete, or
    find out about, what another one sent.
    """

    def plan_upload(
        self, sender: str, sha256: str, size_bytes: int, expires_s: int
    ) -> DirectUpload:
        """A signed PUT that the store takes only with bytes of this hash, once."""
        ...

    def complete_upload(
        self, sender: str, sha256: str, size_bytes: int, afresh: bool = False
    ) -> None:
        """Verify what was sent and store it as ``put`` does; raises the same, or ``BlobMissing``.

        It may be done again until ``drop_uploads``.
        """
        ...

    def drop_uploads(self, sent: Collection[tuple[str, str]]) -> None:
        """Remove from `incoming/` what is stored, and recorded as stored, or will never be.

        Each by its sender and hash; if it cannot be done now, some may be left for ``sweep``.
        """
        ...


@runtime_checkable
class ObjectLocks(Protocol):
    """The ability to let the store itself refuse deletion, also by whoever has its keys.

    Whether this very bucket offers it says ``protection``; if not, ``hold`` and ``retain`` return
    False and change nothing.  Both raise ``BlobMissing`` and ``BlobStoreDown``.
    """

    def hold(self, sha256: str, on: bool) -> bool:
        """Place or lift a legal hold on a blob; again is fine."""
        ...

    def retain(self, sha256: str, until: datetime) -> bool:
        """Keep a blob until then (with a time zone); never shortens what is set already."""
        ...

    def protection(self) -> Protection:
        """What the bucket offers, asked now."""
        ...


def is_name(text: str) -> bool:
    """Whether a text is a SHA-256: what else lies in a folder or bucket is none of ours."""
    return _SHA256.fullmatch(text) is not None


def check_name(sha256: str) -> str:
    """The hash itself; ``ValueError`` if it is none, so that no name leads out of the store."""
    if not is_name(sha256):
        raise ValueError("a SHA-256 is 64 lower-case hexadecimal digits")
    return sha256


def layout(sha256: str) -> str:
    """Where a blob lies: of a million photos each of the 256 folders has 4,000.

    A second level would save nothing, and a new folder's name costs an fsync of its own.
    """
    check_name(sha256)
    return f"{sha256[:2]}/{sha256}"


def chunks(source: BinaryIO) -> Iterator[bytes]:
    """The rest of a stream, a chunk at a time."""
    while chunk := source.read(CHUNK_BYTES):
        yield chunk


class Verifier:
    """Hashes what passes through and tells at the end whether it was what was announced.

    ``tail`` are the last bytes that passed, ``TAIL_BYTES`` at most.
    """

    def __init__(self, sha256: str, size_bytes: int) -> None:
        self.tail = b""
        self._expected = Blob(sha256, size_bytes)
        self._hash = hashlib.sha256()
        self._size_bytes = 0

    @property
    def expected_bytes(self) -> int:
        """How many were announced."""
        return self._expected.size_bytes

    def feed(self, chunk: bytes) -> bytes:
        """Count and hash a chunk, and hand it on; too many bytes are noticed at once."""
        self._hash.update(chunk)
        self._size_bytes += len(chunk)
        self.tail = (self.tail + chunk[-TAIL_BYTES:])[-TAIL_BYTES:]
        if self._size_bytes > self._expected.size_bytes:
            self._fail()
        return chunk

    def finish(self) -> None:
        """Raise ``HashMismatch`` unless everything was as announced."""
        if Blob(self._hash.hexdigest(), self._size_bytes) != self._expected:
            self._fail()

    def _fail(self) -> None:
        raise HashMismatch(self._expected.sha256, self._hash.hexdigest(), self._size_bytes)
