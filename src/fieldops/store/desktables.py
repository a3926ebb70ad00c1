"""The table that desks list from; see ``tables`` and ``deskrule``."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob, where

IN_CONFLICT = "conflict = 1"
"""A record with two values for a member; a query that says exactly this uses the index."""

IS_DECIDED = "verdict <> ''"
"""A record that a supervisor has decided on; as above."""


class DeskRow(SQLModel, table=True):
    """What lists are ordered and filtered by: one row a record, but for most results and photos.

    ``at_ms`` is when the record's first op occurred (a round: is due; a stub: when it was first
    named) and never changes but when a stub's walk begins.  ``person`` is its
    owner, or who wrote it; ``definition`` the checklist's SHA-256.  ``tray`` is where a result that
    fails is found by its item; others have none.
    """

    __tablename__ = "desk_row"
    __table_args__ = (
        Index("desk_row_kind", "feed", "kind", "at_ms", "id"),
        Index("desk_row_state", "feed", "kind", "state", "at_ms", "id"),
        Index(
            "desk_row_failed", "feed", "tray", "at_ms", "id", "item", **where("tray IS NOT NULL")
        ),
        Index("desk_row_conflict", "feed", "at_ms", "id", **where(IN_CONFLICT)),
        Index("desk_row_verdict", "feed", "at_ms", "id", **where(IS_DECIDED)),
    )
    id: bytes = Field(sa_column=blob(primary_key=True))
    kind: str
    feed: bytes = Field(sa_column=blob())
    at_ms: int = Field(sa_column=big())
    state: str
    person: bytes | None = Field(default=None, sa_column=blob(nullable=True))
    item: str = ""
    definition: bytes | None = Field(default=None, sa_column=blob(nullable=True))
    conflict: int = 0
    verdict: str = ""
    tray: int | None = None
