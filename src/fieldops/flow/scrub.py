"""The scrubber: reads everything back over a set period, hashes it, and reports what is wrong.

    oldest check first ── read and hash, at a bounded rate ── Check (a transaction for a few)

It keeps its place in the rows themselves, so it goes on where it stopped.  A store that is down, or
that suddenly has nothing, is no damage: then nothing is recorded.
"""

import time
from collections.abc import Callable, Sequence

import structlog
from msgspec import Struct

from fieldops.flow.carework import Check, Checked, Round, Verdict
from fieldops.flow.collect import Watch, Write, unwatched
from fieldops.store import checks
from fieldops.store.blobs import BlobError, BlobMissing, BlobStore, HashMismatch
from fieldops.store.blobs.interface import Verifier
from fieldops.store.checks import Due
from fieldops.store.engine import Store
from fieldops.store.turn import turn

_logger = structlog.get_logger(__name__)
_DAY_MS = 24 * 3600 * 1000
_BATCH = 20
"""How many photos are read between two transactions."""
_CHUNK_BYTES = 256 * 1024
EMPTY = 10
"""So many missing ones, and nothing good, look like a folder that is not mounted."""

Pace = Callable[[int], None]
"""Told of each chunk's bytes after it was read; sleeps as long as the rate asks for."""


class StoreLooksEmpty(BlobError):
    """Nothing of what was looked for is there: more likely a wrong folder than so much damage."""


class Scrubbed(Struct, frozen=True):
    """What was read: ``damaged`` and ``mended`` are hashes that newly are so.

    ``remade`` counts derivatives that were damaged and will be made again.
    """

    photos: int = 0
    bytes: int = 0
    damaged: list[str] = []
    mended: list[str] = []
    remade: int = 0


def unpaced(_bytes: int) -> None:
    """Read as fast as it goes."""


class Paced:
    """At most so many MB a second; ``sleep`` may wake early when the worker is to stop."""

    def __init__(self, mb_s: int, sleep: Callable[[float], object] = time.sleep) -> None:
        self._bytes_s = mb_s * 1_000_000
        self._sleep = sleep

    def __call__(self, count: int) -> None:
        """Wait as long as these bytes may take."""
        self._sleep(count / self._bytes_s)


class Scrubber:
    """Reads back what one database says that one blob store has, every ``days``."""

    def __init__(
        self, store: Store, blobs: BlobStore, write: Write, days: int, pace: Pace = unpaced
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._write = write
        self._days = days
        self._pace = pace

    def run_due(self, now_ms: int, go_on: Callable[[], bool] = lambda: True) -> Scrubbed:
        """Read what was checked longer ago than the period, until nothing is or ``go_on`` ends.

        Raises ``BlobError``, ``StoreBusy``, ``HandinDown``; what was read before is kept.
        """
        with turn(self._store, "scrub") as insist:
            return Scrubbed() if insist is None else self._run_due(now_ms, go_on)

    def _run_due(self, now_ms: int, go_on: Callable[[], bool]) -> Scrubbed:
        done = Scrubbed()
        while go_on():
            with self._store.read() as session:
                due = checks.due(session, now_ms - self._days * _DAY_MS, now_ms - _DAY_MS, _BATCH)
            if not due:
                counts = {"photos": done.photos, "damaged": len(done.damaged)}
                self._write(Round("scrub", now_ms, counts))
                break
            done = _sum(done, self._check(due))
        return done

    def run_some(self, hashes: Sequence[bytes], watch: Watch = unwatched) -> Scrubbed:
        """Read these back now, whenever they were checked."""
        done = Scrubbed()
        for at in range(0, len(hashes), _BATCH):
            part = hashes[at : at + _BATCH]
            with self._store.read() as session:
                due = checks.some(session, part)
            done = _sum(done, self._check(due))
            watch(len(part))
        return done

    def _check(self, due: Sequence[Due]) -> Scrubbed:
        verdicts = [(one, self._verdict(one.sha256, one.size_bytes)) for one in due]
        missing = sum(verdict == "missing" for _one, verdict in verdicts)
        if missing >= EMPTY and missing == len(verdicts):
            raise StoreLooksEmpty(f"none of {missing} photos is in the store: is it mounted?")
        broken = {
            made.hex(): one.sha256.hex()
            for one, verdict in verdicts
            if verdict == "good"
            for made, size_bytes in one.derivatives.items()
            if self._verdict(made, size_bytes) != "good"
        }
        found = [_checked(one, verdict) for one, verdict in verdicts]
        changed = set(self._write(Check(found, broken)))
        return Scrubbed(
            len(due),
            sum(one.size_bytes for one in due),
            [one.sha256 for one in found if one.sha256 in changed and one.verdict != "mended"],
            [one.sha256 for one in found if one.sha256 in changed and one.verdict == "mended"],
            len(broken),
        )

    def _verdict(self, sha256: bytes, size_bytes: int) -> Verdict:
        """Whether the bytes are right; what seems wrong is read a second time."""
        verdict = self._read(sha256, size_bytes)
        if verdict != "good":
            # A store that is down fails here, and nothing is said of the bytes.
            self._blobs.check()
            verdict = self._read(sha256, size_bytes)
        return verdict

    def _read(self, sha256: bytes, size_bytes: int) -> Verdict:
        verifier = Verifier(sha256.hex(), size_bytes)
        try:
            with self._blobs.get(sha256.hex()) as source:
                while chunk := source.read(_CHUNK_BYTES):
                    verifier.feed(chunk)
                    self._pace(len(chunk))
            verifier.finish()
        except HashMismatch:
            return "damaged"
        except BlobMissing:
            return "missing"
        except (BlobError, OSError) as error:
            _logger.warning("stored bytes cannot be read", sha256=sha256.hex(), why=str(error))
            return "unreadable"
        return "good"


def _checked(one: Due, verdict: Verdict) -> Checked:
    if verdict == "good" and not one.is_stored:
        verdict = "mended"
    return Checked(one.sha256.hex(), verdict, one.generation)


def _sum(one: Scrubbed, other: Scrubbed) -> Scrubbed:
    return Scrubbed(
        one.photos + other.photos,
        one.bytes + other.bytes,
        one.damaged + other.damaged,
        one.mended + other.mended,
        one.remade + other.remade,
    )
