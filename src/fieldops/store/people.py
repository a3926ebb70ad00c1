"""Users and their grants."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, select

from fieldops.model.access import Grant, Level, Person, Role
from fieldops.store import batch, roster, tables


def lock(session: Session, users: Iterable[UUID]) -> None:
    """Wait until nobody else changes, lets in or signs in these users.

    For whoever decides by an account and writes what follows from it elsewhere: a session, what a
    tablet is told.  Before the feed of a tablet is locked, as everybody does who needs both.
    """
    batch.lock(session, sorted(users))


def add_user(session: Session, user: UUID, login: str, name: str, staff_number: str = "") -> None:
    """Insert a user; ``login`` must be new."""
    session.add(tables.User(id=user.bytes, login=login, name=name, staff_number=staff_number))
    roster.note(session, "user", user)


def set_secrets(
    session: Session,
    user: UUID,
    now_ms: int,
    password: str | None = None,
    pin: str | None = None,
    once: bool = False,
) -> None:
    """Set argon2id hashes (PHC strings); None leaves a secret as it is.

    ``once`` marks a password that must be changed at the first sign-in.
    """
    row = session.get_one(tables.User, user.bytes)
    if password is not None:
        row.password, row.password_set_ms, row.password_once = password, now_ms, int(once)
    row.pin = pin or row.pin
    session.add(row)
    session.flush()


def has_secrets(session: Session, user: UUID) -> tuple[bool, bool]:
    """Whether a user has a password, and a PIN."""
    row = session.get_one(tables.User, user.bytes)
    return row.password is not None, row.pin is not None


def rename(session: Session, user: UUID, name: str, staff_number: str) -> bool:
    """Set name and staff number; False if they were the same."""
    row = session.get_one(tables.User, user.bytes)
    if (row.name, row.staff_number) == (name, staff_number):
        return False
    row.name, row.staff_number = name, staff_number
    session.add(row)
    roster.note(session, "user", user)
    return True


def place(session: Session, user: UUID, team: str, post: str) -> bool:
    """Set team and post; False if they were the same."""
    row = session.get_one(tables.User, user.bytes)
    if (row.team, row.post) == (team, post):
        return False
    row.team, row.post = team, post
    session.add(row)
    roster.note(session, "user", user)
    return True


def disable(session: Session, user: UUID, now_ms: int) -> None:
    """Nobody signs in as this user any more."""
    row = session.get_one(tables.User, user.bytes)
    row.disabled_ms = now_ms
    session.add(row)
    roster.note(session, "user", user)


def user_id(session: Session, login: str) -> UUID | None:
    """The id behind a login."""
    found = session.exec(select(tables.User.id).where(tables.User.login == login)).first()
    return None if found is None else UUID(bytes=bytes(found))


def pins(session: Session, users: Iterable[UUID]) -> dict[UUID, str | None]:
    """The PIN hashes of users, for the devices that they are granted on."""
    rows = batch.select_in(
        session, "SELECT id, pin FROM user_account WHERE id {}", [one.bytes for one in users]
    )
    return {UUID(bytes=bytes(row[0])): row[1] for row in rows}


def add_grant(session: Session, grant_id: UUID, user: UUID, grant: Grant) -> None:
    """Grant a role on sites at a level until an expiry."""
    session.add(
        tables.Grant(
            id=grant_id.bytes,
            user=user.bytes,
            role=grant.role.value,
            sites=_pack(grant.sites),
            level=int(grant.level),
            expires_ms=grant.expires_ms,
        )
    )
    session.flush()


def revoke_grant(session: Session, grant_id: UUID, now_ms: int) -> UUID | None:
    """End a grant; whose it was, or None if there is none in force by that id."""
    rows = batch.run(
        session,
        "UPDATE grant_role SET revoked_ms = :now WHERE id = :id AND revoked_ms IS NULL"
        ' RETURNING "user"',
        now=now_ms,
        id=grant_id.bytes,
    )
    return UUID(bytes=bytes(rows[0][0])) if rows else None


def grants(session: Session, user: UUID) -> list[tuple[UUID, Grant]]:
    """A user's grants that are not revoked, with their ids."""
    rows = session.execute(
        text(
            "SELECT id, role, sites, level, expires_ms FROM grant_role"
            ' WHERE "user" = :u AND revoked_ms IS NULL ORDER BY id'
        ),
        {"u": user.bytes},
    )
    return [(UUID(bytes=bytes(row[0])), _grant(row[1:])) for row in rows]


def names(session: Session, users: Iterable[UUID]) -> dict[UUID, str]:
    """What people are called, those that are disabled too."""
    query = "SELECT id, name FROM user_account WHERE id {}"
    rows = batch.select_in(session, query, [one.bytes for one in users])
    return {UUID(bytes=bytes(row[0])): row[1] for row in rows}


def administrators(session: Session) -> list[tuple[UUID, UUID]]:
    """Who administers every site without an end, each with the grant; nobody who is disabled."""
    query = (
        'SELECT g."user", g.id FROM grant_role AS g JOIN user_account AS u ON u.id = g."user"'
        " WHERE g.role = :role AND g.sites IS NULL AND g.expires_ms IS NULL"
        " AND g.revoked_ms IS NULL AND u.disabled_ms IS NULL"
    )
    rows = batch.run(session, query, role=Role.ADMINISTRATOR.value)
    return [(UUID(bytes=bytes(row[0])), UUID(bytes=bytes(row[1]))) for row in rows]


_PERSON = (
    "SELECT u.id, u.name, u.staff_number, u.team, u.post, g.role, g.sites, g.level, g.expires_ms"
    " FROM user_account AS u"
    ' LEFT JOIN grant_role AS g ON g."user" = u.id AND g.revoked_ms IS NULL'
)
"""A row a grant; one without a role for somebody who has none."""


def people(session: Session, users: Iterable[UUID]) -> dict[UUID, Person]:
    """Users that are not disabled, with their grants."""
    query = f"{_PERSON} WHERE u.disabled_ms IS NULL AND u.id {{}}"
    return _persons(batch.select_in(session, query, [one.bytes for one in users]))


def on_device(session: Session, device: UUID) -> dict[UUID, Person]:
    """Those granted on a device who are not disabled, with their grants."""
    query = (
        f'{_PERSON} JOIN device_person AS d ON d."user" = u.id'
        " WHERE u.disabled_ms IS NULL AND d.device = :device"
        " ORDER BY u.id"
    )
    return _persons(batch.run(session, query, device=device.bytes))


def _persons(rows: Iterable[Any]) -> dict[UUID, Person]:
    found: dict[UUID, Person] = {}
    for user, name, staff_number, team, post, *grant in rows:
        known = UUID(bytes=bytes(user))
        before = found[known].grants if known in found else ()
        grants = before if grant[0] is None else (*before, _grant(grant))
        found[known] = Person(known, name, grants, staff_number, team, post)
    return found


def everybody(session: Session) -> list[tuple[str, Person]]:
    """All users that are not disabled, as (login, person), by login."""
    rows = session.execute(
        text("SELECT login, id FROM user_account WHERE disabled_ms IS NULL ORDER BY login")
    )
    logins = [(row[0], UUID(bytes=bytes(row[1]))) for row in rows]
    known = people(session, [user for _, user in logins])
    return [(login, known[user]) for login, user in logins]


def listed(session: Session, after: str, limit: int) -> list[tuple[str, Person]]:
    """So many users that are not disabled, as (login, person), by login behind one."""
    query = (
        "SELECT login, id FROM user_account WHERE disabled_ms IS NULL AND login > :after"
        " ORDER BY login LIMIT :limit"
    )
    rows = batch.run(session, query, after=after, limit=limit)
    known = people(session, [UUID(bytes=bytes(row[1])) for row in rows])
    return [(row[0], known[UUID(bytes=bytes(row[1]))]) for row in rows]


def behind(session: Session, user: UUID | None, limit: int) -> list[Person]:
    """So many users that are not disabled, with their grants, by id behind one."""
    query = (
        "SELECT id FROM user_account WHERE disabled_ms IS NULL AND id > :after"
        " ORDER BY id LIMIT :limit"
    )
    first = b"" if user is None else user.bytes
    ids = [UUID(bytes=bytes(row[0])) for row in batch.run(session, query, after=first, limit=limit)]
    known = people(session, ids)
    return [known[one] for one in ids]


def _grant(row: Any) -> Grant:
    return Grant(Role(row[0]), _unpack(row[1]), Level(row[2]), row[3])


def _pack(sites: frozenset[UUID] | None) -> bytes | None:
    return None if sites is None else b"".join(sorted(site.bytes for site in sites))


def _unpack(packed: Any) -> frozenset[UUID] | None:
    if packed is None:
        return None
    whole = bytes(packed)
    return frozenset(UUID(bytes=whole[at : at + 16]) for at in range(0, len(whole), 16))


def lost_sites(
    session: Session, users: Iterable[UUID], sites: Iterable[UUID], now_ms: int
) -> dict[UUID, int]:
    """When (ms) these people last lost each of these sites, where one of them ever had it."""
    query = (
        'SELECT sites, COALESCE(revoked_ms, expires_ms), expires_ms FROM grant_role WHERE "user" {}'
    )
    lost: dict[UUID, int] = {}
    for packed, ended_ms, expires_ms in batch.select_in(
        session, query, [one.bytes for one in users]
    ):
        ends = [end for end in (ended_ms, expires_ms) if end is not None and end <= now_ms]
        held = _unpack(packed)
        for site in sites if ends else ():
            if held is None or site in held:
                lost[site] = max(lost.get(site, 0), min(ends))
    return lost
