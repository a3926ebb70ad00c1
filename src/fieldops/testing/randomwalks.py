"""Walks that nobody would make up by hand: answered at random, in part, not at all, or with junk.

Everything here is what may really stand on record: an op with such an answer is accepted and kept,
its answer judged as not acceptable.  The same seed gives the same walks.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Literal

from msgspec import Struct

from fieldops.flow.view import read_results
from fieldops.model import answertypes as types
from fieldops.model.answer import Answer, Sheet
from fieldops.model.checklist import Checklist, Item, Outcome, RawValue, Section
from fieldops.model.inspection import Inspection
from fieldops.model.register import Column, Entry, RegisterSpec
from fieldops.rules.checklists import address
from fieldops.rules.inspections import earlier_walk
from fieldops.testing.build import DAY, SITE, photo
from fieldops_sync.ids import uuid8

Kind = Literal["full", "partial", "empty", "hostile"]
KINDS: tuple[Kind, ...] = ("full", "partial", "hostile", "empty")
_STATES = ("submitted", "draft", "sealed", "approved", "returned")
_JUNK: tuple[RawValue, ...] = (
    "", " ", "-1", "NaN", "-Infinity", "1E+999", "٣", "\u202e", "'; DROP", "x" * 2000, "99:99",
    "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-21T12:00:00+14:00", True, 0, -1, 10**15,
    [], ["", "no such choice"], ["a"] * 50, {}, {"reading": "NaN", "previous": "Infinity"},
    {"reading": "-5", "previous": "x"}, {"latitude": "91", "longitude": "", "accuracy_m": "-1"},
    {"sha256": "", "name": ""},
)  # fmt: skip
_REPEATS = ("A", "1", "东门", " ", "a@b", "x" * 200)


class Ask(Struct, frozen=True):
    """Which walk is wanted; ``results_min`` makes repeat groups large enough for so many."""

    seed: int
    kind: Kind = "full"
    results_min: int = 0


class Terms(Struct, frozen=True):
    """What the plugin asks for beside the walk itself."""

    earlier: bool = False
    registers: tuple[RegisterSpec, ...] = ()


def random_walks(checklist: Checklist, terms: Terms, count: int) -> list[Inspection]:
    """So many walks, of every kind in turn."""
    asks = [Ask(seed, KINDS[seed % len(KINDS)]) for seed in range(count)]
    return [random_walk(checklist, terms, ask) for ask in asks]


def random_walk(checklist: Checklist, terms: Terms, ask: Ask) -> Inspection:
    """One walk, with photos, earlier walks and register entries of its own."""
    random = Random(f"{checklist.key} {ask.kind} {ask.seed}")
    walk = _one(checklist, random, ask)
    earlier = [_one(checklist, random, ask) for _ in range(random.randrange(4) * terms.earlier)]
    entries = [one for spec in terms.registers for one in _entries(spec, random, ask.kind)]
    members = {name: getattr(walk, name) for name in walk.__struct_fields__}
    told = tuple(earlier_walk(one, checklist) for one in earlier)
    return Inspection(**{**members, "earlier": told, "entries": tuple(entries)})


def _one(checklist: Checklist, random: Random, ask: Ask) -> Inspection:
    sheet = _sheet(checklist, random, ask)
    own = uuid8(b"walk", random.randbytes(16))
    shown = [one for one in sheet.answers if random.random() < 0.2]
    return Inspection(
        id=own,
        site=SITE,
        checklist=address(checklist),
        state=random.choice(_STATES),
        date=sheet.date,
        results=read_results(checklist, sheet, own),
        photos=tuple(photo(one.item, repeat=one.repeat) for one in shown),
    )


def _sheet(checklist: Checklist, random: Random, ask: Ask) -> Sheet:
    repeats = _repeats(checklist, random, ask)
    answers = [
        _answer(item, repeat, random, ask.kind)
        for section in checklist.sections
        for repeat in (repeats[section.key] if section.repeat else ("",))
        for item in section.items
        if not isinstance(item.answer, types.Calculated) and _is_answered(random, ask.kind)
    ]
    day = (date.fromisoformat(DAY) - timedelta(days=random.randrange(40))).isoformat()
    hostile = ask.kind == "hostile" and random.random() < 0.3
    return Sheet(date="" if hostile else day, answers=tuple(answers), repeats=repeats)


def _is_answered(random: Random, kind: Kind) -> bool:
    return kind != "empty" and (kind != "partial" or random.random() < 0.5)


def _repeats(checklist: Checklist, random: Random, ask: Ask) -> dict[str, tuple[str, ...]]:
    groups = [section for section in checklist.sections if section.repeat]
    items = sum(len(section.items) for section in groups)
    many = -(-ask.results_min // items) if items else 0
    return {section.key: _names(section, random, ask.kind, many) for section in groups}


def _names(section: Section, random: Random, kind: Kind, many: int) -> tuple[str, ...]:
    assert section.repeat is not None
    if kind == "hostile":
        return tuple(random.sample(_REPEATS, random.randrange(len(_REPEATS))))
    low = section.repeat.min_count
    count = max(many, low + random.randrange(3)) if kind != "empty" else 0
    return tuple(f"R{number}" for number in range(min(count, section.repeat.max_count)))


def _answer(item: Item, repeat: str, random: Random, kind: Kind) -> Answer:
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


def _entries(spec: RegisterSpec, random: Random, kind: Kind) -> Iterator[Entry]:
    """Lines of a register; of a hostile one the columns are missing, too many, or hold junk."""
    for number in range(random.randrange(6)):
        values = {
            column.name: _cell(column, random, kind)
            for column in spec.columns
            if column.required or random.random() < 0.8
        }
        if kind == "hostile" and random.random() < 0.3:
            values = {"no_such_column": "x"}
        key = random.choice(("P-001", "A", "东门")) if number == 0 else f"K-{number}"
        yield Entry(register=spec.name, key=key, values=values, retired=random.random() < 0.2)


def _cell(column: Column, random: Random, kind: Kind) -> str:
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
