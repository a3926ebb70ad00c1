"""Walks that nobody would make up by hand: answered at random, in part, not at all, or with junk.

Everything here is what may really stand on record: an op with such an answer is accepted and kept,
its answer judged as not acceptable.  The same seed gives the same walks.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from msgspec import Struct

from fieldops.flow.view import read_results
from fieldops.model import answertypes as types
from fieldops.model.answer import Sheet
from fieldops.model.checklist import Checklist, Section
from fieldops.model.inspection import Inspection
from fieldops.model.register import Entry, RegisterSpec
from fieldops.rules.checklists import address
from fieldops.rules.inspections import earlier_walk
from fieldops.testing.build import DAY, SITE, photo
from fieldops.testing.randomanswers import Kind, random_answer, random_cell
from fieldops_sync.ids import uuid8

KINDS: tuple[Kind, ...] = ("full", "partial", "hostile", "empty")
_STATES = ("submitted", "draft", "sealed", "approved", "returned")
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
        random_answer(item, repeat, random, ask.kind)
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


def _entries(spec: RegisterSpec, random: Random, kind: Kind) -> Iterator[Entry]:
    """Lines of a register; of a hostile one the columns are missing, too many, or hold junk."""
    for number in range(random.randrange(6)):
        values = {
            column.name: random_cell(column, random, kind)
            for column in spec.columns
            if column.required or random.random() < 0.8
        }
        if kind == "hostile" and random.random() < 0.3:
            values = {"no_such_column": "x"}
        key = random.choice(("P-001", "A", "东门")) if number == 0 else f"K-{number}"
        yield Entry(register=spec.name, key=key, values=values, retired=random.random() < 0.2)
