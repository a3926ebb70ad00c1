"""Hold recorded answers against another version of their checklist."""

from collections.abc import Iterator

from fieldops.model.answer import Answer, Line, Sheet
from fieldops.model.answertypes import Titles
from fieldops.model.checklist import Checklist
from fieldops.model.difference import Mapping, Misfit
from fieldops.rules.branching import read_sheet
from fieldops.rules.checklistdiff import mappings
from fieldops.rules.evaluation import Slot

_GONE: Titles = {
    "zh-CN": "新版本没有此检查项，答案无处可放。",
    "en": "The new version has no such item: the answer has no place.",
}
_OTHER: Titles = {
    "zh-CN": "新版本中此项的作答方式不同（类型、单位或重复组），答案不能照搬。",
    "en": "The new version wants another answer here (type, unit or repeat group).",
}
_HIDDEN: Titles = {
    "zh-CN": "按新版本的条件，此项不显示，答案不计。",
    "en": "The new version does not show this item here, so its answer does not count.",
}
_LEFT_TO_DO = frozenset({"required", "photos", "repeats", "outcome"})
"""Violations of what is still to be done or to be looked at, not of an answer that is there."""


def misfits(old: Checklist, new: Checklist, sheet: Sheet) -> tuple[Misfit, ...]:
    """The answers of a sheet, walked by ``old``, that ``new`` would not take as they stand.

    An answer that ``old`` does not accept or show either is not told.  Sorted as in ``sheet``.
    """
    return tuple(_misfits(old, new, sheet))


def _misfits(old: Checklist, new: Checklist, sheet: Sheet) -> Iterator[Misfit]:
    maps = {each.item: each for each in mappings(old, new)}
    before, after = _lines(old, sheet), _lines(new, sheet)
    for answer in sheet.answers:
        slot = (answer.item, answer.repeat)
        if slot in before and _says(answer):
            yield from _misfit(slot, maps[answer.item], before[slot], after.get(slot))


def _says(answer: Answer) -> bool:
    return answer.value is not None or answer.outcome is not None or answer.photo_count > 0


def _lines(checklist: Checklist, sheet: Sheet) -> dict[Slot, Line]:
    return {(line.item, line.repeat): line for line in read_sheet(checklist, sheet).lines}


def _misfit(slot: Slot, to: Mapping, before: Line, after: Line | None) -> Iterator[Misfit]:
    item, repeat = slot
    if not to.target:
        yield Misfit(item=item, repeat=repeat, code="gone", messages=_GONE)
    elif to.fits == "none":
        yield Misfit(item=item, repeat=repeat, code="other", messages=_OTHER)
    elif after is None:
        yield Misfit(item=item, repeat=repeat, code="hidden", messages=_HIDDEN)
    else:
        known = {fault.code for fault in before.judgement.violations} | _LEFT_TO_DO
        for fault in after.judgement.violations:
            if fault.code not in known:
                yield Misfit(item=item, repeat=repeat, code=fault.code, messages=fault.messages)
