"""The certification of failure: bounded in time, and told so that an operator can act."""

import hashlib
import hmac
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests import servers
from tests.store import stores
from tests.store.conftest import Behind
from tests.store.proxy import Answer, Asked
from tests.store.stores import ABILITIES, ABSENT, put, read, sha256

from fieldops.store.blobs import BlobMissing, BlobStoreDown, DirectUploads
from fieldops.store.blobs.s3 import S3Blobs
from fieldops.store.blobs.s3http import Refused
from fieldops.store.blobs.signature import Credentials, _signing_key

DATA = os.urandom(150_000)


def every_call(store: S3Blobs) -> dict[str, Callable[[], object]]:
    """All that a store can be asked for."""
    return {
        "put": lambda: put(store, DATA),
        "get": lambda: read(store, ABSENT),
        "get_range": lambda: store.get_range(ABSENT, 0, 1),
        "head": lambda: store.head(ABSENT),
        "delete": lambda: store.delete(ABSENT),
        "list": lambda: list(store.list()),
        "sweep": lambda: store.sweep(0),
        "check": store.check,
        "complete": lambda: store.complete_upload("tablet", ABSENT, 1),
        "drop": lambda: store.drop_uploads([("tablet", ABSENT)]),
        "hold": lambda: store.hold(ABSENT, True),
        "protection": store.protection,
    }


CALLS = sorted(every_call(S3Blobs("x", "photos", Credentials("", ""))))


@pytest.mark.parametrize("call", CALLS)
def test_a_server_that_is_not_there_is_told_soon(call: str):
    store = S3Blobs("127.0.0.1:9", "photos", Credentials("a", "b"), secure=False, tries=1)
    begun = time.monotonic()
    with pytest.raises(BlobStoreDown, match=r"cannot be reached|refused"):
        every_call(store)[call]()
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("call", ["get", "get_range", "head", "list", "sweep", "check", "put"])
def test_a_bucket_that_is_not_there_is_no_empty_bucket(
    kind: str, request: pytest.FixtureRequest, call: str
):
    server = stores.server_of(kind, request)
    store = stores.open_bucket(server, f"absent-{call.replace('_', '-')}", tries=1, timeout_s=2)
    if call == "put" and kind == "seaweed":
        # It makes any bucket that is written to: hence `check` asks before anything is written.
        put(store, DATA)
        assert store.head(sha256(DATA)) == len(DATA)
        store.delete(sha256(DATA))
        servers.s3_client(server).remove_bucket("absent-put")
        return
    with pytest.raises(BlobStoreDown, match="make it, or correct blobs"):
        every_call(store)[call]()


@pytest.mark.parametrize("kind", stores.able("signatures"))
@pytest.mark.parametrize("call", ["put", "get", "list", "delete", "check"])
def test_a_wrong_secret_is_told(kind: str, request: pytest.FixtureRequest, call: str):
    note = dict(stores.server_of(kind, request)) | {"secret_key": "not this one"}
    store = stores.open_bucket(
        note, stores.bucket_of(kind, request), tries=1, timeout_s=2, prefix="wrong"
    )
    with pytest.raises(BlobStoreDown):
        every_call(store)[call]()


def test_a_wrong_secret_is_told_by_name(s3_server: servers.Note, s3_bucket: str):
    note = dict(s3_server) | {"secret_key": "not this one"}
    with pytest.raises(BlobStoreDown, match="secret_key is not the one"):
        list(stores.open_bucket(note, s3_bucket).list())
    note = dict(s3_server) | {"access_key": "nobody"}
    with pytest.raises(BlobStoreDown, match="does not know blobs"):
        list(stores.open_bucket(note, s3_bucket).list())


def test_a_key_that_may_not_is_told(behind: Behind):
    def denied(asked: Asked) -> Answer:
        body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
        return Answer(403, {"content-type": "application/xml"}, body)

    with pytest.raises(BlobStoreDown, match="needs to read, write, list and delete"):
        list(behind(denied).list())


def test_a_clock_that_is_off_is_told(behind: Behind):
    def skewed(asked: Asked) -> Answer:
        body = b"<Error><Code>RequestTimeTooSkewed</Code><Message>no</Message></Error>"
        return Answer(403, {"content-type": "application/xml"}, body)

    with pytest.raises(BlobStoreDown, match="set it by NTP"):
        behind(skewed)._place.remove("x")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_tried_again_a_bounded_number_of_times(behind: Behind, status: int):
    asked: list[str] = []

    def busy(one: Asked) -> Answer:
        asked.append(one.method)
        return Answer(status, {}, b"<Error><Code>SlowDown</Code></Error>")

    with pytest.raises(BlobStoreDown, match="overloaded" if status == 503 else str(status)):
        behind(busy).head(ABSENT)
    assert asked == ["HEAD"] * 3


@pytest.mark.parametrize("status", [503, None])
@pytest.mark.parametrize("size_bytes", [150_000, 33 * 1024 * 1024])
def test_what_fails_once_is_done_again(
    behind: Behind, plain: S3Blobs, status: int | None, size_bytes: int
):
    """Each request once: refused as overloaded, or its answer lost after it was done."""
    seen: set[str] = set()
    data = os.urandom(1024) * (size_bytes // 1024)

    def flaky(asked: Asked) -> Answer | None:
        first = f"{asked.method} {asked.path}" not in seen
        seen.add(f"{asked.method} {asked.path}")
        if first and status:
            return Answer(status, {}, b"")
        answer = asked.forward()
        return None if first else answer

    assert put(behind(flaky), data) == sha256(data)
    assert read(plain, sha256(data)) == data
    assert len(seen) >= 4
    # An upload that was begun twice, because the first answer was lost, is left to the sweep.
    assert plain.sweep(0) == (1 if status is None and size_bytes > 150_000 else 0)


@contextmanager
def listening(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A port that accepts connections and then keeps silent, perhaps behind TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    wire, _ = server.accept()
                    held.append(tls.wrap_socket(wire, server_side=True) if tls else wire)
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
    for wire in held:
        wire.close()


@pytest.mark.parametrize("call", ["put", "get", "head", "list"])
def test_a_server_that_keeps_silent_is_given_up(call: str):
    with listening() as port:
        store = S3Blobs(
            f"127.0.0.1:{port}",
            "photos",
            Credentials("a", "b"),
            secure=False,
            timeout_s=0.25,
            tries=2,
        )
        begun = time.monotonic()
        with pytest.raises(BlobStoreDown, match="kept silent at every try"):
            every_call(store)[call]()
    assert 2 * 0.25 <= time.monotonic() - begun < 2 * 0.25 + 2 + 1


def test_bytes_that_only_trickle_are_given_up(behind: Behind, plain: S3Blobs):
    """Or a store could hold up a thread for hours, a byte at a time, without ever being silent."""
    from fieldops.store.blobs.interface import Verifier
    from fieldops.store.blobs.s3http import verify

    def trickle() -> Iterator[bytes]:
        for _ in range(100):
            time.sleep(0.05)
            yield b"x"

    with pytest.raises(BlobStoreDown, match="too slowly"):
        verify(trickle(), Verifier(sha256(b"x" * 100), 100), 0.1)


def test_a_connection_that_is_reset_is_tried_again_and_told(behind: Behind):
    def cut(asked: Asked) -> None:
        return None

    with pytest.raises(BlobStoreDown, match="cannot be reached"):
        behind(cut).head(ABSENT)


def self_signed(file: Path) -> ssl.SSLContext:
    """A certificate for localhost that only itself vouches for."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    file.write_bytes(key.private_bytes(*plain) + certificate)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    return tls


def test_a_certificate_that_nobody_vouches_for_is_told(tmp_path: Path):
    with listening(self_signed(tmp_path / "pair.pem")) as port:
        store = S3Blobs(f"localhost:{port}", "photos", Credentials("a", "b"), tries=1, timeout_s=3)
        with pytest.raises(BlobStoreDown, match="TLS"):
            store.head(ABSENT)


def test_plain_http_at_a_tls_port_is_told(s3_server: servers.Note, s3_bucket: str):
    store = stores.open_bucket(s3_server, s3_bucket, secure=True, tries=1)
    with pytest.raises(BlobStoreDown, match="TLS"):
        store.check()


def test_strangers_in_the_bucket_are_not_listed(bucket: S3Blobs):
    put(bucket, DATA)
    for name in ("blobs/notes.txt", "incoming/x", "mine"):
        bucket._wire.send("PUT", name, body=b"x")
    assert [blob.sha256 for blob in bucket.list()] == [sha256(DATA)]


def test_two_prefixes_in_one_bucket_do_not_meet(kind: str, request: pytest.FixtureRequest):
    server, name = stores.server_of(kind, request), stores.bucket_of(kind, request)
    one, other = (stores.open_bucket(server, name, prefix=prefix) for prefix in ("one", "other"))
    put(one, DATA)
    assert other.head(sha256(DATA)) is None
    with pytest.raises(BlobMissing):
        other.get(sha256(DATA))
    assert list(other.list()) == []
    assert [blob.sha256 for blob in one.list()] == [sha256(DATA)]
    assert isinstance(one, DirectUploads)


def test_names_with_special_characters_are_signed_as_they_are_sent(
    kind: str, request: pytest.FixtureRequest
):
    server, name = stores.server_of(kind, request), stores.bucket_of(kind, request)
    store = stores.open_bucket(server, name, prefix="翠湖 花园/a+b=c&d")
    put(store, DATA)
    assert [blob.sha256 for blob in store.list()] == [sha256(DATA)]
    store.delete(sha256(DATA))
    assert store.head(sha256(DATA)) is None
    assert ABILITIES[kind] is not None


def test_a_secret_key_does_not_show():
    assert "sesame" not in repr(Credentials("me", "open sesame"))


def test_a_refusal_names_its_code():
    assert str(Refused("SlowDown", "later", 503)) == "SlowDown: later"


def test_the_signature_is_that_of_the_published_example():
    """Amazon S3 API reference, "Authenticating Requests: Using Query Parameters", its example.

    The example signs a GET; only the method differs in what is hashed, so that the example's own
    canonical request is signed here by the same steps, key and scope.
    """
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    key = _signing_key(
        Credentials("AKIAIOSFODNN7EXAMPLE", secret), "20130524/us-east-1/s3/aws4_request"
    )
    text = (
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
        "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04"
    )
    found = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    assert found == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
