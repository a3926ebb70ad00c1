"""Retention: photos of closed inspections go when the time for which they are kept is over.

    old enough ─ all their inspections closed ─ no hold ─┬─ op media.removed for each photo, audit
                                                         └─ condemned ──> remove.remove_condemned

The record keeps the hash, the facts and the reason; the bytes and their derivatives go.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.carework import Retire, Round
from fieldops.flow.collect import Watch, Write, bury, unwatched
from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.land import ACTOR
from fieldops.flow.remove import remove_condemned
from fieldops.store import audit, batch, debts, holds, kept, media, records
from fieldops.store.blobs import BlobStore
from fieldops.store.engine import Store
from fieldops.store.turn import turn
from fieldops_sync.ids import actor_id

_DAY_MS = 24 * 3600 * 1000
_ROWS = 2000
_RETIRED = 50
"""How many photos' bytes one transaction gives over."""


class Retired(Struct, frozen=True):
    """What one round did; ``waiting`` would not be deleted by the store."""

    photos: int = 0
    waiting: int = 0
    ran: bool = True


class Retirer:
    """Retires in one database and blob store what was kept for ``days``."""

    def __init__(self, store: Store, blobs: BlobStore, write: Write, days: int) -> None:
        self._store = store
        self._blobs = blobs
        self._write = write
        self._days = days

    def run(self, now_ms: int, watch: Watch = unwatched) -> Retired:
        """One round.  Raises ``BlobError``, ``StoreBusy``, ``HandinDown``."""
        with turn(self._store) as insist:
            if insist is None:
                return Retired(ran=False)
            photos = waiting = 0
            before_ms = now_ms - self._days * _DAY_MS
            for page in self._pages(before_ms):
                photos += len(self._write(Retire(page, before_ms, self._days)))
                done = remove_condemned(
                    self._store, self._blobs, partial(bury, self._write), insist
                )
                waiting = done.waiting
                watch(len(page))
            self._write(Round("retire", now_ms, {"photos": photos, "waiting": waiting}))
            return Retired(photos, waiting)

    def due(self, now_ms: int) -> Iterator[str]:
        """The bytes that a round would remove; it looks again at each."""
        for page in self._pages(now_ms - self._days * _DAY_MS):
            yield from page

    def _pages(self, before_ms: int) -> Iterator[list[str]]:
        last: bytes | None = b""
        while last is not None:
            with self._store.read() as session:
                page = kept.page(session, last, before_ms, _ROWS)
                wanted = kept.of_closed_walks(session, page.found)
                names = sorted(one.hex() for one in wanted - holds.held(session, wanted))
            yield from (names[at : at + _RETIRED] for at in range(0, len(names), _RETIRED))
            last = page.last


def retire(
    session: Session, hashes: Sequence[bytes], before_ms: int, days: int, now_ms: int
) -> list[bytes]:
    """Condemn, and say so in the records, those that may go; looked at again under the locks."""
    named = media.refs(session, hashes)
    batch.lock(session, sorted({ref.feed for refs in named.values() for ref in refs}))
    holds.lock(session)
    media.lock(session, hashes)
    wanted = kept.of_closed_walks(session, hashes) - holds.held(session, hashes)
    done = [one for one in sorted(wanted) if kept.condemn(session, one, before_ms)]
    named = media.refs(session, done)
    for sha256 in done:
        photos = _tell(session, sha256, named[sha256], days, now_ms)
        # What a result or feedback names by itself has no record that could say so.
        debts.release(session, sha256)
        detail = {"sha256": sha256.hex(), "days": days, "photos": photos}
        audit.add(
            session, audit.Entry("media.retire", now_ms, actor=actor_id(ACTOR), detail=detail)
        )
    return done


def _tell(
    session: Session, sha256: bytes, refs: Sequence[media.Ref], days: int, now_ms: int
) -> int:
    """An op for each photo whose bytes go; how many there are."""
    found = records.get(session, [ref.subject for ref in refs]).values()
    reason = f"kept for {days} days"
    ops = [
        server_op(
            "media.removed@1",
            ("photo", one.id),
            one.feed,
            ACTOR,
            {"sha256": sha256.hex(), "reason": reason, "cause": str(one.change)},
        )
        for one in found
        if one.kind == "photo" and one.state != "voided"
    ]
    if ops:
        enter_server(session, ops, now_ms)
    return len(ops)
