"""Blobs in a bucket of an S3-compatible server.

Nothing that a server says is taken for proof of what it keeps.  The source is hashed before
anything is sent; the server is told the SHA-256 and has to check it; afterwards

    it was seen to refuse a wrong checksum, and says   ─ the end of the blob is read, and is right
    that it keeps this size and this checksum
    anything else, and all that went in parts          ─ the whole is read back and hashed

An ETag is never taken for a hash: it is none for multipart and encrypted objects (Amazon S3 API
reference, "Checking object integrity").

    blobs/ab/<sha256>            what is stored
    incoming/<sender>/<sha256>   sent straight by clients, not yet verified
"""

import io
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Literal

from minio import Minio

from fieldops.store.blobs.interface import (
    Blob,
    BlobMissing,
    BlobStoreDown,
    DirectUpload,
    HashMismatch,
    Protection,
    Verifier,
    chunks,
    is_name,
    layout,
)
from fieldops.store.blobs.s3bucket import Bucket, LockMode
from fieldops.store.blobs.s3http import (
    Refused,
    Wire,
    byte_range,
    errors,
    pool,
    received,
    stream,
    verify,
)
from fieldops.store.blobs.s3incoming import Incoming, tail_of
from fieldops.store.blobs.s3parts import (
    CHECKSUM,
    WHOLE_BYTES,
    abort,
    base64_of,
    send_parts,
    unfinished,
)
from fieldops.store.blobs.signature import Credentials

_Standing = Literal["absent", "damaged", "whole"]


class S3Blobs:
    """A `BlobStore` in one bucket, with `DirectUploads` and `ObjectLocks`.

    ``endpoint`` is host or host:port; ``public_url`` is where clients reach the same server, if
    that is another address.  With ``lock_days`` each blob gets a retention, in ``lock_mode``, where
    the bucket has object lock.

    A request is given up after ``tries`` × (5 s to connect, ``timeout_s`` of silence) and at most
    2 s of waiting before each new try.
    """

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        credentials: Credentials,
        *,
        prefix: str = "",
        secure: bool = True,
        timeout_s: float = 30,
        tries: int = 4,
        public_url: str = "",
        lock_days: int = 0,
        lock_mode: LockMode = "governance",
    ) -> None:
        base = f"{'https' if secure else 'http'}://{endpoint}"
        http = pool(timeout_s, tries)
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._timeout_s = timeout_s
        self._lock_days = lock_days
        self._lock_mode: LockMode = lock_mode
        self._wire = Wire(base, bucket, credentials, http)
        self._place = Bucket(self._wire, self._prefix)
        self._sent = Incoming(
            self._wire, self._place, self._prefix, public_url.rstrip("/") or base, timeout_s
        )
        self._client = Minio(
            endpoint,
            access_key=credentials.access_key,
            secret_key=credentials.secret_key,
            secure=secure,
            region=credentials.region,
            http_client=http,
        )

    def put(self, sha256: str, source: BinaryIO, size_bytes: int, afresh: bool = False) -> None:
        key = self._key(sha256)
        verifier = Verifier(sha256, size_bytes)
        for chunk in chunks(source):
            verifier.feed(chunk)
        verifier.finish()
        standing = "damaged" if afresh else self._standing(key, sha256, size_bytes)
        if standing != "whole":
            source.seek(0)
            self._send(key, sha256, source, size_bytes, is_new=standing == "absent")
            self._insist(key, sha256, size_bytes, verifier.tail)
        self._protect(key)

    def get(self, sha256: str) -> BinaryIO:
        key = self._key(sha256)
        with errors(sha256):
            return stream(sha256, self._wire.fetch(key))

    def get_range(self, sha256: str, start: int, length: int) -> BinaryIO:
        key, size_bytes = self._key(sha256), self._need(sha256)
        if length <= 0 or start >= size_bytes:
            # S3 answers an empty range by an error.
            return io.BytesIO()
        # Nor do all servers take a range that ends beyond the end.
        length = min(length, size_bytes - start)
        with errors(sha256):
            response = self._wire.fetch(key, byte_range(start, length))
        if response.status != 206:
            response.close()
            raise BlobStoreDown(f"{sha256}: the store gives no ranges")
        return stream(sha256, response)

    def head(self, sha256: str) -> int | None:
        found = self._stat(self._key(sha256), sha256)
        if found is None:
            # A bucket that is not there answers a HEAD like an object that is not there.
            self._need_bucket()
            return None
        return found[0]

    def delete(self, sha256: str) -> None:
        self._place.remove(self._key(sha256))

    def list(self, after: str = "") -> Iterator[Blob]:
        root = f"{self._prefix}blobs/"
        start = self._key(after) if after else None
        with errors("the list"):
            for thing in self._client.list_objects(
                self._bucket, prefix=root, recursive=True, start_after=start
            ):
                name = str(thing.object_name).rpartition("/")[2]
                if is_name(name):
                    yield Blob(name, thing.size or 0)

    def sweep(self, older_than_s: int) -> int:
        """Remove uploads from `incoming/` that nobody completed, and parts of a killed sender."""
        limit, swept = datetime.now(UTC) - timedelta(seconds=older_than_s), 0
        with errors("the sweep"):
            for thing in self._client.list_objects(
                self._bucket, prefix=f"{self._prefix}incoming/", recursive=True
            ):
                if thing.last_modified and thing.last_modified <= limit:
                    self._place.remove(str(thing.object_name))
                    swept += 1
            for begun in unfinished(self._wire, f"{self._prefix}blobs/"):
                if begun.begun <= limit:
                    abort(self._wire, begun.key, begun.upload)
                    swept += 1
        return swept

    def check(self) -> None:
        key = f"{self._prefix}check"
        # Some servers make a bucket of any name that is written to.
        self._need_bucket()
        with errors("the check"):
            self._wire.send("PUT", key, body=b"fieldops")
            if self._wire.send("GET", key).data != b"fieldops":
                raise BlobStoreDown("the check: the store gives back something else")
        self._place.remove(key)

    def plan_upload(
        self, sender: str, sha256: str, size_bytes: int, expires_s: int
    ) -> DirectUpload:
        """A PUT into `incoming/`; 412 tells the client that it is there: go on to complete it."""
        return self._sent.plan(sender, sha256, size_bytes, expires_s)

    def complete_upload(
        self, sender: str, sha256: str, size_bytes: int, afresh: bool = False
    ) -> None:
        """Copy what was sent, once it is verified, on condition that it is still that.

        What is stored already is verified as well: only who has sent the bytes may know of them.
        """
        key, sent = self._key(sha256), self._sent.verified(sender, sha256, size_bytes)
        if afresh or self._standing(key, sha256, size_bytes) != "whole":
            with errors(sha256):
                self._place.copy(self._sent.key(sender, sha256), key, sent.etag)
            self._insist(key, sha256, size_bytes, sent.tail, self._place.copies_if())
        self._protect(key)

    def drop_uploads(self, sent: Collection[tuple[str, str]]) -> None:
        self._sent.drop(sent)

    def hold(self, sha256: str, on: bool) -> bool:
        self._need(sha256)
        return self._place.hold(self._key(sha256), on)

    def retain(self, sha256: str, until: datetime) -> bool:
        self._need(sha256)
        return self._place.retain(self._key(sha256), until, self._lock_mode)

    def protection(self) -> Protection:
        return self._place.protection()

    def _standing(self, key: str, sha256: str, size_bytes: int) -> _Standing:
        """What there is is read: it may be rotten, and what a store remembers of it may be old."""
        if self._stat(key, sha256) is None:
            return "absent"
        return "whole" if self._read_back(key, sha256, size_bytes) else "damaged"

    def _need(self, sha256: str) -> int:
        """The size in bytes of what must be there."""
        size_bytes = self.head(sha256)
        if size_bytes is None:
            raise BlobMissing(sha256)
        return size_bytes

    def _send(self, key: str, sha256: str, source: BinaryIO, size_bytes: int, is_new: bool) -> None:
        with errors(sha256):
            if size_bytes > WHOLE_BYTES:
                send_parts(self._wire, key, source)
                return
            headers = {CHECKSUM: base64_of(sha256), "content-length": str(size_bytes)}
            if is_new:
                # Or a bucket with versions would keep a copy of each of two that put it at once.
                headers["if-none-match"] = "*"
            try:
                self._wire.send("PUT", key, headers=headers, body=source, sha256=sha256)
            except Refused as refused:
                if refused.status not in (409, 412):
                    raise

    def _insist(
        self, key: str, sha256: str, size_bytes: int, tail: bytes, is_proven: bool = False
    ) -> None:
        """Confirm what was just stored; other bytes under this hash must not stay.

        ``is_proven``: it is a copy of what was hashed, by a server that was seen to keep to that
        condition; then size and end suffice.
        """
        if is_proven and size_bytes:
            is_kept = self._ends_in(key, size_bytes, tail)
        else:
            is_kept = self._confirmed(key, sha256, size_bytes, tail)
        if not is_kept:
            self._place.remove(key)
            raise BlobStoreDown(f"the store did not keep {sha256} as it was sent")

    def _confirmed(self, key: str, sha256: str, size_bytes: int, tail: bytes) -> bool:
        """Whether the store has exactly these bytes."""
        found = self._stat(key, sha256)
        if found is None or found[0] != size_bytes:
            return False
        if size_bytes and found[1] == base64_of(sha256) and self._place.checks_sums():
            return self._ends_in(key, size_bytes, tail)
        return self._read_back(key, sha256, size_bytes)

    def _ends_in(self, key: str, size_bytes: int, tail: bytes) -> bool:
        """Whether so many bytes lie there, and these are the last."""
        with suppress(BlobMissing):
            return tail_of(self._wire, key, size_bytes) == tail
        return False

    def _read_back(self, key: str, sha256: str, size_bytes: int) -> bool:
        try:
            with errors(key):
                response = self._wire.fetch(key)
            verify(received(key, response), Verifier(sha256, size_bytes), self._timeout_s)
        except (HashMismatch, BlobMissing):
            return False
        return True

    def _protect(self, key: str) -> None:
        if self._lock_days:
            until = datetime.now(UTC) + timedelta(days=self._lock_days)
            self._place.retain(key, until, self._lock_mode)

    def _need_bucket(self) -> None:
        with errors("the bucket"):
            if not self._client.bucket_exists(self._bucket):
                raise Refused("NoSuchBucket", self._bucket, 404)

    def _stat(self, key: str, sha256: str) -> tuple[int, str] | None:
        """Size in bytes and the checksum that the store keeps, if it does."""
        with errors(sha256):
            found = self._wire.look(key)
        return (int(found["content-length"]), found.get(CHECKSUM, "")) if found else None

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}blobs/{layout(sha256)}"
