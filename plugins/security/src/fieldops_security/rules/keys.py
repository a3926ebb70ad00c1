"""Keys against the register: what the list at the cabinet says is not believed."""

from collections.abc import Iterator

from fieldops import (
    Checklist,
    Entry,
    FindingDraft,
    Inspection,
    ResultView,
    cell_figure,
    evidence_of,
    show_figure,
)
from fieldops_security.registers import KEYS, code_of, entry_of, unseen


def master_key_missing(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A master key that is neither in the cabinet nor signed out: every lock is open."""
    for missing in inspection.of_items("key_missing"):
        key = _key(inspection, missing)
        is_master = key is not None and key.get("kind") == "master"
        if is_master and missing.figure is not None and missing.figure > 0:
            yield FindingDraft(
                rule="master-key-missing",
                item=missing.item,
                repeat=missing.repeat,
                severity="critical",
                titles={
                    "zh-CN": "总钥匙缺失，须立即追查并评估换锁",
                    "en": "A master key is missing: trace it now, and think of changing locks",
                },
                evidence=evidence_of([missing]),
            )


def key_list_differs(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """The list at the cabinet names another number than the register; fewer hides a missing key."""
    for listed in inspection.of_items("key_expected"):
        key = _key(inspection, listed)
        made = None if key is None else cell_figure(key, "sets")
        if made is None or listed.figure is None or made == listed.figure:
            continue
        yield FindingDraft(
            rule="key-list-differs",
            item=listed.item,
            repeat=listed.repeat,
            severity="major" if listed.figure < made else "minor",
            titles={
                "zh-CN": f"清册记 {show_figure(listed.figure)} 把，台账配制 {show_figure(made)} 把",
                "en": f"Listed {show_figure(listed.figure)}, made {show_figure(made)}",
            },
            evidence={"made": show_figure(made), **evidence_of([listed])},
        )


def key_not_counted(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A key of the register that nobody counted."""
    for key in unseen(inspection, KEYS, "key_code", inspection.of_items("key_expected")):
        yield FindingDraft(
            rule="key-not-counted",
            item="key_expected",
            repeat=key.key,
            severity="major" if key.get("kind") == "master" else "minor",
            titles={
                "zh-CN": f"未清点钥匙“{key.get('name')}”",
                "en": f"Key {key.get('name')} was not counted",
            },
        )


def _key(inspection: Inspection, result: ResultView) -> Entry | None:
    code = code_of(inspection, "key_code", result.repeat)
    return entry_of(inspection, KEYS, code)
