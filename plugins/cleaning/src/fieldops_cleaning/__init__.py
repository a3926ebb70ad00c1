"""Cleaning and environment inspections: the hooks.  What they find is in ``rules``."""

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
from fieldops_cleaning import rules


@hookimpl
def declare_plugin() -> Plugin:
    """The domain `cleaning`."""
    return Plugin(
        name="cleaning",
        version="0.1.0",
        api=1,
        domain="cleaning",
        summary={"zh-CN": "保洁环境巡检", "en": "Cleaning and environment inspections"},
    )


@hookimpl
def declare_checklists() -> tuple[ChecklistFile, ...]:
    """The checklists of this package."""
    return read_checklists("fieldops_cleaning", "cleaning")


@hookimpl
def declare_fields(checklist: Checklist) -> dict[str, DataLevel]:
    """By the types of the answers."""
    return levels_by_type(checklist)


@hookimpl
def raise_findings(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """Everything that no single item can say."""
    for rule in rules.RULES:
        yield from rule(inspection, checklist)
