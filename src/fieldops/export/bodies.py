"""What the export reads of a record: the members that columns show, by kind, and nothing else.

A body comes in one of three forms (``asof.Body``); whoever makes rows sees one.
"""

from collections.abc import Iterable
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


class Op(Struct, Generic[T], gc=False):
    """What is read of an op that is all that a body is made of."""

    payload: T
    actor: str
    at: _At
    def_: str | None = field(name="def", default=None)


class Reader(Generic[T]):
    """Reads the bodies of one kind as one type."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._sent = msgspec.json.Decoder(Op[kind])  # type: ignore[valid-type]
        self._all_sent = msgspec.json.Decoder(list[Op[kind]])  # type: ignore[valid-type]
        self._kept = msgspec.json.Decoder(kind)

    def ops(self, raws: Iterable[bytes]) -> list[Op[T]]:
        """Many ops; their bodies do not say who wrote them, when, and by what."""
        return self._all_sent.decode(b"[" + b",".join(raws) + b"]")

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


class AreaBody(Signed, gc=False):
    """As ``area.set@1`` writes it."""

    name: str | None = None
    code: str | None = None
    nature: str | None = None
    parent: str | None = None


class PhotoBody(Signed, gc=False):
    """As ``photo.attach@1`` and what follows it write it; ``taken`` is a claimed time."""

    inspection: str | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    mime: str | None = None
    item: str | None = None
    repeat: str | None = None
    caption: str | None = None
    role: str | None = None
    taken: Map | None = None
    latitude: str | None = None
    longitude: str | None = None
    accuracy_m: str | None = None
    retakes: str | None = None
    waived: Any = None
    removed: Any = None
    verdict: str | None = None
    review_note: str | None = None


class FeedbackBody(Signed, gc=False):
    """As ``feedback.record@1`` and the steps of a complaint write it.

    The contact is not among it: no view shows it (``rules.texts.SEALED``), and no export does.
    """

    nature: str | None = None
    inspection: str | None = None
    area: str | None = None
    ratings: Map | None = None
    text: str | None = None
    tier: str | None = None
    consent_version: str | None = None
    reference: str | None = None
    photos: list[str] | None = None
    stage: str | None = None
    owner: str | None = None
    clock: Map | None = None
    answer: Map | None = None
    resolution: Map | None = None
    archive: Map | None = None


class FindingBody(Signed, gc=False):
    """As the ops of a finding's life write it."""

    inspection: str | None = None
    result: str | None = None
    feedback: str | None = None
    item: str | None = None
    repeat: str | None = None
    area: str | None = None
    rule: str | None = None
    severity: str | None = None
    titles: Map | None = None
    text: str | None = None
    plugin: str | None = None
    plugin_version: str | None = None
    owner: str | None = None
    team: str | None = None
    deadline: str | None = None
    deduction: int | None = None
    repeat_of: str | None = None
    repeats: int | None = None
    rectifications: list[Map] | None = None
    rechecks: list[Map] | None = None
    appeals: list[Map] | None = None
    escalations: list[Map] | None = None


class RoundBody(Signed, gc=False):
    """As the ops on rounds write it."""

    plan: str | None = None
    title: str | None = None
    due: str | None = None
    opens: str | None = None
    closes: str | None = None
    missed_at: str | None = None
    severity: str | None = None
    area: str | None = None
    people: list[str] | None = None
    team: str | None = None
    post: str | None = None
    assigned: Map | None = None
    begun: str | None = None
    ended: str | None = None
    offset_minutes: int | None = None
    over_minutes: int | None = None
    duration_minutes: int | None = None
    late_receipt: bool | None = None
    too_early: bool | None = None


class ChecklistBody(Signed, gc=False):
    """As ``checklist.publish@1`` and ``checklist.withdraw@1`` write it."""

    key: str | None = None
    sha256: str | None = None
    version: str | None = None
    domain: str | None = None
    titles: Map | None = None
    number: int | None = None
    withdrawn: Map | None = None
