"""What the export reads of a record: the members that columns show, by kind, and nothing else.

A body comes in one of three forms (``asof.Body``); whoever makes rows sees one.
"""

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct, field

from fieldops.export.asof import Body, Folded, Sent


class Signed(Struct, gc=False):
    """The base of all: who wrote it, when by his clock, by which checklist."""

    by: str | None = None
    at: str | None = None
    def_: str | None = field(name="def", default=None)


T = TypeVar("T", bound=Signed)


class _At(Struct, gc=False):
    wall: str


class _Op(Struct, Generic[T], gc=False):
    payload: T
    actor: str
    at: _At
    def_: str | None = field(name="def", default=None)


class Reader(Generic[T]):
    """Reads the bodies of one kind as one type."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._sent = msgspec.json.Decoder(_Op[kind])  # type: ignore[valid-type]
        self._kept = msgspec.json.Decoder(kind)

    def read(self, body: Body) -> T:
        """The members of a body; those that it lacks are None."""
        if isinstance(body, Sent):
            op = self._sent.decode(body.raw)
            found: T = op.payload
            found.by, found.at, found.def_ = op.actor, op.at.wall, op.def_
            return found
        if isinstance(body, Folded):
            return msgspec.convert(body.members, self._kind)
        return self._kept.decode(body.json)


Map = dict[str, Any]


class SiteBody(Signed, gc=False):
    """As ``site.set@1`` writes it."""

    name: str | None = None
    code: str | None = None
    nature: str | None = None
    address: str | None = None
    timezone: str | None = None
    fence: Map | None = None


class InspectionBody(Signed, gc=False):
    """As the ops on inspections write it; ``checklist`` is the version's SHA-256."""

    owner: str | None = None
    checklist: str | None = None
    area: str | None = None
    round: str | None = None
    source: str | None = None
    note: str | None = None
    submit_note: str | None = None
    score: Map | None = None
    announced: Map | None = None
    verdict: str | None = None
    review_note: str | None = None


class ResultBody(Signed, gc=False):
    """As ``result.record@1`` writes it."""

    inspection: str | None = None
    item: str | None = None
    repeat: str | None = None
    value: Any = None
    outcome: str | None = None
    note: str | None = None
    photos: list[str] | None = None
    verdict: str | None = None
