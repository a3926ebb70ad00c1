"""A PUT that somebody else may do: AWS Signature Version 4 in the query string.

Our own, since the client library signs the host only: here headers are signed as well, so that the
sender can change neither hash nor size (Amazon S3 API reference, "Authenticating Requests: Using
Query Parameters").
"""

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
    stamp, parts = now.strftime("%Y%m%dT%H%M%SZ"), urlsplit(url)
    scope = f"{stamp[:8]}/{credentials.region}/s3/aws4_request"
    signed = {"host": parts.netloc, **headers}
    names = ";".join(sorted(signed))
    query = _query(
        {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{credentials.access_key}/{scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(expires_s),
            "X-Amz-SignedHeaders": names,
        }
    )
    lines = "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
    request = f"PUT\n{quote(parts.path)}\n{query}\n{lines}\n{names}\nUNSIGNED-PAYLOAD"
    text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(_signing_key(credentials, scope), text.encode(), hashlib.sha256)
    return f"{url}?{query}&X-Amz-Signature={signature.hexdigest()}"


def _query(members: dict[str, str]) -> str:
    return "&".join(f"{name}={quote(members[name], safe='')}" for name in sorted(members))


def _signing_key(credentials: Credentials, scope: str) -> bytes:
    key = f"AWS4{credentials.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
