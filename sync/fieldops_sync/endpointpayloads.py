"""What the op about endpoints carries: where the server sends what happens, and how much of it."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from fieldops_sync.checklistpayloads import Reason
from fieldops_sync.payloads import Key, Payload

Url = Annotated[str, Meta(min_length=8, max_length=2000, pattern="^https?://")]
Listed = Annotated[list[Key], Meta(max_length=200)]


class EndpointSet(Payload, frozen=True):
    """An endpoint for webhooks, or what changes about it; who and why stand in the op.

    ``kinds``, ``types`` (op types) and ``sites`` narrow what is sent: an empty list of kinds or
    types, and null for sites, narrow nothing.  ``level`` is the data level that is not masked.
    """

    reason: Reason
    url: Url | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=2000)] | UnsetType = UNSET
    kinds: Listed | UnsetType = UNSET
    types: Listed | UnsetType = UNSET
    sites: Annotated[list[UUID], Meta(min_length=1, max_length=2000)] | None | UnsetType = UNSET
    level: Literal[1, 2] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
