"""Real consumers of webhooks: HTTP servers on loopback that answer as a test says.

with consumer() as one:                 a server, up
    one.answers.append(500)             what it answers next; 200 when nothing is left
    one.went_down(); one.came_up()      its port refuses connections, and takes them again
    one.ids, one.events                 what it took, in order
"""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct


class Taken(Struct, frozen=True):
    """One request: its headers in lower case, its body, and what was answered."""

    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.body)
        return found


class Consumer:
    """One server.  ``answers`` are statuses, or functions of the handler that answer by hand.

    It thinks for ``pause_s`` before each answer.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self.answers: deque[int | Callable[[BaseHTTPRequestHandler], None]] = deque()
        self.headers: dict[str, str] = {}
        self.pause_s = 0.0
        self.requests: list[Taken] = []
        self._server: ThreadingHTTPServer | None = None
        self.port = 0
        self.came_up()

    @property
    def url(self) -> str:
        scheme = "https" if self._context else "http"
        return f"{scheme}://127.0.0.1:{self.port}/hook?key=1"

    @property
    def taken(self) -> list[Taken]:
        """What it answered 200 to (or by hand), in order."""
        return [one for one in self.requests if one.status in (0, 200)]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [one.event for one in self.taken]

    @property
    def positions(self) -> list[int]:
        return [one["data"]["position"] for one in self.events]

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.taken]

    def came_up(self) -> None:
        """Listen (again, at the port it had), unless it does."""
        if self._server is not None:
            return
        self._server = _Quiet(("127.0.0.1", self.port), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        if self._context is not None:
            self._server.socket = self._context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def went_down(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextlib.contextmanager
def consumer(context: ssl.SSLContext | None = None) -> Iterator[Consumer]:
    """A consumer that is up for the length of a block."""
    made = Consumer(context)
    try:
        yield made
    finally:
        made.went_down()


class _Quiet(ThreadingHTTPServer):
    """Callers that go away in the middle are what some tests are about: nothing to print."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(mine: Consumer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = mine.answers.popleft() if mine.answers else 200
            status = answer if isinstance(answer, int) else 0
            headers = {name.lower(): value for name, value in self.headers.items()}
            mine.requests.append(Taken(headers, body, status))
            time.sleep(mine.pause_s)
            if not isinstance(answer, int):
                answer(self)
                return
            self.send_response(answer)
            for name, value in mine.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS for 127.0.0.1, and the certificate that whoever trusts it must know."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
