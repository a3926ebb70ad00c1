"""Security and order inspections: the hooks.  What they find is in ``rules``."""

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
from fieldops_security import rules


@hookimpl
def declare_plugin() -> Plugin:
    """The domain `security`."""
    return Plugin(
        name="security",
        version="0.1.0",
        api=1,
        domain="security",
        summary={"zh-CN": "安保秩序巡检", "en": "Security and order inspections"},
    )


@hookimpl
def declare_checklists() -> tuple[ChecklistFile, ...]:
    """The checklists of this package."""
    return read_checklists("fieldops_security", "security")


@hookimpl
def declare_fields(checklist: Checklist) -> dict[str, DataLevel]:
    """By the types of the answers."""
    return levels_by_type(checklist)


@hookimpl
def raise_findings(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """Everything that no single item can say."""
    for rule in rules.RULES:
        yield from rule(inspection, checklist)
