"""A network between a tablet and a server in process, as bad as the dice say.

drop     the request never arrives            late    it arrives much later, its answer nowhere
lose     it arrives, its answer is lost       repeat  it arrives twice
kill     the tablet dies, before the request or between the answer and its use
"""

import threading
from collections import Counter
from collections.abc import Callable
from random import Random

import httpx

FAULTS = (("drop", 0.06), ("lose", 0.06), ("late", 0.04), ("repeat", 0.06))
"""The share of requests that meet each fault while the network is bad."""
_PATIENCE = 40
"""Requests until a planned kill happens, at most."""


class Killed(BaseException):
    """The tablet's process is gone; nothing of it but the outbox's folder is left."""


class Network(httpx.BaseTransport):
    """One tablet's way to the server; ``server`` gives today's transport, None while it is down."""

    def __init__(self, random: Random, server: Callable[[], httpx.BaseTransport | None]) -> None:
        self.is_bad = True
        self.met: Counter[str] = Counter()
        self._random = random
        self._server = server
        self._late: list[httpx.Request] = []
        self._kill_in = 0
        self._lock = threading.Lock()

    def plan_kill(self) -> None:
        """Let the tablet die at one of its next requests."""
        self._kill_in = self._random.randint(1, _PATIENCE)

    def calm(self) -> None:
        """From now on everything works; what was planned does not happen."""
        self.is_bad, self._kill_in = False, 0

    def deliver_late(self) -> None:
        """What was under way arrives at last, in another order than it was sent."""
        with self._lock:
            late, self._late = self._late, []
        self._random.shuffle(late)
        for request in late:
            self._deliver(request)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, badly."""
        request.read()
        with self._lock:
            fault, dies = self._draw()
            self.met[fault] += 1
        if dies == "before":
            raise Killed
        if fault == "drop":
            raise httpx.ConnectError("dropped", request=request)
        if fault == "late":
            self._late.append(request)
            raise httpx.ReadTimeout("late", request=request)
        answer = self._deliver(request)
        if fault == "repeat":
            answer = self._deliver(request)
        if dies == "after":
            raise Killed
        if fault == "lose":
            raise httpx.ReadError("the answer was lost", request=request)
        return answer

    def _draw(self) -> tuple[str, str]:
        dies = ""
        if self._kill_in:
            self._kill_in -= 1
            if not self._kill_in:
                self.met["kill"] += 1
                dies = self._random.choice(("before", "after"))
        lot = self._random.random() if self.is_bad else 1.0
        for fault, share in FAULTS:
            if lot < share:
                return fault, dies
            lot -= share
        return "none", dies

    def _deliver(self, request: httpx.Request) -> httpx.Response:
        server = self._server()
        if server is None:
            raise httpx.ConnectError("the server is down", request=request)
        return server.handle_request(request)
