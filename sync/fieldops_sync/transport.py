"""Calls over a link that may be bad: bounded answers, problems, tokens, patience.

    SyncError
    ├── LinkDown            no answer after several attempts
    ├── BadAnswer           an answer that is not of this protocol
    └── ServerProblem       an RFC 9457 problem; ``slug`` is the end of its type
        └── DeviceRevoked   this tablet may not sync any more: salvage what it holds

Every call of the protocol may be repeated (promise 3), so a lost answer is simply asked for again,
after a pause with full jitter (Brooker, "Exponential Backoff and Jitter", 2015).
"""

import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any, BinaryIO, TypeVar

import httpx
import msgspec
from msgspec import Struct

from fieldops_sync.bodies import (
    ENCODINGS,
    RATIO_FREE_BYTES,
    BodyTooLarge,
    BodyUndecodable,
    compress,
    decompress,
)
from fieldops_sync.events import Event, Waiting

ATTEMPTS_MAX = 8
PAUSE_BASE_S = 0.5
PAUSE_MAX_S = 30.0
RETRY_AFTER_MAX_S = 300.0
"""A longer wish of the server's is cut to this: a person is standing beside the tablet."""

ANSWER_BYTES_MAX = 16 * 1024 * 1024
"""The largest answer read: a pull page is 2 MiB, a checklist far less."""
COMPRESS_FROM_BYTES = 1024

_RATIO_MAX = 1000
_AGAIN = frozenset({408, 423, 425, 429, 500, 502, 503, 504})
"""Answers that say: not now (RFC 9110, section 15; 423: RFC 4918; 425: RFC 8470)."""

_Answer = TypeVar("_Answer")
Notify = Callable[[Event], None]


class SyncError(RuntimeError):
    """A sync could not go on; nothing is lost, the next one takes up where it stopped."""


class LinkDown(SyncError):
    """No answer after several attempts."""


class BadAnswer(SyncError):
    """An answer that is not of this protocol, e.g. the sign-in page of a hotel's network."""


class ServerProblem(SyncError):
    """The server said no; ``members`` holds all of the problem, ``slug`` the end of its type."""

    def __init__(self, status: int, members: dict[str, Any]) -> None:
        self.status = status
        self.members = members
        self.slug = str(members.get("type", "")).rsplit(":", 1)[-1]
        detail = members.get("detail") or members.get("title") or "no detail"
        super().__init__(f"{status} {self.slug}: {detail}")

    def extra(self, name: str) -> Any:
        """A member beyond those of RFC 9457, e.g. ``limit`` or ``op``."""
        return self.members.get(name, (self.members.get("extra") or {}).get(name))


class DeviceRevoked(ServerProblem):
    """This tablet may not sync any more."""


class Answered(Struct, frozen=True):
    """One answer: status, headers (lower-case names) and the unpacked body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Pauses:
    """How long to wait before the next attempt: full jitter, and what the server asks for."""

    def __init__(self, random: Random, sleep: Callable[[float], None], notify: Notify) -> None:
        self._random = random
        self._sleep = sleep
        self._notify = notify
        self._lock = threading.Lock()

    def wait(self, attempt: int, why: str, at_least_s: float = 0.0) -> None:
        """Wait for the ``attempt``-th time (from 0), never shorter than ``at_least_s``."""
        with self._lock:
            jitter_s = self._random.uniform(0, min(PAUSE_MAX_S, PAUSE_BASE_S * 2**attempt))
        delay_s = jitter_s if jitter_s > at_least_s else at_least_s + min(jitter_s, PAUSE_BASE_S)
        self._notify(Waiting(delay_s, why))
        self._sleep(delay_s)


class Link:
    """The way to one server."""

    def __init__(
        self,
        base_url: str,
        pauses: Pauses,
        transport: httpx.BaseTransport | None = None,
        timeout_s: float = 30.0,
    ) -> None:
        self._encoding = "identity"
        self._ratio_max = 1
        self.pauses = pauses
        self._base = httpx.URL(base_url.rstrip("/") + "/sync/v1/")
        self._http = httpx.Client(transport=transport, timeout=timeout_s, trust_env=False)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def choose_encoding(self, offered: list[str], ratio_max: int) -> None:
        """Pack requests from now on as well as the server can read, never beyond its ratio."""
        self._encoding = next(coding for coding in ENCODINGS if coding in [*offered, "identity"])
        self._ratio_max = ratio_max

    def call(
        self, path: str, answer: type[_Answer], body: object = None, token: str = ""
    ) -> _Answer:
        """GET, or POST a JSON body, patiently; raises SyncError."""
        answered = self._patiently(path, body, token)
        try:
            return msgspec.json.decode(answered.body, type=answer)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(f"{path}: {error}") from error

    def fetch(self, path: str, token: str) -> bytes:
        """GET a body as it is, patiently; raises SyncError."""
        return self._patiently(path, None, token).body

    def send(
        self, method: str, url: str, headers: dict[str, str], content: bytes = b""
    ) -> Answered:
        """One attempt; raises httpx.TransportError and BadAnswer.

        ``url`` may be relative; another server's is refused, for it would get the token.
        """
        target = self._base.join(url)
        if (target.scheme, target.netloc) != (self._base.scheme, self._base.netloc):
            raise BadAnswer(f"the server points to another one: {target.host}")
        wanted = {"accept-encoding": ", ".join(ENCODINGS[:2]), **headers}
        request = self._http.build_request(method, target, headers=wanted, content=content or None)
        response = self._http.send(request, stream=True)
        try:
            return Answered(response.status_code, _lower(response.headers), _read(response))
        finally:
            response.close()

    def put(self, url: str, headers: dict[str, str], source: BinaryIO) -> Answered:
        """One attempt to send a file to another server, as ours has told; no token goes with it.

        Raises httpx.TransportError and BadAnswer, the latter as well where the way there is less
        safe than the way to our own.
        """
        request = self._http.build_request("PUT", url, headers=headers, content=source)
        if request.url.scheme != "https" and self._base.scheme == "https":
            raise BadAnswer("the server points to a way without encryption")
        response = self._http.send(request, stream=True)
        try:
            return Answered(response.status_code, _lower(response.headers), _read(response))
        finally:
            response.close()

    def _patiently(self, path: str, body: object, token: str) -> Answered:
        method, headers, content = self._prepare(body, token)
        for attempt in range(ATTEMPTS_MAX):
            try:
                answered = self.send(method, path, headers, content)
            except httpx.TransportError as error:
                self.pauses.wait(attempt, f"{path}: {type(error).__name__}")
                continue
            if answered.status not in _AGAIN:
                return _checked(path, answered)
            self.pauses.wait(attempt, f"{path}: {answered.status}", retry_after_s(answered))
        raise LinkDown(f"{path}: no answer after {ATTEMPTS_MAX} attempts")

    def _prepare(self, body: object, token: str) -> tuple[str, dict[str, str], bytes]:
        headers = bearer(token)
        if body is None:
            return "GET", headers, b""
        content = msgspec.json.encode(body)
        headers["content-type"] = "application/json"
        if len(content) < COMPRESS_FROM_BYTES or self._encoding == "identity":
            return "POST", headers, content
        packed = compress(content, self._encoding)
        if len(content) > max(RATIO_FREE_BYTES, self._ratio_max * len(packed)):
            return "POST", headers, content
        headers["content-encoding"] = self._encoding
        return "POST", headers, packed


class Token:
    """The access token, renewed before it runs out; ``renew`` proves who this device is."""

    def __init__(
        self,
        renew: Callable[[], tuple[str, int]],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._renew = renew
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._value = ""
        self._until_s = 0.0

    def put(self, value: str, expires_in_s: int) -> None:
        """Take over a token, e.g. the first one at enrolment."""
        self._value = value
        self._until_s = self._monotonic_s() + expires_in_s * 0.9

    def get(self) -> str:
        """A token that is good for a while yet; raises SyncError."""
        with self._lock:
            if not self._value or self._monotonic_s() >= self._until_s:
                self.put(*self._renew())
            return self._value

    def drop(self, value: str) -> None:
        """The server did not take this one."""
        with self._lock:
            if self._value == value:
                self._value = ""


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token (RFC 6750), or none."""
    return {"authorization": f"Bearer {token}"} if token else {}


def retry_after_s(answered: Answered) -> float:
    """What ``Retry-After`` asks for in seconds, 0 without; dates are not read: clocks lie."""
    text = answered.headers.get("retry-after", "")
    return min(RETRY_AFTER_MAX_S, float(text)) if text.isascii() and text.isdigit() else 0.0


def problem_of(answered: Answered) -> ServerProblem:
    """The problem that an answer of 400 or more brings, or a plain one with its status."""
    try:
        members = msgspec.json.decode(answered.body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError):
        members = {"type": "about:blank", "title": "no problem document"}
    problem = ServerProblem(answered.status, members)
    if problem.slug == "device-revoked":
        return DeviceRevoked(answered.status, members)
    return problem


def _checked(path: str, answered: Answered) -> Answered:
    if answered.status >= 400:
        raise problem_of(answered)
    if answered.status >= 300:
        raise BadAnswer(f"{path}: unexpected redirect {answered.status}")
    return answered


def _read(response: httpx.Response) -> bytes:
    packed = bytearray()
    for chunk in response.iter_raw():
        packed += chunk
        if len(packed) > ANSWER_BYTES_MAX:
            raise BadAnswer("the answer is too large")
    coding = response.headers.get("content-encoding", "")
    try:
        return decompress(bytes(packed), coding, ANSWER_BYTES_MAX, _RATIO_MAX)
    except (BodyTooLarge, BodyUndecodable) as error:
        raise BadAnswer(str(error)) from error


def _lower(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
