"""Where the outside is told what happens; what it is told is ``fieldops_sync.webhooks``."""

from uuid import UUID

from msgspec import Struct

from fieldops.model.access import Level

EVERY: tuple[str, ...] = ()


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where webhooks go, and how much of what happens; see ``EndpointSet``."""

    id: UUID
    url: str
    description: str = ""
    kinds: tuple[str, ...] = EVERY
    types: tuple[str, ...] = EVERY
    sites: frozenset[UUID] | None = None
    level: Level = Level.L1
    enabled: bool = True
