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


def load(session: Session, heads: Iterable[UUID], recent: Recent) -> dict[UUID, Rev]:
    """All revisions reachable from ``heads``; a base that is not stored ends its branch."""
    found: dict[UUID, Rev] = {}
    asked: set[UUID] = set()
    waiting = set(heads)
    while waiting:
        asked |= waiting
        layer = {named: revision(*recent[named.int]) for named in waiting if named.int in recent}
        layer |= _stored(session, waiting - layer.keys())
        found |= layer
        waiting = {base for rev in layer.values() for base in rev.base} - asked
    return found


def revision(decoded: Decoded, number: int) -> Rev:
    """An op as merging sees it."""
    op = decoded.op
    return Rev(op.id, tuple(op.base), effect(decoded).fields, op.actor, number)


def first(session: Session, heads: Iterable[UUID]) -> UUID | None:
    """The op that a subject began with; None for one that only others name so far."""
    revisions = load(session, heads, {}).values()
    return min(revisions, key=lambda one: one.number).id if revisions else None


def body_at(session: Session, state: State, until_ms: int) -> dict[str, Any]:
    """What people had written on a subject before a moment, as it arrived; empty for nothing."""
    revisions = load(session, state.heads, {})
    known = arrivals.of(session, revisions)
    earlier = [one for one in revisions.values() if known[one.id].received_ms < until_ms]
    body: dict[str, Any] = {}
    for one in sorted(earlier, key=lambda one: one.number):
        body |= one.fields
    return body


def _stored(session: Session, ids: set[UUID]) -> dict[UUID, Rev]:
    return {
        op_id: rev
        for op_id, stored in ledger.raws(session, ids).items()
        if (rev := _read(*stored)) is not None
    }


class _Sent(Struct):
    """What an op says of its revision; the rest of it was read when it came."""

    id: UUID
    type: str
    actor: UUID
    payload: dict[str, Any]
    base: list[UUID] = []


_sent = msgspec.json.Decoder(_Sent).decode


def _read(raw: bytes, number: int) -> Rev | None:
    sent = _sent(raw)
    if is_plain(sent.type):
        return Rev(sent.id, tuple(sent.base), sent.payload, sent.actor, number)
    decoded = decode(raw)
    return revision(decoded, number) if isinstance(decoded, Decoded) else None
