"""Cleaning and environment inspections.

What they find is in ``rules``, what photos must show in ``photos``, how fast in ``deadlines``; the
company's zones stand in a register (``zones``), and each has its score (``zonemap``).
"""

from msgspec.structs import replace

from fieldops import (
    Checklist,
    Domain,
    Finding,
    Inspection,
    Item,
    OpenPhoto,
    PhotoNote,
    PhotoView,
    Score,
    SiteView,
    hookimpl,
    score_of,
)
from fieldops_cleaning import deadlines, photos
from fieldops_cleaning.datasets import add_export_rows, declare_datasets
from fieldops_cleaning.rules import RULES
from fieldops_cleaning.zonemap import zone_scores
from fieldops_cleaning.zones import ZONES

__all__ = [
    "add_export_rows",
    "check_photo",
    "declare_checklists",
    "declare_datasets",
    "declare_fields",
    "declare_plugin",
    "raise_findings",
    "score_inspection",
    "set_deadline",
]

EARLIER_DAYS = 45
"""Covers the 30 days in which a failure counts as repeated and a month's zone that is late."""

domain = Domain(
    __name__,
    RULES,
    {"zh-CN": "保洁环境巡检", "en": "Cleaning and environment inspections"},
    earlier_days=EARLIER_DAYS,
    registers=(ZONES,),
)
declare_plugin, declare_checklists, declare_fields, raise_findings = domain.hooks


@hookimpl
def score_inspection(inspection: Inspection, checklist: Checklist) -> Score:
    """The checklist's own score; with the sections stand the zones and types of zones."""
    score = score_of(inspection, checklist)
    zones = zone_scores(inspection, checklist, score.sections)
    return replace(score, sections={**score.sections, **zones})


@hookimpl
def check_photo(
    photo: PhotoView, item: Item | None, open_photo: OpenPhoto
) -> tuple[PhotoNote, ...]:
    """Photos of deep cleaning that say neither before nor after, and pictures too small."""
    return photos.notes(photo, item, open_photo)


@hookimpl
def set_deadline(finding: Finding, site: SiteView) -> str:
    """By rule and severity, in the site's time."""
    return deadlines.deadline(finding, site)
