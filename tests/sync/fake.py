"""A thin server in memory: enough to try what the client does when the link or the server fails.

It keeps ops by id and photos by hash, and misbehaves where a test tells it to.  The real server is
tested elsewhere.
"""

import base64
import hashlib
import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from tests.sync.factories import DEVICE, EPOCH, INSPECTOR, SERVER_TIME, page

from fieldops_sync import framing, mediawire, wire
from fieldops_sync.bodies import compress, decompress
from fieldops_sync.keys import SYNC_AUDIENCE, verify_proof, verify_salvage

Trouble = Callable[[httpx.Request], httpx.Response | None]


def problem(status: int, slug: str, **extra: Any) -> httpx.Response:
    body = {"type": f"urn:fieldops:problem:{slug}", "title": slug, "status": status, **extra}
    return httpx.Response(status, json=body, headers={"content-type": "application/problem+json"})


class FakeServer(httpx.BaseTransport):
    def __init__(self) -> None:
        self.limits = wire.Limits()
        self.encodings = ["identity", "gzip", "zstd"]
        self.ops: dict[UUID, bytes] = {}
        self.effects: list[UUID] = []
        self.pages: list[wire.PullAnswer] = []
        self.stored: dict[str, bytes] = {}
        self.uploads: dict[str, tuple[str, int, bytearray]] = {}
        self.calls: list[tuple[str, str]] = []
        self.pushes: list[list[bytes]] = []
        self.troubles: list[Trouble] = []
        self.jwk: dict[str, str] = {}
        self.token = "token-0"
        self.epoch = EPOCH
        self.lock = threading.RLock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        with self.lock:
            path = request.url.path.removeprefix("/sync/v1/")
            self.calls.append((request.method, path))
            troubled = (trouble(request) for trouble in self.troubles)
            given = next((one for one in troubled if one is not None), None)
            answer = given or self.answer(request, path)
            # An answer made with its content counts as read; the client wants to read it itself.
            return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)

    def answer(self, request: httpx.Request, path: str) -> httpx.Response:
        name = path.split("/")[0] if path.startswith(("uploads", "definitions")) else path
        open_calls = {"hello", "enrol", "token", "salvage"}
        if (
            name not in open_calls
            and request.headers.get("authorization") != f"Bearer {self.token}"
        ):
            return problem(401, "token-expired")
        answer = getattr(self, f"on_{name.replace('/', '_')}")(request)
        if isinstance(answer, httpx.Response):
            return answer
        packed = compress(msgspec.json.encode(answer), "zstd")
        headers = {"content-encoding": "zstd"}
        return httpx.Response(200, stream=httpx.ByteStream(packed), headers=headers)

    def body(self, request: httpx.Request) -> bytes:
        return decompress(request.content, request.headers.get("content-encoding", ""), 2**24)

    def on_hello(self, _: httpx.Request) -> wire.Hello:
        return wire.Hello(
            SERVER_TIME, "nonce", self.epoch, [1], self.encodings, self.limits, ["tus"]
        )

    def on_enrol(self, request: httpx.Request) -> Any:
        enrolment = msgspec.json.decode(self.body(request), type=wire.EnrolRequest)
        if enrolment.code != "good":
            return problem(403, "enrolment-refused", detail="the code is not valid")
        self.jwk = enrolment.public_key
        return wire.EnrolAnswer(DEVICE, [INSPECTOR], wire.TokenAnswer(self.token, 3600))

    def on_token(self, request: httpx.Request) -> wire.TokenAnswer:
        asked = msgspec.json.decode(self.body(request), type=wire.TokenRequest)
        verify_proof(asked.signature, self.jwk, SYNC_AUDIENCE, asked.device, "nonce")
        return wire.TokenAnswer(self.token, 3600)

    def receipt(self, raw: bytes) -> wire.Receipt:
        op = framing.peek_id(raw)
        assert op is not None
        if op in self.ops:
            return wire.Receipt(op, "duplicate", True, stands=wire.Receipt(op, "applied", True))
        self.ops[op] = raw
        self.effects.append(op)
        return wire.Receipt(op, "applied", True, revision=1)

    def on_push(self, request: httpx.Request) -> Any:
        frame = framing.split(self.body(request))
        self.pushes.append(frame.ops)
        for raw in frame.ops:
            if len(raw) > self.limits.op_bytes:
                op = str(framing.peek_id(raw))
                return problem(413, "op-too-large", limit="op_bytes", op=op)
        if len(frame.ops) > self.limits.batch_ops:
            return problem(413, "batch-too-many-ops", limit="batch_ops")
        receipts = [self.receipt(raw) for raw in frame.ops]
        seen = wire.Seen(len(self.effects), uuid4())
        return wire.PushAnswer(receipts, self.epoch, 0, [], seen, SERVER_TIME, 0)

    def on_receipts(self, request: httpx.Request) -> wire.ReceiptsAnswer:
        asked = msgspec.json.decode(self.body(request), type=wire.ReceiptsRequest)
        known = [wire.Receipt(op, "applied", True) for op in asked.ids if op in self.ops]
        return wire.ReceiptsAnswer(known, [op for op in asked.ids if op not in self.ops])

    def on_pull(self, _: httpx.Request) -> wire.PullAnswer:
        return self.pages.pop(0) if self.pages else page(epoch=self.epoch)

    def on_salvage(self, request: httpx.Request) -> Any:
        frame = framing.split_salvage(self.body(request))
        verify_salvage(frame.signature, self.jwk, SYNC_AUDIENCE, frame.device, "nonce", frame.ops)
        return {"receipts": [self.receipt(raw) for raw in frame.ops]}

    def on_definitions(self, _: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"foo")

    def on_media_plan(self, request: httpx.Request) -> list[mediawire.MediaPlan]:
        items = msgspec.json.decode(self.body(request), type=list[mediawire.MediaItem])
        return [
            mediawire.MediaPlan(item.sha256, "have")
            if item.sha256 in self.stored
            else mediawire.MediaPlan(item.sha256, "tus", "/sync/v1/uploads")
            for item in items
        ]

    def on_media_status(self, request: httpx.Request) -> list[mediawire.MediaStatus]:
        asked = msgspec.json.decode(self.body(request), type=list[str])
        return [
            mediawire.MediaStatus(sha256, "stored" if sha256 in self.stored else "unknown")
            for sha256 in asked
        ]

    def on_uploads(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["tus-resumable"] == "1.0.0"
        if request.method == "POST":
            return self.create(request)
        found = self.uploads.get(request.url.path)
        if found is None:
            return httpx.Response(410)
        if request.method == "HEAD":
            return httpx.Response(200, headers={"upload-offset": str(len(found[2]))})
        return self.patch(request, *found)

    def create(self, request: httpx.Request) -> httpx.Response:
        pairs = dict(pair.split(" ") for pair in request.headers["upload-metadata"].split(","))
        url = f"/sync/v1/uploads/{len(self.uploads)}-{uuid4().hex}"
        sha256 = base64.b64decode(pairs["sha256"]).decode()
        self.uploads[url] = (sha256, int(request.headers["upload-length"]), bytearray())
        return httpx.Response(201, headers={"location": url})

    def patch(
        self, request: httpx.Request, sha256: str, size_bytes: int, got: bytearray
    ) -> httpx.Response:
        if int(request.headers["upload-offset"]) != len(got):
            return problem(409, "offset-mismatch")
        checksum = request.headers["upload-checksum"].removeprefix("sha256 ")
        if base64.b64decode(checksum) != hashlib.sha256(request.content).digest():
            return problem(460, "checksum-mismatch")
        got += request.content
        if len(got) == size_bytes:
            del self.uploads[request.url.path]
            if hashlib.sha256(got).hexdigest() != sha256:
                return problem(460, "hash-mismatch")
            self.stored[sha256] = bytes(got)
        return httpx.Response(204, headers={"upload-offset": str(len(got))})


def times(count: int, path: str, answer: Callable[[], httpx.Response], method: str = "") -> Trouble:
    """Answer the first ``count`` requests to a path in another way."""
    left = [count]

    def trouble(request: httpx.Request) -> httpx.Response | None:
        fits = path in request.url.path and method in {"", request.method}
        if not fits or left[0] == 0:
            return None
        left[0] -= 1
        return answer()

    return trouble
