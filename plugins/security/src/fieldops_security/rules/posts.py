"""Posts and rooms that must be manned, and what lies open when they are not."""

from collections.abc import Iterator
from decimal import Decimal

from fieldops import Checklist, Entry, FindingDraft, Inspection, cell_figure, chosen, evidence_of
from fieldops_security.registers import POSTS, code_of, entry_of, unseen

_ROOM = ("operators", "alarm_answer")


def post_short(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Fewer guards at a post than the register wants in this shift; nobody at all is critical."""
    for present in inspection.of_items("post_guards"):
        code = code_of(inspection, "post_code", present.repeat)
        post = entry_of(inspection, POSTS, code)
        wanted = Decimal(0) if post is None else _wanted(inspection, post)
        if present.figure is None or present.figure >= wanted:
            continue
        yield FindingDraft(
            rule="post-short",
            item=present.item,
            repeat=present.repeat,
            severity="major" if present.figure else "critical",
            titles={
                "zh-CN": f"岗位应到 {wanted} 人，实到 {present.figure} 人",
                "en": f"The post wants {wanted} guards and has {present.figure}",
            },
            evidence={"wanted": str(wanted), **evidence_of([present])},
        )


def post_not_visited(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A post of the register that is manned in this shift and was not looked at."""
    for post in unseen(inspection, POSTS, "post_code", inspection.of_items("post_guards")):
        if _wanted(inspection, post) > 0:
            yield FindingDraft(
                rule="post-not-visited",
                item="post_guards",
                repeat=post.key,
                titles={
                    "zh-CN": f"未检查岗位“{post.get('name')}”",
                    "en": f"Post {post.get('name')} was not looked at",
                },
            )


def _wanted(inspection: Inspection, post: Entry) -> Decimal:
    """The guards of a post in the shift that was looked at; 0 while the shift is not answered."""
    shift = next(iter(chosen(inspection, "watch")), "")
    return cell_figure(post, f"guards_{shift}") or Decimal(0)


def entrance_unguarded(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """A door that does not lock while a post stands empty: anybody can walk in."""
    empty = [one for one in inspection.of_items("post_guards") if one.figure == 0]
    for door in inspection.failed_of("door_locks"):
        if empty:
            yield FindingDraft(
                rule="entrance-unguarded",
                item=door.item,
                repeat=door.repeat,
                severity="critical",
                titles={
                    "zh-CN": f"“{door.repeat}”不能闭锁且有空岗，任何人可进入",
                    "en": f"{door.repeat} does not lock and a post is empty: anybody can walk in",
                },
                evidence=evidence_of([door, *empty]),
            )


def control_room_unattended(inspection: Inspection, _: Checklist) -> Iterator[FindingDraft]:
    """Too few operators, and an alarm that was answered late."""
    failed = inspection.failed_of(*_ROOM)
    if len(failed) == len(_ROOM):
        yield FindingDraft(
            rule="control-room-unattended",
            section=failed[0].section,
            severity="critical",
            titles={
                "zh-CN": "消防控制室值守不足，报警确认超时",
                "en": "The control room is short of operators and alarms are answered late",
            },
            evidence=evidence_of(failed),
        )
