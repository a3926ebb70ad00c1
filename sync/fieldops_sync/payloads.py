"""What each op type carries.

A payload is sparse: it holds only the members that changed, and a top-level member is the unit of
merge.  A member that a type does not know makes the op quarantine as ``schema``: it is kept, never
silently dropped.
"""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from fieldops_sync.wire import Claimed, Count, Decimal, Int, Sha256

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
    """A walk begins: the op's ``def`` is the checklist version, its actor the first owner.

    ``source`` is third-party for an inspector from outside: such figures stand apart.
    """

    area: UUID | UnsetType = UNSET
    round: UUID | UnsetType = UNSET
    source: Literal["own", "third-party"] | UnsetType = UNSET
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
    """A photo, whose bytes travel by themselves, or one taken anew.  Coordinates are WGS 84."""

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
    retakes: UUID | UnsetType = UNSET


class Rating(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One SERVQUAL dimension, 1 to 5 (Parasuraman et al., 1988)."""

    perceived: Annotated[int, Meta(ge=1, le=5)]
    expected: Annotated[int, Meta(ge=1, le=5)] | UnsetType = UNSET


class Contact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How to reach a resident; level L3: shown to nobody who has not said what for."""

    name: Text | UnsetType = UNSET
    phone: Text | UnsetType = UNSET
    unit: Text | UnsetType = UNSET


class FeedbackRecord(Payload):
    """What a resident says; ``consent_version`` is the SHA-256 of the text that was agreed to,
    ``reference`` the number that the resident was given.
    """

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
    consent_version: Sha256 | UnsetType = UNSET
    reference: Key | UnsetType = UNSET
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
    """The bytes of this photo are stored and verified.

    ``cause`` is the change that it follows from, where the bytes were stored once before.
    """

    sha256: Sha256
    size_bytes: Count
    mime: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    cause: UUID | UnsetType = UNSET


class MediaRemoved(Payload):
    """The bytes of this photo were removed when the time for which they are kept was over.

    ``cause`` is the change that it follows from.
    """

    sha256: Sha256
    reason: Text
    cause: UUID | UnsetType = UNSET


class MediaDamaged(Payload):
    """The bytes of this photo, stored once, were found damaged or missing: they are owed again.

    ``cause`` is the change that it follows from.
    """

    sha256: Sha256
    reason: Literal["damaged", "missing", "unreadable"]
    cause: UUID | UnsetType = UNSET


class PictureFacts(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the picture worker read from a photo's bytes.

    ``reason`` says why it is ``undecodable``.  ``width`` and ``height`` are pixels as
    stored, before ``orientation`` (Exif 2.32, tag 0x0112) is applied.  ``taken`` is what the camera
    wrote: RFC 3339, without an offset where it gave none.  Coordinates are WGS 84 degrees.
    """

    verdict: Literal["decoded", "undecodable"]
    reason: Annotated[str, Meta(max_length=40)] = ""
    format: Annotated[str, Meta(max_length=20)] = ""
    width: Count = 0
    height: Count = 0
    orientation: Annotated[int, Meta(ge=1, le=8)] = 1
    taken: Annotated[str, Meta(max_length=40)] = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    camera: Annotated[str, Meta(max_length=200)] = ""


class EvidenceNote(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something about a photo that a supervisor should look at; ``weight`` adds to its risk."""

    code: Key
    titles: Titles
    weight: Count = 0
    evidence: dict[Key, Text] = {}


class PhotoNote(Payload):
    """What the server's own readers found about a photo.  ``risk`` is 0 to 100.

    ``cause`` is the change that it follows from; it makes a note made anew another op.
    """

    picture: PictureFacts | UnsetType = UNSET
    notes: list[EvidenceNote] | UnsetType = UNSET
    risk: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    cause: UUID | UnsetType = UNSET


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
    """A supervisor's verdict on an inspection, a result or one photo; null takes it back."""

    verdict: Literal["approved", "returned", "retake"] | None
    note: Text | UnsetType = UNSET


class Fence(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a site is: a circle of ``radius_m`` metres around a point in WGS 84 degrees."""

    latitude: Decimal
    longitude: Decimal
    radius_m: Decimal


class SiteSet(Payload):
    """A site as its tablets know it; photos taken outside of its ``fence`` are noted."""

    name: Text | UnsetType = UNSET
    code: Key | UnsetType = UNSET
    nature: Key | UnsetType = UNSET
    address: Text | UnsetType = UNSET
    timezone: Key | UnsetType = UNSET
    fence: Fence | None | UnsetType = UNSET


class AreaSet(Payload):
    """An area of a site: a building, floor, plant room; ``parent`` makes the tree."""

    name: Text | UnsetType = UNSET
    code: Key | UnsetType = UNSET
    nature: Key | UnsetType = UNSET
    parent: UUID | None | UnsetType = UNSET


class RegisterSet(Payload):
    """One line of a site's register (assets, patrol points); ``key`` stands on its QR code.

    ``values`` are text by column, all of them together; ``levels`` are the data levels (2 or 3) of
    columns above L1.  A ``retired`` entry is history.
    """

    register: Key
    key: Annotated[str, Meta(min_length=1, max_length=100)]
    values: dict[Key, Text] | UnsetType = UNSET
    levels: dict[Key, Literal[2, 3]] | UnsetType = UNSET
    retired: bool | UnsetType = UNSET


class PersonSet(Payload):
    """A person as a device knows them: granted there, with the PIN's argon2id hash.

    Rounds name people, or a ``team`` and a ``post``.
    """

    user: UUID
    name: Text | UnsetType = UNSET
    staff_number: Text | UnsetType = UNSET
    team: Text | UnsetType = UNSET
    post: Text | UnsetType = UNSET
    pin: Annotated[str, Meta(max_length=200)] | None | UnsetType = UNSET
    granted: bool | UnsetType = UNSET
