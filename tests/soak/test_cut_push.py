"""A push cut at every byte of the request and of the answer: no effect or exactly one."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from tests.factories import (
    Server,
    checklist_text,
    enrol_tablet,
    found_company,
    on_loopback,
    running,
)
from tests.property import invariants
from tests.soak.company import Company
from tests.soak.ops import push_body, result_op
from tests.soak.report import report

from fieldops.store import ledger
from fieldops_sync.ids import uuid7
from fieldops_sync.wire import PushAnswer

OPS = 2
SHORT_STRIDE = 71
"""A prime, so that the short tier meets every part of head and body over the two databases."""
_ANSWER_BYTES_MAX = 65_536
_TIMEOUT_S = 20
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends RST instead of FIN (socket(7))."""


class Pusher:
    """A tablet that speaks HTTP over sockets of its own; every push is new."""

    def __init__(self, server: Server, url: str) -> None:
        self._server = server
        self._address = (httpx.URL(url).host, httpx.URL(url).port or 80)
        founded = found_company(server, checklist_text("daily"))
        self._company = Company(founded.site, founded.inspector, founded.definition, [])
        self._tablet = enrol_tablet(server, [founded.inspector])
        self._incarnation = uuid4()
        self._seq = 0
        self.pushes = self.half_applied = self.unapplied = self.doubled = 0

    def request(self) -> tuple[bytes, list[UUID]]:
        """The bytes of a new push, and the ids of its ops."""
        walk = uuid7()
        ops = [result_op(self._company, walk, f"i{n}", self._seq + n + 1) for n in range(OPS)]
        self._seq += OPS
        body = push_body(self._incarnation, ops)
        head = (
            f"POST /sync/v1/push HTTP/1.1\r\nhost: {self._address[0]}\r\nconnection: close\r\n"
            f"authorization: Bearer {self._tablet.token}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body, [UUID(str(op["id"])) for op in ops]

    def send(self, request: bytes, read_bytes: int, reset: bool) -> bytes:
        """Send bytes, read so many of the answer, and cut the connection."""
        got = b""
        with socket.create_connection(self._address, timeout=_TIMEOUT_S) as link:
            if reset:
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            link.sendall(request)
            while len(got) < read_bytes:
                part = link.recv(read_bytes - len(got))
                if not part:
                    break
                got += part
        return got

    def cut(self, request: bytes, ids: list[UUID], sent: int, read: int) -> None:
        """Cut one push, then send it again whole; count what was wrong."""
        self.pushes += 1
        self.send(request[:sent], read, reset=bool(self.pushes % 2))
        there = self._server.look(lambda s: ledger.find(s, ids))
        self.half_applied += len(there) not in (0, len(ids))
        self.unapplied += not there
        answer = self.send(request, _ANSWER_BYTES_MAX, reset=False)
        receipts = msgspec.json.decode(answer.split(b"\r\n\r\n", 1)[1], type=PushAnswer).receipts
        assert [one.id for one in receipts] == ids
        assert all(one.status in ("applied", "duplicate") for one in receipts), receipts
        # What was applied when the cut was looked at must have been applied by that very push.
        self.doubled += bool(there) and any(one.status != "duplicate" for one in receipts)

    def cut_everywhere(self, stride: int) -> None:
        """Cut after every ``stride``-th byte of the request, then of the answer."""
        for sent in _places(len(self.request()[0]), stride):
            request, ids = self.request()
            self.cut(request, ids, sent, read=0)
        whole, _ = self.request()
        answered = self.send(whole, _ANSWER_BYTES_MAX, reset=False)
        assert answered.startswith(b"HTTP/1.1 200"), answered
        for read in _places(len(answered), stride):
            request, ids = self.request()
            self.cut(request, ids, len(request), read)

    def faults(self) -> list[str]:
        """What does not hold of the database in the end."""
        with self._server.core.store.read() as session:
            return invariants.faults(session)


def _places(length: int, stride: int) -> Iterator[int]:
    """Every ``stride``-th number of bytes, and always the first and the last."""
    return iter(sorted({*range(0, length, stride), length - 1, length}))


def cut_everywhere(database_url: str, folder: Path, stride: int) -> None:
    with running(database_url, folder) as server, on_loopback(server) as url:
        pusher = Pusher(server, url)
        pusher.cut_everywhere(stride)
        found = pusher.faults()
    report(
        f"cut push {database_url.split(':')[0]}: {pusher.pushes:,} cuts, {pusher.unapplied:,}"
        f" without effect, half-applied {pusher.half_applied}, applied twice"
        f" {pusher.doubled}"
    )
    assert found == []
    assert (pusher.half_applied, pusher.doubled) == (0, 0)
    assert 0 < pusher.unapplied < pusher.pushes, "cuts of both kinds must have happened"


def test_a_cut_push_has_no_effect_or_one(database_url: str, tmp_path: Path) -> None:
    cut_everywhere(database_url, tmp_path, SHORT_STRIDE)


@pytest.mark.soak
def test_a_push_cut_at_every_byte_has_no_effect_or_one(database_url: str, tmp_path: Path) -> None:
    cut_everywhere(database_url, tmp_path, stride=1)
