"""How far each endpoint has been told, what it is signed with, and what it refused."""

from collections.abc import Sequence
from typing import Any, Literal, cast
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch

OutletState = Literal["running", "waiting", "suspended"]


class Outlet(Struct, frozen=True, kw_only=True):
    """An endpoint's place in the log (the last position that it was told of) and how it fares.

    ``waiting`` until ``next_ms`` after ``tries`` failures, the first at ``failing_ms``; a
    ``suspended`` one waits for a person.  ``refused`` counts what it refused since it last took
    anything, ``delivered`` what it ever took, ``replays`` how often a person has set its place.
    """

    endpoint: UUID
    position: int
    state: OutletState = "running"
    tries: int = 0
    failing_ms: int | None = None
    next_ms: int = 0
    why: str = ""
    refused: int = 0
    delivered: int = 0
    delivered_ms: int | None = None
    replays: int = 0


class DeadLetter(Struct, frozen=True, kw_only=True):
    """A change that an endpoint refused with an HTTP status; ``again`` once it is to be sent."""

    endpoint: UUID
    position: int
    type: str
    status: int
    tries: int
    at_ms: int
    again: bool = False


class Secret(Struct, frozen=True):
    """A secret in force until ``ends_ms``, or until it is replaced."""

    secret: str
    made_ms: int
    ends_ms: int | None


_COLUMNS = (
    "endpoint, position, state, tries, failing_ms, next_ms, why, refused, delivered, delivered_ms,"
    " replays"
)


def add(session: Session, endpoint: UUID, position: int) -> None:
    """Begin an endpoint behind a position."""
    batch.run(
        session,
        f"INSERT INTO outlet ({_COLUMNS})"
        " VALUES (:e, :p, 'running', 0, NULL, 0, '', 0, 0, NULL, 0) ON CONFLICT DO NOTHING",
        e=endpoint.bytes,
        p=position,
    )


def everything(session: Session) -> dict[UUID, Outlet]:
    """Every endpoint's place."""
    rows = batch.run(session, f"SELECT {_COLUMNS} FROM outlet")
    return {one.endpoint: one for one in map(_outlet, rows)}


def get(session: Session, endpoint: UUID) -> Outlet | None:
    """An endpoint's place, if it has one."""
    query = f"SELECT {_COLUMNS} FROM outlet WHERE endpoint = :e"
    rows = batch.run(session, query, e=endpoint.bytes)
    return _outlet(rows[0]) if rows else None


def put(session: Session, outlet: Outlet, expected: int, replays: int) -> bool:
    """Replace an endpoint's place if it still stands at ``expected``; False if it does not, or if
    somebody has set it since it was set for the ``replays``-th time.

    A suspended one is left alone: whoever suspended it meant what was under way as well.
    """
    found = batch.run(
        session,
        "UPDATE outlet SET position = :position, state = :state, tries = :tries,"
        " failing_ms = :failing_ms, next_ms = :next_ms, why = :why, refused = :refused,"
        " delivered = :delivered, delivered_ms = :delivered_ms"
        " WHERE endpoint = :endpoint AND position = :expected AND replays = :told_by"
        " AND state <> 'suspended' RETURNING position",
        **_bound(outlet),
        expected=expected,
        told_by=replays,
    )
    return bool(found)


def place(session: Session, endpoint: UUID, position: int) -> None:
    """Let an endpoint go on behind a position at once, whatever held it up."""
    batch.run(
        session,
        "UPDATE outlet SET position = :p, state = 'running', tries = 0, failing_ms = NULL,"
        " next_ms = 0, why = '', refused = 0, replays = replays + 1 WHERE endpoint = :e",
        e=endpoint.bytes,
        p=position,
    )


def moved(session: Session) -> int:
    """A number that grows whenever somebody has set a place, or wants something sent again."""
    found: int = batch.run(session, "SELECT coalesce(sum(replays), 0) FROM outlet")[0][0]
    return int(found)


def add_secret(session: Session, endpoint: UUID, secret: str, now_ms: int, ends_ms: int) -> None:
    """A new secret; those before it end at ``ends_ms`` at the latest."""
    batch.run(
        session,
        "UPDATE endpoint_secret SET ends_ms = :ends"
        " WHERE endpoint = :e AND (ends_ms IS NULL OR ends_ms > :ends)",
        e=endpoint.bytes,
        ends=ends_ms,
    )
    batch.run(
        session,
        "INSERT INTO endpoint_secret (endpoint, secret, made_ms) VALUES (:e, :s, :now)",
        e=endpoint.bytes,
        s=secret,
        now=now_ms,
    )


def secrets(session: Session, endpoint: UUID, now_ms: int) -> list[Secret]:
    """The secrets that are in force, newest first."""
    rows = batch.run(
        session,
        "SELECT secret, made_ms, ends_ms FROM endpoint_secret"
        " WHERE endpoint = :e AND (ends_ms IS NULL OR ends_ms > :now) ORDER BY no DESC",
        e=endpoint.bytes,
        now=now_ms,
    )
    return [Secret(row[0], row[1], row[2]) for row in rows]


def bury(session: Session, letters: Sequence[DeadLetter]) -> None:
    """Keep what was refused; what was refused again waits for a person again."""
    for one in letters:
        batch.run(
            session,
            "INSERT INTO dead_letter (endpoint, position, type, status, tries, at_ms, again)"
            " VALUES (:endpoint, :position, :type, :status, :tries, :at_ms, 0)"
            " ON CONFLICT (endpoint, position) DO UPDATE SET status = excluded.status,"
            " tries = dead_letter.tries + excluded.tries, at_ms = excluded.at_ms, again = 0",
            endpoint=one.endpoint.bytes,
            position=one.position,
            type=one.type,
            status=one.status,
            tries=one.tries,
            at_ms=one.at_ms,
        )


def forget_dead(session: Session, endpoint: UUID, positions: Sequence[int]) -> None:
    """What was refused has been taken after all."""
    for position in positions:
        batch.run(
            session,
            "DELETE FROM dead_letter WHERE endpoint = :e AND position = :p",
            e=endpoint.bytes,
            p=position,
        )


def dead(session: Session, endpoint: UUID | None, after: int, limit: int) -> list[DeadLetter]:
    """What an endpoint (None: any) refused, by position, behind one of them."""
    mine = "" if endpoint is None else " AND endpoint = :e"
    bound = {} if endpoint is None else {"e": endpoint.bytes}
    rows = batch.run(
        session,
        "SELECT endpoint, position, type, status, tries, at_ms, again FROM dead_letter"
        f" WHERE position > :after{mine} ORDER BY position, endpoint LIMIT :limit",
        after=after,
        limit=limit,
        **bound,
    )
    return [_dead(row) for row in rows]


def wanted_again(session: Session, endpoint: UUID, limit: int) -> list[int]:
    """The positions of what is to be sent again, in order."""
    rows = batch.run(
        session,
        "SELECT position FROM dead_letter WHERE endpoint = :e AND again = 1"
        " ORDER BY position LIMIT :limit",
        e=endpoint.bytes,
        limit=limit,
    )
    return [row[0] for row in rows]


def want_again(session: Session, endpoint: UUID, position: int | None) -> int:
    """Have something that was refused (None: everything) sent again; how many there are."""
    mine = "" if position is None else " AND position = :p"
    bound = {} if position is None else {"p": position}
    rows = batch.run(
        session,
        f"UPDATE dead_letter SET again = 1 WHERE endpoint = :e{mine} RETURNING position",
        e=endpoint.bytes,
        **bound,
    )
    query = "UPDATE outlet SET replays = replays + 1 WHERE endpoint = :e"
    batch.run(session, query, e=endpoint.bytes)
    return len(rows)


def count_dead(session: Session) -> dict[UUID, int]:
    """How much each endpoint has refused that nobody has had sent again."""
    rows = batch.run(session, "SELECT endpoint, count(*) FROM dead_letter GROUP BY endpoint")
    return {UUID(bytes=bytes(row[0])): row[1] for row in rows}


def _bound(outlet: Outlet) -> dict[str, Any]:
    members = {name: getattr(outlet, name) for name in outlet.__struct_fields__}
    return members | {"endpoint": outlet.endpoint.bytes}


def _outlet(row: Any) -> Outlet:
    names = Outlet.__struct_fields__[1:]
    members = dict(zip(names, row[1:], strict=True))
    return Outlet(endpoint=UUID(bytes=bytes(row[0])), **cast(Any, members))


def _dead(row: Any) -> DeadLetter:
    return DeadLetter(
        endpoint=UUID(bytes=bytes(row[0])),
        position=row[1],
        type=row[2],
        status=row[3],
        tries=row[4],
        at_ms=row[5],
        again=bool(row[6]),
    )
