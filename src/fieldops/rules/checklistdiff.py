"""Compare two versions of a checklist: what differs, and what becomes of answers.

Sections and items are matched by their keys, which are for ever, or as the new version's migrations
declare.  An item that has another key and the same texts and type is told as rekeyed, since that is
probably a mistake.  Every item is then compared member by member (``itemdiff``); each difference
says what it changes and how many of the old answers still fit, so that the rest is summing up.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from fieldops.model.checklist import Checklist, Item, Section
from fieldops.model.difference import Difference, Effect, Fit, Mapping
from fieldops.rules.differing import Place, member, place_of, plain, titles
from fieldops.rules.itemdiff import item_differences
from fieldops.rules.migrations import migration_from, new_key

_WHOLE = Place()
_FITS: tuple[Fit, ...] = ("all", "some", "none")


class _Pair(Struct, frozen=True):
    """An item in both versions, with the sections it stands in."""

    old: Item
    new: Item
    old_section: Section
    section: Section
    declared: bool
    choices: dict[str, str]


def differences(old: Checklist, new: Checklist) -> tuple[Difference, ...]:
    """Everything that differs, the checklist's own members first, then in the order of ``new``.

    What was removed comes last.  The version and the examples' content are not compared.
    """
    return tuple(_differences(old, new))


def mappings(old: Checklist, new: Checklist) -> tuple[Mapping, ...]:
    """For every item of ``old``, in its order: where its answers go and how many of them fit.

    An item that seems rekeyed has its answers nowhere to go until a migration declares it.
    """
    pairs = _pairs(old, new)
    sources = {pair.new.key: pair.old.key for pair in pairs.values()}
    found: dict[str, list[Difference]] = {}
    for each in differences(old, new):
        if each.fits != "all":
            for key in _items_of(each, old, sources):
                found.setdefault(key, []).append(each)
    rules, after = migration_from(new, old.version), _keys(new)
    return tuple(
        _mapping(item.key, new_key(item.key, rules), after, found.get(item.key, []))
        for _, item in _items(old)
    )


def _mapping(key: str, target: str | None, after: set[str], found: list[Difference]) -> Mapping:
    fits = _FITS[max((_FITS.index(each.fits) for each in found), default=0)]
    reasons = tuple(dict.fromkeys(each.code for each in found))
    there = target if target is not None and target in after else ""
    return Mapping(item=key, target=there, fits=fits, reasons=reasons)


def _items_of(difference: Difference, old: Checklist, sources: dict[str, str]) -> list[str]:
    """The old items that a difference is about: its own, or all of its section."""
    if difference.code == "item-removed":
        return [difference.item]
    if difference.item:
        return [sources[difference.item]]
    return [item.key for section, item in _items(old) if section.key == difference.section]


def _keys(checklist: Checklist) -> set[str]:
    return {item.key for _, item in _items(checklist)}


def _items(checklist: Checklist) -> list[tuple[Section, Item]]:
    return [(section, item) for section in checklist.sections for item in section.items]


def _differences(old: Checklist, new: Checklist) -> Iterator[Difference]:
    yield from _members(old, new)
    before = {section.key: section for section in old.sections}
    moved = _moved([s.key for s in old.sections], [s.key for s in new.sections])
    pairs = _pairs(old, new)
    for section in new.sections:
        if section.key not in before:
            yield plain(place_of(section), "section-added", ("looks",))
        else:
            yield from _section(before[section.key], section)
        if section.key in moved:
            yield plain(place_of(section), "section-moved", ("looks",))
        yield from _section_items(section, before.get(section.key), pairs)
    yield from _removed(old, new, pairs)


def _members(old: Checklist, new: Checklist) -> Iterator[Difference]:
    yield from member(_WHOLE, "checklist-key", "key", (old.key, new.key), ("looks",))
    domain = old.domain, new.domain
    yield from member(_WHOLE, "checklist-domain", "domain", domain, ("outcome",))
    yield from titles(_WHOLE, "checklist-titles", "titles", (old.titles, new.titles))
    yield from titles(_WHOLE, "checklist-summary", "summary", (old.summary, new.summary))
    threshold = old.threshold_percent, new.threshold_percent
    code = "checklist-threshold-percent"
    yield from member(_WHOLE, code, "threshold_percent", threshold, ("verdict",))
    veto = old.critical_veto, new.critical_veto
    yield from member(_WHOLE, "checklist-critical-veto", "critical_veto", veto, ("verdict",))
    if old.examples != new.examples:
        yield plain(Place("examples"), "checklist-examples", ("looks",))


def _section(old: Section, new: Section) -> Iterator[Difference]:
    place = place_of(new)
    yield from titles(place, "section-titles", "titles", (old.titles, new.titles))
    yield from member(place, "section-weight", "weight", (old.weight, new.weight), ("score",))
    shows = old.shows_if, new.shows_if
    yield from member(place, "section-shows-if", "shows_if", shows, ("asked", "score"))
    yield from _repeat(old, new, place)


def _repeat(old: Section, new: Section, place: Place) -> Iterator[Difference]:
    before, after = old.repeat, new.repeat
    effects: tuple[Effect, ...] = ("asked", "answers", "score")
    here = Place(place.at("repeat"), place.section, "", place.zh, place.en)
    if before is None and after is not None:
        words = {"zh": after.titles.get("zh-CN", ""), "en": after.titles.get("en", "")}
        yield plain(here, "section-repeat-added", effects, "none", **words)
    elif before is not None and after is None:
        words = {"zh": before.titles.get("zh-CN", ""), "en": before.titles.get("en", "")}
        yield plain(here, "section-repeat-removed", effects, "none", **words)
    elif before is not None and after is not None:
        yield from titles(here, "repeat-titles", "titles", (before.titles, after.titles))
        for name in ("min_count", "max_count"):
            values = getattr(before, name), getattr(after, name)
            code = f"repeat-{name.replace('_', '-')}"
            yield from member(here, code, name, values, ("asked",))


def _pairs(old: Checklist, new: Checklist) -> dict[str, _Pair]:
    """Items in both versions by their new key, as migrations declare it; a rekeyed one, too."""
    rules, after = migration_from(new, old.version), _keys(new)
    targets = {item.key: new_key(item.key, rules) for _, item in _items(old)}
    before = {targets[item.key]: (section, item) for section, item in _items(old)}
    gone = [
        (section, item)
        for section, item in _items(old)
        if targets[item.key] not in after and item.key not in rules.drop
    ]
    pairs: dict[str, _Pair] = {}
    for section, item in _items(new):
        known = before.get(item.key) or _twin(item, gone)
        if known is not None:
            declared = item.key in before
            pairs[item.key] = _Pair(known[1], item, known[0], section, declared, rules.choices)
            gone = [each for each in gone if each[1].key != known[1].key]
    return pairs


def _twin(item: Item, gone: list[tuple[Section, Item]]) -> tuple[Section, Item] | None:
    """The removed item with the same texts and type, if there is just one."""
    same = [
        (section, each)
        for section, each in gone
        if each.titles == item.titles and type(each.answer) is type(item.answer)
    ]
    return same[0] if len(same) == 1 else None


def _section_items(
    section: Section, before: Section | None, pairs: dict[str, _Pair]
) -> Iterator[Difference]:
    here = [item.key for item in section.items]
    moved = _moved([item.key for item in before.items] if before else [], here)
    for item in section.items:
        place = place_of(section, item)
        pair = pairs.get(item.key)
        if pair is None:
            effects: tuple[Effect, ...] = ("asked", "score") if item.scored else ("asked",)
            yield plain(place, "item-added", effects)
            continue
        yield from _placed(place, pair, item.key in moved)
        yield from item_differences(place, pair.old, item, pair.choices)


def _placed(place: Place, pair: _Pair, reordered: bool) -> Iterator[Difference]:
    """Another key, another section, another place in the section."""
    if pair.old.key != pair.new.key:
        keys = {"before": pair.old.key, "after": pair.new.key}
        if pair.declared:
            yield plain(place, "item-renamed", ("looks",), "all", **keys)
        else:
            yield plain(place, "item-rekeyed", ("answers",), "none", **keys)
    if pair.old_section.key != pair.section.key:
        groups = pair.old_section.repeat is not None or pair.section.repeat is not None
        titles_ = pair.old_section.titles
        words = {"zh": titles_.get("zh-CN", ""), "en": titles_.get("en", "")}
        keys = {"before": pair.old_section.key, "after": pair.section.key}
        fits: Fit = "none" if groups else "all"
        weighs = groups or pair.old_section.weight != pair.section.weight
        effects: tuple[Effect, ...] = ("score",) if weighs else ("looks",)
        yield plain(place, "item-moved", effects, fits, **words, **keys)
    elif reordered:
        yield plain(place, "item-reordered", ("looks",))


def _removed(old: Checklist, new: Checklist, pairs: dict[str, _Pair]) -> Iterator[Difference]:
    kept = {pair.old.key for pair in pairs.values()}
    after = {section.key for section in new.sections}
    for section in old.sections:
        if section.key not in after:
            yield plain(place_of(section), "section-removed", ("looks",))
        for item in section.items:
            if item.key not in kept:
                effects: tuple[Effect, ...] = ("asked", "answers")
                effects += ("score",) if item.scored else ()
                yield plain(place_of(section, item), "item-removed", effects, "none")


def _moved(old: Iterable[str], new: Iterable[str]) -> set[str]:
    """The fewest keys to move so that those in both come into their new order."""
    places = {key: at for at, key in enumerate(old)}
    common = [key for key in new if key in places]
    # The longest increasing run of old places stays; what is not in it has moved.
    best: list[list[str]] = [[]]
    for at, key in enumerate(common):
        before = [run for run in best[: at + 1] if not run or places[run[-1]] < places[key]]
        longest = max(before, key=len)
        best.append([*longest, key])
    kept = max(best, key=len)
    return set(common) - set(kept)
