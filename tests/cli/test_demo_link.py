"""The demo's bad link: certain faults come when they are due, and all bytes are counted."""

import httpx
import pytest

from fieldops.cli.demo_link import DemoLink, Odometer

URL = "http://server/sync/v1/push"


class Server(httpx.BaseTransport):
    """Answers everything and remembers the bodies that came whole."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.closed = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(request.read())
        return httpx.Response(200)

    def close(self) -> None:
        self.closed = True


def client(server: Server, script, usual=None, sent=lambda: None):
    link = DemoLink(7, script, usual or {}, server, sent)
    return link, httpx.Client(transport=link)


def test_scripted_faults_come_in_their_order():
    server = Server()
    link, http = client(server, {"push": ["lose", "repeat", "none"]})
    with pytest.raises(httpx.ReadError):
        http.post(URL, content=b"one")
    http.post(URL, content=b"two")
    http.post(URL, content=b"three")
    assert server.bodies == [b"one", b"two", b"two", b"three"]
    assert link.odometer.faults == {"lose": 1, "repeat": 1}
    assert link.odometer.cuts == 1


def test_a_cut_request_counts_only_what_left():
    server, sent = Server(), []
    link, http = client(server, {"chunk": ["cut"]}, sent=lambda: sent.append(1))
    with pytest.raises(httpx.TransportError):
        http.patch("http://server/uploads/1", content=b"x" * 1000)
    assert 0 <= link.odometer.photo_bytes < 1000
    assert server.bodies == []
    assert sent == [1]


def test_kinds_of_requests_are_counted_apart():
    link, http = client(Server(), {})
    http.post(URL, content=b"12345")
    http.patch("http://server/uploads/1", content=b"123")
    http.post("http://server/sync/v1/pull", content=b"1")
    odometer = link.odometer
    assert (odometer.ops_bytes, odometer.photo_bytes, odometer.other_bytes) == (5, 3, 1)
    assert odometer.sent_bytes == 9
    assert odometer.faults == {}


def test_the_usual_badness_follows_the_script():
    link, http = client(Server(), {"push": ["none"]}, {"lose": 1.0})
    http.post(URL, content=b"certainly arrives")
    with pytest.raises(httpx.ReadError):
        http.post(URL, content=b"answer lost")
    assert link.odometer.faults == {"lose": 1}


def test_journeys_add_up():
    one = Odometer(1, 2, 3, {"cut": 1})
    two = Odometer(10, 20, 30, {"cut": 2, "repeat": 1})
    assert one.plus(two) == Odometer(11, 22, 33, {"cut": 3, "repeat": 1})


def test_closing_reaches_the_connections():
    server = Server()
    _, http = client(server, {})
    http.close()
    assert server.closed
