"""Walks as the reader that follows them hands them on: when, by whom, for which round."""

from uuid import UUID

from msgspec import Struct

from fieldops_sync.roundpayloads import RoundWalk


class Walked(Struct, frozen=True, omit_defaults=True):
    """An inspection that the op ``cause`` has changed.

    ``walk`` says when it was made, None for one that is voided or not begun; ``people`` are who
    walked it, empty until it is submitted.
    """

    inspection: UUID
    site: UUID
    cause: UUID
    round: UUID | None = None
    walk: RoundWalk | None = None
    domain: str = ""
    people: tuple[UUID, ...] = ()
    began_ms: int = 0


class Requalified(Struct, frozen=True):
    """A walk of somebody for whose domain a qualification has changed."""

    inspection: UUID
    site: UUID
    cause: UUID
