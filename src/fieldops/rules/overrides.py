"""What a site has changed about a checklist (domain.md, rule 1): checked, and put together."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from fieldops.model.checklist import ItemOverride, Overrides
from fieldops.model.said import NOTHING, Said
from fieldops_sync.ids import override_id
from fieldops_sync.wire import Op

THRESHOLD = ""
"""The item of the override that changes the threshold."""
_OF_ITEMS = frozenset({"applies", "weight", "pass_min", "pass_max"})


class OverrideFields(Struct, frozen=True, kw_only=True):
    """An override's members, of one revision; ``values`` None takes the override away."""

    checklist: str
    item: str
    values: dict[str, Any] | None
    reason: str


def wrong_override(op: Op, fields: Mapping[str, Any]) -> Said:
    """What is wrong with an ``override.set`` beyond its types, or an empty text."""
    if op.subject.id != override_id(op.site, fields["checklist"], fields["item"]):
        return Said(
            "subject.id 与项目、检查表、检查项不符",
            "subject.id is not derived from (site, checklist, item)",
        )
    values = fields["values"]
    if values is None:
        return NOTHING
    return wrong_values(fields["item"], values)


def wrong_values(item: str, values: Mapping[str, Any]) -> Said:
    """What is wrong with the values of an override, or an empty text."""
    if item == THRESHOLD:
        low, high = Decimal(0), Decimal(100)
        threshold = values.get("threshold_percent")
        if values.keys() != {"threshold_percent"} or not low < Decimal(threshold or 0) <= high:
            return Said(
                "payload.values：未指定检查项时，填大于 0、不超过 100 的 threshold_percent",
                "payload.values: without an item, a threshold_percent above 0 to 100",
            )
        return NOTHING
    if not values or values.keys() - _OF_ITEMS:
        return Said(
            "payload.values：检查项可调整 applies、weight、pass_min、pass_max，至少一项",
            "payload.values: for an item, some of applies, weight, pass_min, pass_max",
        )
    if values.get("weight") is not None and Decimal(values["weight"]) <= 0:
        return Said("payload.values.weight 须大于 0", "payload.values.weight is not above 0")
    limits = [values.get(name) for name in ("pass_min", "pass_max")]
    if None not in limits and Decimal(limits[0] or 0) > Decimal(limits[1] or 0):
        return Said(
            "payload.values.pass_min 大于 pass_max", "payload.values.pass_min is above pass_max"
        )
    return NOTHING


def overrides_of(found: Iterable[OverrideFields]) -> Overrides:
    """The overrides of one site and checklist, as judging takes them."""
    items: dict[str, ItemOverride] = {}
    threshold: Decimal | None = None
    for one in found:
        if one.values is None:
            continue
        if one.item == THRESHOLD:
            threshold = Decimal(one.values["threshold_percent"])
        else:
            items[one.item] = msgspec.convert(one.values, ItemOverride)
    return Overrides(threshold_percent=threshold, items=items)
