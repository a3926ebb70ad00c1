"""The walks of a site in the reported month and the one before, judged as they stood at a moment.

cases of walks ─┐
results, photos ┴─ replayed from the ledger ─ judged by the checklist version ─→ Walked
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import assessread
from fieldops.flow.assess import Gathered
from fieldops.flow.assessread import Life
from fieldops.flow.view import Shelf, of_family
from fieldops.model.answertypes import Titles
from fieldops.model.assessment import Case
from fieldops.model.checklist import Checklist
from fieldops.model.inspection import Inspection, ResultView
from fieldops.model.record import State
from fieldops.store.arrivals import Arrival
from fieldops.store.caselog import Span
from fieldops.store.families import Family

COUNTED = "conformity.walks"


class Walked(Struct, frozen=True):
    """One submitted walk; ``is_now`` says that it is of the reported month, not the one before."""

    case: Case
    state: State
    view: Inspection
    checklist: Checklist | None
    photos: tuple[State, ...]
    is_now: bool

    @property
    def area(self) -> UUID | None:
        """The area that was walked, or None for the site as a whole."""
        return self.view.area

    def plain(self, result: ResultView) -> Titles:
        """An item's own title, without the name of the repeat that it was answered for."""
        if not result.repeat:
            return result.titles
        assert self.checklist is not None, "what was judged has a checklist"
        for section in self.checklist.sections:
            for item in section.items:
                if item.key == result.item:
                    return item.titles
        return result.titles


def walked(
    session: Session,
    site: Gathered,
    cases: Iterable[Case],
    stretch: Span,
    begin_ms: int,
    shelf: Shelf,
) -> Iterator[Walked]:
    """The walks of these cases, in the order that they have.

    ``stretch`` is where their results and photos are in the log; ``begin_ms`` begins the month.
    """
    families: dict[UUID, list[Life]] = defaultdict(list)
    for _id, life in assessread.evidence(session, site.view.site, stretch):
        families[life.state.parent].append(life)
    for case in cases:
        if case.counted != COUNTED:
            continue
        walk = site.view.lives[case.id]
        family = _family([walk, *families.pop(case.id, ())])
        built = of_family(session, site.view.site, case.id, family, shelf)
        assert built is not None, "a walk that counts is an inspection"
        photos = tuple(one for one in family.states.values() if one.kind == "photo")
        checklist = built.checklist
        yield Walked(case, walk.state, built.inspection, checklist, photos, case.at_ms >= begin_ms)


def _family(lives: Iterable[Life]) -> Family:
    found = Family({}, {})
    for life in sorted(lives, key=lambda one: one.state.id):
        found.states[life.state.id] = life.state
        last = life.events[-1]
        op = last.decoded.op
        found.arrivals[life.state.id] = Arrival(
            op.type, last.received_ms, last.at_ms, op.actor, op.at.wall, op.at.mono, op.at.boot
        )
    return found
