"""A record as its ops make it, in memory: what it was, from the ops that had come by then.

    ops of one record, in the order of the log ─ effect ─ step ─ merge ─→ State

The same as ``flow.fold`` does with a database behind it, but for what a figure does not need: the
levels of texts, the bytes of photos, what refuses an op (an op of the ledger was not refused).
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from fieldops.model.record import Decoded, Merge, Rev, State
from fieldops.rules.effects import effect, signed, state_of
from fieldops.rules.merge import beside, follows, forward, merge
from fieldops.rules.transitions import stepped


def replay(ops: Iterable[Decoded]) -> State | None:
    """The record that these ops make, all of one record and in the order in which they came."""
    state: State | None = None
    revs: dict[UUID, Rev] = {}
    for number, decoded in enumerate(ops, 1):
        state, rev = _next(decoded, state, revs, number)
        revs[rev.id] = rev
    return state


def _next(
    decoded: Decoded, state: State | None, revs: Mapping[UUID, Rev], number: int
) -> tuple[State, Rev]:
    op = decoded.op
    said = effect(decoded)
    written = stepped(decoded, state, said)
    # Histories are read by what an op says itself, without the step that it led to.
    rev = Rev(op.id, tuple(op.base), said.fields, op.actor, number)
    if state is not None and written.own:
        merged = beside(state, op.id, written)
    elif state is None or follows(state, op.base):
        merged = forward(state, op.id, written)
    else:
        merged = merge(state, rev, _reachable(state.heads, revs))
    body = merged.body
    if not written.own and merged.heads[0] == op.id:
        body = signed(body, decoded.by, op.at.wall, op.def_)
    kind = op.subject.kind
    parent = written.parent or (state.parent if state else op.subject.id)
    return _state(decoded, parent, merged, body, number, state_of(kind, body)), rev


def _state(
    decoded: Decoded, parent: UUID, merged: Merge, body: dict[str, object], number: int, word: str
) -> State:
    return State(
        id=decoded.op.subject.id,
        kind=decoded.op.subject.kind,
        feed=decoded.op.site,
        parent=parent,
        state=word,
        heads=merged.heads,
        revision=number,
        change=decoded.op.id,
        body=body,
        conflict=merged.conflict,
    )


def _reachable(heads: Iterable[UUID], revs: Mapping[UUID, Rev]) -> dict[UUID, Rev]:
    """What merging knows of history: the heads and all that their writers had seen."""
    found: dict[UUID, Rev] = {}
    waiting = list(heads)
    while waiting:
        named = waiting.pop()
        if named in revs and named not in found:
            found[named] = revs[named]
            waiting += revs[named].base
    return found
