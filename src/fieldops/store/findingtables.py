"""The table of findings: what desks ask of them by, beside the records; see ``tables``."""

from sqlalchemy import Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob, where

STATES_TO_DO = ("open", "assigned", "again")
TO_DO = f"state IN {STATES_TO_DO}"
"""A deadline runs; a query that says exactly this uses the index."""


class FindingRow(SQLModel, table=True):
    """A finding as lists and repeats look for it; written with each of its changes.

    ``occurred_ms`` is when what it is about was recorded, as far as that is known, ``raised_ms``
    when the server received it.  ``area`` and ``item`` are empty where it is about none.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index("finding_feed", "feed", "raised_ms", "id"),
        Index("finding_raised", "raised_ms", "id"),
        Index("finding_to_do", "feed", "raised_ms", "id", **where(TO_DO)),
        Index("finding_place", "feed", "item", "occurred_ms"),
    )
    id: bytes = Field(sa_column=blob(primary_key=True))
    feed: bytes = Field(sa_column=blob())
    walk: bytes = Field(sa_column=blob())
    state: str = Field(sa_column=Column(Text, nullable=False))
    severity: str = Field(sa_column=Column(Text, nullable=False))
    owner: bytes | None = Field(sa_column=blob(nullable=True))
    team: str = Field(sa_column=Column(Text, nullable=False))
    item: str = Field(sa_column=Column(Text, nullable=False))
    repeat: str = Field(sa_column=Column(Text, nullable=False))
    area: bytes = Field(sa_column=blob())
    occurred_ms: int = Field(sa_column=big())
    raised_ms: int = Field(sa_column=big())
    deadline_ms: int | None = Field(sa_column=big(nullable=True))
    repeats: int = Field(sa_column=Column(Integer, nullable=False))
