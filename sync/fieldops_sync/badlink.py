"""A deliberately bad link: cuts, loses, repeats and delays what passes, by a seeded plan.

It wraps any httpx transport, so the faults happen on real connections: a request that is cut
reaches the server truncated, an answer that is lost was really given.  Used by the demo, the load
generator and the tests.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Literal

import httpx
from msgspec import Struct

Fault = Literal["none", "cut", "lose", "repeat"]


class FaultPlan(Struct, frozen=True):
    """How bad the link is: probabilities of 0 to 1 per request, and the longest delay.

    ``cut``: the request breaks off after a random number of bytes.  ``lose``: the server works,
    its answer never arrives.  ``repeat``: the request arrives twice.
    """

    seed: int
    cut: float = 0.0
    lose: float = 0.0
    repeat: float = 0.0
    delay_max_s: float = 0.0


class BadLink(httpx.BaseTransport):
    """A transport that injects faults; ``sent_bytes`` and ``faults`` count what happened."""

    def __init__(
        self,
        plan: FaultPlan,
        inner: httpx.BaseTransport | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.sent_bytes = 0
        self.faults: Counter[Fault] = Counter()
        self._plan = plan
        self._inner = inner or httpx.HTTPTransport()
        self._random = Random(plan.seed)
        self._lock = threading.Lock()
        self._sleep = sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, badly; raises httpx transport errors where the plan says so."""
        body = request.read()
        with self._lock:
            fault = self._draw()
            cut_bytes = self._random.randint(0, max(0, len(body) - 1))
            delay_s = self._random.uniform(0.0, self._plan.delay_max_s)
            self.faults[fault] += 1
            self.sent_bytes += cut_bytes if fault == "cut" else len(body)
        if delay_s:
            self._sleep(delay_s)
        return self._pass(request, body, fault, cut_bytes)

    def close(self) -> None:
        """Close the transport underneath."""
        self._inner.close()

    def _draw(self) -> Fault:
        lot = self._random.random()
        for fault, share in (
            ("cut", self._plan.cut),
            ("lose", self._plan.lose),
            ("repeat", self._plan.repeat),
        ):
            if lot < share:
                return fault  # type: ignore[return-value]  # A tuple of literals is read as str.
            lot -= share
        return "none"

    def _pass(
        self, request: httpx.Request, body: bytes, fault: Fault, cut_bytes: int
    ) -> httpx.Response:
        if fault == "cut":
            self._inner.handle_request(_cut(request, body[:cut_bytes])).close()
            raise httpx.ReadError("the link was cut", request=request)
        if fault == "lose":
            self._swallow(request, body)
            raise httpx.ReadError("the answer was lost", request=request)
        if fault == "repeat":
            self._swallow(request, body)
        return self._inner.handle_request(_copy(request, body))

    def _swallow(self, request: httpx.Request, body: bytes) -> None:
        answer = self._inner.handle_request(_copy(request, body))
        answer.read()
        answer.close()


class _CutStream(httpx.SyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body
        raise httpx.WriteError("the link was cut")


def _copy(request: httpx.Request, body: bytes) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers,
        stream=httpx.ByteStream(body),
        extensions=request.extensions,
    )


def _cut(request: httpx.Request, part: bytes) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers,
        stream=_CutStream(part),
        extensions=request.extensions,
    )
