"""The nouns of sync v1 as they travel: requests, ops, receipts, changes (PROTOCOL.md).

Every struct is frozen and ignores members it does not know, so that an older side reads a newer
one; new members always come with a default.  This module imports nothing of ours.
Structs with ``gc=False`` hold no cycles; a batch has thousands of them.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

PROTOCOL = 1
"""The protocol version spoken here; push accepts every version ever shipped (promise 7)."""

INT_MAX = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 8259, section 6)."""

Int = Annotated[int, Meta(ge=-INT_MAX, le=INT_MAX)]
Count = Annotated[int, Meta(ge=0, le=INT_MAX)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""SHA-256 of bytes, 64 lower-case hexadecimal digits."""
Definition = Annotated[
    str,
    Meta(min_length=64, max_length=64, extra_json_schema={"pattern": "^[0-9a-f]{64}$"}),
]
"""A ``Sha256`` that every op of a walk repeats: whoever reads ops checks its digits once."""
Decimal = Annotated[str, Meta(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,9})?$")]
"""A decimal number as text: the wire has no floats."""

Status = Literal[
    "applied", "merged", "conflict", "duplicate", "held", "quarantined", "retry", "refused"
]
CUSTODY: frozenset[str] = frozenset(
    {"applied", "merged", "conflict", "duplicate", "held", "quarantined"}
)
"""The statuses after which a device may forget its op (promise 1)."""

Reason = Literal[
    "schema",
    "unknown-type",
    "unknown-definition",
    "not-permitted",
    "out-of-scope",
    "voided-subject",
    "transition",
    "id-reused",
    "oversize",
    "needs-cycle",
    "device-revoked",
]
"""Why an op stands in quarantine."""

MediaState = Literal["stored", "awaiting", "verifying", "bad", "unknown"]


class Problem(Struct, frozen=True, omit_defaults=True):
    """An RFC 9457 problem; ``type`` is stable, ``titles`` holds the title in every language.

    ``details`` holds ``detail``, what happened this time, in every language.
    """

    type: str
    title: str
    status: int
    detail: str = ""
    titles: dict[str, str] = {}
    extra: dict[str, Any] = {}
    details: dict[str, str] = {}


class Subject(Struct, frozen=True, gc=False):
    """What an op is about."""

    kind: Annotated[str, Meta(min_length=1, max_length=32)]
    id: UUID


class Claimed(Struct, frozen=True, gc=False):
    """A device's own reading of the time: wall clock (RFC 3339 with offset) and ms since boot."""

    wall: Annotated[str, Meta(max_length=40)]
    mono: Int
    boot: Annotated[str, Meta(max_length=64)]


class Op(Struct, frozen=True, omit_defaults=True, gc=False, rename={"def_": "def"}):
    """One operation.  ``payload`` stays raw until its type is known (see ``optypes``)."""

    id: UUID
    type: Annotated[str, Meta(max_length=64)]
    subject: Subject
    site: UUID
    actor: UUID
    at: Claimed
    payload: Raw
    seq: Annotated[int, Meta(ge=1, le=INT_MAX)] | None = None
    base: Annotated[list[UUID], Meta(max_length=64)] = []
    def_: Definition | None = None
    media: Annotated[list[Sha256], Meta(max_length=1000)] = []
    needs: Annotated[list[UUID], Meta(max_length=1000)] = []
    repairs: UUID | None = None


class Seen(Struct, frozen=True):
    """The highest (position, change id) that a device ever got."""

    position: Count
    change: UUID


class Receipt(Struct, frozen=True, omit_defaults=True, gc=False):
    """What became of one op.  ``stands`` (in a duplicate) is the receipt that stands now."""

    id: UUID
    status: Status
    custody: bool
    revision: int = 0
    fields: list[str] = []
    marks: list[str] = []
    reason: Reason | None = None
    problem: Problem | None = None
    repaired_by: UUID | None = None
    stands: "Receipt | None" = None


class Heard(Struct, frozen=True):
    """What the server's clock said, and what the device's own stood at when it heard that."""

    server_time: str
    mono: Count
    boot: str


class PushRequest(Struct, frozen=True, omit_defaults=True):
    """``ops`` stay raw, so that each is decoded alone.

    ``now`` lets the server correct times; ``heard`` lets it say by how much they may be off.
    """

    incarnation: UUID
    ops: list[Raw]
    seen: Seen | None = None
    now: Claimed | None = None
    heard: Heard | None = None


class PushAnswer(Struct, frozen=True, omit_defaults=True):
    """One receipt per op, in the order sent.  ``missing`` holds inclusive seq ranges."""

    receipts: list[Receipt]
    epoch: UUID
    acked_through: int
    missing: list[tuple[int, int]]
    seen: Seen | None
    server_time: str
    durable_through: int
    backoff_s: int | None = None


class ReceiptsRequest(Struct, frozen=True, omit_defaults=True):
    """Either ``ids`` or an inclusive seq range of an incarnation."""

    ids: Annotated[list[UUID], Meta(max_length=500)] = []
    incarnation: UUID | None = None
    from_: Count = field(default=0, name="from")
    to: Count = 0


class ReceiptsAnswer(Struct, frozen=True):
    """The receipts that stand; ops never seen are named in ``unknown``."""

    receipts: list[Receipt]
    unknown: list[UUID]


class PullRequest(Struct, frozen=True, omit_defaults=True):
    """``cursor`` is opaque and comes from the last pull; null asks for a bootstrap."""

    cursor: str | None = None
    seen: Seen | None = None
    max_bytes: Count = 2 * 1024 * 1024


class Change(Struct, frozen=True, omit_defaults=True):
    """A subject's current state.  A client ignores a ``revision`` lower than the one it has.

    ``body`` is JSON as it came: ``msgspec.json.decode(change.body)``.
    """

    position: int
    change: UUID
    kind: str
    id: UUID
    feed: UUID
    revision: int
    heads: list[UUID]
    body: Raw
    conflict: dict[str, list["Value"]] = {}
    removed: bool = False


class Value(Struct, frozen=True, omit_defaults=True):
    """One of the values that a conflicting field has: who wrote it, by which op."""

    op: UUID
    actor: UUID
    value: Any


class OwedWalk(Struct, frozen=True):
    """Photos of one inspection that have not arrived; ``bytes`` as far as sizes were announced."""

    inspection: UUID
    photos: int
    bytes: int
    since: str


class OwedPhotos(Struct, frozen=True):
    """What this device announced and the server has not, the oldest inspections first.

    ``walks`` holds the first 100; ``photos`` and ``bytes`` count all of them.
    """

    photos: int = 0
    bytes: int = 0
    walks: list[OwedWalk] = []


class PullAnswer(Struct, frozen=True):
    """``sites_removed`` is to be acted on before any change of the same page.

    ``owed`` comes with the last page; it is null while there is more, and absent from old servers.
    """

    changes: list[Change]
    cursor: str
    more: bool
    sites_added: list[UUID]
    sites_removed: list[UUID]
    reset: bool
    seen: Seen | None
    epoch: UUID
    durable_through: int
    server_time: str
    owed: OwedPhotos | None = None


class SalvageRequest(Struct, frozen=True):
    """``signature``: a JWS by the device key over the SHA-256 of the ops (see HTTP.md)."""

    device: UUID
    incarnation: UUID
    nonce: str
    signature: str
    ops: list[Raw]


class Limits(Struct, frozen=True):
    """Every limit, inclusive.  The defaults are those of PROTOCOL.md, "Limits"."""

    batch_ops: int = 500
    batch_bytes: int = 4 * 1024 * 1024
    op_bytes: int = 256 * 1024
    pull_bytes: int = 2 * 1024 * 1024
    device_sites: int = 1000
    photo_bytes: int = 64 * 1024 * 1024
    device_uploads: int = 3
    decompression_ratio: int = 100
    device_ops_per_day: int = 50_000
    open_uploads: int = 400


class Hello(Struct, frozen=True):
    """What a device asks first; needs no token."""

    server_time: str
    nonce: str
    epoch: UUID
    protocols: list[int]
    encodings: list[str]
    limits: Limits
    media: list[str]


class EnrolRequest(Struct, frozen=True):
    """``public_key`` is a P-256 JWK; ``code`` the one-time code shown by ``device enrol``."""

    code: Annotated[str, Meta(max_length=64)]
    public_key: dict[str, Any]
    incarnation: UUID
    model: Annotated[str, Meta(max_length=120)] = ""
    app_version: Annotated[str, Meta(max_length=60)] = ""


class Person(Struct, frozen=True, omit_defaults=True):
    """Somebody granted on a device.  ``pin`` is an argon2id hash for offline sign-in."""

    id: UUID
    name: str
    staff_number: str = ""
    pin: str | None = None


class TokenAnswer(Struct, frozen=True):
    """A bearer token for one hour."""

    access_token: str
    expires_in: int
    token_type: Literal["Bearer"] = "Bearer"


class EnrolAnswer(Struct, frozen=True):
    """The device's id, the people granted on it, and its first token."""

    device: UUID
    people: list[Person]
    token: TokenAnswer


class TokenRequest(Struct, frozen=True):
    """``signature``: a JWS (ES256, compact) over (aud, device, nonce, jti); it holds no times."""

    device: UUID
    nonce: str
    signature: str


def unset(value: object) -> bool:
    """Whether a payload left this member out (payloads are sparse)."""
    return isinstance(value, UnsetType) or value is UNSET
