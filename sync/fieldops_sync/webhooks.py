"""What a webhook carries (WEBHOOKS.md): one change of the log, told to the outside."""

from typing import Any
from uuid import UUID

from msgspec import Struct


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change, thin: what it was about and which members it wrote, not what stands in them.

    ``id`` is derived from the change, so whoever tells of it again tells it under the same id.
    ``type`` is the op type without its version.  ``state`` is where the subject stands when the
    event is made, ``revision`` what this op made of it.  ``occurred_at`` is left out where nobody
    knows; both times are RFC 3339 in UTC.  ``links`` are addresses below this server's own.
    """

    id: UUID
    type: str
    position: int
    kind: str
    subject: UUID
    site: UUID | None = None
    inspection: UUID | None = None
    op: UUID
    op_type: str
    actor: UUID
    state: str
    revision: int
    changed: list[str]
    received_at: str
    occurred_at: str | None = None
    links: dict[str, str]


class Told(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An event with what was written, as its endpoint may see it; the ``data`` of a webhook.

    ``values`` are left out, and ``values_omitted`` is true, where they are too long to travel.
    """

    values: dict[str, Any] = {}
    values_omitted: bool = False


class Webhook(Struct, frozen=True, kw_only=True):
    """The body of a webhook, as Standard Webhooks lays it out; ``timestamp`` is ``received_at``."""

    type: str
    timestamp: str
    data: Told
