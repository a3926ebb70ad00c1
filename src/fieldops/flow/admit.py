"""op → admitted | quarantined: may this actor write this op, from here, on this site?

Nothing is refused: what may not be applied goes to quarantine, where a supervisor decides.
"""

from uuid import UUID

from msgspec import Struct

from fieldops.flow.decode import reject
from fieldops.model.access import Person, Role
from fieldops.model.record import Decoded, Rejected, State
from fieldops.rules.access import OP_ROLES, may
from fieldops_sync.optypes import OP_TYPES, Origin
from fieldops_sync.wire import Reason

WALK_ROLES = (Role.INSPECTOR, Role.SUPERVISOR)
LATE_SCOPE = "late-scope"


class Source(Struct, frozen=True):
    """Where a batch comes from, with the rights that hold for it.

    ``sites`` None means every site.  ``lost_ms`` says when the device's people lost a site that
    they had; ``untold`` are the lost sites that the device does not know to be lost.
    """

    origin: Origin
    people: dict[UUID, Person] = {}
    sites: frozenset[UUID] | None = None
    now_ms: int = 0
    device: UUID | None = None
    lost_ms: dict[UUID, int] = {}
    untold: frozenset[UUID] = frozenset()


def admit(
    decoded: Decoded, source: Source, states: dict[UUID, State], occurred_ms: int | None
) -> tuple[str, ...] | Rejected:
    """The marks of an admitted op, or its quarantine."""
    op = decoded.op
    if source.origin not in OP_TYPES[op.type].origins:
        return _no(decoded, "not-permitted", f"{op.type} does not come from a {source.origin}")
    if source.origin == "server":
        return ()
    person = source.people.get(op.actor)
    if person is None:
        return _no(decoded, "not-permitted", "the actor is not granted here")
    if source.sites is None or op.site in source.sites:
        return _role(decoded, person, source)
    if _began_before_loss(decoded, source, states, occurred_ms):
        return (LATE_SCOPE,)
    return _no(decoded, "out-of-scope", "the site does not belong to this device's people")


def _role(decoded: Decoded, person: Person, source: Source) -> tuple[str, ...] | Rejected:
    op = decoded.op
    if may(person, OP_ROLES[op.type], op.site, source.now_ms):
        return ()
    return _no(decoded, "not-permitted", f"the actor has no role for {op.type} on this site")


def _began_before_loss(
    decoded: Decoded, source: Source, states: dict[UUID, State], occurred_ms: int | None
) -> bool:
    """Whether the op belongs to an inspection that began while the site was still in scope."""
    lost_ms = source.lost_ms.get(decoded.op.site)
    walk = walk_of(decoded, states)
    if lost_ms is None or walk is None:
        return False
    known = states.get(walk)
    if known is not None and known.feed == decoded.op.site:
        return True
    if occurred_ms is None:  # no clock to go by: who has not been told may go on
        return decoded.op.site in source.untold
    return occurred_ms <= lost_ms


def walk_of(decoded: Decoded, states: dict[UUID, State]) -> UUID | None:
    """The inspection that an op belongs to, if it belongs to one."""
    if decoded.op.subject.kind == "inspection":
        return decoded.op.subject.id
    if "inspection" in decoded.fields:
        return UUID(decoded.fields["inspection"])
    known = states.get(decoded.op.subject.id)
    return known.parent if known is not None and known.parent != known.id else None


def _no(decoded: Decoded, reason: Reason, detail: str) -> Rejected:
    return reject(decoded.op, decoded.raw, decoded.hash, reason, detail)
