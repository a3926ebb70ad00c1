"""The op types: for each its payload, the kind of its subject, and who may send it.

A payload is sparse: it holds only the members that changed, and a top-level member is the unit of
merge.  A member that a type does not know makes the op quarantine as ``schema``: it is kept, never
silently dropped.
"""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from fieldops_sync.wire import Claimed, Count, Decimal, Int, Sha256

Origin = Literal["device", "desk", "server"]
"""Who writes an op: a tablet, a person at a desk, or one of the server's own actors."""

Text = Annotated[str, Meta(max_length=20_000)]
Key = Annotated[str, Meta(min_length=1, max_length=200)]
Titles = dict[Literal["zh-CN", "en"], Text]
Answer = None | bool | Int | Text | list[Text] | dict[Key, Text]
"""An answer to an item: numbers with a fraction are decimal text, choices are their keys."""
Outcome = Literal["pass", "fail", "na"]
Severity = Literal["minor", "major", "critical"]


class Payload(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The base of all payloads."""


class InspectionStart(Payload):
    """A walk begins: the op's ``def`` is the checklist version, its actor the first owner."""

    area: UUID | UnsetType = UNSET
    round: UUID | UnsetType = UNSET
    note: Text | UnsetType = UNSET


class InspectionSubmit(Payload):
    """The walk is over; the counts let the server say what is still on its way."""

    results: Count | UnsetType = UNSET
    photos: Count | UnsetType = UNSET
    feedback: Count | UnsetType = UNSET
    note: Text | UnsetType = UNSET


class InspectionHandover(Payload):
    """An unfinished walk goes to another person granted on the device."""

    to: UUID
    note: Text | UnsetType = UNSET


class InspectionSeal(Payload):
    """Nothing is owed any more: the record is closed for review."""

    note: Text | UnsetType = UNSET


class InspectionReopen(Payload):
    """A submitted or sealed inspection goes back to its inspector."""

    reason: Text


class InspectionScore(Payload):
    """The weighted score in percent, with what it was reckoned from."""

    score: Decimal | None
    earned: Decimal
    possible: Decimal
    scorer: Key
    sections: dict[Key, Decimal] = {}
    marks: list[Key] = []
    cause: UUID | UnsetType = UNSET


class ResultRecord(Payload):
    """An answer.  ``inspection``, ``item`` and ``repeat`` identify it and stand in every op."""

    inspection: UUID
    item: Key
    repeat: Annotated[str, Meta(max_length=200)] = ""
    value: Answer | UnsetType = UNSET
    outcome: Outcome | UnsetType = UNSET
    note: Text | UnsetType = UNSET
    photos: list[Sha256] | UnsetType = UNSET


class PhotoAttach(Payload):
    """A photo exists; its bytes travel by themselves.  Coordinates are WGS 84 degrees."""

    inspection: UUID
    sha256: Sha256
    size_bytes: Count | UnsetType = UNSET
    mime: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    item: Key | UnsetType = UNSET
    repeat: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    caption: Text | UnsetType = UNSET
    role: Literal["evidence", "before", "after", "signature"] | UnsetType = UNSET
    taken: Claimed | UnsetType = UNSET
    latitude: Decimal | UnsetType = UNSET
    longitude: Decimal | UnsetType = UNSET
    accuracy_m: Decimal | UnsetType = UNSET
    counter: Count | UnsetType = UNSET


class Rating(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One SERVQUAL dimension, 1 to 5 (Parasuraman et al., 1988)."""

    perceived: Annotated[int, Meta(ge=1, le=5)]
    expected: Annotated[int, Meta(ge=1, le=5)] | UnsetType = UNSET


class Contact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How to reach a resident; level L2 (domain.md, rule 11)."""

    name: Text | UnsetType = UNSET
    phone: Text | UnsetType = UNSET
    unit: Text | UnsetType = UNSET


class FeedbackRecord(Payload):
    """What a resident says."""

    nature: Literal["rating", "praise", "suggestion", "complaint"] | UnsetType = UNSET
    inspection: UUID | UnsetType = UNSET
    area: UUID | UnsetType = UNSET
    ratings: (
        dict[Literal["tangibles", "reliability", "responsiveness", "assurance", "empathy"], Rating]
        | UnsetType
    ) = UNSET
    text: Text | UnsetType = UNSET
    tier: Literal["general", "larger", "major"] | UnsetType = UNSET
    contact: Contact | UnsetType = UNSET
    consent: Text | UnsetType = UNSET
    photos: list[Sha256] | UnsetType = UNSET


class FindingNote(Payload):
    """A remark on a finding; each note is a subject of its own, so notes never collide."""

    finding: UUID
    text: Text | UnsetType = UNSET
    photos: list[Sha256] | UnsetType = UNSET


class SuggestionMake(Payload):
    """The front line proposes to change an item of the standard."""

    item: Key
    text: Text | UnsetType = UNSET
    inspection: UUID | UnsetType = UNSET


class RecordVoid(Payload):
    """The subject was recorded by mistake; it stays readable, marked, with the reason."""

    reason: Text


class ConflictResolve(Payload):
    """Somebody decides: ``set`` gives the value that stands for each conflicting member."""

    set: dict[Key, object]
    note: Text | UnsetType = UNSET


class PhotoWaive(Payload):
    """A photo that will never come is waived."""

    reason: Text


class MediaStored(Payload):
    """The bytes of this photo are stored and verified."""

    sha256: Sha256
    size_bytes: Count
    mime: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET


class FindingRaise(Payload):
    """Something is wrong.  ``rule`` is the raising rule's own key, ``plugin`` who raised it.

    ``cause`` is the change that it follows from; it makes a finding raised anew another op.
    """

    rule: Key
    severity: Severity
    titles: Titles
    plugin: Key
    plugin_version: Key
    inspection: UUID | UnsetType = UNSET
    result: UUID | UnsetType = UNSET
    item: Key | UnsetType = UNSET
    repeat: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    area: UUID | UnsetType = UNSET
    evidence: dict[Key, Text] | UnsetType = UNSET
    deadline: Annotated[str, Meta(max_length=40)] | UnsetType = UNSET
    cause: UUID | UnsetType = UNSET


class FindingWithdraw(Payload):
    """What was raised does not hold any more (the result was corrected, the rule changed)."""

    reason: Text
    plugin: Key
    plugin_version: Key
    cause: UUID | UnsetType = UNSET


class ReviewDecide(Payload):
    """A supervisor's verdict on an inspection, a result or one photo."""

    verdict: Literal["approved", "returned", "retake"]
    note: Text | UnsetType = UNSET


class SiteSet(Payload):
    """A site as its tablets know it."""

    name: Text | UnsetType = UNSET
    code: Key | UnsetType = UNSET
    nature: Key | UnsetType = UNSET
    address: Text | UnsetType = UNSET
    timezone: Key | UnsetType = UNSET


class AreaSet(Payload):
    """An area of a site: a building, floor, plant room; ``parent`` makes the tree."""

    name: Text | UnsetType = UNSET
    code: Key | UnsetType = UNSET
    nature: Key | UnsetType = UNSET
    parent: UUID | None | UnsetType = UNSET


class PersonSet(Payload):
    """A person as a device knows them: granted there, with the PIN's argon2id hash."""

    user: UUID
    name: Text | UnsetType = UNSET
    staff_number: Text | UnsetType = UNSET
    pin: Annotated[str, Meta(max_length=200)] | None | UnsetType = UNSET
    granted: bool | UnsetType = UNSET


class ChecklistPublish(Payload):
    """A version of a checklist is out; its text is fetched by ``sha256``."""

    key: Key
    sha256: Sha256
    version: Key
    domain: Key
    titles: Titles
    withdrawn: bool | UnsetType = UNSET


class OpType(Struct, frozen=True):
    """How one op type is admitted: payload, the kinds its subject may have, allowed origins."""

    name: str
    payload: type[Payload]
    kinds: frozenset[str]
    origins: frozenset[Origin]


ANY: frozenset[str] = frozenset({"inspection", "result", "photo", "feedback", "note", "suggestion"})
"""The kinds that people record, hence may void, and resolve conflicts of."""


def _op(name: str, payload: type[Payload], kinds: str | frozenset[str], *origins: Origin) -> OpType:
    kind_set = frozenset({kinds}) if isinstance(kinds, str) else kinds
    return OpType(name, payload, kind_set, frozenset(origins))


OP_TYPES: dict[str, OpType] = {
    op.name: op
    for op in (
        _op("inspection.start@1", InspectionStart, "inspection", "device", "desk"),
        _op("inspection.submit@1", InspectionSubmit, "inspection", "device", "desk"),
        _op("inspection.handover@1", InspectionHandover, "inspection", "device", "desk"),
        _op("inspection.seal@1", InspectionSeal, "inspection", "desk", "server"),
        _op("inspection.reopen@1", InspectionReopen, "inspection", "desk"),
        _op("inspection.score@1", InspectionScore, "inspection", "server"),
        _op("result.record@1", ResultRecord, "result", "device", "desk"),
        _op("photo.attach@1", PhotoAttach, "photo", "device", "desk"),
        _op("photo.waive@1", PhotoWaive, "photo", "desk"),
        _op("media.stored@1", MediaStored, "photo", "server"),
        _op("feedback.record@1", FeedbackRecord, "feedback", "device", "desk"),
        _op("finding.note@1", FindingNote, "note", "device", "desk"),
        _op("suggestion.make@1", SuggestionMake, "suggestion", "device", "desk"),
        _op("record.void@1", RecordVoid, ANY, "device", "desk"),
        _op("conflict.resolve@1", ConflictResolve, ANY | {"finding"}, "device", "desk"),
        _op("finding.raise@1", FindingRaise, "finding", "server"),
        _op("finding.withdraw@1", FindingWithdraw, "finding", "server"),
        _op(
            "review.decide@1",
            ReviewDecide,
            frozenset({"inspection", "result", "photo"}),
            "desk",
        ),
        _op("site.set@1", SiteSet, "site", "desk"),
        _op("area.set@1", AreaSet, "area", "desk"),
        _op("person.set@1", PersonSet, "person", "desk"),
        _op("checklist.publish@1", ChecklistPublish, "checklist", "desk"),
    )
}
"""Every op type this version knows, by name."""
