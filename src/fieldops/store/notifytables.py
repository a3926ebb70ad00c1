"""The tables of what is told to the outside: webhooks and letters; see ``tables``."""

from sqlalchemy import Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob, where


class EndpointSecret(SQLModel, table=True):
    """What webhooks to an endpoint are signed with; while one is replaced, two are in force.

    Signing needs the secret itself, so it is kept as it is, away from the ledger.
    """

    __tablename__ = "endpoint_secret"
    no: int | None = Field(default=None, primary_key=True)
    endpoint: bytes = Field(sa_column=blob(index=True))
    secret: str
    made_ms: int = Field(sa_column=big())
    ends_ms: int | None = Field(default=None, sa_column=big(nullable=True))


class Outlet(SQLModel, table=True):
    """How far an endpoint has been told of the log, and how it fares.

    ``refused`` counts the events that were laid aside since the last one that was taken.
    """

    __tablename__ = "outlet"
    endpoint: bytes = Field(sa_column=blob(primary_key=True))
    position: int = Field(sa_column=big())
    state: str = "running"
    tries: int = 0
    failing_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    next_ms: int = Field(default=0, sa_column=big())
    why: str = ""
    refused: int = 0
    delivered: int = Field(default=0, sa_column=big())
    delivered_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    replays: int = 0


class DeadLetter(SQLModel, table=True):
    """A change that an endpoint refused; ``again`` is 1 once somebody wants it sent again."""

    __tablename__ = "dead_letter"
    endpoint: bytes = Field(sa_column=blob(primary_key=True))
    position: int = Field(
        sa_column=Column(big().type, primary_key=True, autoincrement=False, nullable=False)
    )
    type: str
    status: int = Field(sa_column=Column(Integer, nullable=False))
    tries: int
    at_ms: int = Field(sa_column=big())
    again: int = 0


class Mailbox(SQLModel, table=True):
    """Where a person gets letters, and in which language."""

    __tablename__ = "mailbox"
    user: bytes = Field(sa_column=blob(primary_key=True))
    address: str
    language: str


class Letter(SQLModel, table=True):
    """One notice to one person: written with the reader's cursor, sent after that.

    ``cause`` is the op that it tells of, or an id derived from what happened.
    """

    __tablename__ = "letter"
    __table_args__ = (Index("letter_waiting", "next_ms", **where("state = 'waiting'")),)
    cause: bytes = Field(sa_column=blob(primary_key=True))
    user: bytes = Field(sa_column=blob(primary_key=True))
    notice: str
    words: bytes = Field(sa_column=blob())
    state: str = "waiting"
    tries: int = 0
    made_ms: int = Field(sa_column=big())
    next_ms: int = Field(sa_column=big())
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
