"""What a tablet knows of rounds: which are to be walked, by whom of those who share it.

It works on the records that were pulled, ``outbox.records("round")`` and
``outbox.records("person")``; the walk names its round in ``inspection.start``.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from msgspec import Struct

from fieldops_sync.wire import Change

_OPEN = frozenset({"planned", "under-way"})


class ToWalk(Struct, frozen=True):
    """A round that is not walked yet; instants are RFC 3339 in UTC."""

    id: UUID
    site: UUID
    due: str
    opens: str
    closes: str
    checklists: list[str]
    title: str = ""
    area: UUID | None = None
    is_under_way: bool = False


class _Who(Struct, frozen=True):
    """Null and empty stand for nobody."""

    people: list[UUID] | None = None
    team: str | None = None
    post: str | None = None

    def has(self, person: "_Person") -> bool:
        if self.people:
            return person.user in self.people
        return self.team in (None, person.team) and self.post in (None, person.post)


class _Round(Struct, frozen=True):
    due: str
    opens: str
    closes: str
    checklists: list[str]
    stage: str = "planned"
    title: str | None = None
    area: UUID | None = None
    people: list[UUID] | None = None
    team: str | None = None
    post: str | None = None
    assigned: _Who | None = None


class _Person(Struct, frozen=True):
    user: UUID
    team: str = ""
    post: str = ""


def to_walk(rounds: Iterable[Change], people: Iterable[Change], person: UUID) -> list[ToWalk]:
    """A person's rounds that are not walked yet, the one that is due next first.

    One that names nobody is everybody's.
    """
    told = (msgspec.json.decode(change.body, type=_Person) for change in people)
    me = next((one for one in told if one.user == person), _Person(person))
    found = [
        _shown(change, one)
        for change in rounds
        if (one := msgspec.json.decode(change.body, type=_Round)).stage in _OPEN
        and (one.assigned or _Who(one.people, one.team, one.post)).has(me)
    ]
    return sorted(found, key=lambda one: (one.due, one.id))


def _shown(change: Change, one: _Round) -> ToWalk:
    return ToWalk(
        id=change.id,
        site=change.feed,
        due=one.due,
        opens=one.opens,
        closes=one.closes,
        checklists=one.checklists,
        title=one.title or "",
        area=one.area,
        is_under_way=one.stage == "under-way",
    )
