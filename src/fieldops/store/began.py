"""When records came about: the time of their first op, found from the heads through ``base``."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from fieldops.model.record import State
from fieldops.store import batch


class _Based(msgspec.Struct):
    base: list[UUID] = []


_base = msgspec.json.Decoder(_Based).decode


def times(session: Session, states: Sequence[State]) -> dict[int, int]:
    """When the first op of each occurred, or else was received (ms), by the record's number.

    A stub, which others name so far, began when the first of them was received.  Who is not in the
    answer has no first op in the ledger.
    """
    stubs = {one.id.int: one.change.bytes for one in states if one.revision == 0}
    ops = {row[0]: row[3] for row in _ops(session, set(stubs.values()))} if stubs else {}
    found = {number: ops[op] for number, op in stubs.items() if op in ops}
    return found | _first(session, [one for one in states if one.revision > 0])


def _first(session: Session, states: Sequence[State]) -> dict[int, int]:
    """Walk back from all of them at once, a layer of ops a look."""
    wanted = {one.id.bytes for one in states}
    waiting = {op.bytes for one in states for op in _ends(one)}
    asked: set[bytes] = set()
    found: dict[int, int] = {}
    while waiting:
        asked |= waiting
        layer = _ops(session, waiting)
        waiting = set()
        for _, subject, revision, received_ms, occurred_ms, raw in layer:
            # A writer may name whatever he likes as base, the ops of other records as well.
            if subject not in wanted:
                continue
            if revision == 1:
                wanted.discard(subject)
                found[int.from_bytes(subject)] = occurred_ms or received_ms
            else:
                waiting |= {one.bytes for one in _base(raw).base}
        waiting -= asked
    return found


def _ends(state: State) -> tuple[UUID, ...]:
    return (state.change,) if state.revision == 1 else state.heads


def _ops(session: Session, ids: set[bytes]) -> list[tuple[Any, ...]]:
    query = (
        "SELECT op_id, subject, revision, received_ms, occurred_ms, raw FROM ledger WHERE op_id {}"
    )
    rows = batch.select_in(session, query, sorted(ids))
    return [(bytes(row[0]), bytes(row[1]), *row[2:5], bytes(row[5])) for row in rows]
