"""Lint declared migrations: alone, and against the older versions that they carry from."""

from collections.abc import Iterator, Mapping

from fieldops.model.answertypes import AnswerType, Calculated, Multiple, Single
from fieldops.model.checklist import Checklist, Item, Migration
from fieldops.rules.faults import Slip
from fieldops.rules.migrations import maps, new_key, sources_of
from fieldops.rules.positions import Path

_Items = dict[str, Item]


def lint_migrations(checklist: Checklist) -> list[Slip]:
    """What is wrong with the migrations, as far as this file alone shows it."""
    items, seen = _items(checklist), dict[str, Path]()
    slips: list[Slip] = []
    for number, rules in enumerate(checklist.migrations):
        path: Path = ("migrations", number)
        if rules.from_version == checklist.version:
            slips.append(Slip((*path, "from"), "migration-self", {"value": rules.from_version}))
        if rules.from_version in seen:
            first, named = seen[rules.from_version], {"value": rules.from_version}
            slips.append(Slip((*path, "from"), "migration-twice", named, first))
        seen.setdefault(rules.from_version, (*path, "from"))
        slips += [*_lint_items(rules, items, path), *_lint_choices(rules, items, path)]
    return slips


def _items(checklist: Checklist) -> _Items:
    return {item.key: item for section in checklist.sections for item in section.items}


def _lint_items(rules: Migration, items: _Items, path: Path) -> Iterator[Slip]:
    where: Path = (*path, "items")
    taken: dict[str, str] = {}
    for old, new in rules.items.items():
        if new not in items or isinstance(items[new].answer, Calculated):
            yield Slip((*where, old), "migration-target", {"name": new})
        if new in taken:
            named = {"name": new, "other": taken[new]}
            yield Slip((*where, old), "migration-collision", named)
        taken.setdefault(new, old)
        if _in_cycle(old, rules.items):
            yield Slip((*where, old), "migration-cycle", {"name": old, "other": new})
    for number, old in enumerate(rules.drop):
        if old in rules.items:
            yield Slip((*path, "drop", number), "migration-both", {"name": old})


def _in_cycle(key: str, renames: Mapping[str, str]) -> bool:
    """Whether the renames lead from a key back to itself."""
    at = renames[key]
    for _ in renames:
        if at == key:
            return True
        if at not in renames:
            return False
        at = renames[at]
    return False


def _lint_choices(rules: Migration, items: _Items, path: Path) -> Iterator[Slip]:
    for named, new in rules.choices.items():
        item = new_key(named.partition(".")[0], rules)
        if item is None or item not in items:
            yield Slip((*path, "choices", named), "migration-target", {"name": item or named})
        elif new not in _choices(items[item].answer):
            details = {"name": item, "value": new}
            yield Slip((*path, "choices", named), "migration-choice", details)


def _choices(answer: AnswerType) -> frozenset[str]:
    choices = answer.choices if isinstance(answer, Single | Multiple) else ()
    return frozenset(choice.key for choice in choices)


def lint_against(checklist: Checklist, older: Mapping[str, Checklist]) -> list[Slip]:
    """What is wrong with the migrations, seen beside the versions that are out, by version."""
    return [
        slip
        for number, rules in enumerate(checklist.migrations)
        for slip in _lint_against(checklist, rules, older, ("migrations", number))
    ]


def _lint_against(
    checklist: Checklist, rules: Migration, older: Mapping[str, Checklist], path: Path
) -> Iterator[Slip]:
    old = older.get(rules.from_version)
    if old is None:
        details = {"value": rules.from_version, "known": ", ".join(older) or "-"}
        yield Slip((*path, "from"), "migration-version", details)
        return
    were, are = _items(old), _items(checklist)
    for key in rules.items:
        yield from _unknown(key, were, rules, (*path, "items", key))
    for number, key in enumerate(rules.drop):
        yield from _unknown(key, were, rules, (*path, "drop", number))
    for key in sources_of(rules):
        now = new_key(key, rules)
        if key in were and now in are and not maps(were[key].answer, are[now].answer):
            yield Slip((*path, "items", key), "migration-type", {"name": key, "other": now})
    for named in rules.choices:
        key, _, choice = named.partition(".")
        if key not in were or choice not in _choices(were[key].answer):
            details = {"name": named, "version": rules.from_version}
            yield Slip((*path, "choices", named), "migration-source", details)


def _unknown(key: str, were: _Items, rules: Migration, path: Path) -> Iterator[Slip]:
    if key not in were:
        yield Slip(path, "migration-source", {"name": key, "version": rules.from_version})
