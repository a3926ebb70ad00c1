"""Links to the files of a run that open without a token, for a while: what a webhook carries.

A link names the run, the file and when it ends; a keyed hash over all of them is its signature
(HMAC-SHA-256, RFC 2104), so that none can be changed.
"""

import base64
import hmac
from urllib.parse import urlencode
from uuid import UUID

from msgspec import Struct

from fieldops.model.problem import ProblemError, problem

_PURPOSE = b"fieldops export link 1"
"""Sets these signatures apart from all others that are made with the server's secret."""
_DIGITS_MAX = 15


class ExportLink(Struct, frozen=True):
    """The file of a run that a link opens, until when (s since 1970)."""

    run: UUID
    path: str
    expires_s: int


def address(secret: bytes, link: ExportLink) -> str:
    """The address of a link on this server."""
    signature = _signature(secret, link)
    query = {"path": link.path, "expires": link.expires_s, "signature": signature}
    return f"/api/v1/exports/{link.run}/link?{urlencode(query)}"


def check(secret: bytes, run: UUID, path: str, expires: str, signature: str, now_ms: int) -> None:
    """Raises ``ProblemError`` link-invalid unless the link is ours, unchanged and not over."""
    if not expires.isdecimal() or len(expires) > _DIGITS_MAX:
        raise ProblemError(problem("link-invalid"))
    link = ExportLink(run, path, int(expires))
    given = signature.encode("utf-8", "surrogatepass")
    is_ours = hmac.compare_digest(_signature(secret, link).encode(), given)
    if not is_ours or link.expires_s * 1000 <= now_ms:
        raise ProblemError(problem("link-invalid"))


def _signature(secret: bytes, link: ExportLink) -> str:
    members = (str(link.run), link.path, str(link.expires_s))
    text = b"\0".join([_PURPOSE, *(member.encode("utf-8", "surrogatepass") for member in members)])
    return base64.urlsafe_b64encode(hmac.digest(secret, text, "sha256")).decode().rstrip("=")
