"""A slow, lossy link in virtual time, under the real client and in front of the real server.

    1 Mbit/s in bursts of 64 KiB, shared by all requests · 300 ms to the server and 300 ms back
    each burst is lost with 2 % and the connection with it · now and then nothing for 10 s

`VirtualTime` moves on only when every thread of the client waits for it, to the earliest wish.  So
one thread runs at a time, the same seed gives the same run, and hours pass in seconds.
"""

import heapq
import threading
from collections.abc import Callable
from random import Random
from typing import Any

import httpx
import msgspec
from msgspec import Struct
from tests.factories import Server

from fieldops_sync.bodies import decompress
from fieldops_sync.mediawire import MediaPlan

BURST_BYTES = 64 * 1024
BYTES_A_S = 125_000
"""1 Mbit/s."""
DELAY_S = 0.3
RESET = 0.02
OUTAGE_S = 10.0
OUTAGE_EVERY_S = (60.0, 300.0)
"""The least and the most time between two outages."""
_STUCK_S = 300.0


class VirtualTime:
    """Seconds since the start.  ``threads`` says how many of the client's threads live now."""

    def __init__(self, threads: Callable[[], int]) -> None:
        self.now_s = 0.0
        self._threads = threads
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, str, int]] = []
        self._released: set[int] = set()
        self._number = 0

    def sleep(self, seconds: float) -> None:
        """What a client does between two attempts."""
        self.until(self.now_s + seconds)

    def until(self, at_s: float, name: str = "") -> None:
        """Wait; of those who wait for the same instant the least ``name`` goes first."""
        with self._changed:
            self._number += 1
            mine = self._number
            heapq.heappush(self._waiting, (at_s, name, mine))
            self._move()
            while mine not in self._released:
                assert self._changed.wait(_STUCK_S), "a thread that was waited for never came"
            self._released.remove(mine)

    def look_again(self) -> None:
        """A thread of the client has ended."""
        with self._changed:
            self._move()

    def _move(self) -> None:
        if self._waiting and len(self._waiting) >= self._threads() and not self._released:
            at_s, _, number = heapq.heappop(self._waiting)
            self.now_s = max(self.now_s, at_s)
            self._released.add(number)
            self._changed.notify_all()


class Passed(Struct):
    """What went over the link; ``first_photo_s`` is when the first photo was through."""

    sent_bytes: int = 0
    photo_bytes: int = 0
    requests: int = 0
    resets: int = 0
    outages: int = 0
    push_s: float = 0.0
    first_photo_s: float = 0.0


class SlowLink(httpx.BaseTransport):
    """Carries requests to a server in process.  ``on_first`` is called with the first photo."""

    def __init__(self, server: Server, seed: int, on_first: Callable[[], None]) -> None:
        self.time = VirtualTime(self._threads)
        self.passed = Passed()
        self._server = server
        self._on_first = on_first
        self._random = Random(seed)
        self._free_s = 0.0
        self._outage_s = self._random.uniform(*OUTAGE_EVERY_S)
        self._sizes: dict[str, int] = {}
        self._going = 0

    def _threads(self) -> int:
        """Three photos at a time; before and after them only the one who plans."""
        return max(1, min(3, self._going))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        self.time.until(self.time.now_s + DELAY_S, request.headers.get("upload-metadata", ""))
        self.passed.requests += 1
        arrived = self._carry(len(body))
        self.passed.sent_bytes += arrived
        self.passed.photo_bytes += arrived if request.method == "PATCH" else 0
        answer = self._ask(request, body[:arrived], arrived < len(body))
        self.time.until(self.time.now_s + DELAY_S)
        if arrived < len(body) or self._carry(1) == 0:
            raise httpx.ReadError("the link was cut", request=request)
        self._note(request, answer)
        return answer

    def _carry(self, size_bytes: int) -> int:
        """Bring bytes through, burst by burst; how many came before the connection broke."""
        arrived = 0
        while arrived < size_bytes:
            burst = min(BURST_BYTES, size_bytes - arrived)
            begin_s = max(self.time.now_s, self._free_s)
            self._free_s = begin_s + burst / BYTES_A_S
            self.time.until(self._free_s)
            if self._is_out() or self._random.random() < RESET:
                self.passed.resets += 1
                return arrived + self._random.randrange(burst)
            arrived += burst
        return arrived

    def _is_out(self) -> bool:
        """Whether there is nothing now; what begins during an outage is lost as well."""
        if self.time.now_s >= self._outage_s + OUTAGE_S:
            self._outage_s = self.time.now_s + self._random.uniform(*OUTAGE_EVERY_S)
            self.passed.outages += 1
        return self.time.now_s >= self._outage_s

    def _note(self, request: httpx.Request, answer: httpx.Response) -> None:
        """Follow how many photos are under way, which is how many threads the client has."""
        path = request.url.path
        if path.endswith("/push") and not self.passed.push_s:
            self.passed.push_s = self.time.now_s
        elif path.endswith("/media/plan"):
            self._going = sum(plan.way == "tus" for plan in _plans(answer))
        elif request.method == "POST" and path.endswith("/uploads"):
            self._sizes[answer.headers["location"]] = int(request.headers["upload-length"])
        elif answer.headers.get("upload-offset") == str(self._sizes.get(str(request.url))):
            self._through()

    def _through(self) -> None:
        if not self.passed.first_photo_s:
            self.passed.first_photo_s = self.time.now_s
            self._on_first()
        self._going -= 1
        self.time.look_again()

    def _ask(self, request: httpx.Request, body: bytes, is_cut: bool) -> httpx.Response:
        """Let the server work on what arrived; it sees a cut as a real one sees it."""
        messages = [{"type": "http.request", "body": body, "more_body": is_cut}]
        messages.append({"type": "http.disconnect"})
        said: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return messages.pop(0) if len(messages) > 1 else messages[0]

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        app: Any = self._server.app
        self._server.client.blocking_portal.call(app, _scope(request), receive, send)
        content = b"".join(one.get("body", b"") for one in said[1:])
        headers = said[0]["headers"]
        stream = httpx.ByteStream(content)
        return httpx.Response(said[0]["status"], headers=headers, stream=stream)


def _plans(answer: httpx.Response) -> list[MediaPlan]:
    """What the server planned; the answer itself stays unread."""
    assert isinstance(answer.stream, httpx.ByteStream)
    coding = answer.headers.get("content-encoding", "identity")
    return msgspec.json.decode(
        decompress(b"".join(answer.stream), coding, 10**7), type=list[MediaPlan]
    )


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.url.path,
        "raw_path": request.url.raw_path,
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), text) for name, text in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": ("server", 80),
        "extensions": {},
    }
