"""An inspection's family and when its changes arrived: what a view of it is built from.

One query, and one reading of each op, where ``records.children`` and ``arrivals.of`` would read the
same rows of the ledger twice.
"""

from collections.abc import Set
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.model.record import State
from fieldops.rules.effects import signed
from fieldops.store import batch, records
from fieldops.store.arrivals import Arrival
from fieldops.store.uuids import uuid_of
from fieldops_sync.wire import Claimed

_QUERY = (
    "SELECT r.id, r.kind, r.state, r.heads, r.revision, r.change, r.body, r.conflict,"
    " l.raw, l.received_ms, l.occurred_ms"
    " FROM record r LEFT JOIN ledger l ON l.op_id = r.change"
    " WHERE r.feed = :feed AND r.parent = :parent ORDER BY r.id"
)


class Family(Struct, frozen=True):
    """Subjects by id, in its order, and when the latest change of some of them arrived, by id."""

    states: dict[UUID, State]
    arrivals: dict[UUID, Arrival]


class _Claim(Struct):
    """What is read of an op whose subject has a body of its own."""

    type: str
    actor: str
    at: Claimed


class _Sent(_Claim):
    """What is read of an op that says all there is of its subject (``State.as_sent``)."""

    payload: dict[str, Any]
    def_: str | None = msgspec.field(name="def", default=None)


_plain = msgspec.json.Decoder().decode
_claim = msgspec.json.Decoder(_Claim).decode
_sent = msgspec.json.Decoder(_Sent).decode


def read(session: Session, feed: UUID, parent: UUID, timed: Set[str]) -> Family:
    """An inspection with its results, photos, findings …, and the arrivals of ``timed`` kinds."""
    found, actors = Family({}, {}), _Actors()
    for row in batch.run(session, _QUERY, feed=feed.bytes, parent=parent.bytes):
        is_timed = row[1] in timed and row[8] is not None
        op = _sent(row[8]) if row[6] is None else _claim(row[8]) if is_timed else None
        state = _state(row, feed, parent, _body(row, op, actors))
        found.states[state.id] = state
        if op is not None and is_timed:
            found.arrivals[state.id] = _arrival(row, op, actors)
    return found


class _Actor(Struct, frozen=True):
    """Somebody who wrote ops, as an id and as bodies name it."""

    id: UUID
    name: str


class _Actors(dict[str, _Actor]):
    """By the text in the op: an inspection has few, and a UUID is slow to write."""

    def __missing__(self, sent: str) -> _Actor:
        actor = UUID(sent)
        self[sent] = _Actor(actor, str(actor))
        return self[sent]


def _arrival(row: Any, op: _Claim, actors: _Actors) -> Arrival:
    at = op.at
    return Arrival(
        op.type, row[9], row[10], actors[op.actor].id, at.wall, mono=at.mono, boot=at.boot
    )


def _body(row: Any, op: _Claim | None, actors: _Actors) -> dict[str, Any]:
    if isinstance(op, _Sent):
        return signed(op.payload, actors[op.actor].name, op.at.wall, op.def_)
    body: dict[str, Any] = _plain(row[6])
    return body


def _state(row: Any, feed: UUID, parent: UUID, body: dict[str, Any]) -> State:
    heads, change = bytes(row[3]), uuid_of(row[5])
    return State(
        id=uuid_of(row[0]),
        kind=row[1],
        feed=feed,
        parent=parent,
        state=row[2],
        heads=(change,) if heads == bytes(row[5]) else records.heads_of(heads),
        revision=row[4],
        change=change,
        body=body,
        conflict={} if row[7] is None else _plain(row[7]),
        as_sent=row[6] is None,
    )
