"""What is known of the walks whose ops come for a site that their device has lost.

    ops of sites out of scope ─→ their subjects ─→ whose inspections ─→ when they were started

Only such ops are read for: an ordinary push asks nothing here.
"""

from collections.abc import Iterable
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import history
from fieldops.flow.ownership import START
from fieldops.model.record import Decoded, State
from fieldops.store import arrivals, records


class Beyond(Struct, frozen=True):
    """The subjects and inspections of ops for sites out of scope.

    ``started_ms`` is when each inspection was started, of those of which that is known.
    """

    states: dict[UUID, State] = {}
    started_ms: dict[UUID, int] = {}


def read(session: Session, ops: Iterable[Decoded], sites: frozenset[UUID] | None) -> Beyond:
    """What admission must know of ops for sites that are not among these (None: every site)."""
    if sites is None:
        return Beyond()
    mine = {site.int for site in sites}
    late = [one for one in ops if one.op.site.int not in mine]
    if not late:
        return Beyond()
    named = {one.op.subject.id for one in late} | {one.walk for one in late if one.walk}
    states = records.get(session, named)
    states |= records.get(session, {one.parent for one in states.values()} - states.keys())
    walks = [one for one in states.values() if one.kind == "inspection"]
    started = {walk.id: _started_ms(session, walk) for walk in walks}
    return Beyond(states, {walk: at for walk, at in started.items() if at is not None})


def _started_ms(session: Session, walk: State) -> int | None:
    """When a walk was started by the server's clock; None where no op and no clock says so."""
    ops = arrivals.of(session, history.load(session, walk))
    times = [one.occurred_ms for one in ops.values() if one.type == START]
    known = [at for at in times if at is not None]
    return min(known) if known and len(known) == len(times) else None
