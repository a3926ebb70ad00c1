"""What the ops of a finding's life carry; what raises and withdraws it is in ``payloads``."""

from msgspec import UNSET, UnsetType

from fieldops_sync.payloads import Payload, Text
from fieldops_sync.wire import Sha256


class RectificationReport(Payload, frozen=True):
    """What was done about a finding, with photos from before and after."""

    note: Text | UnsetType = UNSET
    before: list[Sha256] | UnsetType = UNSET
    after: list[Sha256] | UnsetType = UNSET
