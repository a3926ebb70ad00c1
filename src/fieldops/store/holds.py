"""Legal holds as rows: photos that nothing may delete, and whether given bytes are among them."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Literal, cast
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch

Kind = Literal["site", "inspection", "photo"]
_KEY = UUID("6c6f636b-0000-8000-8000-686f6c647321")
"""What placing a hold and condemning bytes both lock, so that one of them is first."""
_COLUMNS = "id, kind, subject, reason, placed_by, placed_ms, released_by, released_ms"
_NAMED = (
    "(h.kind = 'site' AND h.subject = r.feed OR h.kind = 'inspection' AND h.subject = r.parent"
    " OR h.kind = 'photo' AND h.subject = r.subject)"
)


class HoldRow(Struct, frozen=True, omit_defaults=True):
    """``subject`` is the id of a site, an inspection or a photo's record."""

    id: UUID
    kind: Kind
    subject: UUID
    reason: str
    placed_by: UUID | None
    placed_ms: int
    released_by: UUID | None = None
    released_ms: int | None = None


def lock(session: Session) -> None:
    """Wait until nobody else places a hold or condemns bytes."""
    batch.lock(session, [_KEY])


def add(session: Session, row: HoldRow) -> None:
    """Insert a new hold."""
    session.execute(
        text(
            "INSERT INTO legal_hold (id, kind, subject, reason, placed_by, placed_ms)"
            " VALUES (:id, :kind, :subject, :reason, :by, :now)"
        ),
        {
            "id": row.id.bytes,
            "kind": row.kind,
            "subject": row.subject.bytes,
            "reason": row.reason,
            "by": None if row.placed_by is None else row.placed_by.bytes,
            "now": row.placed_ms,
        },
    )


def release(session: Session, hold: UUID, by: UUID | None, now_ms: int) -> bool:
    """End a hold; False if it does not stand any more."""
    done = session.execute(
        text(
            "UPDATE legal_hold SET released_by = :by, released_ms = :now"
            " WHERE id = :id AND released_ms IS NULL RETURNING 1"
        ),
        {"id": hold.bytes, "by": None if by is None else by.bytes, "now": now_ms},
    )
    return done.first() is not None


def get(session: Session, hold: UUID) -> HoldRow | None:
    """A hold, if there is one by this id."""
    found = _select(session, "id = :id", id=hold.bytes)
    return found[0] if found else None


def everything(session: Session, released: bool = False) -> list[HoldRow]:
    """The holds that stand, the oldest first; with ``released`` those that ended as well."""
    return _select(session, "1 = 1" if released else "released_ms IS NULL")


def page(
    session: Session,
    feeds: Iterable[UUID] | None,
    released: bool,
    behind: tuple[int, bytes] | None,
    limit: int,
) -> list[tuple[HoldRow, UUID]]:
    """So many holds of some sites (None: all), the oldest first, each with its site.

    ``behind`` is the (placed_ms, id) of the one before.
    """
    where = "1 = 1" if released else "h.released_ms IS NULL"
    bound: dict[str, Any] = {}
    if behind is not None:
        where += " AND (h.placed_ms, h.id) > (:at, :id)"
        bound = {"at": behind[0], "id": behind[1]}
    rows = batch.run(
        session,
        f"SELECT {', '.join(f'h.{name}' for name in _COLUMNS.split(', '))}, r.feed"
        f" FROM legal_hold h JOIN record r ON r.id = h.subject WHERE {where}"
        " ORDER BY h.placed_ms, h.id",
        **bound,
    )
    # A company has a handful of holds; sites are compared here.
    mine = None if feeds is None else {feed.bytes for feed in feeds}
    seen = (row for row in rows if mine is None or bytes(row[-1]) in mine)
    return [(_hold(row), UUID(bytes=bytes(row[-1]))) for row in islice(seen, limit)]


def held(session: Session, hashes: Iterable[bytes]) -> set[bytes]:
    """Those of the bytes that a hold protects: one held photo among several is enough."""
    query = (
        "SELECT DISTINCT r.sha256 FROM media_ref r JOIN legal_hold h ON h.released_ms IS NULL"
        f" AND {_NAMED} WHERE r.sha256 {{}}"
    )
    return {bytes(row[0]) for row in batch.select_in(session, query, list(hashes))}


def named_by(session: Session, row: HoldRow) -> list[tuple[bytes, str | None]]:
    """The bytes that a hold is about, each with the state of its ``media`` row."""
    found = session.execute(
        text(
            "SELECT DISTINCT r.sha256, m.state FROM media_ref r JOIN legal_hold h ON h.id = :id"
            f" AND {_NAMED} LEFT JOIN media m ON m.sha256 = r.sha256"
        ),
        {"id": row.id.bytes},
    )
    return [(bytes(one[0]), one[1]) for one in found]


def _select(session: Session, where: str, **bound: Any) -> list[HoldRow]:
    rows: Sequence[Any] = session.execute(
        text(f"SELECT {_COLUMNS} FROM legal_hold WHERE {where} ORDER BY placed_ms, id"), bound
    ).all()
    return [_hold(row) for row in rows]


def _hold(row: Any) -> HoldRow:
    return HoldRow(
        id=UUID(bytes=bytes(row[0])),
        kind=cast(Kind, row[1]),
        subject=UUID(bytes=bytes(row[2])),
        reason=row[3],
        placed_by=_id(row[4]),
        placed_ms=row[5],
        released_by=_id(row[6]),
        released_ms=row[7],
    )


def _id(value: Any) -> UUID | None:
    return None if value is None else UUID(bytes=bytes(value))
