"""A bucket of an S3-compatible server.

An object is seen once its PUT, or the completion of its parts, has been answered, so there is no
``.part`` here: the manifest, which comes last, is the mark of a whole run.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import urllib3

from fieldops.destinations import Destination
from fieldops.export.deliver.interface import CHUNK_BYTES, MANIFEST, DeliveryError, File
from fieldops.export.deliver.secretfiles import read_secret
from fieldops.store.blobs.s3http import Refused, Wire, pool, texts
from fieldops.store.blobs.s3parts import (
    CHECKSUM,
    WHOLE_BYTES,
    abort,
    base64_of,
    send_parts,
    unfinished,
)
from fieldops.store.blobs.signature import Credentials

_TRIES = 3
_ABSENT = frozenset({"NoSuchKey", "NoSuchObject", "ResourceNotFound"})
_ADVICE = {
    "NoSuchBucket": "the bucket does not exist",
    "AccessDenied": "the key may not do this: it needs to read, write, list and delete there",
    "SignatureDoesNotMatch": "the secret key is not the one of access_key",
    "InvalidAccessKeyId": "the server does not know access_key",
    "RequestTimeTooSkewed": "this machine's clock is off: set it by NTP",
}
"""What an operator can do, by S3's codes (Amazon S3 API reference, "Error responses")."""


class S3Shelf:
    """A ``Shelf`` in a bucket, below the destination's prefix."""

    def __init__(self, given: Destination) -> None:
        keys = Credentials(given.access_key, read_secret(given.secret_file), given.region)
        base = f"{'https' if given.secure else 'http'}://{given.endpoint}"
        self._wire = Wire(base, given.bucket, keys, pool(given.timeout_s, _TRIES))
        prefix = given.prefix.strip("/")
        self._prefix = f"{prefix}/" if prefix else ""

    def begin(self, run: str) -> None:
        """Parts that a killed worker sent are forgotten; others may be at work on them: as well."""
        with _said(run):
            for begun in unfinished(self._wire, f"{self._prefix}{run}/"):
                abort(self._wire, begun.key, begun.upload)

    def put(self, name: str, source: Path, file: File) -> None:
        with _said(name), source.open("rb") as opened:
            if file.size_bytes > WHOLE_BYTES:
                send_parts(self._wire, self._prefix + name, opened)
                return
            headers = {
                "content-length": str(file.size_bytes),
                CHECKSUM: base64_of(file.sha256),
            }
            key = self._prefix + name
            self._wire.send("PUT", key, headers=headers, body=opened, sha256=file.sha256)

    def read(self, name: str) -> Iterator[bytes]:
        with _said(name):
            answer = self._wire.fetch(self._prefix + name)
            try:
                yield from answer.stream(CHUNK_BYTES)
            finally:
                answer.release_conn()

    def remove(self, run: str) -> None:
        with _said(run):
            self._wire.send("DELETE", f"{self._prefix}{run}/{MANIFEST}")
            while keys := self._list(f"{self._prefix}{run}/"):
                for key in keys:
                    self._wire.send("DELETE", key)

    def close(self) -> None:
        """Connections are pooled and end by themselves."""

    def _list(self, prefix: str) -> list[str]:
        answer = self._wire.send("GET", query={"list-type": "2", "prefix": prefix})
        return texts(ElementTree.fromstring(answer.data), "Key")


@contextlib.contextmanager
def _said(name: str) -> Iterator[None]:
    """What the server and the network say, in words."""
    try:
        yield
    except Refused as refused:
        if refused.code in _ABSENT:
            raise FileNotFoundError(name) from refused
        why = _ADVICE.get(refused.code) or refused.message or "no reason given"
        raise DeliveryError(f"{name}: {refused.code}: {why}") from refused
    except FileNotFoundError:
        raise
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise DeliveryError(f"{name}: no answer ({type(error).__name__})") from error
    except (ValueError, ElementTree.ParseError) as error:
        raise DeliveryError(f"{name}: the answer makes no sense") from error
