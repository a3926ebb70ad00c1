import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from fieldops_sync.badlink import BadLink, FaultPlan

BODY = b"b" * 100_000


class Listener(ThreadingHTTPServer):
    """A real server that notes how many bytes of each request arrived."""

    daemon_threads = False

    def __init__(self) -> None:
        self.arrived: list[int] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.arrived.append(len(body))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def server() -> Iterator[Listener]:
    listener = Listener()
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    yield listener
    listener.shutdown()
    thread.join()
    listener.server_close()


def test_a_cut_request_reaches_the_server_truncated(server: Listener) -> None:
    link = BadLink(FaultPlan(3, cut=1.0))
    with httpx.Client(transport=link) as client, pytest.raises(httpx.TransportError):
        client.post(server.url, content=BODY)
    server.shutdown()
    server.server_close()
    assert server.arrived == [] or server.arrived[0] == link.sent_bytes < len(BODY)
    assert link.faults == {"cut": 1}


def test_a_lost_answer_was_given(server: Listener) -> None:
    link = BadLink(FaultPlan(1, lose=1.0))
    with httpx.Client(transport=link) as client, pytest.raises(httpx.ReadError):
        client.post(server.url, content=BODY)
    assert server.arrived == [len(BODY)]


def test_a_repeated_request_arrives_twice(server: Listener) -> None:
    with httpx.Client(transport=BadLink(FaultPlan(1, repeat=1.0))) as client:
        assert client.post(server.url, content=BODY).text == "ok"
    assert server.arrived == [len(BODY)] * 2


def test_a_good_link_only_delays(server: Listener) -> None:
    waits: list[float] = []
    link = BadLink(FaultPlan(1, delay_max_s=0.5), sleep=waits.append)
    with httpx.Client(transport=link) as client:
        client.post(server.url, content=BODY)
    assert 0 < waits[0] <= 0.5
    assert (link.faults, link.sent_bytes) == ({"none": 1}, len(BODY))


class Answering(httpx.BaseTransport):
    """Reads the request and answers, also one that was cut."""

    def handle_request(self, _: httpx.Request) -> httpx.Response:
        return httpx.Response(200)


def test_a_cut_is_a_cut_even_if_the_server_answered_early() -> None:
    link = BadLink(FaultPlan(1, cut=1.0), Answering())
    with httpx.Client(transport=link) as client, pytest.raises(httpx.ReadError):
        client.post("http://x", content=BODY)


def test_the_same_seed_gives_the_same_faults() -> None:
    def faults(seed: int) -> list[bool]:
        link = BadLink(FaultPlan(seed, cut=0.3, lose=0.3), Answering())
        with httpx.Client(transport=link) as client:
            return [passes(client) for _ in range(30)]

    assert faults(1) == faults(1) != faults(2)
    assert any(faults(1))
    assert not all(faults(1))


def passes(client: httpx.Client) -> bool:
    try:
        return client.get("http://x").status_code == 200
    except httpx.TransportError:
        return False
