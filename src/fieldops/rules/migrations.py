"""Carry answers over from one version of a checklist to a later one.

    sheet ─ step to the next version: rename, drop ─ … ─ is each answer one of the last? ─→ Carried

A walk finishes on the version that it began with.  Migrations serve what looks across versions: an
inspector who goes on from earlier answers, statistics, earlier walks, the preview before a version
is published (checklists/README.md, "A new version").
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from fieldops.model.answer import Answer, Sheet, ViolationCode
from fieldops.model.answertypes import (
    AnswerType,
    Calculated,
    Code,
    Duration,
    Meter,
    Moment,
    Multiple,
    Number,
    Single,
    Temperature,
    Text,
    Titles,
)
from fieldops.model.checklist import Checklist, Item, Migration, RawValue, Section
from fieldops.model.inspection import EarlierWalk
from fieldops.rules.values import read_value
from fieldops.rules.violations import violation

Loss = Literal["gone", "dropped", "replaced", "repeat", "type"] | ViolationCode
"""Why an answer is not carried over: its item has gone, is dropped as declared, gives its key to
another, is asked by another grouping or type; or the new version does not accept it."""
_MESSAGES: dict[str, Titles] = {
    "gone": {"zh-CN": "新版本没有此检查项。", "en": "The new version has no such item."},
    "dropped": {
        "zh-CN": "新版本声明不沿用此项。",
        "en": "The new version drops it by declaration.",
    },
    "replaced": {
        "zh-CN": "此键在新版本中由另一检查项沿用。",
        "en": "Another item takes over its key.",
    },
    "repeat": {
        "zh-CN": "此项是否逐一（如逐台电梯）作答已改变。",
        "en": "It is now asked once for each, or no longer is.",
    },
    "type": {"zh-CN": "答案类型已改变。", "en": "Its answer is of another type."},
    "pattern": {"zh-CN": "新版本要求另一种写法。", "en": "The new version wants another form."},
}
_SAME = Migration(from_version="0")
_Places = dict[str, tuple[Section, Item]]


class Lost(Struct, frozen=True, kw_only=True):
    """An answer that cannot be carried over; ``item`` is its key in the version it was given by."""

    item: str
    repeat: str = ""
    reason: Loss
    messages: Titles


class Carried(Struct, frozen=True, kw_only=True):
    """The answers as the last version knows them, and those that it has no place for."""

    sheet: Sheet
    lost: tuple[Lost, ...] = ()


def migrate(sheet: Sheet, chain: Sequence[Checklist]) -> Carried:
    """The answers of a sheet by ``chain[0]`` as answers by ``chain[-1]``, step by step.

    ``chain`` are versions of one key, as ``chain_of`` gives them.  What is worked out is not asked,
    so it is neither carried nor lost.
    """
    if len(chain) < 2:
        return Carried(sheet=sheet)
    places = [_places(version) for version in chain]
    kept: list[Answer] = []
    lost: list[Lost] = []
    for answer in sheet.answers:
        if answer.item in places[0] and isinstance(places[0][answer.item][1].answer, Calculated):
            continue
        done = _carry(answer, chain, places, sheet.date)
        (kept if isinstance(done, Answer) else lost).append(done)  # type: ignore[arg-type]
    sections = {section.key for section in chain[-1].sections if section.repeat}
    repeats = {key: names for key, names in sheet.repeats.items() if key in sections}
    carried = Sheet(date=sheet.date, answers=tuple(kept), repeats=repeats)
    return Carried(sheet=carried, lost=tuple(lost))


def _carry(
    answer: Answer, chain: Sequence[Checklist], places: Sequence[_Places], today: str
) -> Answer | Lost:
    """One answer through all steps; named in ``Lost`` as it was at first."""
    now = answer
    for number, version in enumerate(chain[1:], 1):
        rules = migration_from(version, chain[number - 1].version)
        step = _step(now, rules, places[number - 1], places[number])
        if not isinstance(step, Answer):
            return _lost(answer, step)
        now = step
    return _accepted(answer, now, places[-1][now.item][1], today)


def _step(answer: Answer, rules: Migration, old: _Places, new: _Places) -> Answer | Loss:
    key = new_key(answer.item, rules)
    if key is None:
        return "dropped" if answer.item in rules.drop else "replaced"
    if key not in new or answer.item not in old:
        return "gone"
    (was_in, was), (is_in, item) = old[answer.item], new[key]
    if bool(was_in.repeat) != bool(is_in.repeat):
        return "repeat"
    if not maps(was.answer, item.answer):
        return "type"
    return replace(answer, item=key, value=_value(answer, rules, was.answer, item.answer))


def _value(answer: Answer, rules: Migration, was: AnswerType, now: AnswerType) -> RawValue:
    if not isinstance(was, Single | Multiple):
        return answer.value
    chosen = answer.value if isinstance(answer.value, list) else [answer.value]
    named = [rules.choices.get(f"{answer.item}.{one}", one) for one in chosen]
    if answer.value is None or isinstance(now, Single):
        return named[0] if len(named) == 1 else answer.value
    return [str(one) for one in named]


def _accepted(answer: Answer, now: Answer, item: Item, today: str) -> Answer | Lost:
    """The answer if the item takes it; limits may be narrower than they were."""
    if now.outcome == "na":
        return now if item.na_allowed else _refused(answer, "not-applicable")
    if now.value is None:
        return now
    faults = read_value(item.answer, now.value, today).violations
    if not faults:
        return now
    code = faults[0].code
    # What somebody wrote is not quoted: it may say more than whoever publishes may see.
    said = _MESSAGES["pattern"] if code == "pattern" else faults[0].messages
    return Lost(item=answer.item, repeat=answer.repeat, reason=code, messages=said)


def _refused(answer: Answer, key: Literal["not-applicable"]) -> Lost:
    fault = violation(key)
    return Lost(item=answer.item, repeat=answer.repeat, reason=key, messages=fault.messages)


def _lost(answer: Answer, reason: Loss) -> Lost:
    return Lost(item=answer.item, repeat=answer.repeat, reason=reason, messages=_MESSAGES[reason])


def _places(checklist: Checklist) -> _Places:
    return {item.key: (section, item) for section in checklist.sections for item in section.items}


def migration_from(checklist: Checklist, version: str) -> Migration:
    """The declared migration from a version; where none is declared every key stays."""
    return next((one for one in checklist.migrations if one.from_version == version), _SAME)


def new_key(item: str, rules: Migration) -> str | None:
    """An old item's key in the new version; None if it is dropped, or another took its key."""
    if item in rules.drop:
        return None
    if item in rules.items:
        return rules.items[item]
    return None if item in rules.items.values() else item


def maps(was: AnswerType, now: AnswerType) -> bool:
    """Whether answers of one type can be answers of another: they mean the same.

    Figures need the same unit; one choice may become a list of one; a text may become a code.
    """
    if isinstance(was, Single) and isinstance(now, Multiple):
        return True
    if isinstance(was, Text | Code) and isinstance(now, Text | Code):
        return True
    if type(was) is not type(now):
        return False
    if isinstance(was, Number | Duration | Meter | Temperature):
        return was.unit == now.unit  # type: ignore[union-attr]
    return not isinstance(was, Moment) or was.part == now.part  # type: ignore[union-attr]


def chain_of(
    first: Checklist, last: Checklist, published: Sequence[Checklist]
) -> tuple[Checklist, ...]:
    """The versions by way of which answers go from ``first`` to ``last``.

    ``published`` are the versions of the key, oldest first; ``last`` may be one that is not out
    yet.  From the last one backwards: straight to ``first`` where a version declares that, else to
    the newest version that it declares, else to the one published before it.
    """
    order = [*published] if last in published else [*published, last]
    if first not in order or order.index(first) >= order.index(last):
        return (first, last) if first != last else (last,)
    way, at, start = [last], order.index(last), order.index(first)
    while at > start:
        at = _before(order, at, start)
        way.append(order[at])
    return tuple(reversed(way))


def _before(order: Sequence[Checklist], at: int, start: int) -> int:
    declared = {one.from_version for one in order[at].migrations}
    if order[start].version in declared:
        return start
    named = [n for n in range(start, at) if order[n].version in declared]
    return named[-1] if named else at - 1


def key_map(chain: Sequence[Checklist]) -> dict[str, str | None]:
    """The key that each item of ``chain[0]`` has in ``chain[-1]``, None where it has none there."""
    found: dict[str, str | None] = {}
    for item in _places(chain[0]):
        key: str | None = item
        for number, version in enumerate(chain[1:], 1):
            if key is not None:
                key = new_key(key, migration_from(version, chain[number - 1].version))
        found[item] = key if key in _places(chain[-1]) else None
    return found


def keys_between(
    cited: Checklist, wanted: Checklist, published: Sequence[Checklist]
) -> dict[str, str | None]:
    """As ``key_map``, also from a later version back to an earlier one."""
    order = [one.version for one in published]
    newer = cited.version in order and wanted.version in order
    if newer and order.index(cited.version) > order.index(wanted.version):
        forward = key_map(chain_of(wanted, cited, published))
        back: dict[str, str | None] = dict.fromkeys(_places(cited))
        return back | {new: old for old, new in forward.items() if new is not None}
    return key_map(chain_of(cited, wanted, published))


def earlier_by(walk: EarlierWalk, keys: Mapping[str, str | None]) -> EarlierWalk:
    """An earlier walk under the item keys of another version; what has none there is left out."""
    results = (
        replace(one, item=key)
        for one in walk.results
        if (key := keys.get(one.item, one.item)) is not None
    )
    return replace(walk, results=tuple(results))


def sources_of(rules: Migration) -> Iterable[str]:
    """The old items that a migration names."""
    return dict.fromkeys([*rules.items, *(path.partition(".")[0] for path in rules.choices)])
