"""Times from a device: kept as claimed, corrected beside, never obeyed (promise 6).

A device's wall clock may stand anywhere; its count of ms since boot runs evenly.  Each push brings
a reading of both, which places that boot on the server's time line:

    offset(boot) = server ms at receipt − ms since boot then        occurred = offset + op.at.mono

That is late by the delay of the push at most; what the device had heard of the server's time before
(``bound``) says how late it can be.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session

from fieldops.store import devices
from fieldops_sync.wire import Claimed, Heard

CLOCK_OFF = "clock-off"
CLOCK_UNREADABLE = "clock-unreadable"
_TOLERANCE_MS = 5 * 60 * 1000
"""A wall clock further off than this is marked for the supervisor."""
BOOTS_MAX = 400
"""So many boots of a device are known, the last ones: all of them are read with each push."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FINER_MS = 20
"""A sample replaces the kept one only when it is closer by this much: it saves a write a push."""


def offsets(
    session: Session,
    device: UUID,
    now: Claimed | None,
    heard: Heard | None,
    received_ms: int,
) -> dict[str, int]:
    """The offsets of the device's boots, the one of this request's reading included and kept."""
    clocks = devices.clocks(session, device)
    known = _offsets(clocks)
    if now is not None and "\0" not in now.boot:  # PostgreSQL keeps no NUL; no clock is named so
        offset = received_ms - now.mono
        if offset < known.get(now.boot, offset + _FINER_MS + 1) - _FINER_MS:
            if now.boot not in clocks and len(clocks) >= BOOTS_MAX:
                devices.forget_boot(session, device)
            devices.put_offset(session, device, now.boot, offset, received_ms)
            known[now.boot] = offset
    if heard is not None and heard.boot in known:
        _bound(session, device, clocks.get(heard.boot, (0, None))[1], heard, received_ms)
    return known


def kept(session: Session, device: UUID | None) -> dict[str, int]:
    """The offsets of the boots known by now: for what a device sent before; none without one."""
    return {} if device is None else _offsets(devices.clocks(session, device))


def _offsets(clocks: dict[str, tuple[int, int | None]]) -> dict[str, int]:
    return {boot: offset for boot, (offset, _) in clocks.items()}


def _bound(
    session: Session, device: UUID, known: int | None, heard: Heard, received_ms: int
) -> None:
    """Keep what the device heard of the server's time: its boot began no earlier than that says.

    The server's clock had passed ``server_time`` when the device heard it, so its offset is that
    less the device's count at least (Cristian, 1989: the error is the delay of the answer).
    """
    said = wall_ms(heard.server_time)
    if said is None or said > received_ms:
        return
    early = said - heard.mono
    if known is None or early > known + _FINER_MS:
        devices.put_early(session, device, heard.boot, early)


def occurred_ms(at: Claimed, offsets_ms: Mapping[str, int], received_ms: int) -> int | None:
    """When it happened by the server's clock, never after its receipt; None if unknown.

    A count that leads before 1970 was no count of this boot: it tells nothing.
    """
    offset = offsets_ms.get(at.boot)
    if offset is None:
        return None
    happened = offset + at.mono
    if happened < 0:
        return None
    return happened if happened < received_ms else received_ms


def clock_marks(at: Claimed, occurred: int | None) -> tuple[str, ...]:
    """What the supervisor should know about the claimed wall time."""
    claimed = wall_ms(at.wall)
    if claimed is None:
        return (CLOCK_UNREADABLE,)
    if occurred is not None and abs(claimed - occurred) > _TOLERANCE_MS:
        return (CLOCK_OFF,)
    return ()


def wall_ms(wall: str) -> int | None:
    """RFC 3339 text as ms since 1970, or None."""
    try:
        moment = datetime.fromisoformat(wall)
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    except (ValueError, OverflowError):
        return None
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
