"""Handing in over the server's local door: secret, retries, and what the caller is told."""

import stat
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from fieldops.flow import handin
from fieldops.flow.handin import (
    Advance,
    HandinAnswer,
    HandinDown,
    HttpHandin,
    Introduce,
    Sweep,
    open_door,
    opens,
)
from fieldops.model.plugin import PluginCard, PluginFault

Reply = tuple[int, bytes]
Serve = Callable[..., list[handin.HandinRequest]]
FINE: Reply = (200, msgspec.json.encode(HandinAnswer(moved=True, position=7)))


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handin, "_PAUSE_S", 0)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """A door that gives these replies, one a request, and the requests that came."""
    servers: list[ThreadingHTTPServer] = []

    def start(*replies: Reply) -> list[handin.HandinRequest]:
        came: list[handin.HandinRequest] = []
        waiting = list(replies)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == handin.PATH
                body = self.rfile.read(int(self.headers["Content-Length"]))
                allowed = opens(door, self.headers["Authorization"])
                status, answer = waiting.pop(0) if allowed else (401, b"")
                came.append(handin.read_request(body))
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        door = open_door(tmp_path, f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever).start()
        servers.append(server)
        return came

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_every_request_arrives_as_it_was_sent(serve: Serve, tmp_path: Path) -> None:
    fault = PluginFault(plugin="odd", code="raised")
    sent: list[handin.HandinRequest] = [
        Advance("odd", 3, 7, [msgspec.Raw(b'{"id":1}')], faults=(fault,), failed=True, tries=5),
        Introduce("odd", PluginCard(name="odd", version="1", api=1), (fault,)),
        Sweep(),
    ]
    came = serve(FINE, FINE, FINE)
    for request in sent:
        assert HttpHandin(tmp_path)(request) == HandinAnswer(moved=True, position=7)
    assert [msgspec.json.encode(one) for one in came] == [msgspec.json.encode(one) for one in sent]


@pytest.mark.parametrize("bad", [(503, b""), (200, b"no JSON")], ids=["busy", "garbled"])
def test_hand_in_is_tried_again_after_a_failure(serve: Serve, tmp_path: Path, bad: Reply) -> None:
    came = serve(bad, bad, FINE)
    assert HttpHandin(tmp_path)(Sweep()).moved
    assert len(came) == 3


def test_caller_is_told_when_the_server_stays_down(serve: Serve, tmp_path: Path) -> None:
    serve((503, b""), (503, b""))
    with pytest.raises(HandinDown, match="answers 503"):
        HttpHandin(tmp_path, tries=2)(Sweep())


def test_server_that_never_opened_its_door_is_down(tmp_path: Path) -> None:
    with pytest.raises(HandinDown, match="no door"):
        HttpHandin(tmp_path, tries=2)(Sweep())


def test_server_that_is_gone_is_down(tmp_path: Path) -> None:
    open_door(tmp_path, "http://127.0.0.1:9")
    with pytest.raises(HandinDown, match="Error"):
        HttpHandin(tmp_path, tries=2)(Sweep())


def test_door_is_for_this_account_and_its_secret_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    door = open_door(folder, "http://127.0.0.1:1")
    file = folder / handin.DOOR_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert opens(door, f"Bearer {door.secret}")
    assert not opens(door, "Bearer ")
    assert not opens(door, "Bearer é")
    assert open_door(folder, door.url).secret != door.secret
