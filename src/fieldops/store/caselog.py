"""The ops of what assessments count, feed by feed in the order of the log, with when they came.

    moments ─→ positions ─→ runs of the log (an index of their own) ─→ ops of the ledger

Records say what stands now; the ledger says what stood at any moment.  A period's cases are in the
log behind the period's first instant, for nothing is received before it happened, so a question
costs what changed since then and not what there is.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch, lately, runs
from fieldops.store.tables import IS_ASSESSED

_RUNS, _OPS = 200, 500
"""Runs and ops that are read at a time."""


class Happened(Struct, frozen=True, gc=False):
    """One op that took effect.  ``occurred_ms`` is as in the ledger: None if it is unknown.

    ``subject`` are the 16 bytes of its record's id: hashing a UUID costs more than reading the row.
    ``revision`` is the record's after it; who sees 1 has seen the record's first op.
    """

    subject: bytes
    revision: int
    received_ms: int
    occurred_ms: int | None
    raw: bytes


class Span(Struct, frozen=True):
    """A stretch of the log: what was received from a moment on and, if one is given, up to another.

    ``after`` and ``until`` are positions; ``until_ms`` is the exact end (inclusive).
    """

    after: int
    until: int = lately.END
    until_ms: int | None = None


def span(session: Session, from_ms: int, until_ms: int | None = None) -> Span:
    """The stretch that holds everything received between two moments (ms, inclusive)."""
    after = lately.position_at(session, from_ms)
    if until_ms is None:
        return Span(after)
    # Positions follow the time of receipt only nearly, so the end is sought a little later.
    return Span(after, lately.position_at(session, until_ms + 2 * lately.SLACK_MS) + 1, until_ms)


def read(session: Session, feed: UUID, stretch: Span, rounds: bool = False) -> Iterator[Happened]:
    """What happened to the walks, feedback and findings of a feed, or to its rounds, in order."""
    where = f"{IS_ASSESSED} AND kind {'=' if rounds else '<>'} 'round'"
    yield from _happened(session, feed, stretch, where)


def evidence(session: Session, feed: UUID, stretch: Span) -> Iterator[Happened]:
    """What happened to the results and photos of a feed, in order."""
    yield from _happened(session, feed, stretch, "kind IN ('result', 'photo')")


def _happened(session: Session, feed: UUID, stretch: Span, where: str) -> Iterator[Happened]:
    changes = _changes(session, feed, stretch, where)
    while part := list(islice(changes, _OPS)):
        found = _ops(session, [op for _, op in part])
        for subject, op in part:
            one = found[op]
            # The op that made a stub of a walk is listed for the walk, and is of another record.
            if one.subject == subject and _is_within(one, stretch):
                yield one


def _is_within(one: Happened, stretch: Span) -> bool:
    return stretch.until_ms is None or one.received_ms <= stretch.until_ms


def _changes(
    session: Session, feed: UUID, stretch: Span, where: str
) -> Iterator[tuple[bytes, bytes]]:
    """The ids of records and of the ops that changed them."""
    query = (
        f"SELECT position, subjects, ops FROM log WHERE {where}"
        " AND feed = :feed AND position > :after"
        " ORDER BY position LIMIT :limit"
    )
    after = stretch.after
    while rows := batch.run(session, query, feed=feed.bytes, after=after, limit=_RUNS):
        for last, subjects, ops in rows:
            yield from runs.pairs(last, bytes(subjects), bytes(ops), after, stretch.until)
        after = rows[-1][0]
        if len(rows) < _RUNS or after >= stretch.until:
            return


def _ops(session: Session, ops: Sequence[bytes]) -> dict[bytes, Happened]:
    query = (
        "SELECT op_id, subject, revision, received_ms, occurred_ms, raw FROM ledger WHERE op_id {}"
    )
    rows = batch.select_in(session, query, ops)
    return {
        bytes(row[0]): Happened(bytes(row[1]), row[2], row[3], row[4], bytes(row[5]))
        for row in rows
    }
