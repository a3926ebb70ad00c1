"""Who may walk a domain on a day (domain.md, rule 10): nobody is refused, the walk is marked."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from fieldops.model.said import NOTHING, Said
from fieldops_sync.wire import Op


def is_qualified(qualifications: Iterable[Mapping[str, Any]], domain: str, day: date) -> bool:
    """Whether one of a person's qualifications, given as bodies, is in force for a domain.

    Both ends of its time are included; one that was withdrawn never was.
    """
    return any(
        one["domain"] == domain and not one.get("withdrawn") and _covers(one, day.isoformat())
        for one in qualifications
    )


def wrong_qualification(op: Op, fields: Mapping[str, Any]) -> Said:
    """What is wrong with a ``qualification.set`` beyond its types, or an empty text."""
    if fields["person"] != str(op.site):
        return Said(
            "payload.person：资质须写入本人的记录流，即 op.site",
            "payload.person: a qualification stands in its person's own feed, op.site",
        )
    return NOTHING


def _covers(one: Mapping[str, Any], day: str) -> bool:
    begin, end = one.get("valid_from") or "", one.get("valid_until")
    return begin <= day and (not end or day <= end)
