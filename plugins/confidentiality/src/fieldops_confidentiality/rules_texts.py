"""Personal information in what inspectors wrote: told by its kinds and its place, never copied."""

from collections.abc import Iterator

from fieldops import Checklist, FindingDraft, Inspection

GRAVE = frozenset({"identity-number", "bank-card"})
"""The kinds that are level 3 (domain.md, rule 11)."""


def personal_in_text(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A note or a written answer of this domain must say what and where, never who."""
    for result in inspection.results:
        if result.personal:
            yield FindingDraft(
                rule="personal-in-text",
                item=result.item,
                repeat=result.repeat,
                severity="critical" if GRAVE & set(result.personal) else "major",
                titles={
                    "zh-CN": "填写内容含个人信息，请改写并删除",
                    "en": "What was written holds personal information: rewrite it without",
                },
                evidence={"kinds": ", ".join(result.personal)},
            )
