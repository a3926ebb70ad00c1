"""One single sign-on under way: what the browser keeps of it, and what it brings back."""

import hmac

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from msgspec import Struct

from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said

_HEADER = {"alg": "dir", "enc": "A256GCM"}


class Flow(Struct, frozen=True):
    """One sign-on under way; ``to`` is a path of our own, ``until_ms`` its end."""

    state: str
    nonce: str
    verifier: str
    to: str
    until_ms: int


_NOT_BEGUN = Said(
    "本浏览器未发起该登录，或已禁用 Cookie", "this browser has not begun it, or cookies are off"
)


class Answer(Struct, frozen=True):
    """What the browser brought back from the provider."""

    code: str = ""
    state: str = ""
    issuer: str = ""
    error: str = ""


def failed(detail: Said) -> ProblemError:
    """This sign-on is over; ``detail`` says at which check."""
    return ProblemError(problem("sso-failed", detail))


def seal(secret: bytes, flow: Flow) -> str:
    """A flow as the browser keeps it: nobody can read or change it."""
    return jwe.encrypt_compact(_HEADER, msgspec.json.encode(flow), _key(secret))


def unseal(secret: bytes, sealed: str, now_ms: int) -> Flow:
    """The flow of a browser.  Raises ``ProblemError`` sso-failed: not ours, or too old."""
    try:
        plain = jwe.decrypt_compact(sealed, _key(secret), algorithms=[*_HEADER.values()]).plaintext
        flow = msgspec.json.decode(plain or b"", type=Flow)
    except (JoseError, ValueError, TypeError, msgspec.MsgspecError) as error:
        raise failed(_NOT_BEGUN) from error
    if flow.until_ms <= now_ms:
        raise failed(Said("用时过长", "it took too long"))
    return flow


def _key(secret: bytes) -> OctKey:
    return OctKey.import_key(hmac.digest(secret, b"sso", "sha256"))
