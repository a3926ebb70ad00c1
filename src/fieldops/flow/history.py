"""A subject's revisions, read back from the ledger by walking from its heads through ``base``."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlmodel import Session

from fieldops.flow.decode import decode
from fieldops.model.record import Decoded, Rev
from fieldops.rules.effects import effect
from fieldops.store import ledger

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


def _stored(session: Session, ids: set[UUID]) -> dict[UUID, Rev]:
    found = {}
    for op_id, (raw, number) in ledger.raws(session, ids).items():
        decoded = decode(raw)
        if isinstance(decoded, Decoded):
            found[op_id] = revision(decoded, number)
    return found
