"""A store that lies: each lie ends in an error or in a verified store, and never in ``stored``.

A proxy stands between us and a real server, so that every lie is told over the wire.
"""

import io
import os
from collections.abc import Callable

import pytest
import urllib3
from tests.store.conftest import Behind
from tests.store.proxy import Answer, Asked, Rule
from tests.store.stores import SENDER, put, read, sha256

from fieldops.store.blobs import BlobError, BlobStoreDown, HashMismatch
from fieldops.store.blobs.s3 import S3Blobs

SMALL = os.urandom(150_000)
LARGE = os.urandom(1024 * 1024) * 33
CHECKSUM = "x-amz-checksum-sha256"


def is_blob(asked: Asked) -> bool:
    """Whether it is about stored bytes, not about the bucket or a probe of it."""
    return "/blobs/" in asked.path


def swallow(asked: Asked) -> Answer:
    """200, and nothing is stored."""
    if asked.method == "PUT" and is_blob(asked):
        return Answer(200, {"etag": '"d41d8cd98f00b204e9800998ecf8427e"'})
    return asked.forward()


def swallow_and_remember() -> Rule:
    """As a cache would: what was put is told by every HEAD, with all that belongs to it."""
    heads: dict[str, Answer] = {}

    def rule(asked: Asked) -> Answer:
        path = asked.path.partition("?")[0]
        if asked.method == "PUT" and is_blob(asked):
            length = asked.headers["content-length"]
            told = {"content-length": length, CHECKSUM: asked.headers.get(CHECKSUM, "")}
            heads[path] = Answer(200, told | {"etag": '"1"'})
            return Answer(200, {"etag": '"1"'})
        if asked.method == "HEAD" and path in heads:
            known = heads[path]
            return Answer(known.status, dict(known.headers))
        return asked.forward()

    return rule


def wrong_etag(asked: Asked) -> Answer:
    answer = asked.forward()
    if is_blob(asked) and "etag" in answer.headers:
        answer.headers["etag"] = '"00000000000000000000000000000000"'
    return answer


def no_checksum(asked: Asked) -> Answer:
    answer = asked.forward()
    answer.headers.pop(CHECKSUM, None)
    return answer


def other_checksum(asked: Asked) -> Answer:
    answer = asked.forward()
    if CHECKSUM in answer.headers:
        answer.headers[CHECKSUM] = "A" * 43 + "="
    return answer


def cut_short(asked: Asked) -> Answer:
    """Fewer bytes than announced, and the connection is closed."""
    answer = asked.forward()
    if asked.method == "GET" and is_blob(asked):
        answer.body = answer.body[: len(answer.body) // 2]
    return answer


def shortened(asked: Asked) -> Answer:
    """Fewer bytes, and announced as such: only counting them helps."""
    answer = cut_short(asked)
    if asked.method == "GET" and is_blob(asked):
        answer.headers["content-length"] = str(len(answer.body))
    return answer


def flip_on_get(asked: Asked) -> Answer:
    answer = asked.forward()
    if asked.method == "GET" and is_blob(asked) and answer.body:
        answer.body = answer.body[:-1] + bytes([answer.body[-1] ^ 1])
    return answer


def flip_on_put(asked: Asked) -> Answer:
    """Damaged behind the signature and the checksum, as by broken memory of the server."""
    if asked.method == "PUT" and is_blob(asked) and "uploadId" not in asked.path:
        return plain_put(asked, asked.body[:-1] + bytes([asked.body[-1] ^ 1]))
    return asked.forward()


def plain_put(asked: Asked, body: bytes) -> Answer:
    """Put other bytes than were signed, by a signature of our own."""
    store: S3Blobs = LIAR["store"]
    key = asked.path.partition("?")[0].split("/", 2)[2]
    store._wire.send("PUT", key, body=body)
    return Answer(200, {"etag": '"1"'})


LIAR: dict[str, S3Blobs] = {}


def stale_head(asked: Asked) -> Answer:
    """What is not there any more is said to be there."""
    if asked.method == "HEAD" and is_blob(asked):
        sums = {CHECKSUM: asked.headers.get("x-wanted", ""), "etag": '"1"'}
        return Answer(200, {"content-length": str(len(SMALL)), **sums})
    return asked.forward()


def an_error_in_a_200(asked: Asked) -> Answer:
    """Completing says 200 before it is done, and the body says that it failed."""
    if asked.method == "POST" and "uploadId" in asked.path:
        body = b"<?xml version='1.0'?><Error><Code>InternalError</Code></Error>"
        return Answer(200, {"content-type": "application/xml"}, body)
    return asked.forward()


def nonsense(asked: Asked) -> Answer:
    """A captive portal: every answer is 200 and a page."""
    return Answer(200, {"content-type": "text/html"}, b"<html>Welcome! Please sign in.</html>")


def a_date_that_is_none(asked: Asked) -> Answer:
    answer = asked.forward()
    if asked.method == "HEAD":
        answer.headers["last-modified"] = "yesterday"
    return answer


LIES: dict[str, tuple[Callable[[], Rule], bool]] = {
    "200 but nothing stored": (lambda: swallow, False),
    "nothing stored but HEAD says so": (swallow_and_remember, False),
    "wrong ETag": (lambda: wrong_etag, True),
    "no checksum": (lambda: no_checksum, True),
    "another checksum": (lambda: other_checksum, True),
    "cut short on get": (lambda: cut_short, False),
    "shortened on get": (lambda: shortened, False),
    "a flipped byte on get": (lambda: flip_on_get, False),
    "a flipped byte on put": (lambda: flip_on_put, False),
    "a HEAD of what was": (lambda: stale_head, True),
    "nonsense": (lambda: nonsense, False),
    "a date that is none": (lambda: a_date_that_is_none, True),
}
"""Each lie, and whether the bytes are stored and verified in spite of it (else: an error)."""


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_ends_in_stored(behind: Behind, plain: S3Blobs, lie: str):
    LIAR["store"] = plain
    rule, is_stored = LIES[lie]
    store = behind(rule())
    if is_stored:
        put(store, SMALL)
        assert read(plain, sha256(SMALL)) == SMALL
    else:
        with pytest.raises(BlobStoreDown):
            put(store, SMALL)


@pytest.mark.parametrize("lie", ["200 but nothing stored", "a flipped byte on get", "nonsense"])
def test_no_lie_about_parts_ends_in_stored(behind: Behind, plain: S3Blobs, lie: str):
    store = behind(LIES[lie][0]())
    with pytest.raises(BlobStoreDown):
        put(store, LARGE)
    assert plain.sweep(0) == 0, "the parts were given up"


def test_an_error_in_a_200_is_one(behind: Behind, plain: S3Blobs):
    store = behind(an_error_in_a_200)
    with pytest.raises(BlobStoreDown, match="InternalError"):
        put(store, LARGE)
    assert plain.head(sha256(LARGE)) is None
    assert plain.sweep(0) == 0, "the parts were given up"


def test_a_completion_whose_answer_was_lost_is_found_done(behind: Behind, plain: S3Blobs):
    lost: list[str] = []

    def lose(asked: Asked) -> Answer | None:
        answer = asked.forward()
        if asked.method == "POST" and "uploadId" in asked.path and not lost:
            lost.append(asked.path)
            return None
        return answer

    put(behind(lose), LARGE)
    assert len(lost) == 1
    assert read(plain, sha256(LARGE)) == LARGE


def test_a_page_in_place_of_the_store_fails_the_check(behind: Behind):
    with pytest.raises(BlobStoreDown, match="something else"):
        behind(nonsense).check()


def send(plain: S3Blobs, data: bytes) -> None:
    plan = plain.plan_upload(SENDER, sha256(data), len(data), 60)
    answer = urllib3.request("PUT", plan.url, body=data, headers=plan.headers, retries=False)
    assert answer.status == 200


COPY_LIES = [
    "200 but nothing stored",
    "nothing stored but HEAD says so",
    "shortened on get",
    "a flipped byte on get",
    "nonsense",
]


@pytest.mark.parametrize("lie", COPY_LIES)
def test_no_lie_about_a_completed_upload_ends_in_stored(behind: Behind, plain: S3Blobs, lie: str):
    send(plain, SMALL)
    store = behind(LIES[lie][0]())
    with pytest.raises(BlobError):
        store.complete_upload(SENDER, sha256(SMALL), len(SMALL))


def test_an_incoming_that_lies_about_its_etag_is_not_copied(behind: Behind, plain: S3Blobs):
    def rule(asked: Asked) -> Answer:
        answer = asked.forward()
        if asked.method == "GET" and "/incoming/" in asked.path:
            answer.headers["etag"] = '"00000000000000000000000000000000"'
        return answer

    send(plain, SMALL)
    with pytest.raises(BlobStoreDown, match="PreconditionFailed"):
        behind(rule).complete_upload(SENDER, sha256(SMALL), len(SMALL))
    assert plain.head(sha256(SMALL)) is None


def damaged_incoming(asked: Asked) -> Answer:
    answer = asked.forward()
    if asked.method == "GET" and "/incoming/" in asked.path:
        answer.body = b"\0" + answer.body[1:]
    return answer


def forgets_its_sums(asked: Asked) -> Answer:
    """Takes what a probe sends by a signed PUT, whatever its checksum."""
    if asked.method == "PUT" and "/check." in asked.path and "X-Amz-Signature" in asked.path:
        return Answer(200, {"etag": '"1"'})
    return damaged_incoming(asked)


@pytest.mark.parametrize(
    ("rule", "error"), [(damaged_incoming, BlobStoreDown), (forgets_its_sums, HashMismatch)]
)
def test_an_incoming_that_is_given_damaged_is_refused(
    behind: Behind, plain: S3Blobs, rule: Rule, error: type[BlobError]
):
    """Its end is not the copy's; and where a server does not check sums, all of it is hashed."""
    send(plain, SMALL)
    with pytest.raises(error):
        behind(rule).complete_upload(SENDER, sha256(SMALL), len(SMALL))
    assert plain.head(sha256(SMALL)) is None


def test_what_was_sent_is_read_whole_unless_the_server_has_hashed_it(
    behind: Behind, plain: S3Blobs
):
    reads: list[str] = []

    def watched(asked: Asked) -> Answer:
        if asked.method == "GET" and "/incoming/" in asked.path:
            reads.append("end" if "range" in lower(asked.headers) else "whole")
        return asked.forward()

    def silent(asked: Asked) -> Answer:
        answer = watched(asked)
        answer.headers.pop("x-amz-checksum-sha256", None)
        return answer

    def exchanged(asked: Asked) -> Answer:
        answer = watched(asked)
        if asked.method == "HEAD":
            answer.headers["etag"] = '"another"'
        return answer

    for rule in (watched, silent, exchanged):
        data = os.urandom(9000)
        send(plain, data)
        behind(rule).complete_upload(SENDER, sha256(data), len(data))
        assert read(plain, sha256(data)) == data
    assert reads == ["end", "whole", "end", "whole"]


def test_a_checksum_is_believed_only_of_a_server_that_refuses_a_wrong_one(behind: Behind):
    """One that takes anything may well say what it was told: it is read back."""
    reads: list[str] = []

    def takes_anything(asked: Asked) -> Answer:
        if asked.method == "PUT" and "/check." in asked.path:
            return Answer(200, {"etag": '"1"'})
        if asked.method == "GET" and is_blob(asked) and "range" not in lower(asked.headers):
            reads.append(asked.path)
        return asked.forward()

    put(behind(takes_anything), SMALL)
    assert len(reads) == 1
    put(behind(lambda asked: asked.forward()), os.urandom(1000))
    assert len(reads) == 1


def lower(headers: dict[str, str]) -> set[str]:
    return {name.lower() for name in headers}


def test_a_range_that_is_not_one_is_told(behind: Behind, plain: S3Blobs):
    def whole(asked: Asked) -> Answer:
        if asked.method == "GET" and is_blob(asked):
            return Answer(200, {}, SMALL)
        return asked.forward()

    put(plain, SMALL)
    with pytest.raises(BlobStoreDown, match="no ranges"):
        behind(whole).get_range(sha256(SMALL), 10, 20)


@pytest.mark.parametrize("rule", [cut_short, flip_on_get])
def test_a_connection_cut_while_reading_is_told(behind: Behind, plain: S3Blobs, rule: Rule):
    put(plain, SMALL)
    with behind(rule).get(sha256(SMALL)) as stream:
        if rule is cut_short:
            with pytest.raises(BlobStoreDown):
                stream.read()
        else:
            assert sha256(stream.read()) != sha256(SMALL), "who needs to be sure hashes"


def test_nothing_is_sent_when_the_file_is_not_what_was_announced(behind: Behind):
    def none(asked: Asked) -> Answer:
        raise AssertionError("the server was asked")

    with pytest.raises(HashMismatch):
        behind(none).put(sha256(SMALL), io.BytesIO(SMALL[:-1]), len(SMALL))
