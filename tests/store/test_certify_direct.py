"""The certification of signed PUTs: what a server refuses, and what we find out in any case."""

import io
import os
import re
from datetime import UTC, datetime, timedelta

import pytest
import urllib3
from tests.store.stores import ABILITIES, ABSENT, SENDER, read, sha256

from fieldops.store.blobs import BlobMissing, BlobStoreDown, DirectUploads, HashMismatch
from fieldops.store.blobs.s3 import S3Blobs
from fieldops.store.blobs.s3incoming import Sent
from fieldops.store.blobs.signature import presign_put


def send(bucket: S3Blobs, data: bytes, announced: bytes, **headers: str) -> int:
    """Do as a client does: one PUT with the headers of the plan; the status of the answer."""
    plan = bucket.plan_upload(SENDER, sha256(announced), len(announced), 60)
    return put(plan.url, data, plan.headers | {k.replace("_", "-"): v for k, v in headers.items()})


def put(url: str, data: bytes, headers: dict[str, str]) -> int:
    answer = urllib3.request("PUT", url, body=data, headers=headers, retries=False, timeout=10)
    return answer.status


def complete(bucket: S3Blobs, data: bytes, sender: str = SENDER) -> None:
    bucket.complete_upload(sender, sha256(data), len(data))


@pytest.mark.parametrize("size_bytes", [1, 50_000, 33 * 1024 * 1024])
def test_bytes_sent_straight_to_the_store_are_kept_once_complete(bucket: S3Blobs, size_bytes: int):
    assert isinstance(bucket, DirectUploads)
    data = os.urandom(size_bytes)
    assert send(bucket, data, announced=data) == 200
    assert bucket.head(sha256(data)) is None
    complete(bucket, data)
    assert read(bucket, sha256(data)) == data
    complete(bucket, data)
    bucket.drop_uploads([(SENDER, sha256(data))])
    assert bucket.sweep(0) == 0
    assert read(bucket, sha256(data)) == data


def test_wrong_bytes_never_land(bucket: S3Blobs, kind: str):
    """A careful server refuses them; of a careless one we find out by hashing."""
    status = send(bucket, b"wrong", announced=b"right")
    assert status == (400 if "sums" in ABILITIES[kind] else 200)
    with pytest.raises(BlobMissing if status == 400 else HashMismatch):
        complete(bucket, b"right")
    assert bucket.head(sha256(b"right")) is None
    with pytest.raises(BlobMissing):
        complete(bucket, b"right")
    assert send(bucket, b"right", announced=b"right") == 200, "the right ones may still come"
    complete(bucket, b"right")


def test_what_is_signed_cannot_be_changed(bucket: S3Blobs, kind: str):
    """The hash, the size and the place: with others the signature is no good."""
    answers = {403, 400} if "signatures" in ABILITIES[kind] else {200, 412}
    other = {"x_amz_checksum_sha256": "x" * 43 + "="}
    assert send(bucket, b"wrong", announced=b"right", **other) in answers
    plan = bucket.plan_upload(SENDER, sha256(b"right"), 5, 60)
    longer = plan.headers | {"content-length": "6"}
    assert put(plan.url, b"righty", longer) in answers
    elsewhere = plan.url.replace(SENDER, "another")
    assert put(elsewhere, b"right", plan.headers) in answers


def test_another_length_than_announced_never_lands(bucket: S3Blobs, kind: str):
    bucket._wire.send("PUT", bucket._sent.key(SENDER, sha256(b"right")), body=b"right and more")
    with pytest.raises(HashMismatch):
        complete(bucket, b"right")
    assert bucket.head(sha256(b"right")) is None


def test_a_second_put_is_refused(bucket: S3Blobs, kind: str):
    """412 tells the tablet that its first one got through after all."""
    assert send(bucket, b"right", announced=b"right") == 200
    again = send(bucket, b"right", announced=b"right")
    assert again == (412 if "new only" in ABILITIES[kind] else 200)
    complete(bucket, b"right")


def test_an_expired_signature_is_refused(bucket: S3Blobs, kind: str):
    plan = bucket.plan_upload(SENDER, sha256(b"late"), 4, 60)
    earlier = datetime.now(UTC) - timedelta(hours=1)
    url = presign_put(
        plan.url.partition("?")[0], plan.headers, bucket._wire._credentials, earlier, 60
    )
    assert put(url, b"late", plan.headers) == (403 if "signatures" in ABILITIES[kind] else 200)


def test_the_plan_signs_hash_length_and_condition_for_a_while(bucket: S3Blobs):
    plan = bucket.plan_upload(SENDER, ABSENT, 5, 900)
    assert re.search(r"X-Amz-Expires=900(&|$)", plan.url)
    signed = "content-length;host;if-none-match;x-amz-checksum-sha256"
    assert f"X-Amz-SignedHeaders={signed.replace(';', '%3B')}" in plan.url
    assert plan.headers["if-none-match"] == "*"


def test_what_another_has_sent_cannot_be_completed(bucket: S3Blobs):
    """Or who knows a hash could find out that its bytes are there."""
    data = os.urandom(5000)
    assert send(bucket, data, announced=data) == 200
    for _stored in (False, True):
        with pytest.raises(BlobMissing):
            complete(bucket, data, "another")
        complete(bucket, data)


def test_completing_what_was_never_sent_tells_so(bucket: S3Blobs):
    with pytest.raises(BlobMissing):
        bucket.complete_upload(SENDER, ABSENT, 1)


def test_an_upload_that_nobody_completed_is_swept(bucket: S3Blobs):
    assert send(bucket, b"abandoned", announced=b"abandoned") == 200
    assert bucket.sweep(3600) == 0
    assert bucket.sweep(0) == 1
    with pytest.raises(BlobMissing):
        complete(bucket, b"abandoned")


def test_bytes_exchanged_before_the_copy_never_land(
    bucket: S3Blobs, kind: str, monkeypatch: pytest.MonkeyPatch
):
    """They were hashed, and then others were put in their place: at worst the copy is undone."""
    data, other = os.urandom(5000), os.urandom(5000)
    assert send(bucket, data, announced=data) == 200
    verified = bucket._sent.verified

    def exchange(sender: str, sha256: str, size_bytes: int) -> Sent:
        found = verified(sender, sha256, size_bytes)
        bucket._wire.send("PUT", bucket._sent.key(sender, sha256), body=other)
        return found

    monkeypatch.setattr(bucket._sent, "verified", exchange)
    with pytest.raises(BlobStoreDown) as caught:
        complete(bucket, data)
    named = "PreconditionFailed" if "copy if" in ABILITIES[kind] else "did not keep"
    assert named in str(caught.value)
    assert bucket.head(sha256(data)) is None


def test_a_rotten_copy_is_mended_by_the_next_upload(bucket: S3Blobs):
    data = os.urandom(5000)
    bucket.put(sha256(data), io.BytesIO(data), len(data))
    bucket._wire.send("PUT", bucket._key(sha256(data)), body=bytes(5000))
    assert send(bucket, data, announced=data) == 200
    complete(bucket, data)
    assert read(bucket, sha256(data)) == data
    bucket._wire.send("PUT", bucket._key(sha256(data)), body=bytes(5000))
    bucket.put(sha256(data), io.BytesIO(data), len(data))
    assert read(bucket, sha256(data)) == data
