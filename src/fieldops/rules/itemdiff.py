"""Compare two versions of one item, member by member."""

from collections.abc import Iterator, Mapping

from fieldops.model.checklist import Constraint, Item
from fieldops.model.difference import Difference, Effect, Fit
from fieldops.rules.answerdiff import answer_differences
from fieldops.rules.differing import Place, member, titles

_MEMBERS: dict[str, tuple[Effect, ...]] = {
    "clause": ("looks",),
    "required": ("asked", "score"),
    "scored": ("score",),
    "weight": ("score",),
    "severity": ("outcome",),
    "rectify_hours": ("outcome",),
    "na_allowed": ("answers",),
    "shows_if": ("asked", "score"),
}
_PHOTOS = ("min_count", "max_count", "min_count_on_fail")
_NO_CONSTRAINT = Constraint(expression="")


def item_differences(
    place: Place, old: Item, new: Item, renamed: Mapping[str, str]
) -> Iterator[Difference]:
    """Every difference between two versions of an item but its key and where it stands.

    ``renamed`` are the declared new keys of choices, by ``old_item.old_choice``.
    """
    yield from titles(place, "item-titles", "titles", (old.titles, new.titles))
    yield from titles(place, "item-measure", "measure", (old.measure, new.measure))
    for name, effects in _MEMBERS.items():
        values = getattr(old, name), getattr(new, name)
        code = f"item-{name.replace('_', '-')}"
        yield from member(place, code, name, values, effects, _fits(name, new))
    for name in _PHOTOS:
        counts = getattr(old.photos, name), getattr(new.photos, name)
        code = f"photos-{name.replace('_', '-')}"
        yield from member(place, code, f"photos.{name}", counts, ("asked",))
    yield from _constraint(place, old, new)
    prefix = f"{old.key}."
    keys = {
        each.removeprefix(prefix): to for each, to in renamed.items() if each.startswith(prefix)
    }
    yield from answer_differences(place, old.answer, new.answer, keys)


def _fits(name: str, new: Item) -> Fit:
    """Where not-applicable is no longer allowed, answers that said so do not fit."""
    return "some" if name == "na_allowed" and not new.na_allowed else "all"


def _constraint(place: Place, old: Item, new: Item) -> Iterator[Difference]:
    before, after = old.constraint or _NO_CONSTRAINT, new.constraint or _NO_CONSTRAINT
    fits: Fit = "some" if after.expression else "all"
    values = before.expression, after.expression
    name = "constraint.expression"
    yield from member(place, "constraint-expression", name, values, ("answers",), fits)
    if before.expression and after.expression:
        messages = before.messages, after.messages
        yield from titles(place, "constraint-messages", "constraint.messages", messages)
