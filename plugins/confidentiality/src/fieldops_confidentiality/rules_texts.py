"""Personal information in what inspectors wrote: told by its kinds and its place, never copied."""

from collections.abc import Iterator

from fieldops import Checklist, FindingDraft, Inspection, ResultView, find_item, personal_kinds

GRAVE = frozenset({"identity-number", "bank-card"})
"""The kinds that are level 3 (domain.md, rule 11)."""


def personal_in_text(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """A note or a written answer of this domain must say what and where, never who."""
    for result in inspection.results:
        found = {where: kinds for where, kinds in _kinds(result, checklist) if kinds}
        kinds = sorted({kind for kinds in found.values() for kind in kinds})
        if kinds:
            yield FindingDraft(
                rule="personal-in-text",
                item=result.item,
                repeat=result.repeat,
                severity="critical" if GRAVE & set(kinds) else "major",
                titles={
                    "zh-CN": "填写内容含个人信息，请改写并删除",
                    "en": "What was written holds personal information: rewrite it without",
                },
                evidence={"kinds": ", ".join(kinds), "where": ", ".join(sorted(found))},
            )


def _kinds(result: ResultView, checklist: Checklist) -> Iterator[tuple[str, frozenset[str]]]:
    """Where something was written, and the kinds of personal information in it."""
    if result.note:
        yield "note", frozenset(personal_kinds(result.note))
    if isinstance(result.value, str):
        item = find_item(checklist, result.item)
        if item is not None and hasattr(item.answer, "max_length"):
            yield "answer", frozenset(personal_kinds(result.value))
