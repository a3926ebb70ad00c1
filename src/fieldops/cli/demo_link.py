"""The demo's bad link: some faults happen for certain, the others as the dice fall.

    tablet ─> scripted fault, if one is due for this kind of request ─┐
          └─> else the usual badness, by probability ─────────────────┴─> counted ─> server

What certainly happens is what a newcomer should see survive: a push that breaks off, a push whose
answer is lost, a chunk of a photo that arrives twice.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import cast

import httpx
from msgspec import Struct

from fieldops_sync import BadLink, FaultPlan
from fieldops_sync.badlink import Fault

Script = Mapping[str, Sequence[Fault]]
"""The faults of the first requests of each kind: ``push``, ``chunk`` or ``other``."""

BAD_PUSHES: tuple[Fault, ...] = ("cut", "lose")
BAD_CHUNKS: tuple[Fault, ...] = ("none", "repeat", "none", "cut")
USUAL = {"cut": 0.06, "lose": 0.03, "repeat": 0.03}
"""How bad the link is beyond the script: shares of all requests."""


class Odometer(Struct, frozen=True):
    """What went over the link so far: bytes of request bodies, and faults by their kind."""

    ops_bytes: int = 0
    photo_bytes: int = 0
    other_bytes: int = 0
    faults: dict[str, int] = {}

    def plus(self, other: "Odometer") -> "Odometer":
        """Both journeys together."""
        return Odometer(
            self.ops_bytes + other.ops_bytes,
            self.photo_bytes + other.photo_bytes,
            self.other_bytes + other.other_bytes,
            dict(Counter(self.faults) + Counter(other.faults)),
        )

    @property
    def sent_bytes(self) -> int:
        """All bytes of request bodies."""
        return self.ops_bytes + self.photo_bytes + self.other_bytes

    @property
    def cuts(self) -> int:
        """Requests that broke off, and answers that never came."""
        return self.faults.get("cut", 0) + self.faults.get("lose", 0)


class DemoLink(httpx.BaseTransport):
    """A transport that is bad first by its script and then by probability."""

    def __init__(
        self,
        seed: int,
        script: Script,
        usual: Mapping[str, float],
        inner: httpx.BaseTransport,
        sent: Callable[[], None],
    ) -> None:
        """``sent`` is called whenever bytes are about to leave: the odometer has them by then."""
        self._bytes: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._due = {kind: list(faults) for kind, faults in script.items()}
        self._sent = sent
        counted = _Counted(inner, self._add)
        self._usual = BadLink(FaultPlan(seed, **usual), counted)
        self._certain = {
            fault: BadLink(FaultPlan(seed, **shares), counted) for fault, shares in _ALWAYS.items()
        }

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, badly; raises httpx transport errors."""
        with self._lock:
            due = self._due.get(kind_of(request), [])
            link = self._certain[due.pop(0)] if due else self._usual
        return link.handle_request(request)

    def close(self) -> None:
        """Close the connections underneath."""
        self._usual.close()

    @property
    def odometer(self) -> Odometer:
        """What went over this link until now."""
        links = (self._usual, *self._certain.values())
        faults = sum((Counter(link.faults) for link in links), Counter[Fault]())
        with self._lock:
            sent = dict(self._bytes)
        told: dict[str, int] = {name: count for name, count in faults.items() if name != "none"}
        return Odometer(sent.get("push", 0), sent.get("chunk", 0), sent.get("other", 0), told)

    def _add(self, kind: str, size_bytes: int) -> None:
        with self._lock:
            self._bytes[kind] += size_bytes
        self._sent()


_ALWAYS: dict[Fault, dict[str, float]] = {
    "none": {},
    "cut": {"cut": 1.0},
    "lose": {"lose": 1.0},
    "repeat": {"repeat": 1.0},
}


def kind_of(request: httpx.Request) -> str:
    """``push``, ``chunk`` (of a photo) or ``other``."""
    if request.method == "PATCH":
        return "chunk"
    return "push" if request.url.path.endswith("/push") else "other"


_Add = Callable[[str, int], None]


class _Counted(httpx.BaseTransport):
    """Counts what is really handed to the connection: of a request that is cut, its first part."""

    def __init__(self, inner: httpx.BaseTransport, add: _Add) -> None:
        self._inner, self._add = inner, add

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        stream = cast(Iterable[bytes], request.stream)
        request.stream = _CountedStream(stream, self._add, kind_of(request))
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


class _CountedStream(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes], add: _Add, kind: str) -> None:
        self._stream, self._add, self._kind = stream, add, kind

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self._add(self._kind, len(part))
            yield part
