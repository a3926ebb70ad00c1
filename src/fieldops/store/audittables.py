"""The tables of the audit: who did what, chained, and the signed checkpoints; see ``tables``."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob, where

BY_SOMEBODY = "actor IS NOT NULL"
"""A line of a person or of the server's own; a query that says exactly this uses the index."""

ABOUT_SOMETHING = "subject IS NOT NULL AND action <> 'push.apply'"
"""As above, for what a line is about.  Pushes are many, and are found by their tablet and time."""


class Audit(SQLModel, table=True):
    """Who did what; written in the business transaction.  Only ``chain`` and ``link`` come later.

    ``mark`` proves that a process of ours wrote the line; ``chain`` is its gap-free place among the
    committed ones, ``link`` the hash of it and of all before it (``rules.auditchain``).
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_action", "action", "at_ms"),
        Index("audit_at", "at_ms"),
        Index("audit_chain", "chain", "no"),
        Index("audit_actor", "actor", "at_ms", **where(BY_SOMEBODY)),
        Index("audit_about", "subject", "at_ms", **where(ABOUT_SOMETHING)),
    )
    no: int | None = Field(default=None, primary_key=True)
    at_ms: int = Field(sa_column=big())
    actor: bytes | None = Field(default=None, sa_column=blob(nullable=True))
    device: bytes | None = Field(default=None, sa_column=blob(nullable=True))
    action: str = Field(sa_column=Column(Text, nullable=False))
    subject: bytes | None = Field(default=None, sa_column=blob(nullable=True))
    detail: bytes = Field(default=b"{}", sa_column=blob())
    mark: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    chain: int | None = Field(default=None, sa_column=big(nullable=True))
    link: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class AuditSubject(SQLModel, table=True):
    """What else a line is about that names several records (``subjects`` in its detail)."""

    __tablename__ = "audit_subject"
    subject: bytes = Field(sa_column=blob(primary_key=True))
    no: int = Field(primary_key=True, index=True)


class AuditCheckpoint(SQLModel, table=True):
    """A signed statement of how far the chain is: ``body`` is a ``Checkpoint`` as JSON."""

    __tablename__ = "audit_checkpoint"
    last: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at_ms: int = Field(sa_column=big())
    body: bytes = Field(sa_column=blob())
