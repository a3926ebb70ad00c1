"""Scheduled reports: a row a month and language, which one process at a time works on.

Every statement compares the lease: who comes late changes nothing.
"""

from typing import Any

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch

AHEAD_MS = 2 * 3_600_000
"""No lease and no rest is longer, and no two clocks of servers differ so much."""


class Scheduled(Struct, frozen=True):
    """A month's report in one language; see ``ScheduledReport``.  Instants are ms."""

    month: str
    language: str
    lease: str
    lease_ms: int
    attempts: int
    next_ms: int
    why: str
    failing_ms: int | None
    made_ms: int | None
    sha256: str
    removed_ms: int | None

    @property
    def is_made(self) -> bool:
        """Whether it is on record."""
        return self.made_ms is not None

    def stands(self, now_ms: int) -> bool:
        """Whether it is on record and needs no other: a clock that ran ahead may have made it of a
        month that was not over."""
        return self.made_ms is not None and self.made_ms <= now_ms + AHEAD_MS


_MEMBERS = ", ".join(Scheduled.__struct_fields__)
_MINE = "month = :month AND language = :language AND made_ms IS NULL"


def of_month(session: Session, month: str) -> dict[str, Scheduled]:
    """What was begun of a month, by language."""
    query = f"SELECT {_MEMBERS} FROM scheduled_report WHERE month = :month"
    rows = batch.run(session, query, month=month)
    return {row[1]: Scheduled(*row) for row in rows}


def everything(session: Session) -> list[Scheduled]:
    """All that were ever begun, the latest month first, by language."""
    query = f"SELECT {_MEMBERS} FROM scheduled_report ORDER BY month DESC, language"
    return [Scheduled(*row) for row in batch.run(session, query)]


def outdated(session: Session, before_ms: int) -> list[Scheduled]:
    """Those that were made before an instant and are still kept, the oldest month first."""
    query = (
        f"SELECT {_MEMBERS} FROM scheduled_report WHERE made_ms < :before AND removed_ms IS NULL"
        " ORDER BY month, language"
    )
    return [Scheduled(*row) for row in batch.run(session, query, before=before_ms)]


def remove(session: Session, month: str, language: str, sha256: str, now_ms: int) -> bool:
    """Note that a report that was made is kept no more; False if it was noted before."""
    query = (
        "UPDATE scheduled_report SET removed_ms = :now WHERE month = :month"
        " AND language = :language AND sha256 = :sha AND made_ms IS NOT NULL"
        " AND removed_ms IS NULL RETURNING 1"
    )
    bound = {"month": month, "language": language, "sha": sha256, "now": now_ms}
    return bool(batch.run(session, query, **bound))


def claim(
    session: Session, month: str, language: str, lease: str, now_ms: int, until_ms: int
) -> bool:
    """Take a report's lease, or keep it on; False while another holds it, or if it is made."""
    named: dict[str, Any] = {"month": month, "language": language}
    batch.run(
        session,
        "INSERT INTO scheduled_report (month, language, lease, lease_ms, attempts, next_ms, why,"
        " sha256) VALUES (:month, :language, '', 0, 0, 0, '', '') ON CONFLICT DO NOTHING",
        **named,
    )
    far = {"far": now_ms + AHEAD_MS}
    batch.run(
        session,
        "UPDATE scheduled_report SET made_ms = NULL, sha256 = '', removed_ms = NULL, lease = ''"
        " WHERE month = :month AND language = :language AND made_ms > :far",
        **named,
        **far,
    )
    query = (
        f"UPDATE scheduled_report SET lease = :lease, lease_ms = :until WHERE {_MINE}"
        " AND (lease = :lease OR lease_ms <= :now OR lease_ms > :far) RETURNING 1"
    )
    bound = {"lease": lease, "until": until_ms, "now": now_ms, **far}
    return bool(batch.run(session, query, **bound, **named))


def finish(
    session: Session, month: str, language: str, lease: str, sha256: str, now_ms: int
) -> bool:
    """A report is made; False if the lease went to another meanwhile."""
    query = (
        "UPDATE scheduled_report SET made_ms = :now, sha256 = :sha, lease_ms = 0, why = '',"
        f" failing_ms = NULL WHERE {_MINE} AND lease = :lease RETURNING 1"
    )
    bound = {"month": month, "language": language, "lease": lease, "sha": sha256, "now": now_ms}
    return bool(batch.run(session, query, **bound))


def rest(
    session: Session, month: str, language: str, lease: str, why: str, now_ms: int, next_ms: int
) -> bool:
    """Give a lease back after a failure, until an instant, or (``why`` empty) for anybody."""
    failed = (
        ", attempts = attempts + 1, why = :why, next_ms = :next,"
        " failing_ms = coalesce(failing_ms, :now)"
    )
    query = (
        f"UPDATE scheduled_report SET lease = '', lease_ms = 0{failed if why else ''}"
        f" WHERE {_MINE} AND lease = :lease RETURNING 1"
    )
    bound: dict[str, Any] = {"month": month, "language": language, "lease": lease}
    if why:
        bound |= {"why": why, "next": next_ms, "now": now_ms}
    return bool(batch.run(session, query, **bound))
