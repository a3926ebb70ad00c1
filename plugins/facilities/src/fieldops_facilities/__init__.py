"""Facilities and equipment inspections: the hooks.  What they find is in ``rules``."""

from collections.abc import Iterator

from fieldops import (
    Checklist,
    ChecklistFile,
    DataLevel,
    FindingDraft,
    Inspection,
    Plugin,
    hookimpl,
    levels_by_type,
    read_checklists,
)
from fieldops_facilities import rules


@hookimpl
def declare_plugin() -> Plugin:
    """The domain `facilities`."""
    return Plugin(
        name="facilities",
        version="0.1.0",
        api=1,
        domain="facilities",
        summary={"zh-CN": "设施设备巡检", "en": "Facilities and equipment inspections"},
    )


@hookimpl
def declare_checklists() -> tuple[ChecklistFile, ...]:
    """The checklists of this package."""
    return read_checklists("fieldops_facilities", "facilities")


@hookimpl
def declare_fields(checklist: Checklist) -> dict[str, DataLevel]:
    """By the types of the answers."""
    return levels_by_type(checklist)


@hookimpl
def raise_findings(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """Everything that no single item can say."""
    for rule in rules.RULES:
        yield from rule(inspection, checklist)
