"""The wire to an S3 server: bounded tries, streams that give their connection back, our errors."""

import contextlib
import io
from collections.abc import Iterator
from typing import BinaryIO, cast

import urllib3
from minio.error import MinioException, S3Error

from fieldops.store.blobs.interface import BlobMissing, BlobStoreDown, Verifier, chunks

_ABSENT = frozenset({"NoSuchKey", "NoSuchObject", "ResourceNotFound"})
_CONNECT_TIMEOUT_S = 5
_CONNECTIONS = 32


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


def verify(body: BinaryIO, verifier: Verifier) -> None:
    """Read all of it; raises ``HashMismatch`` unless it is what the verifier expects."""
    for chunk in chunks(body):
        verifier.feed(chunk)
    verifier.finish()


@contextlib.contextmanager
def errors(name: str) -> Iterator[None]:
    """Translate what the client library and the network raise."""
    try:
        yield
    except S3Error as error:
        if error.code in _ABSENT:
            raise BlobMissing(name) from error
        raise BlobStoreDown(f"{name}: {error.code}: {error.message}") from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
        raise BlobStoreDown(f"{name}: {error}") from error


def pool(timeout_s: float, tries: int) -> urllib3.PoolManager:
    """Connections whose requests are tried ``tries`` times, also on 429 and 5xx."""
    retries = urllib3.Retry(
        total=tries - 1,
        backoff_factor=0.2,
        backoff_jitter=0.2,
        backoff_max=2,
        status_forcelist=[429, 500, 502, 503, 504],
        respect_retry_after_header=False,
    )
    timeout = urllib3.Timeout(connect=min(_CONNECT_TIMEOUT_S, timeout_s), read=timeout_s)
    return urllib3.PoolManager(maxsize=_CONNECTIONS, timeout=timeout, retries=retries)
