"""What changes anything by a cookie must come from our own pages (OWASP, "Cross-Site Request
Forgery Prevention Cheat Sheet").

    Sec-Fetch-Site   where browsers say it, only ``same-origin`` passes: they set it, no page can
    Origin           where it is sent, it is ours
    X-Fieldops: 1    always: no form can send a header of its own, and another site's script may not
                     without our leave (CORS), which nobody gets

The header takes the place of a token in each page: nothing to render, nothing to leak, and it also
guards the sign-in itself, when there is no session yet that a token could be bound to.  Bearer
tokens are not sent by browsers of themselves, and need none of this.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection

from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.web.cookies import SESSION

HEADER = "x-fieldops"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Connection = ASGIConnection[Any, Any, Any, Any]


def check(connection: Connection, public_url: str) -> None:
    """Let safe methods pass, and what is ours.  Raises ``ProblemError`` cross-site."""
    if str(connection.scope.get("method", "")) in _SAFE:
        return
    headers = connection.headers
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        why = Said("Sec-Fetch-Site 不是 same-origin", "Sec-Fetch-Site is not same-origin")
        raise ProblemError(problem("cross-site", why))
    origin = headers.get("origin")
    if origin is not None and not _is_ours(origin, headers.get("host", ""), public_url):
        why = Said("Origin 是其他网站", "Origin is another site")
        raise ProblemError(problem("cross-site", why))
    if HEADER not in headers:
        why = Said("缺少请求头 X-Fieldops", "the header X-Fieldops is missing")
        raise ProblemError(problem("cross-site", why))


def may_be_known(connection: Connection) -> bool:
    """Whether whoever opens a page may have a session.

    A browser that comes by a link of another site leaves the cookie at home (``SameSite=Strict``)
    and has it again for what the page asks; one that comes by itself without it has none.
    """
    came = connection.headers.get("sec-fetch-site", "")
    return SESSION in connection.cookies or came not in ("none", "same-origin")


def _is_ours(origin: str, host: str, public_url: str) -> bool:
    """The origin that people know, or the host they asked; a proxy may have taken off the TLS."""
    ours = urlsplit(public_url)
    if public_url and origin == f"{ours.scheme}://{ours.netloc}":
        return True
    return bool(host) and origin.partition("://")[2] == host
