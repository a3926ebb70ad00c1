"""Noticing a restored database: what a device has seen must still stand at its position.

A backup from noon knows nothing of 17:00.  The first device that comes back with what it saw then
begins a new epoch: positions jump ahead, collection of media pauses, and every device sends again
what it kept (its answers name the new epoch).
"""

from uuid import UUID, uuid4

import msgspec
from sqlmodel import Session

from fieldops.store import audit, batch, log, meta
from fieldops_sync.wire import Seen

GAP = 1_000_000
"""How far positions jump: more than any backup is behind."""
FARTHEST = 1000 * GAP
"""What lies farther beyond the log's end was never given by any log: it is not listened to.

Otherwise one tablet with a flipped bit could drive the positions of the whole organisation past
``INT_MAX``, which no request may hold: every tablet would be refused from then on.
"""
PAUSE_MS = 30 * 24 * 3600 * 1000
"""How long collection of media pauses after a restore (protocol.md, "Restore")."""
_GAPS = "epoch_gaps"
_KEY = UUID("6e6f7469-0000-8000-8000-636565706f63")
"""What whoever notices a restore locks."""


def is_known(session: Session, seen: Seen | None) -> bool:
    """Whether what a device saw stands here, or was lost in a restore noticed before."""
    return seen is None or stands(session, seen, log.change_at(session, seen.position))


def stands(session: Session, seen: Seen, there: UUID | None) -> bool:
    """The same, with the change that is ``there``, at the position of what was seen."""
    if seen.position == 0 or there == seen.change:
        return True
    if any(first < seen.position <= last for first, last in gaps(session)):
        return True
    return seen.position > log.counter(session) + FARTHEST


def notice(session: Session, seen: Seen, now_ms: int) -> UUID:
    """Begin a new epoch because ``seen`` is not here; returns its id.

    Many tablets come at once after a restore: who finds that another has just noticed it, as soon
    as that one is through, is told of the epoch that stands.
    """
    batch.lock(session, [_KEY])
    if is_known(session, seen):
        return log.epoch(session)
    last = log.counter(session)
    # Others may have written over the lost position before anybody noticed: the gap begins there.
    below = min(last, seen.position - 1)
    above = max(last, seen.position) + GAP
    epoch = uuid4()
    log.start_epoch(session, epoch, above)
    meta.put(session, _GAPS, msgspec.json.encode([*gaps(session), (below, above)]).decode())
    meta.put(session, meta.COLLECTION_PAUSED_MS, str(now_ms + PAUSE_MS))
    detail = {"seen": seen.position, "head": last, "epoch": str(epoch)}
    audit.add(session, audit.Entry("restore.notice", now_ms, detail=detail))
    return epoch


def gaps(session: Session) -> list[tuple[int, int]]:
    """The stretches of positions that restores jumped over: the last before, the last skipped."""
    return msgspec.json.decode(meta.get(session, _GAPS) or "[]", type=list[tuple[int, int]])
