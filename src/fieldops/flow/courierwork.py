"""What a courier hands in: how far its endpoint has been told, and what came in between."""

from uuid import UUID

from msgspec import Struct, field

from fieldops.store.outlets import DeadLetter


class Trouble(Struct, frozen=True):
    """The event behind the position failed, and is tried again at ``next_ms``.

    ``suspended`` says that a person must look first.
    """

    why: str
    next_ms: int = 0
    suspended: bool = False


class Settle(Struct, frozen=True, tag="settle", omit_defaults=True):
    """Move an endpoint from one position to another: so many events were taken, ``dead`` refused.

    ``again`` are the positions of dead letters that were taken after all; ``refused`` is how many
    were refused since the last one that was taken.  ``replays`` is how often somebody had set the
    place when it was read: whoever sets it again, if to the same position, wants it told anew.
    """

    endpoint: UUID
    from_: int = field(name="from")
    to: int
    at_ms: int
    delivered: int = 0
    refused: int = 0
    dead: tuple[DeadLetter, ...] = ()
    again: tuple[int, ...] = ()
    trouble: Trouble | None = None
    replays: int = 0
