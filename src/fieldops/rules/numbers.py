"""Read answers that are numbers: scores, measurements, durations, meter readings."""

from decimal import Decimal

from msgspec.structs import replace

from fieldops.model.answer import Read, Violation
from fieldops.model.answertypes import Bounded, Duration, Meter, Number, Score
from fieldops.model.checklist import RawValue
from fieldops.rules.figures import read_figure, show_figure
from fieldops.rules.violations import violation, wrong_type


def read_score(kind: Score, raw: RawValue, _today: str) -> Read:
    figure = read_figure(raw)
    if figure is None:
        return Read(violations=(wrong_type("分数", "a score"),))
    value = show_figure(figure)
    if not 0 <= figure <= kind.max:
        fault = violation("range", value=value, low=0, high=show_figure(kind.max))
        return Read(value=figure, violations=(fault,))
    faults: tuple[Violation, ...] = ()
    if figure % kind.step:
        faults = (violation("step", value=value, step=show_figure(kind.step)),)
    fails = None if kind.pass_min is None else figure < kind.pass_min
    return Read(value=figure, violations=faults, fails=fails, points=figure, points_max=kind.max)


def _within(low: Decimal | None, figure: Decimal, high: Decimal | None) -> bool:
    return (low is None or low <= figure) and (high is None or figure <= high)


def _show_limit(limit: Decimal | None) -> str:
    return "…" if limit is None else show_figure(limit)


def judge_figure(kind: Bounded, figure: Decimal) -> Read:
    """Hold a number against its plausible range and against its thresholds."""
    faults: tuple[Violation, ...] = ()
    if not _within(kind.min, figure, kind.max):
        low, high = _show_limit(kind.min), _show_limit(kind.max)
        faults = (violation("range", value=show_figure(figure), low=low, high=high),)
    fails = None
    if kind.pass_min is not None or kind.pass_max is not None:
        fails = not _within(kind.pass_min, figure, kind.pass_max)
    return Read(value=figure, violations=faults, fails=fails)


_NUMBER = wrong_type("数字，如 12 或 12.5", "a number such as 12 or 12.5")


def read_bounded(kind: Bounded, raw: RawValue, _today: str) -> Read:
    figure = read_figure(raw)
    return Read(violations=(_NUMBER,)) if figure is None else judge_figure(kind, figure)


def read_number(kind: Number, raw: RawValue, today: str) -> Read:
    read = read_bounded(kind, raw, today)
    if not isinstance(read.value, Decimal):
        return read
    exponent = read.value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > kind.decimals:
        fault = violation("decimals", value=show_figure(read.value), high=kind.decimals)
        return replace(read, violations=(*read.violations, fault))
    return read


def read_duration(kind: Duration, raw: RawValue, today: str) -> Read:
    read = read_bounded(kind, raw, today)
    if isinstance(read.value, Decimal) and read.value < 0:
        fault = violation("range", value=show_figure(read.value), low=0, high=_show_limit(kind.max))
        return replace(read, violations=(fault,))
    return read


def read_meter(kind: Meter, raw: RawValue, _today: str) -> Read:
    parts = raw if isinstance(raw, dict) else {"reading": raw}
    reading, before = read_figure(parts.get("reading")), parts.get("previous")
    previous = None if before is None else read_figure(before)
    if reading is None or (before is not None and previous is None):
        return Read(violations=(wrong_type("读数和上次读数", "the reading and the previous one"),))
    read = judge_figure(kind, reading)
    return read if previous is None else _judge_usage(kind, read, reading, previous)


def _judge_usage(kind: Meter, read: Read, reading: Decimal, previous: Decimal) -> Read:
    usage = reading - previous
    if usage < 0 and kind.rollover is not None:
        usage += kind.rollover
    if usage < 0:
        low = show_figure(previous)
        fault = violation("meter-backwards", value=show_figure(reading), low=low)
        return replace(read, violations=(*read.violations, fault))
    fails = read.fails
    if kind.pass_usage_min is not None or kind.pass_usage_max is not None:
        fails = bool(fails) or not _within(kind.pass_usage_min, usage, kind.pass_usage_max)
    return replace(read, usage=usage, fails=fails)
