"""Confidentiality compliance inspections; what they find is in ``rules``."""

from fieldops import Domain
from fieldops_confidentiality.datasets import add_export_rows, declare_datasets
from fieldops_confidentiality.deadlines import set_deadline
from fieldops_confidentiality.levels import levels
from fieldops_confidentiality.photos import check_photo
from fieldops_confidentiality.register import REGISTERS
from fieldops_confidentiality.report import add_report_sections
from fieldops_confidentiality.rules import RULES
from fieldops_confidentiality.rules_exposure import HABIT_DAYS

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

domain = Domain(
    __name__,
    RULES,
    {"zh-CN": "信息保密合规检查", "en": "Confidentiality compliance inspections"},
    levels=levels,
    earlier_days=HABIT_DAYS,
    registers=REGISTERS,
)
declare_plugin, declare_checklists, declare_fields, raise_findings = domain.hooks
