"""A bad way on purpose: a real TCP proxy that knows where in a photo it is.

    with Cutter(server_url) as way:          clients use ``way.url`` instead of the server's
        way.cut_at = 2_500_000               the connection is reset before that byte of a photo
        way.flip_at = 7                      that byte of a photo arrives as another one

Each order is carried out once.  A cut at the very end lets all bytes through, but no answer.  With
``stays_shut`` nobody gets through after a cut until ``is_shut`` is taken back: browsers try a
request again by themselves.  ``body_bytes`` counts what clients sent as parts of photos; heads and
chunk marks are no part of it.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO
from urllib.parse import urlsplit

PIECE_BYTES = 64 * 1024
_PHOTO_METHODS = frozenset({b"PATCH", b"PUT"})
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: close by a reset instead of politely (socket(7))."""


class _CutHere(Exception):
    """The order to cut was carried out."""


class Cutter:
    """Listens on a port of its own until the end of the block."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (str(parts.hostname), int(parts.port or 80))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.cut_at: int | None = None
        self.flip_at: int | None = None
        self.body_bytes = 0
        self.cuts = 0
        self.stays_shut = False
        self.is_shut = False
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Cutter":
        self._run(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Closing alone does not wake up who waits in accept.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for wire in list(self._open):
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _run(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self.is_shut:
                    near.close()
                    continue
                far = socket.create_connection(self._target)
                self._open |= {near, far}
                self._run(self._up, near, far)
                self._run(self._down, far, near)

    def _down(self, far: socket.socket, near: socket.socket) -> None:
        """Answers pass as they are."""
        with contextlib.suppress(OSError):
            while data := far.recv(PIECE_BYTES):
                near.sendall(data)
            near.shutdown(socket.SHUT_WR)

    def _up(self, near: socket.socket, far: socket.socket) -> None:
        try:
            with near.makefile("rb") as source:
                while head := _head(source):
                    if self.is_shut:
                        raise _CutHere
                    far.sendall(head)
                    self._body(head, source, far)
            far.shutdown(socket.SHUT_WR)
        except _CutHere:
            for wire in (near, far):
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                # Wakes up the other thread, which would keep the socket open.
                with contextlib.suppress(OSError):
                    wire.shutdown(socket.SHUT_RD)
        except OSError:
            with contextlib.suppress(OSError):
                far.shutdown(socket.SHUT_RDWR)
        finally:
            self._open -= {near, far}
            near.close()
            far.close()

    def _body(self, head: bytes, source: BinaryIO, far: socket.socket) -> None:
        at = _number(head, b"upload-offset") if head.split(b" ")[0] in _PHOTO_METHODS else None
        if b"chunked" not in _field(head, b"transfer-encoding").lower():
            self._pieces(source, _number(head, b"content-length"), at, far)
            return
        while True:
            mark = source.readline()
            far.sendall(mark)
            size = int(mark.split(b";")[0], 16)
            self._pieces(source, size, at, far)
            at = None if at is None else at + size
            far.sendall(source.readline())
            if not size:
                return

    def _pieces(self, source: BinaryIO, left: int, at: int | None, far: socket.socket) -> None:
        while left:
            piece = source.read1(min(left, PIECE_BYTES))  # type: ignore[attr-defined]
            if not piece:
                raise OSError("the client went away")
            left -= len(piece)
            if at is None:
                far.sendall(piece)
                continue
            self._photo(piece, at, far)
            at += len(piece)

    def _photo(self, piece: bytes, at: int, far: socket.socket) -> None:
        end = at + len(piece)
        if self.flip_at is not None and at <= self.flip_at < end:
            where, self.flip_at = self.flip_at - at, None
            piece = piece[:where] + bytes([piece[where] ^ 1]) + piece[where + 1 :]
        if self.cut_at is not None and at <= self.cut_at <= end:
            piece = piece[: self.cut_at - at]
            self.cut_at = None
            self.cuts += 1
            self.is_shut = self.stays_shut
            self.body_bytes += len(piece)
            far.sendall(piece)
            raise _CutHere
        self.body_bytes += len(piece)
        far.sendall(piece)


def _head(source: BinaryIO) -> bytes:
    """A request's head with its empty line; nothing at the end of the stream."""
    return b"".join(_lines(source))


def _lines(source: BinaryIO) -> Iterator[bytes]:
    while line := source.readline():
        yield line
        if line == b"\r\n":
            return


def _field(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n")[1:]:
        key, _, text = line.partition(b":")
        if key.strip().lower() == name:
            return text.strip()
    return b""


def _number(head: bytes, name: bytes) -> int:
    return int(_field(head, name) or b"0")
