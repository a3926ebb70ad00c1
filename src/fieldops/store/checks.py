"""When stored bytes were last read back and hashed, and what was found."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch


class Due(Struct, frozen=True):
    """Bytes to be read back, with the derivatives that were made from them (hashes and sizes)."""

    sha256: bytes
    size_bytes: int
    generation: int
    is_stored: bool
    derivatives: dict[bytes, int] = {}


class Standing(Struct, frozen=True):
    """How checked everything is: rows that are ``stored``, ``overdue``, ``damaged``.

    ``oldest_ms`` is the oldest check of what is stored.
    """

    stored: int
    overdue: int
    damaged: int
    oldest_ms: int | None


_DUE = (
    "SELECT m.sha256, m.size_bytes, m.generation, m.state, p.thumb, p.thumb_bytes,"
    " p.view, p.view_bytes FROM media m LEFT JOIN picture p ON p.sha256 = m.sha256 WHERE "
)


def due(session: Session, before_ms: int, damaged_before_ms: int, limit: int) -> list[Due]:
    """What was checked longest ago, before ``before_ms``; first what was damaged already.

    What is damaged is looked at more often: its folder may only have been unmounted.
    """
    found: list[Due] = []
    limits = {"bad": damaged_before_ms, "lost": damaged_before_ms, "stored": before_ms}
    for state, limit_ms in limits.items():
        rows = session.execute(
            text(
                f"{_DUE} m.state = :state AND m.checked_ms < :before"
                " ORDER BY m.checked_ms, m.sha256 LIMIT :limit"
            ),
            {"state": state, "before": limit_ms, "limit": limit - len(found)},
        )
        found += [_due(row) for row in rows]
    return found


def some(session: Session, hashes: Sequence[bytes]) -> list[Due]:
    """These bytes, as far as they should be there."""
    query = f"{_DUE} m.state IN ('stored', 'bad', 'lost') AND m.sha256 {{}}"
    rows = {bytes(row[0]): row for row in batch.select_in(session, query, list(hashes))}
    return [_due(row) for row in rows.values()]


def of_site(session: Session, feed: bytes) -> list[bytes]:
    """The hashes of all bytes that photos of a site name."""
    rows = session.execute(
        text("SELECT DISTINCT sha256 FROM media_ref WHERE feed = :feed"), {"feed": feed}
    )
    return [bytes(row[0]) for row in rows]


def overdue(session: Session, before_ms: int | None) -> list[bytes]:
    """What was checked before an instant (None: everything), and what is damaged; oldest first."""
    rows = session.execute(
        text(
            "SELECT sha256 FROM media WHERE state IN ('bad', 'lost') OR (state = 'stored'"
            " AND checked_ms < :before) ORDER BY checked_ms, sha256"
        ),
        {"before": 2**62 if before_ms is None else before_ms},
    )
    return [bytes(row[0]) for row in rows]


def passed(session: Session, found: Iterable[tuple[bytes, int]], now_ms: int) -> None:
    """Remember that stored bytes of this generation were right."""
    statement = text(
        "UPDATE media SET checked_ms = :now"
        " WHERE sha256 = :s AND generation = :g AND state = 'stored'"
    )
    for sha256, generation in sorted(found):
        session.execute(statement, {"s": sha256, "g": generation, "now": now_ms})


def mended(session: Session, sha256: bytes, generation: int, now_ms: int) -> bool:
    """Remember that bytes of this generation, found damaged once, are right; whether that is so."""
    done = session.execute(
        text(
            "UPDATE media SET checked_ms = :now, state = 'stored', generation = generation + 1"
            " WHERE sha256 = :s AND generation = :g AND state IN ('bad', 'lost') RETURNING 1"
        ),
        {"s": sha256, "g": generation, "now": now_ms},
    )
    return done.first() is not None


def failed(
    session: Session, sha256: bytes, generation: int, state: Literal["bad", "lost"], now_ms: int
) -> bool:
    """Remember that bytes of this generation are not right; whether that is new."""
    bound = {"s": sha256, "g": generation, "now": now_ms, "state": state}
    where = "WHERE sha256 = :s AND generation = :g AND state"
    new = session.execute(
        text(
            "UPDATE media SET state = :state, checked_ms = :now, generation = generation + 1"
            f" {where} = 'stored' RETURNING 1"
        ),
        bound,
    ).first()
    session.execute(
        text(f"UPDATE media SET state = :state, checked_ms = :now {where} IN ('bad', 'lost')"),
        bound,
    )
    return new is not None


def originals(session: Session, derivatives: Sequence[bytes]) -> dict[bytes, bytes]:
    """What each of these derivatives was made from; what is none is left out."""
    found: dict[bytes, bytes] = {}
    for name in ("thumb", "view"):
        query = f"SELECT {name}, sha256 FROM picture WHERE {name} {{}}"
        rows = batch.select_in(session, query, list(derivatives))
        found |= {bytes(row[0]): bytes(row[1]) for row in rows}
    return found


def forget_pictures(session: Session, derivatives: Iterable[bytes]) -> list[bytes]:
    """Forget the pictures that have one of these derivatives; the hashes of their originals."""
    found = []
    for sha256 in sorted(derivatives):
        rows = session.execute(
            text("DELETE FROM picture WHERE thumb = :s OR view = :s RETURNING sha256"),
            {"s": sha256},
        )
        found += [bytes(row[0]) for row in rows]
    return found


def standing(session: Session, before_ms: int) -> Standing:
    """How checked everything is; ``overdue`` is what was checked before ``before_ms``."""
    row = session.execute(
        text(
            "SELECT (SELECT count(*) FROM media WHERE state = 'stored'),"
            " (SELECT count(*) FROM media WHERE state = 'stored' AND checked_ms < :before),"
            " (SELECT count(*) FROM media WHERE state IN ('bad', 'lost')),"
            " (SELECT min(checked_ms) FROM media WHERE state = 'stored')"
        ),
        {"before": before_ms},
    ).one()
    return Standing(*row)


def damaged(session: Session, limit: int = 1000) -> list[bytes]:
    """The bytes that are damaged or missing."""
    rows = session.execute(
        text("SELECT sha256 FROM media WHERE state IN ('bad', 'lost') ORDER BY 1 LIMIT :limit"),
        {"limit": limit},
    )
    return [bytes(row[0]) for row in rows]


def _due(row: Any) -> Due:
    made = {bytes(sha): size for sha, size in ((row[4], row[5]), (row[6], row[7])) if sha}
    return Due(bytes(row[0]), row[1], row[2], row[3] == "stored", made)
