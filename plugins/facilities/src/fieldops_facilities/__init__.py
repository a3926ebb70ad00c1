"""Facilities and equipment inspections; what they find is in ``rules``."""

from fieldops import Domain
from fieldops_facilities.rules import RULES

domain = Domain(
    __name__, RULES, {"zh-CN": "设施设备巡检", "en": "Facilities and equipment inspections"}
)
declare_plugin, declare_checklists, declare_fields, raise_findings = domain.hooks
