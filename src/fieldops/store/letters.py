"""Letters that wait, went out or came to nothing; and where people get theirs."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.tables import IS_FEEDBACK

Fate = Literal["sent", "waiting", "refused", "given-up"]
_encode = msgspec.json.Encoder(order="sorted").encode


class Mailbox(Struct, frozen=True):
    """Where a person gets letters, and in which language."""

    user: UUID
    address: str
    language: str


class NewLetter(Struct, frozen=True):
    """A notice to one person; ``cause`` is what it tells of, ``facts`` what it says."""

    cause: UUID
    user: UUID
    notice: str
    facts: dict[str, str]


class Waiting(Struct, frozen=True):
    """A letter that is due, with where it goes."""

    letter: NewLetter
    box: Mailbox
    made_ms: int
    tries: int


class Settled(Struct, frozen=True):
    """What came of a try; one that waits is tried again at ``next_ms``."""

    cause: UUID
    user: UUID
    fate: Fate
    why: str = ""
    next_ms: int = 0


class Standing(Struct, frozen=True):
    """How many letters wait after a failure, since when, and why the last one did."""

    failing: int
    since_ms: int
    why: str


def add(session: Session, letters: Iterable[NewLetter], now_ms: int) -> None:
    """Keep letters to be sent; what was told a person once is not told again."""
    for one in letters:
        batch.run(
            session,
            "INSERT INTO letter"
            ' (cause, "user", notice, words, state, tries, made_ms, next_ms, why)'
            " VALUES (:c, :u, :n, :f, 'waiting', 0, :now, :now, '') ON CONFLICT DO NOTHING",
            c=one.cause.bytes,
            u=one.user.bytes,
            n=one.notice,
            f=_encode(one.facts),
            now=now_ms,
        )


def due(session: Session, now_ms: int, limit: int) -> list[Waiting]:
    """The letters that are due, oldest first."""
    rows = batch.run(
        session,
        'SELECT l.cause, l."user", l.notice, l.words, l.made_ms, l.tries, m.address, m.language'
        ' FROM letter l JOIN mailbox m ON m."user" = l."user"'
        " WHERE l.state = 'waiting' AND l.next_ms <= :now ORDER BY l.next_ms, l.cause"
        " LIMIT :limit",
        now=now_ms,
        limit=limit,
    )
    return [_waiting(row) for row in rows]


def settle(session: Session, results: Sequence[Settled]) -> None:
    """Keep what came of the tries."""
    for one in results:
        batch.run(
            session,
            "UPDATE letter SET state = :state, why = :why, next_ms = :next, tries = tries + 1"
            ' WHERE cause = :c AND "user" = :u',
            state=one.fate,
            why=one.why,
            next=one.next_ms,
            c=one.cause.bytes,
            u=one.user.bytes,
        )


def tidy(session: Session, before_ms: int) -> None:
    """Forget letters that were written before an instant and wait no more."""
    batch.run(
        session,
        "DELETE FROM letter WHERE made_ms < :before AND state <> 'waiting'",
        before=before_ms,
    )


def standing(session: Session) -> Standing | None:
    """How it stands with letters that could not be handed over; None where none waits so."""
    rows = batch.run(
        session,
        "SELECT made_ms, why FROM letter WHERE state = 'waiting' AND tries > 0 ORDER BY made_ms",
    )
    return Standing(len(rows), rows[0][0], rows[-1][1]) if rows else None


def complaints(session: Session, states: Collection[str]) -> dict[UUID, int]:
    """How many complaints of each site stand in one of some states."""
    rows = batch.run(
        session,
        f"SELECT feed, state, count(*) FROM record WHERE {IS_FEEDBACK} GROUP BY feed, state",
    )
    found: dict[UUID, int] = {}
    for feed, state, count in rows:
        if state in states:
            site = UUID(bytes=bytes(feed))
            found[site] = found.get(site, 0) + count
    return found


def put_mailbox(session: Session, box: Mailbox) -> None:
    """Set where a person gets letters; an empty address means nowhere, and none wait any more."""
    batch.run(session, 'DELETE FROM mailbox WHERE "user" = :u', u=box.user.bytes)
    if not box.address:
        query = "DELETE FROM letter WHERE state = 'waiting' AND \"user\" = :u"
        batch.run(session, query, u=box.user.bytes)
    if box.address:
        batch.run(
            session,
            'INSERT INTO mailbox ("user", address, language) VALUES (:u, :a, :l)',
            u=box.user.bytes,
            a=box.address,
            l=box.language,
        )


def mailboxes(session: Session) -> dict[UUID, Mailbox]:
    """Everybody who gets letters."""
    rows = batch.run(session, 'SELECT "user", address, language FROM mailbox ORDER BY address')
    found = (Mailbox(UUID(bytes=bytes(row[0])), row[1], row[2]) for row in rows)
    return {one.user: one for one in found}


def mailbox(session: Session, user: UUID) -> Mailbox | None:
    """Where one person gets letters; None for nowhere."""
    query = 'SELECT address, language FROM mailbox WHERE "user" = :u'
    rows = batch.run(session, query, u=user.bytes)
    return Mailbox(user, *rows[0]) if rows else None


def _waiting(row: Any) -> Waiting:
    cause, user = UUID(bytes=bytes(row[0])), UUID(bytes=bytes(row[1]))
    facts: dict[str, str] = msgspec.json.decode(bytes(row[3]))
    letter = NewLetter(cause, user, row[2], facts)
    return Waiting(letter, Mailbox(user, row[6], row[7]), row[4], row[5])
