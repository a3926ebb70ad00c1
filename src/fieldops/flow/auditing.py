"""The chain of the audit, made after the fact by one process at a time.

    written by many ─ committed ─→ extend: places without a gap, links ─→ every 60 s or 500 lines
                                                   │                      a checkpoint, signed
                                                   └→ witness: a copy of the head in the data folder

Whoever writes waits for nobody; a line is chained a second or two after its COMMIT.  Until then its
mark tells if it is edited, but nobody misses it if it is deleted.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.auditwork import Chain, Vouch
from fieldops.flow.handin import Handin
from fieldops.rules.auditchain import content_of, link
from fieldops.rules.auditcheck import Anchor
from fieldops.rules.checkpoints import Checkpoint, Keys, sign
from fieldops.store import auditchain, meta
from fieldops.store.engine import Store

CHAIN_S = 1.0
"""How often is looked for what is not chained yet."""
MOST = 500
"""Lines a transaction."""
CHECKPOINT_MS, CHECKPOINT_LINES = 60_000, 500
"""A checkpoint is signed after so long, or so many lines, whichever comes first."""
WITNESS = "audit.head"
"""The file of the data folder that remembers how far the chain was: a JSON line an ``Anchor``."""
_logger = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder(order="sorted").encode


def extend(session: Session) -> int:
    """Chain the committed lines that are not chained yet, ``MOST`` at a time; how many it were."""
    if not auditchain.turn(session):
        return 0
    last, before = auditchain.head(session)
    placed = []
    for line in auditchain.unchained(session, MOST):
        last += 1
        before = link(before, last, line, content_of(line))
        placed.append((line.no, last, before))
    if placed:
        auditchain.put(session, placed)
    return len(placed)


def vouch(session: Session, said: Checkpoint) -> bool:
    """Keep a checkpoint, if it is the next one and of this very chain."""
    if not auditchain.turn(session):
        return False
    # Only now: whoever had the turn a moment ago may have kept one.
    latest = auditchain.latest_checkpoint(session)
    stands = auditchain.link_at(session, said.last)
    if said.before != (latest.last if latest else 0) or stands is None or stands.hex() != said.hash:
        return False
    auditchain.put_checkpoint(session, said)
    return True


class Standing(Struct, frozen=True):
    """How far the chain is: its head, and the last checkpoint."""

    last: int
    hash: str
    latest: Checkpoint | None


def standing(session: Session) -> Standing:
    """How far the chain is."""
    last, head = auditchain.head(session)
    return Standing(last, head.hex(), auditchain.latest_checkpoint(session))


def next_checkpoint(
    session: Session, keys: Keys, now_ms: int, restored: int | None = None
) -> Checkpoint:
    """A signed statement of the chain as it is."""
    found = standing(session)
    said = Checkpoint(
        organisation=meta.organisation(session),
        last=found.last,
        hash=found.hash,
        at_ms=now_ms,
        before=found.latest.last if found.latest else 0,
        restored=restored,
    )
    return sign(keys, said)


def sign_restore(session: Session, keys: Keys, now_ms: int) -> None:
    """Chain what a restored database holds, and sign that it went back to there.

    The line that tells of the restore is in it: only who has the key can make this look right.
    """
    held = auditchain.head(session)[0]
    while extend(session):
        pass
    auditchain.put_checkpoint(session, next_checkpoint(session, keys, now_ms, restored=held))


class Chainer:
    """The worker's side: lets the chain be extended, signs, and remembers how far it came."""

    def __init__(
        self,
        store: Store,
        handin: Handin,
        folder: Path,
        keys: Keys | None,
        clock_ms: Callable[[], int],
    ) -> None:
        self._store, self._handin = store, handin
        self._keys, self._clock_ms = keys, clock_ms
        self._folder = folder

    def step(self) -> None:
        """Chain all that waits, and sign what is due.  Looking alone writes nothing."""
        while True:
            with self._store.read() as session:
                waits = bool(auditchain.unchained(session, 1))
            done = self._handin(Chain()).position if waits else 0
            self._sign_if_due()
            self._remember()
            if done < MOST:
                return

    def _sign_if_due(self) -> None:
        now_ms = self._clock_ms()
        with self._store.read() as session:
            found = standing(session)
            if self._keys is None or not _is_due(found, now_ms):
                return
            said = next_checkpoint(session, self._keys, now_ms)
        self._handin(Vouch(said))

    def _remember(self) -> None:
        known = witnesses(self._folder)  # before the snapshot: another worker may be ahead of it
        with self._store.read() as session:
            remember(session, self._folder, known, self._clock_ms())


def _is_due(found: Standing, now_ms: int) -> bool:
    before = found.latest.last if found.latest else 0
    old = found.latest is None or abs(now_ms - found.latest.at_ms) >= CHECKPOINT_MS
    return found.last - before >= CHECKPOINT_LINES or (found.last > before and old)


def witnesses(folder: Path) -> list[Anchor]:
    """What this place remembers of the chain: the last head, and heads that it has lost since."""
    try:
        lines = (folder / WITNESS).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    return [msgspec.json.decode(line, type=Anchor) for line in lines]


def remember(session: Session, folder: Path, known: list[Anchor], now_ms: int) -> None:
    """Write down how far the chain is.  A head that it has lost stays on record, and is told."""
    found = standing(session)
    signed = found.latest.last if found.latest else 0
    before = known[-1] if known else Anchor(0, found.hash if not found.last else "", 0, WITNESS)
    if (before.last, before.hash, before.signed) == (found.last, found.hash, signed):
        return
    lost = known[:-1]
    stands = auditchain.link_at(session, before.last)
    is_lost = stands is None or stands.hex() != before.hash or signed < before.signed
    if known and is_lost:
        _logger.error("the audit has lost what it had", chain=before.last, ends=found.last)
        lost = known
    whole = [*lost, Anchor(found.last, found.hash, now_ms, WITNESS, signed)]
    part = folder / f"{WITNESS}.{os.getpid()}.{threading.get_ident()}.part"
    part.write_bytes(b"".join(_encode(one) + b"\n" for one in whole))
    part.replace(folder / WITNESS)
