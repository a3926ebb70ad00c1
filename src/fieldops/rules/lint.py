"""Lint a checklist: everything that its shape allows and its meaning forbids.

Each check yields slips with the path of what is wrong; ``checklists.parse`` turns paths into lines.
"""

from collections.abc import Iterator
from decimal import Decimal

from fieldops.model.answertypes import (
    LANGUAGES,
    Bounded,
    Choice,
    Code,
    Location,
    Meter,
    Moment,
    Multiple,
    PhotoOnly,
    Score,
    Single,
    Text,
    Titles,
)
from fieldops.model.checklist import Checklist, Item, Section
from fieldops.rules.faults import Slip
from fieldops.rules.figures import show_figure
from fieldops.rules.moments import read_moment
from fieldops.rules.patterns import pattern_valid
from fieldops.rules.positions import Path

RESERVED_KEYS = frozenset({"and", "or", "not", "in", "true", "false", "value", "today"})
"""Words of expressions, which no item may have as its key."""
_MOMENT_EXAMPLES = {
    "date": "2026-11-21",
    "time": "08:30",
    "datetime": "2026-11-21T08:30:00+08:00",
}


def lint(checklist: Checklist) -> list[Slip]:
    """Everything wrong with texts, keys, weights, limits, choices, patterns and photo rules."""
    return list(_lint_checklist(checklist))


def _lint_checklist(checklist: Checklist) -> Iterator[Slip]:
    yield from _texts(checklist.titles, ("titles",))
    if checklist.summary:
        yield from _texts(checklist.summary, ("summary",))
    if not 0 < checklist.threshold_percent <= 100:
        value = show_figure(checklist.threshold_percent)
        yield Slip(("threshold_percent",), "threshold", {"value": value})
    if not checklist.sections:
        yield Slip((), "empty", {"name": checklist.key, "entry": "sections"})
    yield from _duplicates(checklist)
    weighted = any(section.weight is not None for section in checklist.sections)
    for number, section in enumerate(checklist.sections):
        path = ("sections", number)
        yield from _lint_section(section, path)
        if weighted and section.weight is None:
            yield Slip(path, "section-weights")


def _texts(titles: Titles, path: Path) -> Iterator[Slip]:
    for language in LANGUAGES:
        if not titles.get(language, "").strip():
            details = {"name": str(path[-1]), "language": language}
            yield Slip(path, "missing-translation", details)


def _duplicates(checklist: Checklist) -> Iterator[Slip]:
    """Keys of sections, and keys of items over the whole checklist."""
    sections: list[tuple[str, Path]] = [
        (section.key, ("sections", number)) for number, section in enumerate(checklist.sections)
    ]
    items: list[tuple[str, Path]] = [
        (item.key, ("sections", number, "items", place))
        for number, section in enumerate(checklist.sections)
        for place, item in enumerate(section.items)
    ]
    for entries in (sections, items):
        yield from _twice(entries)


def _twice(entries: list[tuple[str, Path]]) -> Iterator[Slip]:
    first: dict[str, Path] = {}
    for key, path in entries:
        if key in first:
            yield Slip((*path, "key"), "duplicate-key", {"name": key}, first[key])
        first.setdefault(key, path)


def _lint_section(section: Section, path: Path) -> Iterator[Slip]:
    yield from _texts(section.titles, (*path, "titles"))
    if section.weight is not None:
        yield from _weight(section.weight, (*path, "weight"))
    if section.repeat is not None:
        yield from _texts(section.repeat.titles, (*path, "repeat", "titles"))
        low, high = Decimal(section.repeat.min_count), Decimal(section.repeat.max_count)
        yield from _order(low, high, "min_count", "max_count", (*path, "repeat"))
    if not section.items:
        yield Slip(path, "empty", {"name": section.key, "entry": "sections.items"})
    for number, item in enumerate(section.items):
        yield from _lint_item(item, (*path, "items", number))


def _weight(weight: Decimal, path: Path) -> Iterator[Slip]:
    if weight <= 0:
        yield Slip(path, "weight", {"value": show_figure(weight)})


def _order(
    low: Decimal | None, high: Decimal | None, low_name: str, high_name: str, path: Path
) -> Iterator[Slip]:
    if low is not None and high is not None and low > high:
        details = {"low": low_name, "low_value": show_figure(low)}
        details |= {"high": high_name, "high_value": show_figure(high)}
        yield Slip((*path, low_name), "min-above-max", details)


def _lint_item(item: Item, path: Path) -> Iterator[Slip]:
    if item.key in RESERVED_KEYS:
        yield Slip((*path, "key"), "reserved-key", {"name": item.key})
    yield from _texts(item.titles, (*path, "titles"))
    if not any(text.strip() for text in item.measure.values()):
        yield Slip(path, "missing-measure", {"name": item.key})
    else:
        yield from _texts(item.measure, (*path, "measure"))
    yield from _weight(item.weight, (*path, "weight"))
    if item.constraint is not None:
        yield from _texts(item.constraint.messages, (*path, "constraint", "messages"))
    yield from _lint_photos(item, path)
    yield from _lint_answer(item, (*path, "answer"))


def _lint_photos(item: Item, path: Path) -> Iterator[Slip]:
    rule = item.photos
    low = max(rule.min_count, rule.min_count_on_fail)
    if low > rule.max_count:
        details = {"low": str(low), "high": str(rule.max_count)}
        yield Slip((*path, "photos"), "photo-rule", details)


def _lint_answer(item: Item, path: Path) -> Iterator[Slip]:
    answer = item.answer
    if isinstance(answer, Bounded):
        yield from _lint_bounded(answer, path)
    match answer:
        case Single() | Multiple():
            yield from _lint_choices(answer.choices, 2 if isinstance(answer, Single) else 1, path)
            if isinstance(answer, Multiple):
                yield from _lint_counts(answer, path)
        case Score():
            yield from _positive(answer.max, "max", path)
            yield from _positive(answer.step, "step", path)
            yield from _order(answer.pass_min, answer.max, "pass_min", "max", path)
        case Text() | Code():
            if answer.pattern and not pattern_valid(answer.pattern):
                yield Slip((*path, "pattern"), "pattern", {"value": answer.pattern})
        case Moment():
            yield from _lint_moment(answer, path)
        case Location(max_accuracy_m=Decimal() as accuracy):
            yield from _positive(accuracy, "max_accuracy_m", path)
        case PhotoOnly():
            low, high = Decimal(answer.min_count), Decimal(answer.max_count)
            yield from _order(low, high, "min_count", "max_count", path)
        case _:
            pass


def _positive(figure: Decimal, name: str, path: Path) -> Iterator[Slip]:
    if figure <= 0:
        details = {"name": name, "value": show_figure(figure)}
        yield Slip((*path, name), "not-positive", details)


def _lint_bounded(answer: Bounded, path: Path) -> Iterator[Slip]:
    low, high, pass_low, pass_high = answer.min, answer.max, answer.pass_min, answer.pass_max
    yield from _order(low, high, "min", "max", path)
    yield from _order(pass_low, pass_high, "pass_min", "pass_max", path)
    yield from _order(pass_low, high, "pass_min", "max", path)
    yield from _order(low, pass_high, "min", "pass_max", path)
    if isinstance(answer, Meter):
        names = ("pass_usage_min", "pass_usage_max")
        yield from _order(answer.pass_usage_min, answer.pass_usage_max, *names, path)
        if answer.rollover is not None:
            yield from _positive(answer.rollover, "rollover", path)


def _lint_choices(choices: tuple[Choice, ...], low: int, path: Path) -> Iterator[Slip]:
    where: Path = (*path, "choices")
    if len(choices) < low:
        yield Slip(where, "choices", {"low": str(low)})
    # A list of defects may hold nothing but failing choices: an empty answer passes.
    if low > 1 and choices and all(choice.fails for choice in choices):
        yield Slip(where, "no-passing-choice")
    yield from _twice([(choice.key, (*where, n)) for n, choice in enumerate(choices)])
    for number, choice in enumerate(choices):
        yield from _texts(choice.titles, (*where, number, "titles"))


def _lint_counts(answer: Multiple, path: Path) -> Iterator[Slip]:
    high = len(answer.choices) if answer.max_count is None else answer.max_count
    yield from _order(Decimal(answer.min_count), Decimal(high), "min_count", "max_count", path)
    if answer.min_count > len(answer.choices):
        yield Slip((*path, "choices"), "choices", {"low": str(answer.min_count)})


def _lint_moment(answer: Moment, path: Path) -> Iterator[Slip]:
    limits = {"pass_earliest": answer.pass_earliest, "pass_latest": answer.pass_latest}
    for name, limit in limits.items():
        if limit and read_moment(answer.part, limit) is None:
            details = {"name": name, "value": limit, "part": answer.part}
            details["example"] = _MOMENT_EXAMPLES[answer.part]
            yield Slip((*path, name), "moment", details)
    earliest, latest = (read_moment(answer.part, limit) for limit in limits.values())
    if earliest is not None and latest is not None and earliest > latest:
        details = {"low": "pass_earliest", "low_value": earliest}
        details |= {"high": "pass_latest", "high_value": latest}
        yield Slip((*path, "pass_earliest"), "min-above-max", details)
    yield from _lint_days(answer, path)


def _lint_days(answer: Moment, path: Path) -> Iterator[Slip]:
    first, last = answer.pass_from_days, answer.pass_until_days
    low = None if first is None else Decimal(first)
    high = None if last is None else Decimal(last)
    yield from _order(low, high, "pass_from_days", "pass_until_days", path)
