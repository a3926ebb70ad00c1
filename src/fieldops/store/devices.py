"""Devices: enrolment codes, keys, incarnations, clocks, and the sites they were told of."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch, roster, tables

Ranges = list[tuple[int, int]]
_encode = msgspec.json.Encoder().encode
_ranges = msgspec.json.Decoder(Ranges).decode


class DeviceRow(Struct, frozen=True):
    """A device as the door and the push see it.  ``public_key`` is a JWK as JSON."""

    id: UUID
    name: str
    public_key: str
    model: str
    app_version: str
    enrolled_ms: int
    revoked_ms: int | None
    last_seen_ms: int | None
    ops_day: int
    ops_count: int


class IncarnationRow(Struct, frozen=True):
    """``ranges`` are the seq that have custody: inclusive, sorted, apart."""

    no: int
    id: UUID
    device: UUID
    ranges: Ranges


_DEVICE = (
    "id, name, public_key, model, app_version, enrolled_ms, revoked_ms, last_seen_ms,"
    " ops_day, ops_count"
)


def add_code(
    session: Session, hash_: bytes, name: str, people: Iterable[UUID], expires_ms: int
) -> None:
    """Keep a one-time code's SHA-256 with whom it will grant on the device."""
    packed = b"".join(person.bytes for person in people)
    session.add(tables.EnrolCode(hash=hash_, name=name, people=packed, expires_ms=expires_ms))
    session.flush()


def redeem_code(
    session: Session, hash_: bytes, device: UUID, now_ms: int
) -> tuple[str, list[UUID]] | None:
    """Use a code up: its device name and people; None if unknown, used or expired."""
    row = session.execute(
        text(
            "UPDATE enrol_code SET used_by = :device WHERE hash = :hash AND used_by IS NULL"
            " AND expires_ms >= :now RETURNING name, people"
        ),
        {"device": device.bytes, "hash": hash_, "now": now_ms},
    ).first()
    return None if row is None else (row[0], _ids(row[1]))


def redeemed_by(session: Session, hash_: bytes, now_ms: int) -> UUID | None:
    """The device that used a code which has not expired yet."""
    found = session.execute(
        text("SELECT used_by FROM enrol_code WHERE hash = :hash AND expires_ms >= :now"),
        {"hash": hash_, "now": now_ms},
    ).scalar()
    return None if found is None else UUID(bytes=bytes(found))


def add(session: Session, device: DeviceRow, people: Iterable[UUID]) -> None:
    """Insert an enrolled device with the people granted on it."""
    session.add(
        tables.Device(
            id=device.id.bytes,
            name=device.name,
            public_key=device.public_key,
            model=device.model,
            app_version=device.app_version,
            enrolled_ms=device.enrolled_ms,
        )
    )
    roster.note(session, "device", device.id)
    for person in people:
        grant_person(session, device.id, person)


def grant_person(session: Session, device: UUID, person: UUID) -> None:
    """Let a person use the device."""
    session.execute(
        text('INSERT INTO device_person (device, "user") VALUES (:d, :u) ON CONFLICT DO NOTHING'),
        {"d": device.bytes, "u": person.bytes},
    )


def ungrant_person(session: Session, device: UUID, person: UUID) -> None:
    """A person uses the device no more."""
    session.execute(
        text('DELETE FROM device_person WHERE device = :d AND "user" = :u'),
        {"d": device.bytes, "u": person.bytes},
    )


def people(session: Session, device: UUID) -> list[UUID]:
    """Who is granted on a device."""
    query = 'SELECT "user" FROM device_person WHERE device = :d ORDER BY "user"'
    return [UUID(bytes=bytes(row[0])) for row in batch.run(session, query, d=device.bytes)]


def devices_of(session: Session, person: UUID) -> list[UUID]:
    """The devices that a person is granted on."""
    rows = session.execute(
        text('SELECT device FROM device_person WHERE "user" = :u ORDER BY device'),
        {"u": person.bytes},
    )
    return [UUID(bytes=bytes(row[0])) for row in rows]


def get(session: Session, device: UUID) -> DeviceRow | None:
    """A device, if it exists."""
    rows = batch.run(session, f"SELECT {_DEVICE} FROM device WHERE id = :id", id=device.bytes)
    return _device(rows[0]) if rows else None


def names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """What devices are called, those that are revoked too."""
    query = "SELECT id, name FROM device WHERE id {}"
    rows = batch.select_in(session, query, [one.bytes for one in ids])
    return {UUID(bytes=bytes(row[0])): row[1] for row in rows}


def everything(session: Session) -> list[DeviceRow]:
    """All devices, by name."""
    rows = session.execute(text(f"SELECT {_DEVICE} FROM device ORDER BY name, id"))
    return [_device(row) for row in rows]


def listed(
    session: Session, revoked: bool | None, behind: tuple[int, bytes] | None, limit: int
) -> list[DeviceRow]:
    """The devices enrolled last, behind (enrolled ms, id); ``revoked`` None is either."""
    where = ["1 = 1"]
    bound: dict[str, Any] = {"limit": limit}
    if revoked is not None:
        where.append(f"revoked_ms IS {'NOT ' if revoked else ''}NULL")
    if behind is not None:
        where.append("(enrolled_ms, id) < (:at, :id)")
        bound |= {"at": behind[0], "id": behind[1]}
    query = (
        f"SELECT {_DEVICE} FROM device WHERE {' AND '.join(where)}"
        " ORDER BY enrolled_ms DESC, id DESC LIMIT :limit"
    )
    return [_device(row) for row in batch.run(session, query, **bound)]


def revoke(session: Session, device: UUID, now_ms: int) -> bool:
    """A device may not sync any more; False if it was not active."""
    done: Any = session.execute(
        text("UPDATE device SET revoked_ms = :now WHERE id = :id AND revoked_ms IS NULL"),
        {"now": now_ms, "id": device.bytes},
    )
    if not done.rowcount:
        return False
    roster.note(session, "device", device)
    return True


def charge(session: Session, device: UUID, now_ms: int, day: int, ops: int) -> int:
    """Remember the contact, and charge new ops to the device's day; the day's ops with these."""
    rows = batch.run(
        session,
        "UPDATE device SET last_seen_ms = :now,"
        " ops_count = :ops + CASE WHEN ops_day = :day THEN ops_count ELSE 0 END,"
        " ops_day = :day WHERE id = :id RETURNING ops_count",
        now=now_ms,
        day=day,
        ops=ops,
        id=device.bytes,
    )
    return int(rows[0][0]) if rows else ops


def incarnation(session: Session, incarnation_id: UUID) -> IncarnationRow | None:
    """An incarnation, if it was ever seen."""
    query = "SELECT no, device, ranges FROM incarnation WHERE id = :id"
    rows = batch.run(session, query, id=incarnation_id.bytes)
    if not rows:
        return None
    return life(incarnation_id, *rows[0])


def life(incarnation_id: UUID, number: int, device: bytes, ranges: bytes) -> IncarnationRow:
    """An incarnation from its row."""
    return IncarnationRow(number, incarnation_id, UUID(bytes=bytes(device)), _ranges(ranges))


def add_incarnation(session: Session, incarnation_id: UUID, device: UUID) -> IncarnationRow:
    """Begin an incarnation of a device."""
    number: int = session.execute(
        text(
            "INSERT INTO incarnation (id, device, ranges) VALUES (:id, :device, :ranges)"
            " RETURNING no"
        ),
        {"id": incarnation_id.bytes, "device": device.bytes, "ranges": b"[]"},
    ).scalar_one()
    return IncarnationRow(number, incarnation_id, device, [])


def device_of(session: Session, number: int) -> UUID | None:
    """Whose incarnation this number is; None for ops of desks and server actors."""
    rows = batch.run(session, "SELECT device FROM incarnation WHERE no = :no", no=number)
    return UUID(bytes=bytes(rows[0][0])) if rows else None


def numbers(session: Session, device: UUID) -> frozenset[int]:
    """The numbers of a device's incarnations."""
    rows = batch.run(session, "SELECT no FROM incarnation WHERE device = :d", d=device.bytes)
    return frozenset(row[0] for row in rows)


def set_ranges(session: Session, number: int, ranges: Ranges) -> None:
    """Set the seq that have custody."""
    query = "UPDATE incarnation SET ranges = :ranges WHERE no = :no"
    batch.run(session, query, ranges=_encode(ranges), no=number)


def offsets(session: Session, device: UUID) -> dict[str, int]:
    """Server ms minus ms since boot, by boot id: what corrects the device's claimed times."""
    query = "SELECT boot, offset_ms FROM device_clock WHERE device = :d"
    return dict(batch.run(session, query, d=device.bytes))


def clocks(session: Session, device: UUID) -> dict[str, tuple[int, int | None]]:
    """By boot id: its offset, and the lower bound of that if there is one."""
    query = "SELECT boot, offset_ms, early_ms FROM device_clock WHERE device = :d"
    return {row[0]: (row[1], row[2]) for row in batch.run(session, query, d=device.bytes)}


def put_offset(session: Session, device: UUID, boot: str, offset_ms: int, now_ms: int) -> None:
    """Keep the lowest offset seen of a boot: the sample with the least delay on the way."""
    session.execute(
        text(
            "INSERT INTO device_clock (device, boot, offset_ms, sampled_ms)"
            " VALUES (:d, :b, :o, :n) ON CONFLICT (device, boot)"
            " DO UPDATE SET offset_ms = excluded.offset_ms, sampled_ms = excluded.sampled_ms"
            " WHERE excluded.offset_ms < device_clock.offset_ms"
        ),
        {"d": device.bytes, "b": boot, "o": offset_ms, "n": now_ms},
    )


def forget_boot(session: Session, device: UUID) -> None:
    """Forget the offset that was sampled longest ago."""
    oldest = "SELECT boot FROM device_clock WHERE device = :d ORDER BY sampled_ms, boot LIMIT 1"
    batch.run(
        session, f"DELETE FROM device_clock WHERE device = :d AND boot = ({oldest})", d=device.bytes
    )


def put_early(session: Session, device: UUID, boot: str, early_ms: int) -> None:
    """Keep the highest lower bound of a boot's offset; nothing for a boot without an offset."""
    batch.run(
        session,
        "UPDATE device_clock SET early_ms = :e WHERE device = :d AND boot = :b"
        " AND (early_ms IS NULL OR early_ms < :e)",
        d=device.bytes,
        b=boot,
        e=early_ms,
    )


def earliest(session: Session, device: UUID) -> dict[str, int]:
    """The lower bounds of ``offsets``, of the boots that have one."""
    query = "SELECT boot, early_ms FROM device_clock WHERE device = :d AND early_ms IS NOT NULL"
    return dict(batch.run(session, query, d=device.bytes))


class ScopeRow(Struct, frozen=True):
    """The sites a device has from a moment on; ``told`` once it acknowledged them by a cursor."""

    version: int
    sites: tuple[UUID, ...]
    made_ms: int
    told: bool


def scopes(session: Session, device: UUID) -> list[ScopeRow]:
    """The device's scopes, oldest first."""
    query = (
        "SELECT version, sites, made_ms, told FROM device_scope WHERE device = :d ORDER BY version"
    )
    rows = batch.run(session, query, d=device.bytes)
    return [ScopeRow(row[0], tuple(_ids(row[1])), row[2], bool(row[3])) for row in rows]


def add_scope(
    session: Session, device: UUID, version: int, sites: Sequence[UUID], now_ms: int
) -> None:
    """A device's set of sites changed."""
    session.execute(
        text(
            "INSERT INTO device_scope (device, version, sites, made_ms, told)"
            " VALUES (:d, :v, :s, :n, 0) ON CONFLICT DO NOTHING"
        ),
        {
            "d": device.bytes,
            "v": version,
            "s": b"".join(site.bytes for site in sites),
            "n": now_ms,
        },
    )


def told_scope(session: Session, device: UUID, version: int) -> None:
    """The device came back with a cursor of this scope: it knows."""
    session.execute(
        text("UPDATE device_scope SET told = 1 WHERE device = :d AND version <= :v AND told = 0"),
        {"d": device.bytes, "v": version},
    )


def use_nonce(session: Session, nonce: str, expires_ms: int, now_ms: int) -> bool:
    """Redeem a nonce; False if it was redeemed before."""
    session.execute(text("DELETE FROM used_nonce WHERE expires_ms < :now"), {"now": now_ms})
    done: Any = session.execute(
        text("INSERT INTO used_nonce (nonce, expires_ms) VALUES (:n, :e) ON CONFLICT DO NOTHING"),
        {"n": nonce, "e": expires_ms},
    )
    return bool(done.rowcount)


def _device(row: Any) -> DeviceRow:
    return DeviceRow(UUID(bytes=bytes(row[0])), *row[1:])


def _ids(packed: Any) -> list[UUID]:
    whole = bytes(packed)
    return [UUID(bytes=whole[at : at + 16]) for at in range(0, len(whole), 16)]
