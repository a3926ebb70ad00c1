"""Security and order inspections; what they find is in ``rules``."""

from fieldops import Domain
from fieldops_security.rules import RULES

domain = Domain(__name__, RULES, {"zh-CN": "安保秩序巡检", "en": "Security and order inspections"})
declare_plugin, declare_checklists, declare_fields, raise_findings = domain.hooks
