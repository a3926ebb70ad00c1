"""The writing side of care: each request of ``carework`` as one transaction."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from sqlmodel import Session

from fieldops.flow.carework import (
    Bury,
    CareRequest,
    Check,
    Condemn,
    Retire,
    Round,
    Sight,
    Tidy,
)
from fieldops.flow.damage import record_checks
from fieldops.flow.land import ACTOR
from fieldops.flow.retire import retire
from fieldops.store import audit, holds, media, meta, orphans, quarantine
from fieldops_sync.ids import actor_id

ROUND = "care_"
"""What the keys of ``meta`` begin with that hold the last round of each kind."""


def take(session: Session, request: CareRequest, now_ms: int) -> list[str]:
    """Do what was handed in, inside the caller's transaction; the hashes that it concerned."""
    found = _DOERS[type(request)](session, request, now_ms)
    return sorted(sha256.hex() for sha256 in found)


def is_paused(session: Session, now_ms: int) -> bool:
    """Whether nothing is collected now: the database was restored (protocol.md, "Restore")."""
    return int(meta.get(session, meta.COLLECTION_PAUSED_MS) or 0) > now_ms


def last_round(session: Session, kind: str) -> Round | None:
    """The last round of a kind that came to its end."""
    value = meta.get(session, ROUND + kind)
    return None if value is None else msgspec.json.decode(value, type=Round)


def _condemn(session: Session, asked: Condemn, now_ms: int) -> list[bytes]:
    hashes = _raw(asked.hashes)
    holds.lock(session)
    media.lock(session, hashes)
    if is_paused(session, now_ms):
        return []
    wanted = orphans.still(session, hashes, asked.before_ms) - holds.held(session, hashes)
    wanted -= quarantine.naming(session, wanted)
    done = orphans.condemn(session, wanted, asked.before_ms)
    for sha256, size_bytes in done:
        detail = {"sha256": sha256.hex(), "size_bytes": size_bytes}
        audit.add(
            session, audit.Entry("media.collect", now_ms, actor=actor_id(ACTOR), detail=detail)
        )
    return [sha256 for sha256, _size in done]


def _retire(session: Session, asked: Retire, now_ms: int) -> list[bytes]:
    return retire(session, _raw(asked.hashes), asked.before_ms, asked.days, now_ms)


def _bury(session: Session, asked: Bury, now_ms: int) -> list[bytes]:
    hashes = _raw(asked.hashes)
    kept = _raw(asked.kept)
    media.lock(session, [*hashes, *kept])
    orphans.bury(session, hashes, now_ms)
    orphans.spare(session, kept, now_ms)
    return hashes


def _sight(session: Session, asked: Sight, now_ms: int) -> set[bytes]:
    sizes = {bytes.fromhex(name): size for name, size in asked.sizes.items()}
    media.lock(session, sizes)
    new = orphans.unknown(session, list(sizes))
    orphans.sight(session, {sha256: sizes[sha256] for sha256 in new}, now_ms)
    return new


def _tidy(session: Session, asked: Tidy, now_ms: int) -> list[bytes]:
    del now_ms
    orphans.recognise(session, asked.before_ms)
    return []


def _check(session: Session, asked: Check, now_ms: int) -> list[bytes]:
    return record_checks(session, asked, now_ms)


def _round(session: Session, asked: Round, now_ms: int) -> list[bytes]:
    del now_ms
    meta.put(session, ROUND + asked.kind, msgspec.json.encode(asked).decode())
    return []


_DOERS: dict[type, Callable[[Session, Any, int], Iterable[bytes]]] = {
    Condemn: _condemn,
    Retire: _retire,
    Bury: _bury,
    Sight: _sight,
    Tidy: _tidy,
    Check: _check,
    Round: _round,
}


def _raw(hashes: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(sha256) for sha256 in hashes]
