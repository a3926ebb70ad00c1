"""Blobs in a bucket of an S3-compatible server.

The source is hashed before anything is sent; the server is told the SHA-256 and has to check it
(``x-amz-checksum-sha256``); afterwards it must answer with size and checksum of what it keeps, or
the bytes are read back and hashed.  An ETag is never taken for a hash: it is none for multipart and
encrypted objects (Amazon S3 API reference, "Checking object integrity").

    blobs/ab/cd/<sha256>    what is stored
    incoming/<sender>/<sha256>   sent straight by clients, not yet verified
"""

import base64
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from minio import Minio
from minio.commonconfig import CopySource

from fieldops.store.blobs.interface import (
    Blob,
    BlobMissing,
    BlobStoreDown,
    DirectUpload,
    HashMismatch,
    Verifier,
    check_name,
    chunks,
    is_name,
    layout,
)
from fieldops.store.blobs.s3http import errors, pool, stream, verify
from fieldops.store.blobs.signature import Credentials, presign_put

_CHECKSUM = "x-amz-checksum-sha256"
_LEAST_PART_BYTES = 5 * 1024 * 1024
"""The least part size that the client library accepts (Amazon S3, "Multipart upload limits")."""


class S3Blobs:
    """A `BlobStore` in one bucket, with `DirectUploads`; ``endpoint`` is host or host:port.

    ``public_url`` is where clients reach the same server, if that is another address.
    Every request ends within ``tries`` × ``timeout_s`` plus at most 7 s of waiting in between.
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
    ) -> None:
        self._base = public_url.rstrip("/") or f"{'https' if secure else 'http'}://{endpoint}"
        self._bucket = bucket
        self._credentials = credentials
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._client = Minio(
            endpoint,
            access_key=credentials.access_key,
            secret_key=credentials.secret_key,
            secure=secure,
            region=credentials.region,
            http_client=pool(timeout_s, tries),
        )

    def put(self, sha256: str, source: BinaryIO, size_bytes: int, afresh: bool = False) -> None:
        key = self._key(sha256)
        verifier = Verifier(sha256, size_bytes)
        for chunk in chunks(source):
            verifier.feed(chunk)
        verifier.finish()
        if not afresh and self._confirmed(key, sha256, size_bytes):
            return
        source.seek(0)
        self._send(key, sha256, source, size_bytes)
        self._insist(key, sha256, size_bytes)

    def get(self, sha256: str) -> BinaryIO:
        key = self._key(sha256)
        with errors(sha256):
            return stream(sha256, self._client.get_object(self._bucket, key))

    def get_range(self, sha256: str, start: int, length: int) -> BinaryIO:
        key, size_bytes = self._key(sha256), self.head(sha256)
        if size_bytes is None:
            raise BlobMissing(sha256)
        if length <= 0 or start >= size_bytes:
            # S3 answers an empty range by an error.
            return io.BytesIO()
        with errors(sha256):
            return stream(sha256, self._client.get_object(self._bucket, key, start, length))

    def head(self, sha256: str) -> int | None:
        found = self._stat(self._key(sha256), sha256)
        return None if found is None else found[0]

    def delete(self, sha256: str) -> None:
        key = self._key(sha256)
        with errors(sha256):
            self._client.remove_object(self._bucket, key)

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
        """Remove uploads from `incoming/` that nobody completed."""
        limit, swept = datetime.now(UTC) - timedelta(seconds=older_than_s), 0
        with errors("the sweep"):
            for thing in self._client.list_objects(
                self._bucket, prefix=f"{self._prefix}incoming/", recursive=True
            ):
                if thing.last_modified and thing.last_modified <= limit:
                    self._client.remove_object(self._bucket, str(thing.object_name))
                    swept += 1
        return swept

    def check(self) -> None:
        key = f"{self._prefix}check"
        with errors("the check"):
            self._client.put_object(self._bucket, key, io.BytesIO(b"fieldops"), 8)
            self._client.remove_object(self._bucket, key)

    def plan_upload(
        self, sender: str, sha256: str, size_bytes: int, expires_s: int
    ) -> DirectUpload:
        """A PUT into `incoming/`; 412 tells the client that it is there: go on to complete it."""
        headers = {
            _CHECKSUM: _base64(sha256),
            "content-length": str(size_bytes),
            "if-none-match": "*",
        }
        address = f"{self._base}/{self._bucket}/{self._incoming(sender, sha256)}"
        url = presign_put(address, headers, self._credentials, datetime.now(UTC), expires_s)
        return DirectUpload(url, headers)

    def complete_upload(
        self, sender: str, sha256: str, size_bytes: int, afresh: bool = False
    ) -> None:
        """Hash what was sent, and copy it on condition that it is still that.

        What is stored already is hashed as well: only who has sent the bytes may know of them.
        """
        key, incoming = self._key(sha256), self._incoming(sender, sha256)
        etag = self._verified_etag(incoming, sha256, size_bytes)
        if afresh or not self._confirmed(key, sha256, size_bytes):
            with errors(sha256):
                source = CopySource(self._bucket, incoming, match_etag=etag)
                self._client.copy_object(self._bucket, key, source)
            self._insist(key, sha256, size_bytes)

    def drop_upload(self, sender: str, sha256: str) -> None:
        with errors(sha256):
            self._client.remove_object(self._bucket, self._incoming(sender, sha256))

    def _send(self, key: str, sha256: str, source: BinaryIO, size_bytes: int) -> None:
        """One PUT and never a multipart upload, whose checksum would be one of checksums."""
        headers: dict[str, str | list[str] | tuple[str]] = {_CHECKSUM: _base64(sha256)}
        part_bytes = max(size_bytes, _LEAST_PART_BYTES)
        with errors(sha256):
            self._client.put_object(
                self._bucket, key, source, size_bytes, metadata=headers, part_size=part_bytes
            )

    def _verified_etag(self, incoming: str, sha256: str, size_bytes: int) -> str:
        with errors(sha256):
            response = self._client.get_object(self._bucket, incoming)
        verifier = Verifier(sha256, size_bytes)
        with stream(sha256, response) as body:
            try:
                verify(body, verifier)
            except HashMismatch:
                with errors(sha256):
                    self._client.remove_object(self._bucket, incoming)
                raise
        return str(response.headers.get("etag", "")).strip('"')

    def _insist(self, key: str, sha256: str, size_bytes: int) -> None:
        """Confirm what was just stored; other bytes under this hash must not stay."""
        if not self._confirmed(key, sha256, size_bytes):
            with errors(sha256):
                self._client.remove_object(self._bucket, key)
            raise BlobStoreDown(f"the store did not keep {sha256} as it was sent")

    def _confirmed(self, key: str, sha256: str, size_bytes: int) -> bool:
        """Whether the store has exactly these bytes, by its own checksum or by reading them."""
        found = self._stat(key, sha256)
        if found is None or found[0] != size_bytes:
            return False
        if found[1]:
            return found[1] == _base64(sha256)
        return self._read_back(key, Verifier(sha256, size_bytes))

    def _read_back(self, key: str, verifier: Verifier) -> bool:
        with errors(key), stream(key, self._client.get_object(self._bucket, key)) as body:
            try:
                verify(body, verifier)
            except HashMismatch:
                return False
        return True

    def _stat(self, key: str, sha256: str) -> tuple[int, str] | None:
        """Size in bytes and the checksum that the store keeps, if it does."""
        wanted: dict[str, str | list[str] | tuple[str]] = {"x-amz-checksum-mode": "ENABLED"}
        try:
            with errors(sha256):
                found = self._client.stat_object(self._bucket, key, extra_headers=wanted)
        except BlobMissing:
            return None
        checksum = found.metadata.get(_CHECKSUM) if found.metadata else None
        return found.size or 0, str(checksum or "")

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}blobs/{layout(sha256)}"

    def _incoming(self, sender: str, sha256: str) -> str:
        return f"{self._prefix}incoming/{sender}/{check_name(sha256)}"


def _base64(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(check_name(sha256))).decode()
