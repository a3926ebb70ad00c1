"""The worker's side of the process that decodes: photos go in, values come out.

    blob ── copied ──> scratch file ── read by the jailed process ──> facts, measures, derivatives

Whatever a picture does to that process (kill it, exhaust it, make it answer garbage), the caller
gets a verdict, and the next photo a process that works.
"""

import os
import signal
import tempfile
import time
from typing import BinaryIO, get_args

import msgspec
import structlog
from msgspec import Struct

from fieldops.pictures import messages
from fieldops.pictures.look import undecodable
from fieldops.pictures.messages import Look, Looked, Ready, Reason
from fieldops.process import Process, ProcessGone, ProcessLate

_logger = structlog.get_logger(__name__)
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
"""Arenas of the C library would take address space that no photo uses."""
_COPY_BYTES = 1024 * 1024
_START_S = 60.0
_WALL_TIMES = 8
"""A busy machine may take so many times the CPU budget by the clock; a sleeper is killed then."""
PHOTOS_MAX = 200
"""After so many photos a process gives way to a new one: what leaks does not pile up."""
_THUMB_BYTES_MAX, _VIEW_BYTES_MAX = 1024 * 1024, 16 * 1024 * 1024
_AGAIN: frozenset[str] = frozenset({"crashed", "out-of-memory"})
"""What another process may get over: it was killed from outside, or others had used its memory."""
_REASONS: frozenset[str] = frozenset(get_args(Reason))
_SPENT: frozenset[str] = frozenset({f"signal {signal.SIGPROF}", f"signal {signal.SIGXCPU}"})


class Grant(Struct, frozen=True):
    """What a photo is granted: CPU-seconds, MB of address space, pixels, bytes."""

    budget_s: int = 5
    memory_mb: int = 512
    pixels: int = 64_000_000
    file_bytes: int = 64 * 1024 * 1024


class Box:
    """One process that decodes; it starts with the first photo and after every loss.

    For one thread at a time.  ``close`` ends it.
    """

    def __init__(self, grant: Grant = Grant()) -> None:  # noqa: B008 - frozen
        self._grant = grant
        self._process: Process | None = None
        self._photos = 0
        descriptor, name = tempfile.mkstemp(prefix="fieldops-picture-")
        self._scratch = os.fdopen(descriptor, "wb")
        # The process may read the file, and nobody else finds it.
        self._shared = open(name, "rb")  # noqa: SIM115
        os.unlink(name)

    @property
    def pid(self) -> int | None:
        """The id of the process, while there is one."""
        return None if self._process is None else self._process.pid

    def start(self) -> Ready:
        """Start a process anew, and say how it is protected.

        Raises ``ProcessGone`` or ``ProcessLate`` if it cannot start.
        """
        self.end()
        grant = self._grant
        given = (os.getpid(), self._shared.fileno(), grant.memory_mb, grant.pixels, grant.budget_s)
        started = Process(
            "fieldops.pictures.child", list(map(str, given)), [self._shared.fileno()], _ENVIRONMENT
        )
        self._process, self._photos = started, 0
        return messages.read_ready(started.receive(time.monotonic() + _START_S))

    def look(self, source: BinaryIO, size_bytes: int) -> Looked:
        """Look at a photo of so many bytes; ``source`` is read to its end and not closed.

        What ended a process, but for its budget, is tried once more in a new one.  Raises
        ``OSError`` if the source cannot be read, ``ProcessGone`` or ``ProcessLate`` if no process
        can start.
        """
        if not size_bytes:
            return undecodable("empty")
        if size_bytes > self._grant.file_bytes:
            return undecodable("too-large")
        self._fill(source)
        found = self._look(size_bytes)
        return self._look(size_bytes) if found.picture.facts.reason in _AGAIN else found

    def close(self) -> None:
        """End the process and let go of the file."""
        self.end()
        self._scratch.close()
        self._shared.close()

    def end(self) -> None:
        """End the process, if there is one; the next photo starts another."""
        if self._process is not None:
            self._process.kill()
        self._process = None

    def _fill(self, source: BinaryIO) -> None:
        self._scratch.seek(0)
        self._scratch.truncate()
        while chunk := source.read(_COPY_BYTES):
            self._scratch.write(chunk)
        self._scratch.flush()

    def _look(self, size_bytes: int) -> Looked:
        if self._process is None or self._photos >= PHOTOS_MAX:
            self.start()
        try:
            found = self._ask(size_bytes)
        except ProcessLate:
            return self._lost("timeout", "too long by the clock")
        except ProcessGone as gone:
            return self._lost("timeout" if str(gone) in _SPENT else "crashed", str(gone))
        except (msgspec.MsgspecError, ValueError) as error:
            return self._lost("crashed", str(error))
        if found.picture.facts.reason == "out-of-memory":
            # After memory ran out nothing in that process is to be trusted.
            self.end()
        return found

    def _ask(self, size_bytes: int) -> Looked:
        assert self._process is not None, "it was started"
        self._photos += 1
        deadline = time.monotonic() + self._grant.budget_s * _WALL_TIMES
        self._process.send(messages.encode(Look(size_bytes)), deadline)
        return _checked(messages.read_looked(self._process.receive(deadline)))

    def _lost(self, reason: Reason, why: str) -> Looked:
        _logger.warning("picture process killed", reason=reason, why=why)
        self.end()
        return undecodable(reason)


def _checked(found: Looked) -> Looked:
    """The answer of a process that may have been taken over; ``ValueError`` if it cannot be so."""
    facts, is_decoded = found.picture.facts, found.picture.measures is not None
    if is_decoded != (facts.verdict == "decoded") or is_decoded == bool(facts.reason):
        raise ValueError("the verdict contradicts itself")
    if not is_decoded:
        is_right = not found.thumb and not found.view and facts.reason in _REASONS
    else:
        is_right = (
            found.thumb[:4] + found.thumb[8:12] == b"RIFFWEBP"
            and found.view[:3] == b"\xff\xd8\xff"
            and len(found.thumb) <= _THUMB_BYTES_MAX
            and len(found.view) <= _VIEW_BYTES_MAX
        )
    if not is_right:
        raise ValueError("the derivatives are none")
    return found
