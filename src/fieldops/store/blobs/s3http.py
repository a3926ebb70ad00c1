"""The wire to an S3 server: bounded tries, streams that give their connection back, our errors."""

import contextlib
import hashlib
import io
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import BinaryIO, cast
from urllib.parse import quote
from xml.etree import ElementTree

import urllib3
from minio.error import MinioException, S3Error

from fieldops.store.blobs.interface import BlobMissing, BlobStoreDown, Verifier
from fieldops.store.blobs.signature import Credentials, presign_put, query_of, sign

_ABSENT = frozenset({"NoSuchKey", "NoSuchObject", "ResourceNotFound"})
_CONNECT_TIMEOUT_S = 5
_CONNECTIONS = 32
_BLOCK_BYTES = 256 * 1024
_LEAST_BYTES_S = 64 * 1024
"""A store that gives bytes slower than this when we verify them is as good as down."""
_NOTHING = hashlib.sha256().hexdigest()
_ADVICE = {
    "NoSuchBucket": "the bucket does not exist: make it, or correct blobs.bucket",
    "AccessDenied": "the key may not do this: it needs to read, write, list and delete here",
    "SignatureDoesNotMatch": "blobs.secret_key is not the one of blobs.access_key",
    "InvalidAccessKeyId": "the store does not know blobs.access_key",
    "RequestTimeTooSkewed": "this machine's clock is off: set it by NTP",
    "SlowDown": "the store is overloaded and said so at every try",
}
"""What an operator can do, by S3's codes (Amazon S3 API reference, "Error responses")."""


class Refused(Exception):
    """The server's own error, by its code; ``errors`` makes one of ours of it."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class Wire:
    """Signed requests about one bucket and what lies in it."""

    def __init__(
        self, base: str, bucket: str, credentials: Credentials, http: urllib3.PoolManager
    ) -> None:
        self._base = base
        self._bucket = quote(bucket)
        self._credentials = credentials
        self._http = http

    def send(
        self,
        method: str,
        key: str = "",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | BinaryIO = b"",
        sha256: str = "",
    ) -> urllib3.BaseHTTPResponse:
        """The answer, read whole.  Raises ``Refused``, also for a 200 that carries an error.

        A stream is sent as it is read, and read again at another try: then ``sha256`` is its hash
        and ``headers`` say its ``content-length``.
        """
        url = self._address(key)
        if query:
            url = f"{url}?{query_of(dict(query))}"
        if isinstance(body, bytes):
            sha256 = hashlib.sha256(body).hexdigest() if body else _NOTHING
            headers = {**(headers or {}), "content-length": str(len(body))}
        answer = self._ask(method, url, dict(headers or {}), sha256, body)
        _check(answer)
        return answer

    def fetch(self, key: str, headers: Mapping[str, str] | None = None) -> urllib3.BaseHTTPResponse:
        """An object, not read yet: the caller reads it and gives its connection back.

        Raises ``Refused``.
        """
        answer = self._ask("GET", self._address(key), dict(headers or {}), _NOTHING, streamed=True)
        if answer.status >= 300:
            _check(answer)
        return answer

    def look(self, key: str) -> Mapping[str, str] | None:
        """The headers of an object, with the checksum that the server keeps; None if it is absent.

        Raises ``Refused``.
        """
        wanted = {"x-amz-checksum-mode": "ENABLED"}
        answer = self._ask("HEAD", self._address(key), wanted, _NOTHING)
        if answer.status == 404:
            return None
        _check(answer)
        return answer.headers

    def signed_put(
        self, key: str, headers: Mapping[str, str], expires_s: int, base: str = ""
    ) -> str:
        """Where anybody may PUT an object with these headers for a while; ``base`` as they say."""
        url = (base or self._base) + self.path(key)
        return presign_put(url, dict(headers), self._credentials, datetime.now(UTC), expires_s)

    def put_as_client(self, key: str, headers: Mapping[str, str], body: bytes) -> None:
        """PUT as somebody does who was given a signed address.  Raises ``Refused``."""
        url = self.signed_put(key, headers, 60)
        _check(self._http.urlopen("PUT", url, body=body, headers=headers, redirect=False))

    def path(self, key: str) -> str:
        """Bucket and key, as an address and the source of a copy name them."""
        return f"/{self._bucket}/{quote(key, safe='/~')}" if key else f"/{self._bucket}"

    def _address(self, key: str) -> str:
        return self._base + self.path(key)

    def _ask(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        sha256: str,
        body: bytes | BinaryIO = b"",
        streamed: bool = False,
    ) -> urllib3.BaseHTTPResponse:
        signed = sign(method, url, headers, sha256, self._credentials, datetime.now(UTC))
        return self._http.urlopen(
            method, url, body=body, headers=signed, redirect=False, preload_content=not streamed
        )

    def ask(self, query: str, key: str = "") -> ElementTree.Element:
        """The answer about a part of the configuration.

        Raises ``Refused``; a server that does not know the question, and answers by the bucket's
        list or the object's bytes, has refused it as well.
        """
        answer = self.send("GET", key, query={query: ""})
        with contextlib.suppress(ElementTree.ParseError):
            found = ElementTree.fromstring(answer.data)
            if not _is(found, "ListBucketResult"):
                return found
        raise Refused("UnknownQuestion", f"?{query} is not known to this server", answer.status)


def byte_range(start: int, length: int) -> dict[str, str]:
    """The header that asks for some of an object's bytes, one at least."""
    return {"range": f"bytes={start}-{start + length - 1}"}


def texts(element: ElementTree.Element, name: str) -> list[str]:
    """The texts of all elements of this name below, whatever their name space."""
    return [one.text or "" for one in element.iter() if _is(one, name)]


def text_of(element: ElementTree.Element, name: str) -> str:
    """The first text of that name below; ``ValueError`` if there is none."""
    for text in texts(element, name):
        return text
    raise ValueError(f"no {name} in it")


def _is(element: ElementTree.Element, name: str) -> bool:
    return element.tag.rpartition("}")[2] == name


def _check(answer: urllib3.BaseHTTPResponse) -> None:
    """Completing a multipart upload may fail after its 200 was sent: the body says so."""
    if answer.status < 300 and b"<Error" not in answer.data[:400]:
        return
    codes, messages = [""], [""]
    with contextlib.suppress(ElementTree.ParseError):
        found = ElementTree.fromstring(answer.data)
        codes, messages = texts(found, "Code"), texts(found, "Message")
    code = next(iter(codes), "") or f"HTTP {answer.status}"
    raise Refused(code, next(iter(messages), ""), answer.status)


class _Body(io.RawIOBase):
    """The body of an answer as a stream that raises our errors and gives its connection back."""

    def __init__(self, name: str, response: urllib3.BaseHTTPResponse) -> None:
        self._name = name
        self._response = response

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with errors(self._name):
            chunk = self._response.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._response.close()
        self._response.release_conn()
        super().close()


def stream(name: str, response: urllib3.BaseHTTPResponse) -> BinaryIO:
    """The body of an answer; closing it gives the connection back."""
    return cast(BinaryIO, io.BufferedReader(_Body(name, response), 64 * 1024))


def received(name: str, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """The body of an answer, as it comes, without the copies that a stream makes of it."""
    with contextlib.closing(stream(name, response)), errors(name):
        while chunk := response.read1(_BLOCK_BYTES, decode_content=False):
            yield chunk


def verify(body: Iterable[bytes], verifier: Verifier, patience_s: float) -> None:
    """Read all of it; raises ``HashMismatch`` unless it is what the verifier expects.

    Raises ``BlobStoreDown`` when the bytes only trickle: ``patience_s`` and what the least speed
    allows are given.
    """
    end_s = time.monotonic() + patience_s + verifier.expected_bytes / _LEAST_BYTES_S
    for chunk in body:
        verifier.feed(chunk)
        if time.monotonic() > end_s:
            raise BlobStoreDown("the store gives its bytes too slowly to be of use")
    verifier.finish()


@contextlib.contextmanager
def errors(name: str) -> Iterator[None]:
    """Translate what the client library and the network raise."""
    try:
        yield
    except (S3Error, Refused) as error:
        if error.code in _ABSENT:
            raise BlobMissing(name) from error
        raise BlobStoreDown(f"{name}: {_told(str(error.code), error.message)}") from error
    except urllib3.exceptions.MaxRetryError as error:
        raise BlobStoreDown(f"{name}: {_why(error)}") from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
        raise BlobStoreDown(f"{name}: {error}") from error
    except (ValueError, ElementTree.ParseError) as error:
        raise BlobStoreDown(f"{name}: the answer makes no sense: {error}") from error


def _told(code: str, message: str | None) -> str:
    return f"{code}: {_ADVICE.get(code) or message or 'no reason given'}"


def _why(error: urllib3.exceptions.MaxRetryError) -> str:
    reason = error.reason
    if isinstance(reason, urllib3.exceptions.SSLError):
        return f"no safe connection (TLS): check blobs.endpoint and its certificate: {reason}"
    if isinstance(reason, urllib3.exceptions.ResponseError) and "503" in str(reason):
        return _told("SlowDown", None)
    if isinstance(reason, urllib3.exceptions.ReadTimeoutError):
        return "the store accepted the connection and then kept silent at every try"
    # urllib3 names its own object first.
    return f"the store cannot be reached: {str(reason).rpartition(': ')[2]}"


def pool(timeout_s: float, tries: int) -> urllib3.PoolManager:
    """Connections whose requests are tried ``tries`` times, also on 429 and 5xx.

    All of our requests may be done twice: the same bytes, or the same wish, under the same name.
    """
    retries = urllib3.Retry(
        total=tries - 1,
        backoff_factor=0.2,
        backoff_jitter=0.2,
        backoff_max=2,
        status_forcelist=[429, 500, 502, 503, 504],
        allowed_methods=None,
        respect_retry_after_header=False,
    )
    timeout = urllib3.Timeout(connect=min(_CONNECT_TIMEOUT_S, timeout_s), read=timeout_s)
    return urllib3.PoolManager(
        maxsize=_CONNECTIONS, timeout=timeout, retries=retries, blocksize=_BLOCK_BYTES
    )
