"""Single sign-on: what of a provider's claims is believed, and where people are sent back to."""

from collections.abc import Mapping, Sequence
from typing import Any

_LOGIN_MAX = 200


def login_of(claims: Mapping[str, Any], claim: str, domains: Sequence[str]) -> str:
    """The login that verified claims name, or nothing.

    An e-mail address counts only where the provider says that it has verified it; where ``domains``
    are named, only an address of one of them lets anybody in.
    """
    if claim == "email" or domains:
        address = claims.get("email")
        if claims.get("email_verified") is not True or not isinstance(address, str):
            return ""
        if domains and address.rpartition("@")[2].casefold() not in _folded(domains):
            return ""
    value = claims.get(claim)
    return value if isinstance(value, str) and is_plain(value) else ""


def is_plain(text: str) -> bool:
    """Whether a text of a provider can stand in our tables: not empty, not long, printable."""
    return 0 < len(text) <= _LOGIN_MAX and text.isprintable()


def own_path(asked: str, otherwise: str) -> str:
    """A path of this very server to go on to; anything that a browser may read otherwise is not.

    Browsers take ``//host`` and ``/\\host`` for another server, and drop tabs and line ends.
    """
    is_ours = asked.startswith("/") and asked[1:2] not in ("/", "\\") and asked.isprintable()
    return asked if is_ours and "\\" not in asked else otherwise


def _folded(domains: Sequence[str]) -> frozenset[str]:
    return frozenset(one.casefold().removeprefix("@") for one in domains)
