"""Find items that can never show, and figures that can never be worked out.

For an item with a condition, all answers to the items that it depends on, and that those depend on,
are tried in the order of the checklist, by the same rules that read a sheet:

    conditions ─ relax ─→ conditions on single items ─ answerstates ─→ every state ─ evaluate

What these states cannot tell apart (sums of several items, dates, patterns) is taken to come out
any way, and a search that grows too long finds nothing.  So what is told is certain, as long as
answers are accepted and no site overrides limits; what is not told may still never show.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from fieldops.model.answer import Value
from fieldops.model.answertypes import Calculated
from fieldops.model.checklist import Checklist, Item, Outcome, Section
from fieldops.rules.answerstates import OPEN, State, states_of, stretches
from fieldops.rules.evaluation import Scope, Slot, evaluate
from fieldops.rules.expressions import parse_expression
from fieldops.rules.faults import Slip
from fieldops.rules.positions import Path
from fieldops.rules.relaxing import Free, Relaxed, known_names, probes_of, relax

_STEPS_MAX = 5_000
"""Conditions worked out for one item before the search gives up."""
_WAYS_MAX = 500
"""Ways that the free names of one condition can come out."""
_FINEST = Decimal("1e-9")
_ALWAYS = Relaxed(parse_expression("true"))


class _TooMany(Exception):
    """The search has grown too long."""


class _Entry(Struct, frozen=True):
    """An item in its place, with its own and its section's condition."""

    item: Item
    section: Section
    own: Relaxed
    above: Relaxed


def lint_reach(checklist: Checklist) -> list[Slip]:
    """Every section and item that never shows, and every figure that never comes.

    The checklist has no other fault in its expressions.
    """
    return list(_Search(checklist).slips())


class _Search:
    """``_reached`` says of every item so far whether it can show."""

    def __init__(self, checklist: Checklist) -> None:
        self._checklist = checklist
        self._entries = {
            item.key: _Entry(item, section, _relaxed(item.shows_if), _relaxed(section.shows_if))
            for section in checklist.sections
            for item in section.items
        }
        conditions = [each.own for each in self._entries.values()]
        conditions += [_relaxed(section.shows_if) for section in checklist.sections]
        self._probes = probes_of(conditions)
        asked = frozenset[str]().union(*(each.by_outcome for each in conditions))
        self._states = {
            key: self._told_apart(key, key in asked) for key in self._probes if key in self._entries
        }
        self._reached: dict[str, bool] = {}
        self._steps = 0

    def _told_apart(self, key: str, by_outcome: bool) -> frozenset[State]:
        """The states of an item; where nobody asks for its outcome, one for each value."""
        states = states_of(self._entries[key].item, self._probes[key])
        if by_outcome:
            return states
        return frozenset(
            (value, None) if value is not None else (value, outcome) for value, outcome in states
        )

    def slips(self) -> Iterator[Slip]:
        for number, section in enumerate(self._checklist.sections):
            path: Path = ("sections", number)
            above = _relaxed(section.shows_if)
            opens = self._can_hold(above, _ALWAYS)
            if not opens:
                yield self._told("section", section.key, above, (*path, "shows_if"))
            for place, item in enumerate(section.items):
                yield from self._item(item, opens, (*path, "items", place))

    def _item(self, item: Item, opens: bool, path: Path) -> Iterator[Slip]:
        entry = self._entries[item.key]
        shows = opens and (not item.shows_if or self._can_hold(entry.above, entry.own))
        self._reached[item.key] = shows
        if opens and not shows:
            yield self._told("item", item.key, entry.own, (*path, "shows_if"))
        if shows and isinstance(item.answer, Calculated):
            names = known_names(parse_expression(item.answer.expression))
            never = self._never(names)
            if never:
                details = {"name": item.key, "never": ", ".join(never)}
                yield Slip((*path, "answer", "expression"), "unreachable-figure", details)

    def _told(self, what: str, key: str, condition: Relaxed, path: Path) -> Slip:
        never = self._never(condition.mentioned)
        details = {"name": key, "never": ", ".join(never)}
        return Slip(path, f"unreachable-{what}{'-after' if never else ''}", details)

    def _never(self, names: frozenset[str]) -> list[str]:
        return [key for key, reached in self._reached.items() if key in names and not reached]

    def _can_hold(self, above: Relaxed, own: Relaxed) -> bool:
        self._steps = 0
        needed = self._needed((above, own))
        try:
            return self._try(needed, 0, Scope(), above, own)
        except _TooMany:
            return True

    def _needed(self, conditions: tuple[Relaxed, ...]) -> list[_Entry]:
        """Everything that the conditions depend on, in the order of the checklist."""
        found: set[str] = set()
        waiting = [name for each in conditions for name in each.names]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                entry = self._entries[name]
                waiting += [*entry.own.names, *entry.above.names]
        return [entry for key, entry in self._entries.items() if key in found]

    def _try(
        self, needed: list[_Entry], at: int, scope: Scope, above: Relaxed, own: Relaxed
    ) -> bool:
        """Whether some states of the entries from ``at`` on make both conditions hold."""
        if at == len(needed):
            return True in self._ways(above, scope) and True in self._ways(own, scope)
        entry = needed[at]
        sides = {
            first and second
            for first in self._ways(entry.above, scope)
            for second in self._ways(entry.own, scope)
        }
        if False in sides and self._try(needed, at + 1, scope, above, own):
            return True
        if True not in sides:
            return False
        slot: Slot = (entry.item.key, "")
        states = self._states.get(entry.item.key, frozenset({OPEN}))
        return any(
            self._try(needed, at + 1, _with(scope, slot, state), above, own) for state in states
        )

    def _ways(self, condition: Relaxed, scope: Scope) -> set[bool]:
        """How a condition can come out: it holds, or it does not (being unknown included)."""
        found: set[bool] = set()
        for way in self._free(condition.free, scope):
            self._steps += 1
            if self._steps > _STEPS_MAX:
                raise _TooMany
            values = {**scope.values, **way}
            found.add(evaluate(condition.node, Scope(values, scope.outcomes)) is True)
        return found

    def _free(self, free: tuple[Free, ...], scope: Scope) -> list[dict[Slot, Value]]:
        ways: list[dict[Slot, Value]] = [{}]
        for each in free:
            values = self._values(each, scope)
            ways = [{**way, (each.name, ""): value} for way in ways for value in values]
            if len(ways) > _WAYS_MAX:
                raise _TooMany
        return ways

    def _values(self, free: Free, scope: Scope) -> list[Value]:
        """What a free name may stand for, given the answers that it must know."""
        if free.over:
            return self._figures(free, scope)
        unknown = any(scope.values.get((name, "")) is None for name in free.knows)
        return [None] if unknown else [None, True, False]

    def _figures(self, free: Free, scope: Scope) -> list[Value]:
        points, unit = self._probes[free.name].figures, _FINEST
        repeat = self._entries[free.over].section.repeat
        low = high = None
        nothing: Value = Decimal(0) if free.function in {"count", "count_failed", "sum"} else None
        if free.function == "usage" and scope.values.get((free.over, "")) is None:
            return [None]
        if free.function in {"count", "count_failed"} and repeat is not None:
            low, high, unit = Decimal(0), Decimal(repeat.max_count), Decimal(1)
        if not self._reached[free.over]:
            return [nothing]
        return [nothing, *stretches(points, low, high, unit)]


def _with(scope: Scope, slot: Slot, state: State) -> Scope:
    values: dict[Slot, Value] = {**scope.values, slot: state[0]}
    outcomes: dict[Slot, Outcome | None] = {**scope.outcomes, slot: state[1]}
    return Scope(values, outcomes)


def _relaxed(text: str) -> Relaxed:
    return relax(parse_expression(text)) if text else _ALWAYS
