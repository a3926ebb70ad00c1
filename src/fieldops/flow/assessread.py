"""The lives of what assessments count: every record with its ops so far, read from the ledger.

span of the log ─ feed by feed ─ ops by record ─┬─ events: what was done, when, when it came
                                                └─ replayed ─→ the record as it stood then
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import moments
from fieldops.model.record import Decoded, State
from fieldops.rules.replay import replay
from fieldops.store import caselog
from fieldops.store.caselog import Happened, Span
from fieldops_sync.wire import Op

_uuid = lru_cache(maxsize=8192)(UUID)
"""A walk is named by all that was said on it."""
_envelope = msgspec.json.Decoder(Op).decode
_fields = msgspec.json.Decoder(dict[str, Any]).decode
_TIMED = frozenset({"rectification.report@1", "complaint.handle@1"})
"""The types of what is held against a deadline."""


@lru_cache(maxsize=4096)
def _text(actor: int) -> str:
    return str(UUID(int=actor))


class Event(Struct, frozen=True, gc=False):
    """One op of a record.

    ``at_ms`` is when it occurred: by the corrected clock, or where none places it, its receipt.
    ``error_ms`` bounds how much too late that may be, for what is held against a deadline.
    """

    decoded: Decoded
    at_ms: int
    received_ms: int
    error_ms: int = 0

    @property
    def type(self) -> str:
        return self.decoded.op.type

    @property
    def by(self) -> str:
        """Who did it, an id as text."""
        return self.decoded.by

    @property
    def fields(self) -> Mapping[str, Any]:
        """The op's payload as plain data."""
        return self.decoded.fields


class Life(Struct, frozen=True):
    """A record with all that happened to it, in the order of the log."""

    state: State
    events: tuple[Event, ...]

    @property
    def first(self) -> Event:
        """What the record began with."""
        return self.events[0]


def lives(
    session: Session,
    feed: UUID,
    stretch: Span,
    rounds: bool = False,
    before_ms: int | None = None,
) -> Iterator[tuple[UUID, Life]]:
    """The records of a feed that began within a stretch of the log, with their ids.

    They are walks, feedback and findings, or rounds.  What happened by itself at ``before_ms``
    or later is left out; what follows from a walk is not by itself.
    """
    yield from _lives(session, caselog.read(session, feed, stretch, rounds), before_ms)


def evidence(session: Session, feed: UUID, stretch: Span) -> Iterator[tuple[UUID, Life]]:
    """The results and photos of a feed that were first recorded within a stretch of the log."""
    yield from _lives(session, caselog.evidence(session, feed, stretch), None)


def _lives(
    session: Session, happened: Iterable[Happened], before_ms: int | None
) -> Iterator[tuple[UUID, Life]]:
    found: dict[bytes, list[Event]] = {}
    for one in happened:
        if one.revision == 1:
            event = _event(one)
            by_itself = event.decoded.walk is None
            if before_ms is None or not by_itself or event.at_ms < before_ms:
                found[one.subject] = [event]
        elif one.subject in found:
            found[one.subject].append(_event(one))
    _bound(session, found.values())
    for events in found.values():
        state = replay(event.decoded for event in events)
        assert state is not None, "a life has an op at least"
        yield state.id, Life(state, tuple(events))


def _bound(session: Session, found: Iterable[list[Event]]) -> None:
    """Give the steps that are held against a deadline the error of their devices' clocks."""
    told = [
        (events, slot)
        for events in found
        for slot, event in enumerate(events)
        if event.type in _TIMED and event.at_ms < event.received_ms
    ]
    known = moments.of(session, [events[slot].decoded.id for events, slot in told])
    for events, slot in told:
        error_ms = known[events[slot].decoded.id].error_ms or 0
        events[slot] = replace(events[slot], error_ms=error_ms)


def _event(one: Happened) -> Event:
    op = _envelope(one.raw)
    fields = _fields(op.payload)
    walk = fields.get("inspection")
    by, about = _text(op.actor.int), _uuid(walk) if walk else None
    decoded = Decoded(op.id, op.seq, op, fields, b"", one.raw, by, about)
    at_ms = one.received_ms if one.occurred_ms is None else one.occurred_ms
    return Event(decoded, at_ms, one.received_ms)
