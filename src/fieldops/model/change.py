"""A committed change: one entry of the log."""

from uuid import UUID

from msgspec import Struct


class Change(Struct, gc=False):
    """``op`` changed ``subject`` in ``feed``; ``position`` is 0 until the writer draws it."""

    feed: UUID
    kind: str
    subject: UUID
    op: UUID
    position: int = 0
