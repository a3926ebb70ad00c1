"""How far devices have pulled, kept only when there was something new for all of them.

A pull writes nothing else.  So a row says of the last change in the organisation's feed whether a
device was sent it, and whether it came back with a cursor behind it.
"""

from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch


class Pulled(Struct, frozen=True):
    """``sent`` is the position that a device was last sent up to, ``has`` the one it confirmed."""

    sent: int = 0
    has: int = 0
    at_ms: int = 0


def get(session: Session, device: UUID) -> Pulled:
    """How far one device has pulled."""
    query = "SELECT sent, has, at_ms FROM device_pulled WHERE device = :d"
    rows = batch.run(session, query, d=device.bytes)
    return Pulled(*rows[0]) if rows else Pulled()


def everything(session: Session) -> dict[UUID, Pulled]:
    """How far each device has pulled that ever did."""
    rows = batch.run(session, "SELECT device, sent, has, at_ms FROM device_pulled")
    return {UUID(bytes=bytes(row[0])): Pulled(*row[1:]) for row in rows}


def put(session: Session, device: UUID, now: Pulled) -> None:
    """Keep how far a device has pulled; of two pulls at once the farther one counts."""
    batch.run(
        session,
        "INSERT INTO device_pulled (device, sent, has, at_ms) VALUES (:d, :s, :h, :n)"
        " ON CONFLICT (device) DO UPDATE SET at_ms = :n,"
        " sent = CASE WHEN device_pulled.sent > :s THEN device_pulled.sent ELSE :s END,"
        " has = CASE WHEN device_pulled.has > :h THEN device_pulled.has ELSE :h END",
        d=device.bytes,
        s=now.sent,
        h=now.has,
        n=now.at_ms,
    )
