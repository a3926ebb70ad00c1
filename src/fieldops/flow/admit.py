"""op → admitted | quarantined: may this actor write this op, from here, on this site?

Nothing is refused: what may not be applied goes to quarantine, where a supervisor decides.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from fieldops.flow.decode import reject
from fieldops.flow.latescope import Beyond
from fieldops.model.access import Person
from fieldops.model.record import Decoded, Rejected, State
from fieldops.model.said import Said
from fieldops.rules.access import OP_ROLES, may
from fieldops_sync.optypes import OP_TYPES, Origin
from fieldops_sync.wire import Reason

LATE_SCOPE = "late-scope"
_ORIGINS: dict[Origin, str] = {"device": "平板", "desk": "办公端", "server": "服务器"}
_NOT_GRANTED = Said("操作人在此处没有授权", "the actor is not granted here")
_NOT_THEIRS = Said("该项目不属于此平板的人员", "the site does not belong to this device's people")


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


class Refusal(Struct, frozen=True):
    """Why an op may not be applied."""

    reason: Reason
    detail: Said


class Gate:
    """Admits the ops of one batch; each (actor, type, site) is decided once.

    ``beyond`` is what is known of ops for sites out of scope.
    """

    def __init__(self, source: Source, beyond: Beyond) -> None:
        self._source = source
        self._beyond = beyond
        self._walks: dict[UUID, UUID] = {}
        self._earliest_ms: dict[UUID, int] = {}

    def admit(
        self, ops: Sequence[Decoded], occurred: Sequence[int | None]
    ) -> list[tuple[str, ...] | Rejected]:
        """The marks of each op that is admitted, or its quarantine; ``occurred`` in ms."""
        # The plain integers hash in C; a UUID hashes in Python, many times slower.
        keys = [((op := one.op).actor.int, op.type, op.site.int) for one in ops]
        decided = {
            key: self._decide(one.op.actor, one.op.type, one.op.site)
            for key, one in dict(zip(keys, ops, strict=True)).items()
        }
        if all(decision is True for decision in decided.values()):
            return [()] * len(ops)
        decisions = [decided[key] for key in keys]
        self._learn_walks(decisions, ops, occurred)
        return list(map(self._marks, decisions, ops, occurred))

    def _learn_walks(
        self,
        decisions: Sequence[Refusal | bool],
        ops: Sequence[Decoded],
        occurred: Sequence[int | None],
    ) -> None:
        """What the batch itself says: of which walk its records are, and how early that was."""
        for decision, decoded, at_ms in zip(decisions, ops, occurred, strict=True):
            walk = walk_of(decoded, self._beyond.states) if decision is False else None
            if walk is None:
                continue
            self._walks[decoded.op.subject.id] = walk
            if at_ms is not None:
                self._earliest_ms[walk] = min(at_ms, self._earliest_ms.get(walk, at_ms))

    def _marks(
        self, decision: Refusal | bool, decoded: Decoded, occurred_ms: int | None
    ) -> tuple[str, ...] | Rejected:
        if decision is True:
            return ()
        if decision is False:
            return self._late(decoded, occurred_ms)
        op = decoded.op
        return reject(op, decoded.raw, decoded.hash, decision.reason, decision.detail)

    def _decide(self, actor: UUID, kind: str, site: UUID) -> Refusal | bool:
        """True: admitted.  False: the site is out of scope, it depends on the inspection."""
        source = self._source
        if source.origin not in OP_TYPES[kind].origins:
            told = Said(
                f"{kind} 不能由{_ORIGINS[source.origin]}发出",
                f"{kind} does not come from a {source.origin}",
            )
            return Refusal("not-permitted", told)
        if source.origin == "server":
            return True
        person = source.people.get(actor)
        if person is None:
            return Refusal("not-permitted", _NOT_GRANTED)
        if source.sites is not None and site not in source.sites:
            return False
        if may(person, OP_ROLES[kind], site, source.now_ms):
            return True
        told = Said(
            f"操作人在此项目没有可执行 {kind} 的角色",
            f"the actor has no role for {kind} on this site",
        )
        return Refusal("not-permitted", told)

    def _late(self, decoded: Decoded, occurred_ms: int | None) -> tuple[str, ...] | Rejected:
        if self._began_before_loss(decoded, occurred_ms):
            return (LATE_SCOPE,)
        return reject(decoded.op, decoded.raw, decoded.hash, "out-of-scope", _NOT_THEIRS)

    def _began_before_loss(self, decoded: Decoded, occurred_ms: int | None) -> bool:
        """Whether the op belongs to an inspection that began while the site was in scope."""
        site = decoded.op.site
        lost_ms = self._source.lost_ms.get(site)
        walk = walk_of(decoded, self._beyond.states) or self._walks.get(decoded.op.subject.id)
        if lost_ms is None or walk is None:
            return False
        known = self._beyond.states.get(walk)
        if known is not None and known.feed == site:
            return self._beyond.started_ms.get(walk, lost_ms) <= lost_ms
        begun_ms = self._earliest_ms.get(walk, occurred_ms)
        if begun_ms is None:  # no clock to go by: who has not been told may go on
            return site in self._source.untold
        return begun_ms <= lost_ms


def walk_of(decoded: Decoded, states: dict[UUID, State]) -> UUID | None:
    """The inspection that an op belongs to, if it belongs to one."""
    if decoded.op.subject.kind == "inspection":
        return decoded.op.subject.id
    if decoded.walk is not None:
        return decoded.walk
    known = states.get(decoded.op.subject.id)
    above = states.get(known.parent) if known is not None else None
    return above.id if above is not None and above.kind == "inspection" else None
