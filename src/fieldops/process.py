"""A process of ours for what is not trusted: frames over its pipes, deadlines, and its end.

A frame is its length in four bytes, big-endian, and that many bytes.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType

FRAME_BYTES_MAX = 64 * 1024 * 1024
"""Longer frames are taken for garbage."""
_HEAD_BYTES = 4
_PIECE_BYTES = 256 * 1024
_SECRET_PREFIX = "FIELDOPS_"
"""Variables of the server (database, keys) are not handed on."""


class ProcessLate(Exception):
    """The process did not do it in time."""


class ProcessGone(Exception):
    """The process has ended or sends garbage."""


class Process:
    """A child in a session of its own, so that ``kill`` reaches what it may have started.

    ``inherited`` are descriptors that stay open in it, ``more`` variables of its environment.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        inherited: Sequence[int] = (),
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        command = [sys.executable, "-P", "-m", module, *arguments]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(_SECRET_PREFIX)}
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment, **more},
            pass_fds=inherited,
            start_new_session=True,
        )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._in, self._out = self._child.stdin.fileno(), self._child.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    def send(self, message: bytes, deadline: float) -> None:
        """Send one frame before ``deadline`` (``time.monotonic()``)."""
        left = memoryview(len(message).to_bytes(_HEAD_BYTES, "big") + message)
        while left:
            _wait(self._in, select.POLLOUT, deadline)
            try:
                left = left[os.write(self._in, left[:_PIECE_BYTES]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise ProcessGone(self.end()) from error

    def receive(self, deadline: float) -> bytes:
        """The next frame, before ``deadline``."""
        size_bytes = int.from_bytes(self._exactly(_HEAD_BYTES, deadline), "big")
        if size_bytes > FRAME_BYTES_MAX:
            raise ProcessGone("it sends garbage")
        return self._exactly(size_bytes, deadline)

    def _exactly(self, count: int, deadline: float) -> bytes:
        data = bytearray()
        while len(data) < count:
            _wait(self._out, select.POLLIN, deadline)
            piece = os.read(self._out, min(count - len(data), _PIECE_BYTES))
            if not piece:
                raise ProcessGone(self.end())
            data += piece
        return bytes(data)

    def end(self) -> str:
        """Wait a moment for a process that has closed its output, and say how it ended."""
        try:
            code = self._child.wait(1)
        except subprocess.TimeoutExpired:
            return "it closed its output"
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def kill(self) -> None:
        """End the process and everything in its session, at once."""
        # A process that ended by itself has taken its session along.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()


def _wait(descriptor: int, what: int, deadline: float) -> None:
    """Wait until a pipe is ready; POLLHUP and POLLERR count as ready, the next call tells."""
    poll = select.poll()
    poll.register(descriptor, what)
    left_ms = (deadline - time.monotonic()) * 1000
    if left_ms <= 0 or not poll.poll(left_ms):
        raise ProcessLate


def send_frame(descriptor: int, message: bytes) -> None:
    """Send one frame from the child's side, where pipes block."""
    left = memoryview(len(message).to_bytes(_HEAD_BYTES, "big") + message)
    while left:
        left = left[os.write(descriptor, left) :]


def read_frame(descriptor: int) -> bytes | None:
    """The next frame on the child's side; None at the end of the input."""
    head = _read(descriptor, _HEAD_BYTES)
    return None if head is None else _read(descriptor, int.from_bytes(head, "big"))


def _read(descriptor: int, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        piece = os.read(descriptor, count - len(data))
        if not piece:
            return None
        data += piece
    return bytes(data)
