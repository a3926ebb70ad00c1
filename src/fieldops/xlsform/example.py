"""A worked example for an imported checklist: everything answered well, the score by our rules."""

import contextlib
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from fieldops.model.answer import Answer
from fieldops.model.answertypes import (
    Bounded,
    Calculated,
    Code,
    Location,
    Moment,
    Multiple,
    PassFail,
    PhotoOnly,
    Score,
    Signature,
    Single,
    Text,
)
from fieldops.model.checklist import Checklist, Example, Item, RawValue, Section
from fieldops.model.expression import Literal, Name
from fieldops.rules.answers import judge
from fieldops.rules.branching import read_sheet, shows
from fieldops.rules.evaluation import Scope
from fieldops.rules.examples import address_of, sheet_of
from fieldops.rules.expressions import parse_expression, walk_nodes
from fieldops.rules.figures import show_figure
from fieldops.rules.scoring import failures_in, score_reading
from fieldops.xlsform.samples import sample

DATE = "2026-01-15"
"""The day of every example: the same import gives the same file."""
_WORDS = ("OK", "A", "A1", "Abc", "1", "12", "123456", "13800000000", "a@example.org", "好")
_FIGURES = (1, 0, 2, 5, 10, 18, 20, 25, 30, 50, 100, 200, 500, 1000, 5000, 10_000, -1, 2026)
_LENGTHS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20)
_SHA256 = "0" * 64
_TRIES_MAX = 200


class NoExample(Struct, frozen=True):
    """The item that no answer could be found for."""

    item: str


def example_of(checklist: Checklist) -> Example | NoExample:
    """An example that answers every item that shows, or the item for which that did not work out.

    Answers are found by trying, from top to bottom as a sheet is read.
    """
    scope = Scope(values={}, outcomes={}, usages={}, today=DATE)
    found: dict[str, RawValue] = {}
    photos: dict[str, int] = {}
    repeats: dict[str, tuple[str, ...]] = {}
    for section in checklist.sections:
        if not shows(section.shows_if, scope):
            continue
        names = _repeats(section)
        if section.repeat is not None:
            repeats[section.key] = names
        for repeat in names:
            here = Scope(scope.values, scope.outcomes, scope.usages, repeat, DATE)
            for item in section.items:
                if shows(item.shows_if, here) and not _answer(item, here, found, photos):
                    return NoExample(item.key)
    return _scored(checklist, found, photos, repeats)


def _repeats(section: Section) -> tuple[str, ...]:
    if section.repeat is None:
        return ("",)
    count = max(1, section.repeat.min_count)
    return tuple(f"{number:0{len(str(count))}}" for number in range(1, count + 1))


def _answer(item: Item, here: Scope, found: dict[str, RawValue], photos: dict[str, int]) -> bool:
    """Answer one item; False where it wants an answer and none was found."""
    slot = (item.key, here.repeat)
    address = address_of(*slot)
    tried = judge(item, None, here)
    if not isinstance(item.answer, Calculated):
        for count, value in enumerate(_candidates(item, here)):
            answer = _given(item, here.repeat, value)
            judged = judge(item, answer, here)
            if not judged.violations and judged.outcome == "pass":
                tried = judged
                if value is not None:
                    found[address] = value
                if _photos(item):
                    photos[address] = _photos(item)
                break
            if count > _TRIES_MAX:
                break
    here.values[slot], here.outcomes[slot] = tried.value, tried.outcome
    here.usages[slot] = tried.usage
    return not tried.violations


def _given(item: Item, repeat: str, value: RawValue) -> Answer:
    return Answer(item=item.key, repeat=repeat, value=value, photo_count=_photos(item))


def _photos(item: Item) -> int:
    return item.answer.min_count if isinstance(item.answer, PhotoOnly) else 0


def _scored(
    checklist: Checklist,
    found: dict[str, RawValue],
    photos: dict[str, int],
    repeats: dict[str, tuple[str, ...]],
) -> Example:
    example = Example(
        titles={"zh-CN": "全部合格（导入时自动生成）", "en": "All well (made by the import)"},
        date=DATE,
        answers=found,
        photos=photos,
        repeats=repeats,
    )
    reading = read_sheet(checklist, sheet_of(checklist, example))
    result = score_reading(checklist, reading)
    failed = tuple(address_of(one.item, one.repeat) for one in failures_in(checklist, reading))
    return Example(
        titles=example.titles,
        date=DATE,
        answers=found,
        photos=photos,
        repeats=repeats,
        score=result.score,
        passed=result.passed,
        findings=failed,
    )


def _spoken_of(item: Item, here: Scope) -> list[Decimal | str]:
    """What a constraint compares with: literals, earlier answers, their sums and differences."""
    if item.constraint is None:
        return []
    nodes = walk_nodes(parse_expression(item.constraint.expression))
    values = [here.values.get(here.slot(node.name)) for node in nodes if isinstance(node, Name)]
    values += [node.value for node in nodes if isinstance(node, Literal)]
    figures = [value for value in values if isinstance(value, Decimal)]
    near = [one + other for one in figures for other in figures if one is not other]
    near += [one - other for one in figures for other in figures if one is not other]
    return [*figures, *near, *(value for value in values if isinstance(value, str))]


def _candidates(item: Item, here: Scope) -> Iterator[RawValue]:
    answer, said = item.answer, _spoken_of(item, here)
    match answer:
        case PassFail():
            yield "pass"
        case Single(choices=choices):
            yield from (choice.key for choice in choices)
        case Multiple(choices=choices):
            yield from _several([choice.key for choice in choices if not choice.fails], answer)
        case Score(max=high):
            yield _shown(high)
        case Moment():
            yield from _moments(answer, [one for one in said if isinstance(one, str)])
        case Location():
            yield {"latitude": "31.2304", "longitude": "121.4737", "accuracy_m": "1"}
        case Signature():
            yield {"sha256": _SHA256, "name": "A. Example"}
        case PhotoOnly():
            yield None
        case Text() | Code():
            patterns = [answer.pattern, *(one for one in said if isinstance(one, str))]
            yield from _texts([one for one in patterns if one])
        case _ if isinstance(answer, Bounded):
            yield from _figures(answer, [one for one in said if isinstance(one, Decimal)])
        case _:
            yield "A. Example"


def _shown(figure: Decimal) -> RawValue:
    return int(figure) if figure == int(figure) else show_figure(figure)


def _several(keys: list[str], answer: Multiple) -> Iterator[RawValue]:
    least = answer.min_count
    yield from (keys[at : at + max(least, 1)] for at in range(len(keys)))
    yield list(keys)
    yield []


def _figures(answer: Bounded, said: list[Decimal]) -> Iterator[RawValue]:
    """The middle of the range first, then what the constraint speaks of, then anything."""
    low, high = (
        one if two is None else two
        for one, two in ((answer.min, answer.pass_min), (answer.max, answer.pass_max))
    )
    middle = [] if low is None or high is None else [(low + high) // 2]
    ends = [figure for figure in (low, high) if figure is not None]
    near = [figure + step for figure in said for step in (0, 1, -1)]
    yield from (_shown(one) for one in [*middle, *ends, *near, *map(Decimal, _FIGURES)])


def _moments(answer: Moment, said: list[str]) -> Iterator[RawValue]:
    if answer.part == "time":
        yield from ("08:30", "00:00", "12:00", "18:00", "23:59")
        return
    today = date.fromisoformat(DATE)
    days = [today + timedelta(days=away) for away in (0, -1, 1, -30, 30, -365, -7300, 365)]
    for text in said:
        with contextlib.suppress(ValueError, OverflowError):
            # Some texts are no days, and the first day of all has none before it.
            named = date.fromisoformat(text[:10])
            days += [named, named + timedelta(days=1), named - timedelta(days=1)]
    behind = "" if answer.part == "date" else "T08:30:00+08:00"
    yield from (day.isoformat() + behind for day in days)


def _texts(said: list[str]) -> Iterator[RawValue]:
    """Texts that a constraint speaks of may be patterns; the longest is the most particular."""
    yield from sorted((sample(one) for one in said), key=len, reverse=True)
    yield from _WORDS
    for length in _LENGTHS:
        yield from ("1" * length, "a" * length, "A" * length)
    yield from said
