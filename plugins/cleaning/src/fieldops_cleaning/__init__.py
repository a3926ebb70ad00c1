"""Cleaning and environment inspections; what they find is in ``rules``."""

from fieldops import Domain
from fieldops_cleaning.rules import RULES

domain = Domain(
    __name__, RULES, {"zh-CN": "保洁环境巡检", "en": "Cleaning and environment inspections"}
)
declare_plugin, declare_checklists, declare_fields, raise_findings = domain.hooks
