"""Bytes that nobody names, as rows: found, condemned, and gone; see ``media`` for the states.

Nothing here touches the blob store.  ``condemn`` is the one statement by which bytes become
deletable, and ``flow.remove`` the one place where they are deleted.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch

_UNNAMED = (
    "(m.state = 'stray' OR NOT EXISTS (SELECT 1 FROM media_ref r WHERE r.sha256 = m.sha256))"
    " AND NOT EXISTS (SELECT 1 FROM picture p WHERE p.thumb = m.sha256)"
    " AND NOT EXISTS (SELECT 1 FROM picture p WHERE p.view = m.sha256)"
)
"""No record names them, and they are no picture's derivative.

A stray was never said to be stored, or not any more: a record that names it awaits it.
"""
_COLLECTABLE = "m.state IN ('stored', 'bad', 'lost', 'stray')"


class Page(Struct, frozen=True):
    """Some rows in the order of their hashes: the last of them, and what was found among them.

    ``last`` is None behind the end.
    """

    last: bytes | None
    found: list[bytes]


def page(session: Session, after: bytes, before_ms: int, limit: int) -> Page:
    """The next rows behind a hash; found are orphans that were not touched since ``before_ms``."""
    wanted = f"m.touched_ms < :before AND {_COLLECTABLE} AND {_UNNAMED}"
    return search(session, wanted, after, before_ms, limit)


def search(session: Session, wanted: str, after: bytes, before_ms: int, limit: int) -> Page:
    """The next rows of ``media m`` behind a hash, and which of them are ``wanted``.

    That is SQL, about ``:before`` as well.  However few are, a page costs the same.
    """
    rows = session.execute(
        text(
            f"SELECT m.sha256, {wanted} FROM media m WHERE m.sha256 > :after"
            " ORDER BY m.sha256 LIMIT :limit"
        ),
        {"after": after, "before": before_ms, "limit": limit},
    ).all()
    if not rows:
        return Page(None, [])
    return Page(bytes(rows[-1][0]), [bytes(row[0]) for row in rows if row[1]])


def still(session: Session, hashes: Sequence[bytes], before_ms: int) -> set[bytes]:
    """Those that are orphans now."""
    query = f"SELECT m.sha256, m.touched_ms FROM media m WHERE {_COLLECTABLE} AND {_UNNAMED}"
    rows = batch.select_in(session, f"{query} AND m.sha256 {{}}", hashes)
    return {bytes(row[0]) for row in rows if row[1] < before_ms}


def condemn(session: Session, hashes: Iterable[bytes], before_ms: int) -> list[tuple[bytes, int]]:
    """Give bytes over to be deleted, unless they were touched since; (hash, size in bytes)."""
    statement = text(
        "UPDATE media AS m SET state = 'condemned', generation = m.generation + 1"
        f" WHERE m.sha256 = :s AND m.touched_ms < :before AND {_COLLECTABLE}"
        " RETURNING size_bytes"
    )
    done = []
    for sha256 in sorted(hashes):
        row = session.execute(statement, {"s": sha256, "before": before_ms}).first()
        if row is not None:
            done.append((sha256, int(row[0])))
    return done


def condemned(session: Session, after: bytes, limit: int) -> list[bytes]:
    """What waits to be deleted, in the order of the hashes behind one."""
    rows = session.execute(
        text(
            "SELECT sha256 FROM media WHERE state = 'condemned' AND sha256 > :after"
            " ORDER BY sha256 LIMIT :limit"
        ),
        {"after": after, "limit": limit},
    )
    return [bytes(row[0]) for row in rows]


def bury(session: Session, hashes: Iterable[bytes], now_ms: int) -> int:
    """Remember that bytes are deleted; their derivatives have no use any more.

    The row of a picture stays while a record names it: what it shows is part of the record.
    """
    buried = 0
    for sha256 in sorted(hashes):
        bound = {"s": sha256, "now": now_ms}
        done = session.execute(
            text(
                "UPDATE media SET state = 'gone', generation = generation + 1, touched_ms = :now"
                " WHERE sha256 = :s AND state = 'condemned' RETURNING 1"
            ),
            bound,
        )
        if done.first() is not None:
            buried += 1
            _strand(session, sha256)
    return buried


def spare(session: Session, hashes: Iterable[bytes], now_ms: int) -> None:
    """The store keeps condemned bytes for a time of its own: they are strays, with a new grace."""
    statement = text(
        "UPDATE media SET state = 'stray', generation = generation + 1, touched_ms = :now"
        " WHERE sha256 = :s AND state = 'condemned'"
    )
    for sha256 in sorted(hashes):
        session.execute(statement, {"s": sha256, "now": now_ms})


def _strand(session: Session, sha256: bytes) -> None:
    """The derivatives of bytes that are gone are strays that were found long ago."""
    row = session.execute(
        text("SELECT thumb, view, thumb_bytes, view_bytes FROM picture WHERE sha256 = :s"),
        {"s": sha256},
    ).first()
    if row is None:
        return
    session.execute(
        text(
            "UPDATE picture SET thumb = NULL, view = NULL, thumb_bytes = 0, view_bytes = 0"
            " WHERE sha256 = :s"
        ),
        {"s": sha256},
    )
    session.execute(
        text(
            "DELETE FROM picture WHERE sha256 = :s"
            " AND NOT EXISTS (SELECT 1 FROM media_ref r WHERE r.sha256 = :s)"
        ),
        {"s": sha256},
    )
    sizes = {bytes(row[0]): row[2]} if row[0] is not None else {}
    sizes |= {bytes(row[1]): row[3]} if row[1] is not None else {}
    sight(session, sizes, 0)


def sight(session: Session, sizes: dict[bytes, int], now_ms: int) -> int:
    """Remember bytes that lie in the store and that no row knows; how many are new.

    What was gone and lies there again (put by somebody who then died) is a stray as well.
    """
    statement = text(
        "INSERT INTO media (sha256, size_bytes, mime, state, stored_ms, touched_ms, generation,"
        " checked_ms) VALUES (:s, :size, '', 'stray', :now, :now, 0, :now)"
        " ON CONFLICT (sha256) DO UPDATE SET state = 'stray', touched_ms = excluded.touched_ms"
        " WHERE media.state = 'gone' RETURNING 1"
    )
    new = 0
    for sha256 in sorted(sizes):
        bound = {"s": sha256, "size": sizes[sha256], "now": now_ms}
        new += session.execute(statement, bound).first() is not None
    return new


def unknown(session: Session, hashes: Sequence[bytes]) -> set[bytes]:
    """Those that neither a row nor a picture knows."""
    known: set[bytes] = set()
    for query in (
        "SELECT sha256 FROM media WHERE state <> 'gone' AND sha256 {}",
        "SELECT thumb FROM picture WHERE thumb {}",
        "SELECT view FROM picture WHERE view {}",
    ):
        known |= {bytes(row[0]) for row in batch.select_in(session, query, hashes)}
    return set(hashes) - known


def recognise(session: Session, before_ms: int) -> int:
    """Forget strays that turned out to be derivatives, and rows of what is long gone."""
    done: Any = session.execute(
        text(
            "DELETE FROM media WHERE state = 'stray' AND (EXISTS (SELECT 1 FROM picture p"
            " WHERE p.thumb = media.sha256) OR EXISTS (SELECT 1 FROM picture p"
            " WHERE p.view = media.sha256))"
        )
    )
    gone: Any = session.execute(
        text(
            "DELETE FROM media WHERE state = 'gone' AND touched_ms < :before"
            " AND NOT EXISTS (SELECT 1 FROM media_ref r WHERE r.sha256 = media.sha256)"
        ),
        {"before": before_ms},
    )
    return int(done.rowcount) + int(gone.rowcount)
