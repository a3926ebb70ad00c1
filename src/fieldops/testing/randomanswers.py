"""Answers at random: good, bad, near the limit, or junk that a tablet may send all the same."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Literal

from fieldops.model import answertypes as types
from fieldops.model.answer import Answer
from fieldops.model.checklist import Item, Outcome, RawValue
from fieldops.model.register import Column
from fieldops.testing.build import DAY

Kind = Literal["full", "partial", "empty", "hostile"]
"""How a walk is answered."""
_JUNK: tuple[RawValue, ...] = (
    "", " ", "-1", "NaN", "-Infinity", "1E+999", "٣", "\u202e", "'; DROP", "x" * 2000, "99:99",
    "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-21T12:00:00+14:00", True, 0, -1, 10**15,
    [], ["", "no such choice"], ["a"] * 50, {}, {"reading": "NaN", "previous": "Infinity"},
    {"reading": "-5", "previous": "x"}, {"latitude": "91", "longitude": "", "accuracy_m": "-1"},
    {"sha256": "", "name": ""},
)  # fmt: skip


def random_answer(item: Item, repeat: str, random: Random, kind: Kind) -> Answer:
    """An answer to an item; of a hostile walk more often junk than not."""
    junk = kind == "hostile" and random.random() < 0.6
    odd = junk or item.na_allowed
    claims: tuple[Outcome | None, ...] = ("na", "fail", "pass") if odd else ("fail", None)
    return Answer(
        item=item.key,
        repeat=repeat,
        value=random.choice(_JUNK) if junk else _value(item.answer, random),
        outcome=random.choice(claims) if random.random() < 0.3 else None,
        photo_count=random.randrange(4),
    )


def _value(answer: types.AnswerType, random: Random) -> RawValue:
    """An answer of the item's type: good, bad, or just outside of what is good enough."""
    if isinstance(answer, types.PassFail):
        return random.choice(("pass", "pass", "fail"))
    if isinstance(answer, types.Single):
        return random.choice(answer.choices).key
    if isinstance(answer, types.Multiple):
        keys = [one.key for one in answer.choices]
        return sorted(random.sample(keys, random.randrange(len(keys) + 1)))
    if isinstance(answer, types.Score):
        return str(answer.step * random.randrange(int(answer.max / answer.step) + 1))
    if isinstance(answer, types.Meter):
        previous = random.randrange(10_000)
        return {"reading": str(previous + random.randrange(-5, 500)), "previous": str(previous)}
    if isinstance(answer, types.Number | types.Duration | types.Temperature):
        return _figure(answer, random)
    if isinstance(answer, types.Moment):
        return _moment(answer, random)
    return _other(answer, random)


def _figure(answer: types.Bounded, random: Random) -> str:
    """Near a limit more often than not: there rules change their mind."""
    limits = [answer.min, answer.max, answer.pass_min, answer.pass_max]
    known = [one for one in limits if one is not None]
    if known and random.random() < 0.6:
        return str(random.choice(known) + random.choice((-1, 0, 0, 1)))
    low, high = answer.min or Decimal(0), answer.max or Decimal(1000)
    return str(int(low) + random.randrange(max(1, int(high) - int(low) + 1)))


def _moment(answer: types.Moment, random: Random) -> str:
    day = date.fromisoformat(DAY) + timedelta(days=random.randrange(-800, 800))
    time = f"{random.randrange(24):02}:{random.randrange(60):02}"
    full = f"{day}T{time}:00+08:00"
    return {"date": str(day), "time": time, "datetime": full}[answer.part]


def _other(answer: types.AnswerType, random: Random) -> RawValue:
    if isinstance(answer, types.Location):
        return {"latitude": "31.2", "longitude": "121.4", "accuracy_m": str(random.randrange(200))}
    if isinstance(answer, types.Signature):
        return {"sha256": "0" * 64, "name": "张三"}
    if isinstance(answer, types.PhotoOnly):
        return None
    return random.choice(("P-001", "AB-0102", "已处理", "13800138000", "ok"))


def random_cell(column: Column, random: Random, kind: Kind) -> str:
    """What stands in a column of a register; junk now and then, if it is hostile."""
    if kind == "hostile" and random.random() < 0.5:
        return str(random.choice([one for one in _JUNK if isinstance(one, str)]))
    day = date.fromisoformat(DAY) + timedelta(days=random.randrange(-400, 400))
    usual: dict[str, Sequence[Any]] = {
        "integer": (0, 1, 30, 365),
        "decimal": ("0", "0.5", "120.25"),
        "date": (day,),
        "time": ("00:00", "08:30", "23:59"),
        "choice": column.choices or ("",),
        "text": ("", "A", "大堂"),
    }
    return str(random.choice(usual[column.type]))
