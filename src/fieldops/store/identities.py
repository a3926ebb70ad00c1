"""Links between subjects of an identity provider and people here."""

from uuid import UUID

from sqlmodel import Session

from fieldops.store import batch


def user_of(session: Session, issuer: str, subject: str) -> UUID | None:
    """Whom a provider's subject is, if it was linked."""
    rows = batch.run(
        session,
        'SELECT "user" FROM identity WHERE issuer = :issuer AND subject = :subject',
        issuer=issuer,
        subject=subject,
    )
    return UUID(bytes=bytes(rows[0][0])) if rows else None


def has_link(session: Session, issuer: str, user: UUID) -> bool:
    """Whether another subject of the provider is this person already."""
    rows = batch.run(
        session,
        'SELECT 1 FROM identity WHERE issuer = :issuer AND "user" = :user',
        issuer=issuer,
        user=user.bytes,
    )
    return bool(rows)


def link(session: Session, issuer: str, subject: str, user: UUID, now_ms: int) -> None:
    """Say whom a provider's subject is."""
    batch.run(
        session,
        'INSERT INTO identity (issuer, subject, "user", linked_ms)'
        " VALUES (:issuer, :subject, :user, :now)",
        issuer=issuer,
        subject=subject,
        user=user.bytes,
        now=now_ms,
    )


def unlink(session: Session, user: UUID) -> int:
    """End every link of a person; how many there were."""
    query = 'DELETE FROM identity WHERE "user" = :user RETURNING subject'
    return len(batch.run(session, query, user=user.bytes))
