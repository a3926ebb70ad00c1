"""A subject's revisions, read back from the ledger by walking from its heads through ``base``."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.decode import decode
from fieldops.model.record import Decoded, Rev, State
from fieldops.rules.effects import effect, is_plain
from fieldops.store import arrivals, ledger

Recent = Mapping[int, tuple[Decoded, int]]
"""Ops of the batch at hand with their revision numbers, by id as an integer: the ledger does not
hold them yet."""
_NONE: Recent = {}
_NO_REVISIONS: Mapping[UUID, Rev] = {}


def load(
    session: Session,
    state: State,
    recent: Recent = _NONE,
    beside: Iterable[UUID] = (),
    known: Mapping[UUID, Rev] = _NO_REVISIONS,
) -> dict[UUID, Rev]:
    """All revisions of a subject that are reachable from its heads, and from those ``beside``.

    A base that is not stored ends its branch, and so does one that is another subject's: whoever
    knows the id of a foreign op must not get at it by naming it.  ``known`` are revisions that were
    loaded before in this batch: what is behind them was read, unless the batch itself brought it.
    """
    found = dict(known)
    asked = set(found)
    behind = {base for rev in known.values() for base in rev.base if base.int in recent}
    waiting = {*state.heads, *beside, *behind} - asked
    while waiting:
        asked |= waiting
        layer = _recent(state.id, waiting, recent)
        layer |= _stored(session, state.id, waiting - layer.keys())
        found |= layer
        waiting = {base for rev in layer.values() for base in rev.base} - asked
    return found


def _recent(subject: UUID, ids: set[UUID], recent: Recent) -> dict[UUID, Rev]:
    here = ((named, recent[named.int]) for named in ids if named.int in recent)
    return {named: revision(*one) for named, one in here if one[0].op.subject.id == subject}


def revision(decoded: Decoded, number: int) -> Rev:
    """An op as merging sees it."""
    op = decoded.op
    return Rev(op.id, tuple(op.base), effect(decoded).fields, op.actor, number, op.def_)


def first(session: Session, state: State) -> UUID | None:
    """The op that a subject began with; None for one that only others name so far."""
    revisions = load(session, state).values()
    return min(revisions, key=lambda one: one.number).id if revisions else None


def body_at(session: Session, state: State, until_ms: int) -> dict[str, Any]:
    """What people had written on a subject before a moment, as it arrived; empty for nothing."""
    revisions = load(session, state)
    known = arrivals.of(session, revisions)
    earlier = [one for one in revisions.values() if known[one.id].received_ms < until_ms]
    body: dict[str, Any] = {}
    for one in sorted(earlier, key=lambda one: one.number):
        body |= one.fields
    return body


def _stored(session: Session, subject: UUID, ids: set[UUID]) -> dict[UUID, Rev]:
    return {
        op_id: rev
        for op_id, stored in ledger.raws_of(session, subject, ids).items()
        if (rev := _read(*stored)) is not None
    }


class _Sent(Struct, rename={"def_": "def"}):
    """What an op says of its revision; the rest of it was read when it came."""

    id: UUID
    type: str
    actor: UUID
    payload: dict[str, Any]
    base: list[UUID] = []
    def_: str | None = None


_sent = msgspec.json.Decoder(_Sent).decode


def _read(raw: bytes, number: int) -> Rev | None:
    sent = _sent(raw)
    if is_plain(sent.type):
        return Rev(sent.id, tuple(sent.base), sent.payload, sent.actor, number, sent.def_)
    decoded = decode(raw)
    return revision(decoded, number) if isinstance(decoded, Decoded) else None
