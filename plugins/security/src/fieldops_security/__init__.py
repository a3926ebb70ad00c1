"""Security and order inspections.

What they find is in ``rules``, what photos must show in ``photos``, how fast in ``deadlines``, how
confidential answers are in ``levels``; points, posts, keys and cameras stand in ``registers``.
"""

from fieldops import (
    Domain,
    Finding,
    Item,
    OpenPhoto,
    PhotoNote,
    PhotoView,
    SiteView,
    hookimpl,
)
from fieldops_security import deadlines, photos
from fieldops_security.datasets import add_export_rows, declare_datasets
from fieldops_security.levels import levels
from fieldops_security.registers import REGISTERS
from fieldops_security.rules import RULES

__all__ = [
    "add_export_rows",
    "check_photo",
    "declare_checklists",
    "declare_datasets",
    "declare_fields",
    "declare_plugin",
    "raise_findings",
    "set_deadline",
]

EARLIER_DAYS = 30
"""How far back a lane or a camera counts as failing again."""

domain = Domain(
    __name__,
    RULES,
    {"zh-CN": "安保秩序巡检", "en": "Security and order inspections"},
    levels=levels,
    earlier_days=EARLIER_DAYS,
    registers=REGISTERS,
)
declare_plugin, declare_checklists, declare_fields, raise_findings = domain.hooks


@hookimpl
def check_photo(
    photo: PhotoView, item: Item | None, open_photo: OpenPhoto
) -> tuple[PhotoNote, ...]:
    """Signatures in the place of photos, and pictures too small to read."""
    return photos.notes(photo, item, open_photo)


@hookimpl
def set_deadline(finding: Finding, site: SiteView) -> str:
    """By rule and severity, in the site's time."""
    return deadlines.deadline(finding, site)
