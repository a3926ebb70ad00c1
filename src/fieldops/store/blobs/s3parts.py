"""Large blobs into a bucket: in parts, one after the other, so that memory holds one of them.

    begin ─ part 1 ─ … ─ part n ─ complete ─> visible, all at once
              └─ anything wrong: abort; a killed sender's parts are swept

Each part carries its SHA-256, which a careful server checks.  The checksum of the whole is one of
checksums, so the caller reads the whole back (Amazon S3 User Guide, "Checking object integrity").
"""

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO
from xml.etree import ElementTree

import urllib3
from msgspec import Struct

from fieldops.store.blobs.s3http import Refused, Wire, text_of

WHOLE_BYTES = 32 * 1024 * 1024
"""Up to here a blob goes by one PUT; what is larger goes in parts."""
PART_BYTES = 8 * 1024 * 1024
"""Between 5 MiB and 5 GiB (Amazon S3 User Guide, "Multipart upload limits")."""
CHECKSUM = "x-amz-checksum-sha256"


class Unfinished(Struct, frozen=True):
    """A multipart upload that was begun and not completed."""

    key: str
    upload: str
    begun: datetime


def send_parts(wire: Wire, key: str, source: BinaryIO) -> None:
    """Store the rest of ``source`` under ``key``.  Raises ``Refused`` and what the network does."""
    begun = wire.send(
        "POST", key, query={"uploads": ""}, headers={"x-amz-checksum-algorithm": "SHA256"}
    )
    upload = text_of(ElementTree.fromstring(begun.data), "UploadId")
    try:
        parts = "".join(_send_each(wire, key, upload, source))
        _complete(wire, key, upload, parts)
    except BaseException:
        abort(wire, key, upload)
        raise


def abort(wire: Wire, key: str, upload: str) -> None:
    """Forget the parts; should this fail, the sweep takes them."""
    with contextlib.suppress(Refused, urllib3.exceptions.HTTPError, OSError):
        wire.send("DELETE", key, query={"uploadId": upload})


def unfinished(wire: Wire, prefix: str) -> list[Unfinished]:
    """The uploads below ``prefix`` that nobody completed, at most a thousand of them."""
    answer = wire.send("GET", query={"uploads": "", "prefix": prefix})
    found = []
    for one in ElementTree.fromstring(answer.data).iter():
        if one.tag.rpartition("}")[2] == "Upload":
            key, upload = text_of(one, "Key"), text_of(one, "UploadId")
            begun = datetime.fromisoformat(text_of(one, "Initiated"))
            found.append(Unfinished(key, upload, begun))
    # Not every server heeds the prefix.
    return [one for one in found if one.key.startswith(prefix)]


def base64_of(sha256: str) -> str:
    """A checksum as the headers of S3 carry it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def _send_each(wire: Wire, key: str, upload: str, source: BinaryIO) -> Iterator[str]:
    number = 0
    while part := source.read(PART_BYTES):
        number += 1
        checksum = base64_of(hashlib.sha256(part).hexdigest())
        answer = wire.send(
            "PUT",
            key,
            query={"partNumber": str(number), "uploadId": upload},
            headers={CHECKSUM: checksum},
            body=part,
        )
        etag = answer.headers.get("etag", "").strip('"')
        yield (
            f"<Part><PartNumber>{number}</PartNumber><ETag>&quot;{etag}&quot;</ETag>"
            f"<ChecksumSHA256>{checksum}</ChecksumSHA256></Part>"
        )


def _complete(wire: Wire, key: str, upload: str, parts: str) -> None:
    body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
    try:
        wire.send("POST", key, query={"uploadId": upload}, body=body)
    except Refused as refused:
        # A lost answer: an earlier try has completed it.  What is there is read back anyway.
        if refused.code != "NoSuchUpload":
            raise
        abort(wire, key, upload)
