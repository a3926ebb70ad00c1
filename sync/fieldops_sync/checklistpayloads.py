"""What the ops about checklists carry: a version is out, is withdrawn, a site differs from it."""

from typing import Annotated

from msgspec import Meta, Struct

from fieldops_sync.payloads import Key, Payload, Titles
from fieldops_sync.wire import Count, Decimal, Sha256

Reason = Annotated[str, Meta(min_length=1, max_length=20_000)]


class ChecklistPublish(Payload, frozen=True):
    """A version of a checklist is out; its text is fetched by ``sha256``.

    ``number`` counts the versions of ``key`` from 1: new walks begin on the highest one that is not
    withdrawn.
    """

    key: Key
    sha256: Sha256
    version: Key
    domain: Key
    titles: Titles
    number: Count


class ChecklistWithdraw(Payload, frozen=True):
    """No new walk begins on this version; what cites it lands and is judged as before."""

    reason: Reason


class OverrideValues(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a site has changed; figures are decimal text, what is left out stays as published.

    ``threshold_percent`` is the whole checklist's, everything else one item's.
    """

    applies: bool = True
    weight: Decimal | None = None
    pass_min: Decimal | None = None
    pass_max: Decimal | None = None
    threshold_percent: Decimal | None = None


class OverrideSet(Payload, frozen=True):
    """A site differs from a checklist in one item, or with an empty ``item`` in its threshold.

    ``values`` is the whole difference, and null takes it away again.
    """

    checklist: Key
    item: Annotated[str, Meta(max_length=200)]
    values: OverrideValues | None
    reason: Reason
