"""What a revoked device had recorded: signed by its key, taken into quarantine, nothing else.

A supervisor looks at it and replays what is right (recipes.md, ruling 4).
"""

from uuid import UUID

import msgspec
from sqlmodel import Session

from fieldops.flow import accept, identity, push
from fieldops.flow.accept import Item
from fieldops.flow.admit import Source
from fieldops.flow.decode import reject
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import Decoded, Rejected
from fieldops.model.said import Said
from fieldops.store import audit, batch, devices
from fieldops_sync.framing import SalvageFrame
from fieldops_sync.keys import SYNC_AUDIENCE, BadProof, verify_salvage
from fieldops_sync.wire import Limits, Receipt


def salvage(
    session: Session,
    frame: SalvageFrame,
    items: list[Item],
    limits: Limits,
    secret: bytes,
    now_ms: int,
) -> list[Receipt]:
    """Quarantine every op that is new; a receipt each.

    Raises ``ProblemError`` bad-proof (unknown device, wrong key), nonce-used or quota: whoever
    stole a tablet has its key.
    """
    row = devices.get(session, frame.device)
    if row is None:
        raise ProblemError(problem("bad-proof"))
    expires_ms = identity.nonce_expiry(secret, frame.nonce, now_ms)
    jwk = msgspec.json.decode(row.public_key)
    try:
        verify_salvage(frame.signature, jwk, SYNC_AUDIENCE, frame.device, frame.nonce, frame.ops)
    except BadProof as error:
        raise ProblemError(problem("bad-proof")) from error
    if not devices.use_nonce(session, frame.nonce, expires_ms, now_ms):
        raise ProblemError(problem("nonce-used"))
    return quarantine_all(session, frame.device, frame.incarnation, items, limits, now_ms)


def quarantine_all(
    session: Session,
    device: UUID,
    incarnation: UUID,
    items: list[Item],
    limits: Limits,
    now_ms: int,
) -> list[Receipt]:
    """Take ops of a device into quarantine with reason device-revoked.

    Under another device's incarnation they would pass for that one's: they are refused, as in a
    push.  Raises ``ProblemError`` quota.
    """
    batch.lock(session, [incarnation])
    begun = devices.incarnation(session, incarnation)
    life = begun or devices.add_incarnation(session, incarnation, device)
    if life.device != device:
        return push.foreign(items)
    set_aside = [_set_aside(item) for item in items]
    known = accept.known(session, set_aside)
    new = sum(known.standing(item) is None for item in set_aside)
    push.charge(session, device, new + (begun is None), limits, now_ms)
    source = Source(origin="device", now_ms=now_ms, device=device)
    done = accept.accept(session, set_aside, known, source, life.no, {})
    if new:
        detail = {"ops": done.fresh}
        audit.add(session, audit.Entry("device.salvage", now_ms, device=device, detail=detail))
    return done.receipts


def _set_aside(item: Item) -> Rejected:
    if isinstance(item, Decoded):
        detail = Said("由已吊销的平板记录", "recorded by a device that was revoked")
        return reject(item.op, item.raw, item.hash, "device-revoked", detail)
    return item
