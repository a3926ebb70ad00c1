"""Say in words how an item is answered and what passes, in two languages."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from fieldops.model.answertypes import (
    AnswerType,
    Calculated,
    Choice,
    Code,
    Duration,
    Location,
    Meter,
    Moment,
    Multiple,
    Number,
    PassFail,
    PhotoOnly,
    Score,
    Signature,
    Single,
    Staff,
    Temperature,
    Text,
)
from fieldops.model.checklist import PhotoRule
from fieldops.rules.difftexts import TYPE_WORDS, Words
from fieldops.rules.figures import show_figure

_PARTS: dict[str, Words] = {
    "date": ("日期", "date"),
    "time": ("时刻", "time of day"),
    "datetime": ("日期和时刻", "date and time"),
}


def answer_words(kind: AnswerType) -> Words:
    """The type with its limits: 数值（m）；可信 0 至 30；合格不小于 4."""
    parts = [_head(kind), *_SAID[type(kind)](kind)]
    return "；".join(zh for zh, _ in parts), "; ".join(en for _, en in parts)


def choice_words(choice: Choice) -> Words:
    """A choice by its title, with what it earns where that is not all."""
    zh, en = choice.titles.get("zh-CN", choice.key), choice.titles.get("en", choice.key)
    credit = choice.credit_percent
    if choice.fails:
        zh, en = f"{zh} ✗", f"{en} ✗"
    if credit is not None and credit != (0 if choice.fails else 100):
        zh, en = f"{zh} {credit}%", f"{en} {credit}%"
    return zh, en


def photo_words(rule: PhotoRule) -> Words:
    """How many photos are asked for, both empty where none are."""
    if not (rule.min_count or rule.min_count_on_fail):
        return "", ""
    parts: list[Words] = []
    if rule.min_count:
        parts.append((f"至少 {rule.min_count} 张", f"at least {rule.min_count}"))
    if rule.min_count_on_fail > rule.min_count:
        count = rule.min_count_on_fail
        parts.append((f"不合格时至少 {count} 张", f"at least {count} of a failure"))
    if rule.max_count != PhotoRule().max_count:
        parts.append((f"最多 {rule.max_count} 张", f"at most {rule.max_count}"))
    return "、".join(zh for zh, _ in parts), ", ".join(en for _, en in parts)


def _head(kind: AnswerType) -> Words:
    zh, en = TYPE_WORDS[type(kind)]
    if isinstance(kind, Moment):
        return _PARTS[kind.part]
    unit = getattr(kind, "unit", "")
    return (f"{zh}（{unit}）", f"{en} ({unit})") if unit else (zh, en)


def _none(_kind: Any) -> Iterator[Words]:
    return iter(())


def _choices(kind: Single | Multiple) -> Iterator[Words]:
    said = [choice_words(choice) for choice in kind.choices]
    yield "、".join(zh for zh, _ in said), ", ".join(en for _, en in said)
    if isinstance(kind, Multiple) and (kind.min_count or kind.max_count is not None):
        high = len(kind.choices) if kind.max_count is None else kind.max_count
        yield f"选 {kind.min_count} 至 {high} 项", f"choose {kind.min_count} to {high}"


def _score(kind: Score) -> Iterator[Words]:
    high = show_figure(kind.max)
    yield f"0 至 {high} 分", f"0 to {high} points"
    if kind.step != 1:
        yield f"每档 {show_figure(kind.step)} 分", f"in steps of {show_figure(kind.step)}"
    yield from _range("合格", "passes", kind.pass_min, None)


def _bounded(kind: Any) -> Iterator[Words]:
    yield from _range("可信", "plausible", kind.min, kind.max)
    yield from _range("合格", "passes", kind.pass_min, kind.pass_max)


def _range(zh: str, en: str, low: Decimal | None, high: Decimal | None) -> Iterator[Words]:
    if low is not None and low == high:
        yield f"{zh}为 {show_figure(low)}", f"{en} at {show_figure(low)}"
    elif low is not None and high is not None:
        pair = show_figure(low), show_figure(high)
        yield f"{zh} {pair[0]} 至 {pair[1]}", f"{en} from {pair[0]} to {pair[1]}"
    elif low is not None:
        yield f"{zh}不小于 {show_figure(low)}", f"{en} at {show_figure(low)} or more"
    elif high is not None:
        yield f"{zh}不大于 {show_figure(high)}", f"{en} at {show_figure(high)} or less"


def _number(kind: Number) -> Iterator[Words]:
    yield from _bounded(kind)
    if kind.decimals == 0:
        yield "整数", "a whole number"
    elif kind.decimals < 9:
        yield f"最多 {kind.decimals} 位小数", f"at most {kind.decimals} decimal places"


def _meter(kind: Meter) -> Iterator[Words]:
    yield from _bounded(kind)
    yield from _range("用量合格", "usage passes", kind.pass_usage_min, kind.pass_usage_max)
    if kind.rollover is not None:
        figure = show_figure(kind.rollover)
        yield f"到 {figure} 归零", f"starts again at {figure}"


def _text(kind: Text | Code) -> Iterator[Words]:
    if kind.pattern:
        yield f"格式 {kind.pattern}", f"pattern {kind.pattern}"
    if isinstance(kind, Text) and kind.max_length < 20_000:
        yield f"最多 {kind.max_length} 字", f"at most {kind.max_length} characters"


def _moment(kind: Moment) -> Iterator[Words]:
    if kind.pass_earliest:
        yield f"合格不早于 {kind.pass_earliest}", f"passes from {kind.pass_earliest}"
    if kind.pass_latest:
        yield f"合格不晚于 {kind.pass_latest}", f"passes until {kind.pass_latest}"
    first, last = kind.pass_from_days, kind.pass_until_days
    if first is not None:
        yield f"合格不早于{_day(first)[0]}", f"passes from {_day(first)[1]}"
    if last is not None:
        yield f"合格不晚于{_day(last)[0]}", f"passes until {_day(last)[1]}"


def _day(days: int) -> Words:
    if days == 0:
        return "巡检当天", "the day of the walk"
    if days < 0:
        return f"巡检前 {-days} 天", f"{-days} days before the walk"
    return f"巡检后 {days} 天", f"{days} days after the walk"


def _photo(kind: PhotoOnly) -> Iterator[Words]:
    yield f"{kind.min_count} 至 {kind.max_count} 张", f"{kind.min_count} to {kind.max_count}"


def _location(kind: Location) -> Iterator[Words]:
    if kind.max_accuracy_m is not None:
        figure = show_figure(kind.max_accuracy_m)
        yield f"精度不大于 {figure} 米", f"accurate to {figure} m"


_SAID: dict[type[AnswerType], Callable[[Any], Iterator[Words]]] = {
    PassFail: _none,
    Single: _choices,
    Multiple: _choices,
    Score: _score,
    Number: _number,
    Text: _text,
    Moment: _moment,
    Duration: _bounded,
    Meter: _meter,
    Temperature: _bounded,
    Signature: _none,
    PhotoOnly: _photo,
    Location: _location,
    Code: _text,
    Staff: _none,
    Calculated: _bounded,
}
