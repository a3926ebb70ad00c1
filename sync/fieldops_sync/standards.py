"""What a tablet knows of the standards: which versions new walks begin on, what a site changed.

It works on the records that were pulled, ``outbox.records("checklist")`` and
``outbox.records("override", site)``; judging by them is the app's own affair.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from fieldops_sync.checklistpayloads import OverrideValues
from fieldops_sync.wire import Change


class Offered(Struct, frozen=True):
    """A version that a new walk may begin on; its text is the definition ``sha256``."""

    key: str
    version: str
    sha256: str
    domain: str = ""
    titles: dict[str, str] = {}


class _Published(Struct, frozen=True):
    key: str = ""
    version: str = ""
    sha256: str = ""
    domain: str = ""
    titles: dict[str, str] = {}
    number: int = 0
    withdrawn: dict[str, Any] | None = None


class _Override(Struct, frozen=True):
    checklist: str = ""
    item: str = ""
    values: OverrideValues | None = None


def offered(checklists: Iterable[Change]) -> list[Offered]:
    """The newest version of each checklist that is not withdrawn, by key."""
    newest: dict[str, _Published] = {}
    for change in checklists:
        one = msgspec.json.decode(change.body, type=_Published)
        if one.withdrawn is None and one.number > getattr(newest.get(one.key), "number", 0):
            newest[one.key] = one
    return [
        Offered(one.key, one.version, one.sha256, one.domain, one.titles)
        for _, one in sorted(newest.items())
    ]


def site_overrides(overrides: Iterable[Change], checklist: str) -> dict[str, OverrideValues]:
    """What a site has changed about a checklist, by item; of the threshold under an empty key."""
    found = [msgspec.json.decode(change.body, type=_Override) for change in overrides]
    return {
        one.item: one.values
        for one in sorted(found, key=lambda one: one.item)
        if one.checklist == checklist and one.values is not None
    }
