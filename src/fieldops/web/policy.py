"""Who may call a route.  A route without a declared policy stops the server from starting."""

from typing import Literal

from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from fieldops.model.access import Role

Who = Literal["public", "device", "upload", "internal", "person", "signed", "linked"]


class Policy(Struct, frozen=True):
    """``upload`` is a device whose token may have run out mid-upload; ``roles`` are for persons.

    ``signed`` is whoever has an address that this server signed for a person; it needs no token;
    ``linked`` whoever has one that it signed for a file of an export.

    ``own`` says that any signed-in person may call it about themselves; ``everywhere`` that the
    role must be held on every site, because what the route does is not bound to one.

    ``bound`` lets in who has to choose a password first.  ``passive`` is what an open page asks by
    itself: it does not count as use, so that a session nobody sits at still ends.
    """

    who: Who
    roles: frozenset[Role] = frozenset()
    own: bool = False
    everywhere: bool = False
    bound: bool = False
    passive: bool = False


PUBLIC = Policy("public")
DEVICE = Policy("device")
DEVICE_UPLOAD = Policy("upload")
INTERNAL = Policy("internal")
SIGNED_IN = Policy("person", frozenset(Role), own=True)
ACCOUNT = Policy("person", frozenset(Role), own=True, bound=True)
SIGNED = Policy("signed")
LINKED = Policy("linked")


def person(*roles: Role) -> Policy:
    """A policy for people who hold one of the roles (on some site; the flow narrows to sites)."""
    return Policy("person", frozenset(roles))


def organisation(*roles: Role) -> Policy:
    """A policy for people who hold one of the roles on every site: users, devices, publishing."""
    return Policy("person", frozenset(roles), everywhere=True)


class UndeclaredRoute(RuntimeError):
    """A route has no policy."""


def policy_of(handler: HTTPRouteHandler) -> Policy:
    """The declared policy.  Raises ``UndeclaredRoute``."""
    found = handler.opt.get("policy")
    if not isinstance(found, Policy):
        raise UndeclaredRoute(f"{sorted(handler.paths)}: declare opt={{'policy': …}}")
    return found
