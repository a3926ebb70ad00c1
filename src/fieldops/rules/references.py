"""Check the expressions of a checklist: syntax, what they refer to, circles, and what can hold.

A sheet is read once from top to bottom (``branching.py``), so an expression may refer to what
stands before it only.  A reference downwards is a slip; several that lead back to their start are a
circle.
"""

from typing import Literal as Option

from msgspec import Struct

from fieldops.model.answertypes import AnswerType, Calculated, Meter
from fieldops.model.checklist import Checklist, Item, Section
from fieldops.model.expression import Call, Name, Node
from fieldops.rules.expressions import (
    FUNCTIONS,
    OVER_REPEATS,
    parse_expression,
    walk_nodes,
)
from fieldops.rules.faults import Slip
from fieldops.rules.kinds import KIND_WORDS, Inference, answers_of, infer
from fieldops.rules.positions import Path
from fieldops.rules.tokens import ExpressionError

Use = Option["shows_if", "constraint", "expression"]


class _Place(Struct, frozen=True):
    """Where an item stands: its number in the whole checklist, and its repeat group, if any."""

    number: int
    section: str
    group: str
    answer: AnswerType


class _Context(Struct, frozen=True):
    """An expression in its place.  ``owner`` is the item it belongs to, empty for a section's."""

    text: str
    path: Path
    use: Use
    owner: str
    number: int
    group: str
    section: str = ""


def lint_expressions(checklist: Checklist) -> list[Slip]:
    """Everything wrong with the expressions of a checklist."""
    places = _places(checklist)
    contexts = _contexts(checklist, places)
    circles = _circles(checklist, contexts, places)
    slips: list[Slip] = []
    for context in contexts:
        try:
            node = parse_expression(context.text)
        except ExpressionError as error:
            details = {"known": ", ".join(FUNCTIONS), "column": str(error.column), **error.details}
            slips.append(Slip(context.path, error.code, details))
            continue
        slips += _check_names(node, context, places, circles)
        slips += _check_kind(node, context, places)
    return slips


def _group(section: Section) -> str:
    return section.key if section.repeat else ""


def _places(checklist: Checklist) -> dict[str, _Place]:
    items = [(section, item) for section in checklist.sections for item in section.items]
    return {
        item.key: _Place(number, section.key, _group(section), item.answer)
        for number, (section, item) in enumerate(items)
    }


def expressions_of(checklist: Checklist) -> list[str]:
    """The text of every expression of a checklist."""
    sections = [section.shows_if for section in checklist.sections if section.shows_if]
    items = [item for section in checklist.sections for item in section.items]
    return sections + [text for item in items for text, _, _ in _texts_of(item, ())]


def _contexts(checklist: Checklist, places: dict[str, _Place]) -> list[_Context]:
    contexts: list[_Context] = []
    for at, section in enumerate(checklist.sections):
        path: Path = ("sections", at)
        if section.shows_if and section.items:
            first = places[section.items[0].key].number
            where = (*path, "shows_if")
            found = _Context(section.shows_if, where, "shows_if", "", first, "", section.key)
            contexts.append(found)
        for number, item in enumerate(section.items):
            contexts += _item_contexts(item, (*path, "items", number), _group(section), places)
    return contexts


def _item_contexts(item: Item, path: Path, group: str, places: dict[str, _Place]) -> list[_Context]:
    number = places[item.key].number
    return [
        _Context(text, where, use, item.key, number, group)
        for text, where, use in _texts_of(item, path)
    ]


def _texts_of(item: Item, path: Path) -> list[tuple[str, Path, Use]]:
    found: list[tuple[str, Path, Use]] = []
    if item.shows_if:
        found.append((item.shows_if, (*path, "shows_if"), "shows_if"))
    if item.constraint is not None:
        where = (*path, "constraint", "expression")
        found.append((item.constraint.expression, where, "constraint"))
    if isinstance(item.answer, Calculated):
        where = (*path, "answer", "expression")
        found.append((item.answer.expression, where, "expression"))
    return found


def _names(text: str) -> set[str]:
    try:
        return {node.name for node in walk_nodes(parse_expression(text)) if isinstance(node, Name)}
    except ExpressionError:
        return set()


def _circles(
    checklist: Checklist, contexts: list[_Context], places: dict[str, _Place]
) -> dict[str, list[str]]:
    """For every item whose showing or figure depends on itself through others: the way round."""
    needs: dict[str, set[str]] = {key: set() for key in places}
    for context in contexts:
        if context.use != "constraint" and context.owner:
            needs[context.owner] |= _names(context.text) & needs.keys()
    for section in checklist.sections:
        for item in section.items:
            needs[item.key] |= _names(section.shows_if) & needs.keys()
    ways = {key: _way_back(key, needs) for key in places}
    return {key: way for key, way in ways.items() if len(way) > 1}


def _way_back(start: str, needs: dict[str, set[str]]) -> list[str]:
    """The shortest way along ``needs`` from an item back to itself, empty if there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for key in sorted(needs[way[-1]]):
            if key == start:
                return way
            if key not in seen:
                seen.add(key)
                ways.append([*way, key])
    return []


def _check_names(
    node: Node, context: _Context, places: dict[str, _Place], circles: dict[str, list[str]]
) -> list[Slip]:
    slips: list[Slip] = []
    summed: dict[int, str] = {}
    for each in walk_nodes(node):
        if isinstance(each, Call) and each.function in OVER_REPEATS:
            summed[id(each.arguments[0])] = each.function
        if isinstance(each, Call) and each.function == "usage":
            slips += _check_usage(each, context, places)
        if isinstance(each, Name):
            function = summed.get(id(each), "")
            slips += _check_name(each.name, function, context, places, circles)
    return slips


def _check_usage(call: Call, context: _Context, places: dict[str, _Place]) -> list[Slip]:
    name = call.arguments[0]
    if not isinstance(name, Name) or name.name not in places:
        return []
    if isinstance(places[name.name].answer, Meter):
        return []
    return [Slip(context.path, "usage", {"name": name.name})]


def _check_name(
    name: str,
    function: str,
    context: _Context,
    places: dict[str, _Place],
    circles: dict[str, list[str]],
) -> list[Slip]:
    if name == "today":
        return []
    if name == "value":
        return [] if context.use == "constraint" else [Slip(context.path, "own-value")]
    if name not in places:
        return [_unknown(name, context, places)]
    if name == context.owner:
        return [Slip(context.path, "self-reference", {"name": name})]
    if places[name].number >= context.number:
        return [_downwards(name, context, places[name].section, circles)]
    return _check_group(name, function, context, places)


def _unknown(name: str, context: _Context, places: dict[str, _Place]) -> Slip:
    known = {answer for place in places.values() for answer in answers_of(place.answer)}
    hints = {"zh_hint": "", "en_hint": ""}
    if name in known:
        hints = {
            "zh_hint": f'若指选项，写 "{name}"。',
            "en_hint": f'For the choice write "{name}". ',
        }
    return Slip(context.path, "unknown-item", {"name": name, **hints})


def _downwards(name: str, context: _Context, section: str, circles: dict[str, list[str]]) -> Slip:
    if context.section and context.section == section:
        # The section shows only by an answer that can only be given once it shows.
        return Slip(context.path, "cycle", {"items": f"{section} → {name} → {section}"})
    for way in (circles.get(context.owner, []), circles.get(name, [])):
        if name in way:
            return Slip(context.path, "cycle", {"items": " → ".join([*way, way[0]])})
    return Slip(context.path, "later-item", {"name": name})


def _check_group(
    name: str, function: str, context: _Context, places: dict[str, _Place]
) -> list[Slip]:
    group = places[name].group
    if function and group in {"", context.group}:
        return [Slip(context.path, "repeat-function", {"name": name, "function": function})]
    if not function and group not in {"", context.group}:
        return [Slip(context.path, "repeat-reference", {"name": name})]
    return []


def _check_kind(node: Node, context: _Context, places: dict[str, _Place]) -> list[Slip]:
    # Only what the expression names: a large checklist has thousands of items and expressions.
    named = {each.name for each in walk_nodes(node) if isinstance(each, Name)}
    types = {key: places[key].answer for key in named & places.keys()}
    if context.use == "constraint":
        types["value"] = places[context.owner].answer
    slips: list[Slip] = []
    found = infer(node, Inference(types, context.path, slips))
    wanted = "number" if context.use == "expression" else "truth"
    if found not in (wanted, None) and not slips:
        code = "not-a-number" if wanted == "number" else "not-a-condition"
        zh, en = KIND_WORDS[found]
        details = {"name": str(context.path[-1]), "found": zh, "found_en": en}
        slips.append(Slip(context.path, code, details))
    return slips
