"""Requests signed by AWS Signature Version 4: in their headers, or a PUT that somebody else may do.

Our own, since the client library signs only bodies that it holds whole, and of a PUT in advance the
host only: here headers are signed as well, so that the sender can change neither hash nor size
(Amazon S3 API reference, "Authenticating Requests: Using Query Parameters").
"""

import functools
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote, urlsplit

from msgspec import Struct

_ALGORITHM = "AWS4-HMAC-SHA256"


class Credentials(Struct, frozen=True):
    """A key pair and the region that it signs for."""

    access_key: str
    secret_key: str
    region: str = "us-east-1"

    def __repr__(self) -> str:
        """Leave the secret out of logs and tracebacks."""
        return f"Credentials({self.access_key!r}, region={self.region!r})"


def presign_put(
    url: str, headers: dict[str, str], credentials: Credentials, now: datetime, expires_s: int
) -> str:
    """``url`` with a signature that binds these headers (lower-case names); ``now`` is in UTC."""
    signed = {"host": urlsplit(url).netloc, **headers}
    query = query_of(
        {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{credentials.access_key}/{_scope(credentials, now)}",
            "X-Amz-Date": _stamp(now),
            "X-Amz-Expires": str(expires_s),
            "X-Amz-SignedHeaders": _names(signed),
        }
    )
    request = _request("PUT", f"{url}?{query}", signed, "UNSIGNED-PAYLOAD")
    return f"{url}?{query}&X-Amz-Signature={_signature(request, credentials, now)}"


def sign(
    method: str,
    url: str,
    headers: dict[str, str],
    payload_sha256: str,
    credentials: Credentials,
    now: datetime,
) -> dict[str, str]:
    """The headers (lower-case names) of a request, with its signature over all of them.

    The query of ``url`` is made by ``query_of``; ``payload_sha256`` is that of the whole body.
    """
    signed = {
        **headers,
        "host": urlsplit(url).netloc,
        "x-amz-date": _stamp(now),
        "x-amz-content-sha256": payload_sha256,
    }
    signature = _signature(_request(method, url, signed, payload_sha256), credentials, now)
    credential = f"{credentials.access_key}/{_scope(credentials, now)}"
    text = f"Credential={credential}, SignedHeaders={_names(signed)}, Signature={signature}"
    return {**signed, "authorization": f"{_ALGORITHM} {text}"}


def query_of(members: dict[str, str]) -> str:
    """A query string in the form that is signed."""
    return "&".join(f"{name}={quote(members[name], safe='')}" for name in sorted(members))


def _request(method: str, url: str, headers: dict[str, str], payload: str) -> str:
    parts = urlsplit(url)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    path = quote(parts.path, safe="/%~")
    return f"{method}\n{path}\n{parts.query}\n{lines}\n{_names(headers)}\n{payload}"


def _signature(request: str, credentials: Credentials, now: datetime) -> str:
    scope = _scope(credentials, now)
    text = f"{_ALGORITHM}\n{_stamp(now)}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    return hmac.new(_signing_key(credentials, scope), text.encode(), hashlib.sha256).hexdigest()


def _names(headers: dict[str, str]) -> str:
    return ";".join(sorted(headers))


def _stamp(now: datetime) -> str:
    return now.strftime("%Y%m%dT%H%M%SZ")


def _scope(credentials: Credentials, now: datetime) -> str:
    return f"{_stamp(now)[:8]}/{credentials.region}/s3/aws4_request"


@functools.lru_cache(8)
def _signing_key(credentials: Credentials, scope: str) -> bytes:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
