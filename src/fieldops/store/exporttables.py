"""The tables of exports: where each destination stands, its runs, what was acknowledged."""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob, where

IS_NIGHTLY = "night <> ''"
"""A run that the schedule asked for: a destination has one a night at most."""


class ExportPlace(SQLModel, table=True):
    """Where a destination stands: ``watermark`` is the position that its accepted runs reach.

    It holds for the ``epoch`` of the log and for keys made by the secret of this fingerprint
    (``pseudonym``); of others the next run is a full one.
    """

    __tablename__ = "export_place"
    name: str = Field(primary_key=True)
    since_ms: int = Field(sa_column=big())
    watermark: int = Field(default=0, sa_column=big())
    epoch: bytes = Field(default=b"", sa_column=blob())
    pseudonym: str = ""


class ExportRun(SQLModel, table=True):
    """One run: ``wanted`` is everything that decides its bytes, ``step`` what is to be done next.

    Whoever works on it holds its ``lease`` until ``lease_ms``; after a failure it rests until
    ``next_ms``.
    """

    __tablename__ = "export_run"
    __table_args__ = (
        Index("export_run_night", "destination", "night", unique=True, **where(IS_NIGHTLY)),
        Index("export_run_made", "made_ms", "id"),
    )
    id: bytes = Field(sa_column=blob(primary_key=True))
    name: str = Field(unique=True)
    destination: str = Field(index=True)
    night: str = ""
    night_ms: int = Field(default=0, sa_column=big())
    kind: str
    after: int = Field(sa_column=big())
    until: int = Field(sa_column=big())
    epoch: bytes = Field(sa_column=blob())
    pseudonym: str
    wanted: bytes = Field(sa_column=blob())
    step: str
    lease: str = ""
    lease_ms: int = Field(default=0, sa_column=big())
    attempts: int = 0
    next_ms: int = Field(default=0, sa_column=big())
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
    failing_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    manifest: str = ""
    totals: bytes = Field(default=b"{}", sa_column=blob())
    deliveries: int = 0
    made_ms: int = Field(sa_column=big())
    written_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    verified_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    accepted_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    removed_ms: int | None = Field(default=None, sa_column=big(nullable=True))


class ExportAck(SQLModel, table=True):
    """What was said about a run: ``manifest`` is the hash that was named, ``taken`` 1 if right."""

    __tablename__ = "export_ack"
    no: int | None = Field(default=None, primary_key=True)
    run: bytes = Field(sa_column=blob(index=True))
    at_ms: int = Field(sa_column=big())
    by: str
    actor: bytes | None = Field(default=None, sa_column=blob(nullable=True))
    manifest: str
    taken: int
