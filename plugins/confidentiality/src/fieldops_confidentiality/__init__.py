"""Confidentiality compliance inspections; what they find is in ``rules``."""

from fieldops import Domain
from fieldops_confidentiality.rules import RULES

domain = Domain(
    __name__, RULES, {"zh-CN": "信息保密合规检查", "en": "Confidentiality compliance inspections"}
)
declare_plugin, declare_checklists, declare_fields, raise_findings = domain.hooks
