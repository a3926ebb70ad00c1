"""How parallel edits of one subject meet: merged by member, or a conflict that keeps both values.

        r1 ── r2 (head)             r3 was made on r1, without knowing r2.
         └─── r3                    Different members → merged; the same member with another
                                    value → conflict: r2's value stands, r3's stands beside it.

A revision's ancestors are what its writer had seen: the closure of ``base``.  A member's *live*
writes are those that no descendant wrote over; more than one live value is a conflict, and any op
whose base covers them all and which writes the member decides it.  Ops may come in any order: which
values are live follows from who had seen what, not from who came first.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from fieldops.model.record import Effect, Merge, Rev, State, Verdict

HEADS_MAX = 64
"""So many parallel edits stand beside each other: an op names no more in its base, so that more
could never be decided on, by anybody."""
REVISIONS_MAX = 1000
"""An op on an old state is merged with so many revisions at most; they are read one by one.

A record that people write has a handful.  A tablet could make one of tens of thousands, and then
each of its pushes would hold up the database for minutes."""


def follows(state: State, base: Iterable[UUID]) -> bool:
    """Whether an op with this base has seen all heads: the fast path, which needs no history."""
    return set(state.heads) <= set(base)


def is_crowded(state: State, base: Iterable[UUID]) -> bool:
    """Whether an op would stand beside more than anybody decides on, or merging takes too long."""
    full = len(state.heads) >= HEADS_MAX or state.revision >= REVISIONS_MAX
    return full and not follows(state, base)


def forward(state: State | None, op: UUID, effect: Effect) -> Merge:
    """The op follows everything there is: its members stand, and settle their conflicts."""
    if state is None:
        return Merge("applied", (op,), effect.fields, {})
    left = {name: values for name, values in state.conflict.items() if name not in effect.fields}
    return Merge("applied", (op,), {**state.body, **effect.fields}, left)


def beside(state: State, op: UUID, effect: Effect) -> Merge:
    """The server's own members: they change the body and leave heads and conflicts alone."""
    heads = state.heads or (op,)
    return Merge("applied", heads, {**state.body, **effect.fields}, state.conflict)


def merge(state: State, new: Rev, history: Mapping[UUID, Rev]) -> Merge:
    """Bring in a revision that has not seen all heads.

    ``history`` holds the subject's revisions reachable from its heads.
    """
    known = {**history, new.id: new}
    body, conflict, clashing = dict(state.body), dict(state.conflict), []
    # A revision may come after one that was made on it: then it also settles what that one saw.
    for name in (*new.fields, *(conflict.keys() - new.fields.keys())):
        live = live_writes(name, known)
        body[name] = _standing(name, body, live)
        besides = _besides(name, body[name], live)
        if besides:
            conflict[name] = besides
        else:
            conflict.pop(name, None)
        if besides and new in live:
            clashing.append(name)
    heads = _heads(state.heads, new, known, bool(clashing))
    verdict: Verdict = "conflict" if clashing else "merged"
    return Merge(verdict, heads, body, conflict, tuple(clashing))


def ancestors(revs: Iterable[Rev], known: Mapping[UUID, Rev]) -> set[UUID]:
    """The ids of all that the writers of ``revs`` had seen, as far as ``known`` goes.

    One walk for all of them: hundreds of parallel writes must not cost the square of their number.
    """
    seen: set[UUID] = set()
    waiting = [named for rev in revs for named in rev.base]
    while waiting:
        named = waiting.pop()
        if named not in seen:
            seen.add(named)
            waiting += known[named].base if named in known else ()
    return seen


def live_writes(name: str, history: Mapping[UUID, Rev]) -> list[Rev]:
    """The writes of a member that no descendant wrote over, oldest first."""
    writes = [rev for rev in history.values() if name in rev.fields]
    over = ancestors(writes, history)
    return sorted((rev for rev in writes if rev.id not in over), key=lambda rev: rev.number)


def _standing(name: str, body: Mapping[str, Any], live: list[Rev]) -> Any:
    """The value that stands while a member is in conflict: what stood, else the oldest."""
    values = [rev.fields[name] for rev in live]
    return body[name] if name in body and (body[name] in values or not values) else values[0]


def _besides(name: str, standing: Any, live: list[Rev]) -> list[dict[str, Any]]:
    """The other live values; two who say the same do not clash."""
    return [_beside(rev, name) for rev in live if rev.fields[name] != standing]


def _beside(rev: Rev, name: str) -> dict[str, Any]:
    cited = {} if rev.definition is None else {"def": rev.definition}
    return {"op": str(rev.id), "actor": str(rev.actor), "value": rev.fields[name], **cited}


def _heads(
    heads: tuple[UUID, ...], new: Rev, known: Mapping[UUID, Rev], clashing: bool
) -> tuple[UUID, ...]:
    """The leaves; a merged revision leads them, a sibling stands behind."""
    leaves = [*heads, new.id] if clashing else [new.id, *heads]
    over = ancestors((known[leaf] for leaf in leaves if leaf in known), known)
    return tuple(leaf for leaf in leaves if leaf not in over)
