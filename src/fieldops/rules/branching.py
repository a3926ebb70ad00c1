"""Which items show, given the answers: a sheet is read once, from top to bottom.

An expression sees only what stands before it (and in a constraint its own answer), and an item that
does not show counts as not answered.  So a sheet needs no second pass, and no cycle can arise.
"""

from fieldops.model.answer import Answer, Line, Reading, SectionViolation, Sheet
from fieldops.model.checklist import Checklist, Item, Section
from fieldops.rules.answers import judge
from fieldops.rules.evaluation import Scope, Slot, evaluate
from fieldops.rules.expressions import parse_expression
from fieldops.rules.violations import violation


def read_sheet(checklist: Checklist, sheet: Sheet) -> Reading:
    """Judge every item that shows, for every repeat, in the order of the checklist.

    Answers to items that do not show, or that the checklist does not know, are left out.
    """
    answers = {(answer.item, answer.repeat): answer for answer in sheet.answers}
    scope = Scope(values={}, outcomes={}, usages={}, today=sheet.date)
    lines: list[Line] = []
    faults: list[SectionViolation] = []
    for section in checklist.sections:
        if not shows(section.shows_if, scope):
            continue
        repeats = repeats_of(section, sheet)
        faults += _check_repeats(section, repeats)
        for repeat in repeats:
            lines += _read_repeat(section, repeat, answers, scope)
    return Reading(lines=tuple(lines), violations=tuple(faults))


def shows(condition: str, scope: Scope) -> bool:
    """Whether a condition holds; without one, always; while it is unknown, not."""
    return not condition or evaluate(parse_expression(condition), scope) is True


def repeats_of(section: Section, sheet: Sheet) -> list[str]:
    """The repeats that a section has on this sheet, sorted; one empty one outside repeat groups."""
    if section.repeat is None:
        return [""]
    keys = {item.key for item in section.items}
    named = {answer.repeat for answer in sheet.answers if answer.item in keys}
    return sorted((named | set(sheet.repeats.get(section.key, ()))) - {""})


def _check_repeats(section: Section, repeats: list[str]) -> list[SectionViolation]:
    rule = section.repeat
    if rule is None or rule.min_count <= len(repeats) <= rule.max_count:
        return []
    fault = violation("repeats", low=rule.min_count, high=rule.max_count, value=len(repeats))
    return [SectionViolation(section=section.key, violation=fault)]


def _read_repeat(
    section: Section, repeat: str, answers: dict[Slot, Answer], scope: Scope
) -> list[Line]:
    """The lines of one repeat; what they hold is written into the shared dictionaries of scope."""
    here = Scope(scope.values, scope.outcomes, scope.usages, repeat, scope.today)
    return [
        _read_item(section, item, answers.get((item.key, repeat)), here)
        for item in section.items
        if shows(item.shows_if, here)
    ]


def _read_item(section: Section, item: Item, answer: Answer | None, here: Scope) -> Line:
    judgement = judge(item, answer, here)
    slot = (item.key, here.repeat)
    here.values[slot] = judgement.value
    here.outcomes[slot] = judgement.outcome
    here.usages[slot] = judgement.usage
    return Line(section=section.key, item=item.key, repeat=here.repeat, judgement=judgement)
