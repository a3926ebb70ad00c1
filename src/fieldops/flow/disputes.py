"""Records in conflict as a person decides on them: each value, who wrote it, when, on what.

conflicts (lists) ─ history ─┬─ the write whose value stands
                             ├─ the writes that stand beside it      → sides of a member
                             └─ what the writers of all had before them
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from fieldops.flow import history, lists, moments
from fieldops.flow.audience import Audience
from fieldops.flow.itemtitles import ItemTitles
from fieldops.flow.paging import Page, Turn
from fieldops.flow.timing import rfc3339
from fieldops.model.answertypes import Titles
from fieldops.model.moment import Moment
from fieldops.model.record import Rev, State, View
from fieldops.rules.merge import ancestors, live_writes
from fieldops.store import people, records


class Side(Struct, frozen=True, kw_only=True):
    """One value of a member: ``revision`` is what it became, ``base`` what its writer had seen.

    ``base`` is 0 where the writer had seen none.  ``actor_name`` is empty for the server's own
    actors and for whoever is gone.  ``error_ms`` bounds how much too late ``occurred_at`` may be,
    null where that is not known.  ``stands``: it counts until somebody decides.
    """

    op: UUID
    actor: UUID
    actor_name: str
    occurred_at: str
    received_at: str
    error_ms: int | None
    revision: int
    base: int
    value: Any
    stands: bool


class Member(Struct, frozen=True, kw_only=True):
    """A member in conflict; ``before`` is what all its writers had seen, null for nothing."""

    name: str
    sides: list[Side]
    before: Any = None


class Dispute(Struct, frozen=True, kw_only=True):
    """A record in conflict, by its revision; ``titles`` are its item's, empty where it has none."""

    record: View
    titles: Titles
    members: list[Member]


def page(who: Audience, site: UUID | None, kind: str, turn: Turn) -> Page[Dispute]:
    """A page of the conflicts of the person's sites, as ``lists.conflicts`` orders them."""
    found = lists.conflicts(who, site, kind, turn)
    states = records.get(who.session, [one.id for one in found.items])
    titles = ItemTitles(who.session)
    disputes = [_dispute(who, one, states[one.id], titles) for one in found.items]
    return Page(disputes, found.cursor)


def _dispute(who: Audience, view: View, state: State, titles: ItemTitles) -> Dispute:
    revs = history.load(who.session, state)
    known = moments.of(who.session, revs)
    persons = people.people(who.session, {rev.actor for rev in revs.values()})
    names = {user: person.name for user, person in persons.items()}
    members = []
    for name, besides in view.conflict.items():
        values = _values(name, view, besides, revs)
        sides = [
            _side(revs[op], revs, known[op], names.get(revs[op].actor, ""), value, stands)
            for op, value, stands in values
        ]
        before = _before(name, (revs[op] for op, _, _ in values), revs)
        seen = {}
        if before is not None:
            seen = who.fields(state, {name: before.fields[name]}, before.definition)
        members.append(Member(name=name, sides=sides, before=seen.get(name)))
    return Dispute(record=view, titles=titles.of(state.body), members=members)


def _values(
    name: str, view: View, besides: list[dict[str, Any]], revs: Mapping[UUID, Rev]
) -> list[tuple[UUID, Any, bool]]:
    """The writes of a member as (op, value, stands), each as the person may see it."""
    other = {UUID(one["op"]): one["value"] for one in besides}
    standing = [rev.id for rev in live_writes(name, revs) if rev.id not in other]
    # Two who wrote the same are one side: the first who did.
    first = [(op, view.body.get(name), True) for op in standing[:1]]
    return [*first, *((op, value, False) for op, value in other.items() if op in revs)]


def _side(
    rev: Rev, revs: Mapping[UUID, Rev], moment: Moment, name: str, value: Any, stands: bool
) -> Side:
    return Side(
        op=rev.id,
        actor=rev.actor,
        actor_name=name,
        occurred_at=rfc3339(moment.counts_ms),
        received_at=rfc3339(moment.received_ms),
        error_ms=moment.error_ms,
        revision=rev.number,
        base=max((revs[base].number for base in rev.base if base in revs), default=0),
        value=value,
        stands=stands,
    )


def _before(name: str, sides: Iterable[Rev], revs: Mapping[UUID, Rev]) -> Rev | None:
    """The latest write of a member that the writers of all sides had seen."""
    seen = [ancestors([side], revs) for side in sides]
    both = set.intersection(*seen) if seen else set()
    writes = [revs[op] for op in both if op in revs and name in revs[op].fields]
    return max(writes, key=lambda rev: rev.number, default=None)
