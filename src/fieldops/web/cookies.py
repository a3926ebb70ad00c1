"""The three cookies of people's sign-in, all of this very host and path, over TLS, not for scripts.

    __Host-fieldops        the session's token; gone with the browser, and at the server before
    __Host-fieldops-known  somebody has signed in here before (``flow.lockout``); opens nothing
    __Host-fieldops-sso    one single sign-on under way, sealed

The first two are ``SameSite=Strict``: no other site makes a browser send them, not even by a link.
The pages of the console are public files, and what they ask for they ask themselves, so that who
follows a link out of a mail is signed in all the same; whoever comes back from head office, which
needs the third cookie to be lax, is led on by a page of ours (``signon``).  What changes anything
is guarded by ``origin`` as well.  ``__Host-`` needs ``Secure``; Chromium takes it from
http://127.0.0.1 too (the tests try it), so that the demo works without TLS.  A browser that does
not needs a proxy with TLS.
"""

from litestar.datastructures import Cookie

SESSION = "__Host-fieldops"
KNOWN = "__Host-fieldops-known"
SSO = "__Host-fieldops-sso"
_KNOWN_S = 180 * 24 * 3600
SSO_S = 600
"""How long somebody may take to sign in at head office."""


def session(token: str) -> Cookie:
    """The session's token."""
    return Cookie(SESSION, value=token, path="/", secure=True, httponly=True, samesite="strict")


def known(value: str) -> Cookie:
    """That somebody has signed in by this browser; only our own pages send it."""
    return Cookie(
        KNOWN,
        value=value,
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
        max_age=_KNOWN_S,
    )


def sso(sealed: str) -> Cookie:
    """A single sign-on under way; head office's redirect must bring it along, hence lax."""
    return Cookie(
        SSO, value=sealed, path="/", secure=True, httponly=True, samesite="lax", max_age=SSO_S
    )


def gone(name: str) -> Cookie:
    """Takes a cookie away."""
    return Cookie(name, value="", path="/", secure=True, httponly=True, samesite="lax", max_age=0)
