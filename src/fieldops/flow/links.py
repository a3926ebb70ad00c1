"""Links to photos that open without a token, for a while: what an ``<img>`` of a page needs.

A link names the bytes, their kind, the person and when it ends; a keyed hash over all of them is
its signature (HMAC-SHA-256, RFC 2104), so that none can be changed.  Whoever opens it sees what
the person may see at that moment: a right that was taken ends the link as well.

The end is rounded, so that the same photo has the same address for half of a link's life, and a
browser finds it in its cache.
"""

import base64
import hmac
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from msgspec import Struct

from fieldops.flow.photos import KINDS, Kind
from fieldops.model.problem import ProblemError, problem

_PURPOSE = b"fieldops photo link 1"
"""Sets these signatures apart from all others that are made with the server's secret."""


class Link(Struct, frozen=True):
    """What a link opens, for whom, until when (s since 1970)."""

    sha256: str
    kind: Kind
    person: UUID
    expires_s: int


def end_s(now_ms: int, minutes: int) -> int:
    """When a link made now ends: after more than half of ``minutes``, and at most all of them."""
    step_s = minutes * 30
    return (now_ms // 1000 // step_s) * step_s + 2 * step_s


def query(secret: bytes, link: Link) -> str:
    """The query of a link's address."""
    return urlencode(
        {
            "person": str(link.person),
            "expires": link.expires_s,
            "signature": _signature(secret, link),
        }
    )


def check(secret: bytes, link: Link, signature: str, now_ms: int) -> None:
    """Raises ``ProblemError`` link-invalid unless the link is ours, unchanged and not over."""
    given = signature.encode("utf-8", "surrogatepass")
    is_ours = hmac.compare_digest(_signature(secret, link).encode(), given)
    if not is_ours or link.expires_s * 1000 <= now_ms:
        raise ProblemError(problem("link-invalid"))


def read(sha256: str, kind: str, person: str, expires: str) -> Link:
    """The members of an address as a link.  Raises ``ProblemError`` link-invalid."""
    try:
        link = Link(sha256, cast(Kind, kind), UUID(person), int(expires))
        bytes.fromhex(sha256)
    except ValueError as error:
        raise ProblemError(problem("link-invalid")) from error
    # Only the spelling that we sign: one link has one address, and fits its place in the hash.
    is_plain = (str(link.person), str(link.expires_s)) == (person, expires)
    if kind not in KINDS or not is_plain or not 0 <= link.expires_s < 1 << 63:
        raise ProblemError(problem("link-invalid"))
    return link


def _signature(secret: bytes, link: Link) -> str:
    members = (link.sha256, link.kind, str(link.person), str(link.expires_s))
    text = b"\0".join([_PURPOSE, *(member.encode() for member in members)])
    return base64.urlsafe_b64encode(hmac.digest(secret, text, "sha256")).decode().rstrip("=")
