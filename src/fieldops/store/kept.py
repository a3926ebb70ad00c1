"""Bytes that were kept long enough, as rows: stored and announced before an instant, and named."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.orphans import Page, search

_OLD = (
    "m.state = 'stored' AND m.stored_ms < :before AND EXISTS"
    " (SELECT 1 FROM media_ref r WHERE r.sha256 = m.sha256) AND NOT EXISTS"
    " (SELECT 1 FROM media_ref r WHERE r.sha256 = m.sha256 AND r.since_ms >= :before)"
)


def page(session: Session, after: bytes, before_ms: int, limit: int) -> Page:
    """The next rows behind a hash; found are those that are old enough to be looked at."""
    return search(session, _OLD, after, before_ms, limit)


def of_closed_walks(session: Session, hashes: Sequence[bytes]) -> set[bytes]:
    """Those of the bytes that no open inspection names, and no finding that is not done."""
    query = (
        "SELECT DISTINCT r.sha256 FROM media_ref r LEFT JOIN record i ON i.id = r.parent"
        " WHERE (i.id IS NULL OR i.state NOT IN ('sealed', 'approved', 'voided', 'closed',"
        " 'deducted', 'withdrawn')) AND r.sha256 {}"
    )
    return set(hashes) - {bytes(row[0]) for row in batch.select_in(session, query, hashes)}


def condemn(session: Session, sha256: bytes, before_ms: int) -> bool:
    """Give bytes that are old enough over to be deleted; False if they are not, or not stored."""
    done = session.execute(
        text(
            "UPDATE media AS m SET state = 'condemned', generation = m.generation + 1"
            f" WHERE m.sha256 = :s AND {_OLD} RETURNING 1"
        ),
        {"s": sha256, "before": before_ms},
    )
    return done.first() is not None
