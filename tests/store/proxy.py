"""A proxy between us and a real server, that cuts, refuses, damages and lies by a rule."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import urllib3


@dataclass
class Answer:
    """What the client gets."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Asked:
    """What the client asked; ``forward`` asks the real server."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    upstream: str

    def forward(self) -> Answer:
        real = urllib3.request(
            self.method,
            f"http://{self.upstream}{self.path}",
            body=self.body,
            headers=self.headers,
            retries=False,
        )
        return Answer(real.status, {k.lower(): v for k, v in real.headers.items()}, real.data)


Rule = Callable[[Asked], Answer | None]
"""What the client gets; None cuts the connection."""


@contextmanager
def proxy(upstream: str, rule: Rule) -> Iterator[str]:
    """A server before ``upstream`` (host:port) that answers by the rule; yields its host:port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            changed = rule(Asked(self.command, self.path, dict(self.headers), body, upstream))
            if changed is None:
                self.close_connection = True
                return
            self.send_response(changed.status)
            length = changed.headers.setdefault("content-length", str(len(changed.body)))
            self.close_connection = self.command != "HEAD" and int(length) > len(changed.body)
            for name, value in changed.headers.items():
                if name not in ("transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(changed.body)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = handle_any  # noqa: N815

        def log_message(self, *args: object) -> None:
            """The test's output is no place for an access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
