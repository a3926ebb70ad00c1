"""What the op about a site's policy carries: by which figures it works, and why."""

from fieldops_sync.checklistpayloads import Reason
from fieldops_sync.payloads import Key, Payload


class PolicySet(Payload, frozen=True):
    """A site, or with the organisation's id as ``site`` every site, works by other figures.

    ``values`` is the whole difference from the defaults, text by key; null takes it away again.
    """

    policy: Key
    values: dict[Key, Key] | None
    reason: Reason
