"""The certification of multipart uploads: nothing half-done is ever seen, or stays."""

import io
import os
import signal
import subprocess
import sys
from contextlib import closing

import pytest
from tests import servers
from tests.store.stores import ABILITIES, bucket_of, put, read, server_of, sha256

from fieldops.store.blobs import BlobStoreDown
from fieldops.store.blobs.s3 import S3Blobs
from fieldops.store.blobs.s3http import Refused
from fieldops.store.blobs.s3parts import (
    CHECKSUM,
    PART_BYTES,
    WHOLE_BYTES,
    base64_of,
    send_parts,
    unfinished,
)

LARGE = os.urandom(1024 * 1024) * 33
_WRITER = """
import io, sys
from fieldops.store.blobs.s3 import S3Blobs
from fieldops.store.blobs.signature import Credentials

class Stalls(io.BytesIO):
    rounds = 0
    def seek(self, *where):
        self.rounds += 1
        return super().seek(*where)
    def read(self, size=-1):
        if self.rounds and self.tell() >= 16 * 1024 * 1024:
            print("half", flush=True)
            sys.stdin.read()
        return super().read(size)

endpoint, bucket, key, secret, name, size = sys.argv[1:]
store = S3Blobs(endpoint, bucket, Credentials(key, secret), secure=False)
store.put(name, Stalls(bytes(int(size))), int(size))
"""


def left(bucket: S3Blobs) -> list[str]:
    return [one.key for one in unfinished(bucket._wire, "blobs/")]


def test_a_large_blob_goes_in_parts_and_a_small_one_whole(bucket: S3Blobs):
    whole, parts = os.urandom(1024), LARGE
    for data in (whole, parts):
        put(bucket, data)
    etags = {
        thing.size: str(thing.etag)
        for thing in bucket._client.list_objects(bucket._bucket, recursive=True)
    }
    assert "-" not in etags[len(whole)]
    assert etags[len(parts)].endswith("-5"), "33 MiB in parts of 8"
    assert read(bucket, sha256(parts)) == parts
    assert left(bucket) == []


def test_the_limits_are_what_the_store_allows():
    assert 5 * 1024 * 1024 <= PART_BYTES <= WHOLE_BYTES


def test_a_killed_sender_leaves_nothing_to_see_and_is_swept(
    bucket: S3Blobs, kind: str, request: pytest.FixtureRequest
):
    note = server_of(kind, request)
    size_bytes = 40 * 1024 * 1024
    name = sha256(bytes(size_bytes))
    keys = [note["access_key"], note["secret_key"]]
    arguments = [note["endpoint"], bucket_of(kind, request), *keys, name, str(size_bytes)]
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    with closing(writer.stdout):
        assert writer.stdout.readline() == b"half\n"
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    assert bucket.head(name) is None
    assert list(bucket.list()) == []
    assert left(bucket) == [bucket._key(name)]
    if kind != "moto":  # To moto every upload has begun in 2010.
        assert bucket.sweep(3600) == 0
    assert bucket.sweep(0) == 1
    assert left(bucket) == []
    bucket.put(name, io.BytesIO(bytes(size_bytes)), size_bytes)
    assert bucket.head(name) == size_bytes


def test_a_source_that_breaks_off_leaves_no_parts(bucket: S3Blobs):
    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= 2 * PART_BYTES:
                raise OSError("the disk is gone")
            return super().read(size)

    with pytest.raises(OSError, match="disk is gone"):
        send_parts(bucket._wire, bucket._key(sha256(LARGE)), Breaks(LARGE))
    assert left(bucket) == []
    assert bucket.head(sha256(LARGE)) is None


def test_a_wrong_part_is_refused_by_a_careful_server(bucket: S3Blobs, kind: str):
    begun = bucket._wire.send("POST", "blobs/part", query={"uploads": ""})
    upload = begun.data.decode().partition("<UploadId>")[2].partition("<")[0]
    query = {"partNumber": "1", "uploadId": upload}
    wrong = {CHECKSUM: base64_of(sha256(b"other"))}
    try:
        bucket._wire.send("PUT", "blobs/part", query=query, headers=wrong, body=b"part")
        refused = False
    except Refused as error:
        refused = error.status == 400
    assert refused is ("sums" in ABILITIES[kind])
    assert bucket.sweep(0) == 1


def test_bytes_that_change_while_they_are_sent_never_land(bucket: S3Blobs):
    """They were right when they were hashed, and are others when they are read again."""

    class Changes(io.BytesIO):
        rounds = 0

        def seek(self, offset: int, whence: int = 0) -> int:
            self.rounds += 1
            return super().seek(offset, whence)

        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            return bytes(len(found)) if self.rounds == 1 else found

    with pytest.raises(BlobStoreDown, match="did not keep"):
        bucket.put(sha256(LARGE), Changes(LARGE), len(LARGE))
    assert bucket.head(sha256(LARGE)) is None
    assert put(bucket, LARGE) == sha256(LARGE)


def test_memory_holds_one_part_and_no_photo(s3_server: servers.Note, s3_bucket: str):
    """The most memory of a process that puts 64 MiB, over what it needs to put 1 MiB."""
    script = """
import io, resource, sys, tempfile, hashlib
from fieldops.store.blobs.s3 import S3Blobs
from fieldops.store.blobs.signature import Credentials
endpoint, bucket, key, secret = sys.argv[1:]
store = S3Blobs(endpoint, bucket, Credentials(key, secret), secure=False)
def put(blocks):
    whole = hashlib.sha256()
    with tempfile.TemporaryFile() as file:
        for number in range(blocks):
            block = bytes([number]) * 2**20
            whole.update(block)
            file.write(block)
        file.seek(0)
        store.put(whole.hexdigest(), file, blocks * 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(put(1), put(32), put(64))
"""
    keys = [s3_server["access_key"], s3_server["secret_key"]]
    command = [sys.executable, "-c", script, s3_server["endpoint"], s3_bucket, *keys]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    before, whole, parts = (int(text) / 1024 for text in done.stdout.split())
    assert whole - before < 8, "MB more for 32 MiB in one PUT"
    assert parts - before < 32, "MB more for 64 MiB in parts"
