"""A tablet reduced to what it sends, over one kept connection and with little CPU of its own."""

import http.client
import itertools
from collections.abc import Iterator, Sequence
from uuid import uuid4

import msgspec

from bench import ops
from bench.company import Company
from bench.server import HOST
from fieldops_sync.bodies import compress, decompress
from fieldops_sync.keys import DeviceKey
from fieldops_sync.wire import EnrolAnswer, PullAnswer, PullRequest, PushAnswer, PushRequest, Seen

_answer = msgspec.json.Decoder(PushAnswer).decode
_encode = msgspec.json.Encoder().encode
_ANSWER_BYTES_MAX = 64 * 1024 * 1024
BATCH_MAX = 500
"""Ops a push, by the protocol's limit."""


class NotAsWanted(RuntimeError):
    """The server did not do what the benchmark measures."""


class Tablet:
    """An enrolled tablet; ``encoding`` is that of its requests and of the answers it takes."""

    def __init__(self, port: int, company: Company, code: str, encoding: str = "identity") -> None:
        self.encoding = encoding
        self.company = company
        self.incarnation = uuid4()
        self.seen: Seen | None = None
        self.seqs: Iterator[int] = itertools.count(1)
        self._http = http.client.HTTPConnection(HOST, port, timeout=120)
        self._token = ""
        asked = {
            "code": code,
            "public_key": DeviceKey.generate().public_jwk,
            "incarnation": str(self.incarnation),
        }
        enrolled = msgspec.json.decode(self.post("enrol", _encode(asked)), type=EnrolAnswer)
        self._token = enrolled.token.access_token

    def headers(self) -> dict[str, str]:
        """What goes with every request."""
        headers = {"content-type": "application/json", "accept-encoding": self.encoding}
        return headers | ({"authorization": f"Bearer {self._token}"} if self._token else {})

    def post(self, call: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
        """One call; the body of its answer, unpacked.  Raises ``NotAsWanted``."""
        self._http.request("POST", f"/sync/v1/{call}", body, self.headers() | (headers or {}))
        answer = self._http.getresponse()
        coding = answer.getheader("content-encoding", "identity")
        whole = decompress(answer.read(), coding, _ANSWER_BYTES_MAX)
        if answer.status != 200:
            raise NotAsWanted(f"{call}: {answer.status} {whole[:500]!r}")
        return whole

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()

    def begin(self, count: int) -> list[ops.Walk]:
        """Begin walks, in as few pushes as can be; their results may follow."""
        walks = [self.company.walk() for _ in range(count)]
        starts = iter([ops.start(walk, next(self.seqs)) for walk in walks])
        while part := list(itertools.islice(starts, BATCH_MAX)):
            self.push(part)
        return walks

    def record(self, walk: ops.Walk, batches: int, size: int) -> None:
        """Push a walk's results, a batch after another."""
        stream = ops.results(walk, self.seqs)
        for _ in range(batches):
            self.push(list(itertools.islice(stream, size)))

    def body(self, raws: Sequence[bytes]) -> bytes:
        """A push of these ops, packed."""
        asked = PushRequest(
            self.incarnation, [msgspec.Raw(raw) for raw in raws], self.seen, ops.clock()
        )
        return compress(_encode(asked), self.encoding)

    def push(self, raws: Sequence[bytes]) -> None:
        """Push a batch, every op of which must be applied."""
        coding = {} if self.encoding == "identity" else {"content-encoding": self.encoding}
        answer = self.post("push", self.body(raws), coding)
        self.seen = applied(answer, len(raws))

    def pull(self, cursor: str | None, seen: Seen | None = None) -> tuple[PullAnswer, int]:
        """One page, and its size in bytes."""
        whole = self.post("pull", _encode(PullRequest(cursor, seen)))
        return msgspec.json.decode(whole, type=PullAnswer), len(whole)


def applied(answer: bytes, count: int) -> Seen | None:
    """Check that a push was answered by ``count`` times ``applied``; what the tablet has seen."""
    read = _answer(answer)
    good = sum(receipt.status == "applied" for receipt in read.receipts)
    if good != count:
        other = next((r for r in read.receipts if r.status != "applied"), None)
        raise NotAsWanted(f"{good} of {count} ops were applied; one of the others: {other}")
    return read.seen
