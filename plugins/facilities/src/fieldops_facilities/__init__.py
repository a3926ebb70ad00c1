"""Facilities and equipment inspections; what they find is in ``rules``."""

from pathlib import Path

from fieldops import Domain, Widget
from fieldops_facilities.datasets import add_export_rows, declare_datasets
from fieldops_facilities.deadlines import set_deadline
from fieldops_facilities.levels import levels
from fieldops_facilities.photos import check_photo
from fieldops_facilities.register import REGISTERS
from fieldops_facilities.report import add_report_sections
from fieldops_facilities.rules import RULES

__all__ = [
    "add_export_rows",
    "add_report_sections",
    "check_photo",
    "declare_checklists",
    "declare_datasets",
    "declare_fields",
    "declare_plugin",
    "raise_findings",
    "set_deadline",
]

EARLIER_DAYS = 130
"""Four monthly readings of a meter: three usages to take the median of, each up to 31 days."""

domain = Domain(
    __name__,
    RULES,
    {"zh-CN": "设施设备巡检", "en": "Facilities and equipment inspections"},
    levels=levels,
    earlier_days=EARLIER_DAYS,
    registers=REGISTERS,
    widget=Widget(
        Path(__file__).with_name("widget.js").read_text(encoding="utf-8"), ("review", "report")
    ),
)
declare_plugin, declare_checklists, declare_fields, raise_findings = domain.hooks
