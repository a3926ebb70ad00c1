"""The table of scheduled reports: which were made, and what keeps the others from it."""

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from fieldops.store.columns import big


class ScheduledReport(SQLModel, table=True):
    """A month's report in one language.  Whoever makes it holds its ``lease`` until ``lease_ms``.

    After a failure it rests until ``next_ms``; once it is made, ``lease`` is that of who made it.
    ``removed_ms`` is when its time to be kept was over.
    """

    __tablename__ = "scheduled_report"
    month: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    lease: str = ""
    lease_ms: int = Field(default=0, sa_column=big())
    attempts: int = 0
    next_ms: int = Field(default=0, sa_column=big())
    why: str = Field(default="", sa_column=Column(Text, nullable=False))
    failing_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    made_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    sha256: str = ""
    removed_ms: int | None = Field(default=None, sa_column=big(nullable=True))
