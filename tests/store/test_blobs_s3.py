"""The S3 store on a bad network: a proxy before a real server cuts, refuses and damages."""

import hashlib
import hmac
import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3
from tests import servers

from fieldops.store.blobs import BlobMissing, BlobStoreDown, HashMismatch, signature
from fieldops.store.blobs.s3 import S3Blobs
from fieldops.store.blobs.signature import Credentials

DATA = os.urandom(150_000)
NAME = hashlib.sha256(DATA).hexdigest()
CHECKSUM = "x-amz-checksum-sha256"


class Answer:
    """What the real server answered, for a rule to change."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body


Rule = Callable[[str, str, Answer], Answer | None]
"""(method, path, the real answer) → what the client gets; None cuts the connection."""


@contextmanager
def proxy(upstream: str, rule: Rule) -> Iterator[str]:
    """A server before ``upstream`` (host:port) that answers by the rule; yields its host:port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            real = urllib3.request(
                self.command,
                f"http://{upstream}{self.path}",
                body=body,
                headers=dict(self.headers),
                retries=False,
            )
            answer = Answer(real.status, {k.lower(): v for k, v in real.headers.items()}, real.data)
            changed = rule(self.command, self.path, answer)
            if changed is None:
                self.close_connection = True
                return
            self.send_response(changed.status)
            length = changed.headers.setdefault("content-length", str(len(changed.body)))
            self.close_connection = self.command != "HEAD" and int(length) > len(changed.body)
            for name, value in changed.headers.items():
                if name not in ("transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(changed.body)

        do_GET = do_PUT = do_HEAD = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *args: object) -> None:
            """The test's output is no place for an access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def keys(server: servers.Note) -> Credentials:
    return Credentials(server["access_key"], server["secret_key"], server["region"])


Behind = Callable[[Rule], S3Blobs]


@pytest.fixture
def behind(s3_server: servers.Note, s3_bucket: str) -> Iterator[Behind]:
    """Opens the store behind a proxy with the given rule."""
    open_proxies: list[AbstractContextManager[str]] = []

    def make(rule: Rule) -> S3Blobs:
        running = proxy(s3_server["endpoint"], rule)
        open_proxies.append(running)
        endpoint = running.__enter__()
        return S3Blobs(endpoint, s3_bucket, keys(s3_server), secure=False, timeout_s=5, tries=3)

    yield make
    for running in open_proxies:
        running.__exit__(None, None, None)


@pytest.fixture
def blobs(s3_server: servers.Note, s3_bucket: str) -> S3Blobs:
    """The store without a proxy before it."""
    return S3Blobs(s3_server["endpoint"], s3_bucket, keys(s3_server), secure=False)


def put(blobs: S3Blobs) -> None:
    blobs.put(NAME, io.BytesIO(DATA), len(DATA))


def read(blobs: S3Blobs) -> bytes:
    with blobs.get(NAME) as stream:
        return stream.read()


def unchanged(method: str, path: str, answer: Answer) -> Answer:
    return answer


def without_checksums(method: str, path: str, answer: Answer) -> Answer:
    answer.headers.pop(CHECKSUM, None)
    return answer


def test_a_lost_answer_is_asked_for_again(behind: Behind):
    lost: list[str] = []

    def lose_first(method: str, path: str, answer: Answer) -> Answer | None:
        if method == "PUT" and not lost:
            lost.append(path)
            return None
        return answer

    store = behind(lose_first)
    put(store)
    assert len(lost) == 1
    assert read(store) == DATA


def test_a_busy_server_is_tried_again_a_bounded_number_of_times(behind: Behind):
    asked: list[str] = []

    def busy(method: str, path: str, answer: Answer) -> Answer:
        asked.append(method)
        return Answer(503, {}, b"")

    with pytest.raises(BlobStoreDown):
        behind(busy).head(NAME)
    assert asked == ["HEAD"] * 3


def test_a_server_without_checksums_is_read_back(behind: Behind):
    reads: list[str] = []

    def note_reads(method: str, path: str, answer: Answer) -> Answer:
        reads.extend([path] if method == "GET" else [])
        return without_checksums(method, path, answer)

    store = behind(note_reads)
    put(store)
    assert len(reads) == 1
    assert read(store) == DATA


def test_a_server_that_keeps_other_bytes_is_found_out(behind: Behind, blobs: S3Blobs):
    def damage(method: str, path: str, answer: Answer) -> Answer:
        if method == "GET" and answer.status == 200:
            answer.body = b"\0" + answer.body[1:]
        return without_checksums(method, path, answer)

    with pytest.raises(BlobStoreDown, match="did not keep"):
        put(behind(damage))
    assert blobs.head(NAME) is None


def test_a_server_that_loses_what_it_took_is_found_out(behind: Behind):
    def forget(method: str, path: str, answer: Answer) -> Answer:
        return Answer(404, {}, b"") if method == "HEAD" else answer

    with pytest.raises(BlobStoreDown, match="did not keep"):
        put(behind(forget))


def test_a_server_that_reports_another_checksum_is_believed(behind: Behind):
    def lie(method: str, path: str, answer: Answer) -> Answer:
        if CHECKSUM in answer.headers:
            answer.headers[CHECKSUM] = "A" * 43 + "="
        return answer

    with pytest.raises(BlobStoreDown, match="did not keep"):
        put(behind(lie))


def test_a_connection_cut_while_reading_is_told(behind: Behind, blobs: S3Blobs):
    def cut(method: str, path: str, answer: Answer) -> Answer:
        if method == "GET":
            answer.body = answer.body[:1000]
        return answer

    put(blobs)
    with behind(cut).get(NAME) as stream, pytest.raises(BlobStoreDown):
        stream.read()


def test_a_copy_that_changed_under_way_is_not_taken(behind: Behind, blobs: S3Blobs):
    """Somebody overwrites the upload between its verification and the copy."""
    plan = blobs.plan_upload("tablet", NAME, len(DATA), 60)
    urllib3.request("PUT", plan.url, body=DATA, headers=plan.headers)

    def swap(method: str, path: str, answer: Answer) -> Answer:
        if method == "GET" and "incoming" in path:
            blobs._client.put_object(blobs._bucket, f"incoming/tablet/{NAME}", io.BytesIO(b"x"), 1)
        return answer

    with pytest.raises(BlobStoreDown, match="PreconditionFailed"):
        behind(swap).complete_upload("tablet", NAME, len(DATA))
    assert blobs.head(NAME) is None


def test_a_server_that_is_not_there_is_told_soon(s3_server: servers.Note):
    store = S3Blobs("127.0.0.1:9", "photos", keys(s3_server), secure=False, timeout_s=1, tries=1)
    for call in (store.check, lambda: store.head(NAME), lambda: put(store), lambda: read(store)):
        with pytest.raises(BlobStoreDown):
            call()


def test_wrong_keys_and_absent_buckets_are_told(s3_server: servers.Note, s3_bucket: str):
    wrong = Credentials("nobody", "knows")
    for bucket, credentials in ((s3_bucket, wrong), ("no-such-bucket", keys(s3_server))):
        store = S3Blobs(s3_server["endpoint"], bucket, credentials, secure=False)
        with pytest.raises(BlobStoreDown):
            list(store.list())
    with pytest.raises(BlobStoreDown):
        S3Blobs(s3_server["endpoint"], s3_bucket, wrong, secure=False).check()


def test_strangers_in_the_bucket_are_not_listed(blobs: S3Blobs):
    put(blobs)
    for name in ("blobs/notes.txt", "incoming/x", "mine"):
        blobs._client.put_object(blobs._bucket, name, io.BytesIO(b"x"), 1)
    assert [blob.sha256 for blob in blobs.list()] == [NAME]


def test_a_secret_key_does_not_show():
    assert "sesame" not in repr(Credentials("me", "open sesame"))


def test_nothing_is_sent_when_the_file_is_not_what_was_announced(behind: Behind):
    def none(method: str, path: str, answer: Answer) -> Answer:
        raise AssertionError("the server was asked")

    with pytest.raises(HashMismatch):
        behind(none).put(NAME, io.BytesIO(DATA[:-1]), len(DATA))


def test_two_prefixes_in_one_bucket_do_not_meet(s3_server: servers.Note, s3_bucket: str):
    one, other = (
        S3Blobs(s3_server["endpoint"], s3_bucket, keys(s3_server), prefix=prefix, secure=False)
        for prefix in ("one", "other")
    )
    put(one)
    assert other.head(NAME) is None
    with pytest.raises(BlobMissing):
        other.get(NAME)
    assert list(other.list()) == []
    assert [blob.sha256 for blob in one.list()] == [NAME]


def test_the_signature_is_that_of_the_published_example():
    """Amazon S3 API reference, "Authenticating Requests: Using Query Parameters", its example.

    The example signs a GET; only the method differs in what is hashed, so that the example's own
    canonical request is signed here by the same steps, key and scope.
    """
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    key = signature._signing_key(
        Credentials("AKIAIOSFODNN7EXAMPLE", secret), "20130524/us-east-1/s3/aws4_request"
    )
    text = (
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
        "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04"
    )
    found = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    assert found == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
