"""What the scrubber found, on record: damaged or missing bytes are owed again, mended ones are not.

A record that said ``stored`` says so no more (op ``media.damaged``), so that everybody who looks
knows, and a tablet that still keeps the photo sends it again.  The damaged copy stays where it is:
it may be all that is left, until right bytes are written over it.
"""

from collections.abc import Sequence
from typing import Literal

import structlog
from sqlmodel import Session

from fieldops.flow.carework import Check, Checked
from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.land import ACTOR, locked_refs, tell_stored
from fieldops.store import audit, checks, debts, media, records
from fieldops_sync.ids import actor_id

_logger = structlog.get_logger(__name__)


def record_checks(session: Session, asked: Check, now_ms: int) -> list[bytes]:
    """Record what was found; the hashes that are newly damaged or mended."""
    told = [one for one in asked.found if one.verdict != "good"]
    originals = [bytes.fromhex(one) for one in asked.derivatives.values()]
    refs = locked_refs(session, [*originals, *(bytes.fromhex(one.sha256) for one in told)])
    changed = []
    for one in told:
        sha256 = bytes.fromhex(one.sha256)
        named = refs.get(sha256, [])
        is_mended = one.verdict == "mended"
        if _mended(session, one, now_ms) if is_mended else _damaged(session, one, named, now_ms):
            changed.append(sha256)
    good = [one for one in asked.found if one.verdict == "good"]
    checks.passed(session, [(bytes.fromhex(one.sha256), one.generation) for one in good], now_ms)
    for sha256 in checks.forget_pictures(session, map(bytes.fromhex, asked.derivatives)):
        _look_again(session, sha256, now_ms)
    return changed


def _look_again(session: Session, sha256: bytes, now_ms: int) -> None:
    """Say once more that the bytes are stored: whoever looks at photos then looks at these."""
    row = media.get(session, [sha256]).get(sha256)
    if row is not None and row.state == "stored":
        tell_stored(session, sha256, row.size_bytes, row.mime, now_ms, again=True)


def _mended(session: Session, found: Checked, now_ms: int) -> bool:
    """Record that bytes are right again; False if they were stored anew since."""
    sha256 = bytes.fromhex(found.sha256)
    if not checks.mended(session, sha256, found.generation, now_ms):
        return False
    debts.settle(session, sha256)
    row = media.get(session, [sha256])[sha256]
    photos = tell_stored(session, sha256, row.size_bytes, row.mime, now_ms)
    _audit(session, "media.mend", sha256, now_ms, photos=photos)
    return True


def _damaged(session: Session, found: Checked, refs: Sequence[media.Ref], now_ms: int) -> bool:
    """Record damage; False if it is known, or the bytes were stored anew since."""
    sha256 = bytes.fromhex(found.sha256)
    state: Literal["lost", "bad"] = "lost" if found.verdict == "missing" else "bad"
    if not checks.failed(session, sha256, found.generation, state, now_ms):
        return False
    _logger.error(
        "stored bytes are damaged", sha256=found.sha256, found=found.verdict, named_by=len(refs)
    )
    debts.owe_again(session, sha256)
    photos = _tell(session, found, refs, now_ms)
    _audit(session, "media.damage", sha256, now_ms, found=found.verdict, photos=photos)
    return True


def _tell(session: Session, found: Checked, refs: Sequence[media.Ref], now_ms: int) -> int:
    """An op for each photo that said ``stored``; how many there are."""
    states = records.get(session, [ref.subject for ref in refs]).values()
    ops = [
        server_op(
            "media.damaged@1",
            ("photo", one.id),
            one.feed,
            ACTOR,
            {"sha256": found.sha256, "reason": found.verdict, "cause": str(one.change)},
        )
        for one in states
        if one.kind == "photo" and one.state != "voided" and one.body.get("stored")
    ]
    if ops:
        enter_server(session, ops, now_ms)
    return len(ops)


def _audit(session: Session, action: str, sha256: bytes, now_ms: int, **more: object) -> None:
    detail = {"sha256": sha256.hex(), **more}
    audit.add(session, audit.Entry(action, now_ms, actor=actor_id(ACTOR), detail=detail))
