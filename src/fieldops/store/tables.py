"""Every table but those of photos (``phototables``) and of sign-in (``signintables``), once.

Rows never leave ``store/``; migrations/ holds how they came about.

Ids are 16 raw bytes, SHA-256 are 32, instants are ms since 1970 UTC (``_ms``), bodies are
UTF-8 JSON.  The push writes ``ledger``, ``record`` and ``log`` by the statements of ``batch.py``:
building a row object costs fifty times what inserting the row does.  Tables keep SQLite's rowid:
rows of random ids clustered by them (WITHOUT ROWID) dirtied a page each, 1.4 times the cost.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob, where

WAITS_FOR_REVIEW = "kind = 'inspection' AND state IN ('submitted', 'sealed')"
"""What a supervisor has yet to decide on; a query that says exactly this uses the index."""

IS_REGISTER = "kind = 'register'"
"""An entry of a site's register; a query that says exactly this uses the index."""

IS_ASSESSED = "kind IN ('inspection', 'feedback', 'finding', 'round')"
"""What assessments count, in the log; as above."""
IS_FEEDBACK = "kind = 'feedback'"
"""What residents said; as above."""

UNDER_WAY = "kind = 'inspection' AND state IN ('draft', 'stub')"
"""The walks that are not submitted yet; as above."""


IS_GROUPED = "kind = 'qualification' OR (kind = 'round' AND state IN ('planned', 'under-way'))"
"""What is found by its parent alone: rounds to be walked by plan, qualifications by domain."""


class Ledger(SQLModel, table=True):
    """One row an op that took effect: the op, its receipt, its canonical hash.  Append-only."""

    __tablename__ = "ledger"
    op_id: bytes = Field(sa_column=blob(primary_key=True))
    hash: bytes = Field(sa_column=blob())
    source: int = Field(sa_column=Column(Integer, nullable=False))
    seq: int | None = Field(sa_column=big(nullable=True))
    subject: bytes = Field(sa_column=blob())
    status: str = Field(sa_column=Column(Text, nullable=False))
    revision: int = Field(sa_column=Column(Integer, nullable=False))
    detail: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))
    received_ms: int = Field(sa_column=big())
    occurred_ms: int | None = Field(sa_column=big(nullable=True))
    raw: bytes = Field(sa_column=blob())


class Sent(SQLModel, table=True):
    """Which ops an incarnation sent under which seq; a row is a run of them (``sent``)."""

    __tablename__ = "sent"
    __table_args__ = (Index("sent_source_seq", "source", "seq"),)
    no: int | None = Field(default=None, primary_key=True)
    source: int
    seq: int = Field(sa_column=big())
    ops: bytes = Field(sa_column=blob())


class Record(SQLModel, table=True):
    """The current state: one row a subject.  ``parent`` is its inspection, or its own id.

    ``body`` is NULL where it says no more than the op of ``change``, which the ledger has.
    """

    __tablename__ = "record"
    __table_args__ = (
        Index("record_feed", "feed", "parent", "id"),
        Index("record_review", "feed", **where(WAITS_FOR_REVIEW)),
        Index("record_draft", "feed", **where(UNDER_WAY)),
        Index("record_register", "feed", **where(IS_REGISTER)),
        Index("record_grouped", "parent", **where(IS_GROUPED)),
        Index("record_feedback", "feed", "id", **where(IS_FEEDBACK)),
    )
    id: bytes = Field(sa_column=blob(primary_key=True))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    feed: bytes = Field(sa_column=blob())
    parent: bytes = Field(sa_column=blob())
    state: str = Field(sa_column=Column(Text, nullable=False))
    heads: bytes = Field(sa_column=blob())
    revision: int = Field(sa_column=Column(Integer, nullable=False))
    change: bytes = Field(sa_column=blob())
    body: bytes | None = Field(sa_column=blob(nullable=True))
    conflict: bytes | None = Field(sa_column=blob(nullable=True))


class Walk(SQLModel, table=True):
    """An inspection that a reader has judged, by when it began: what later walks look back at.

    ``counted`` is 1 while it is submitted, ``position`` that of its latest change that was judged.
    Each reader has rows of its own, as far as it is.
    """

    __tablename__ = "walk"
    __table_args__ = (Index("walk_began", "reader", "feed", "began_ms"),)
    reader: str = Field(primary_key=True)
    id: bytes = Field(sa_column=blob(primary_key=True))
    feed: bytes = Field(sa_column=blob())
    began_ms: int = Field(sa_column=big())
    counted: int = 0
    position: int = Field(sa_column=big())


class Log(SQLModel, table=True):
    """Every committed change at one gap-free position; a row is a run of them (``runs``)."""

    __tablename__ = "log"
    __table_args__ = (
        Index("log_feed", "feed", "position"),
        Index("log_assessed", "feed", "position", **where(IS_ASSESSED)),
    )
    position: int = Field(
        sa_column=Column(
            BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
        )
    )
    feed: bytes = Field(sa_column=blob())
    kind: str = Field(sa_column=Column(Text, nullable=False))
    subjects: bytes = Field(sa_column=blob())
    ops: bytes = Field(sa_column=blob())


class LogHead(SQLModel, table=True):
    """The one counter row that gives log positions, and the database's epoch."""

    __tablename__ = "log_head"
    id: int = Field(primary_key=True)
    head: int = Field(sa_column=big())
    epoch: bytes = Field(sa_column=blob())


class Meta(SQLModel, table=True):
    """Single values: the organisation, secrets, ``durable_through``, pauses."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str


class Held(SQLModel, table=True):
    """Ops that wait for another op or a definition."""

    __tablename__ = "held"
    op_id: bytes = Field(sa_column=blob(primary_key=True))
    hash: bytes = Field(sa_column=blob())
    source: int
    seq: int | None = Field(sa_column=big(nullable=True))
    raw: bytes = Field(sa_column=blob())
    received_ms: int = Field(sa_column=big())
    until_ms: int = Field(sa_column=big())
    occurred_ms: int | None = Field(sa_column=big(nullable=True))
    marks: str


class HeldNeed(SQLModel, table=True):
    """What a held op waits for: an op id (16 bytes) or a definition's SHA-256 (32 bytes).

    ``received_ms`` and ``seq`` (0 for none) are the op's: by them those that wait for one need are
    found in order, some at a time.
    """

    __tablename__ = "held_need"
    __table_args__ = (Index("held_need_turn", "need", "received_ms", "seq", "op_id"),)
    op_id: bytes = Field(sa_column=blob(primary_key=True))
    need: bytes = Field(sa_column=blob(primary_key=True))
    received_ms: int = Field(sa_column=big())
    seq: int = Field(sa_column=big())


class Releasing(SQLModel, table=True):
    """A need that has come, for which more ops are held than one transaction releases."""

    __tablename__ = "releasing"
    need: bytes = Field(sa_column=blob(primary_key=True))
    at_ms: int = Field(sa_column=big())


class Quarantine(SQLModel, table=True):
    """Raw bytes that could not be applied, kept under (id, hash) until somebody decides."""

    __tablename__ = "quarantine"
    __table_args__ = (Index("quarantine_desk", "state", "received_ms", "op_id", "hash"),)
    op_id: bytes = Field(sa_column=blob(primary_key=True))
    hash: bytes = Field(sa_column=blob(primary_key=True))
    source: int
    seq: int | None = Field(sa_column=big(nullable=True))
    device: bytes | None = Field(sa_column=blob(nullable=True, index=True))
    site: bytes | None = Field(sa_column=blob(nullable=True, index=True))
    type: str
    reason: str = Field(index=True)
    state: str
    receipt: bytes = Field(sa_column=blob())
    received_ms: int = Field(sa_column=big())
    note: str = ""
    raw: bytes = Field(sa_column=blob())


class Device(SQLModel, table=True):
    """An enrolled tablet."""

    __tablename__ = "device"
    id: bytes = Field(sa_column=blob(primary_key=True))
    name: str
    public_key: str
    model: str
    app_version: str
    enrolled_ms: int = Field(sa_column=big())
    revoked_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    last_seen_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    ops_day: int = 0
    ops_count: int = 0


class Incarnation(SQLModel, table=True):
    """One life of a device's data; ``ranges`` are the seq that have custody, as JSON pairs."""

    __tablename__ = "incarnation"
    no: int | None = Field(default=None, primary_key=True)
    id: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    device: bytes = Field(sa_column=blob(index=True))
    ranges: bytes = Field(sa_column=blob())


class DeviceClock(SQLModel, table=True):
    """Server ms minus the device's ms since boot, by boot: what corrects claimed times.

    It is ``offset_ms`` at most and ``early_ms`` at least, where the device told what it had heard.
    """

    __tablename__ = "device_clock"
    device: bytes = Field(sa_column=blob(primary_key=True))
    boot: str = Field(primary_key=True)
    offset_ms: int = Field(sa_column=big())
    sampled_ms: int = Field(sa_column=big())
    early_ms: int | None = Field(default=None, sa_column=big(nullable=True))


class DevicePerson(SQLModel, table=True):
    """Who is granted on a device."""

    __tablename__ = "device_person"
    device: bytes = Field(sa_column=blob(primary_key=True))
    user: bytes = Field(sa_column=blob(primary_key=True, index=True))


class DeviceScope(SQLModel, table=True):
    """The sets of sites that a device was told, by version; a cursor names its version."""

    __tablename__ = "device_scope"
    device: bytes = Field(sa_column=blob(primary_key=True))
    version: int = Field(primary_key=True)
    sites: bytes = Field(sa_column=blob())
    made_ms: int = Field(sa_column=big())
    told: int = 0


class DevicePulled(SQLModel, table=True):
    """How far a device had pulled when a standard had changed: what it was sent, what it has."""

    __tablename__ = "device_pulled"
    device: bytes = Field(sa_column=blob(primary_key=True))
    sent: int = Field(sa_column=big())
    has: int = Field(sa_column=big())
    at_ms: int = Field(sa_column=big())


class EnrolCode(SQLModel, table=True):
    """A one-time code, kept as its SHA-256."""

    __tablename__ = "enrol_code"
    hash: bytes = Field(sa_column=blob(primary_key=True))
    name: str
    people: bytes = Field(sa_column=blob())
    expires_ms: int = Field(sa_column=big())
    used_by: bytes | None = Field(default=None, sa_column=blob(nullable=True))


class UsedNonce(SQLModel, table=True):
    """Nonces and proof ids that were redeemed; kept until they would have expired anyway."""

    __tablename__ = "used_nonce"
    nonce: str = Field(primary_key=True)
    expires_ms: int = Field(sa_column=big())


class User(SQLModel, table=True):
    """A person.  ``password`` and ``pin`` are argon2id hashes (PHC strings).

    ``password_once`` is 1 while the password is one that an administrator gave, to be changed.
    """

    __tablename__ = "user_account"
    id: bytes = Field(sa_column=blob(primary_key=True))
    login: str = Field(unique=True)
    name: str
    staff_number: str = ""
    team: str = ""
    post: str = ""
    password: str | None = None
    pin: str | None = None
    disabled_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    password_set_ms: int = Field(default=0, sa_column=big())
    password_once: int = 0


class Grant(SQLModel, table=True):
    """Role × set of sites × data level × expiry.  ``sites``: 16-byte ids; NULL is every site."""

    __tablename__ = "grant_role"
    id: bytes = Field(sa_column=blob(primary_key=True))
    user: bytes = Field(sa_column=blob(index=True))
    role: str
    sites: bytes | None = Field(default=None, sa_column=blob(nullable=True))
    level: int = 1
    expires_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    revoked_ms: int | None = Field(default=None, sa_column=big(nullable=True))


class Definition(SQLModel, table=True):
    """A published checklist version: canonical bytes under their SHA-256.  Immutable."""

    __tablename__ = "definition"
    sha256: bytes = Field(sa_column=blob(primary_key=True))
    key: str = Field(index=True)
    version: str
    domain: str
    body: bytes = Field(sa_column=blob())
    published_ms: int = Field(sa_column=big())


class Reader(SQLModel, table=True):
    """A reader of the log and how far it is; moved by compare-and-swap together with its ops."""

    __tablename__ = "reader"
    name: str = Field(primary_key=True)
    position: int = Field(sa_column=big())
    state: str = "running"
    attempts: int = 0
    faults: bytes = Field(default=b"[]", sa_column=blob())
    touched_ms: int = Field(default=0, sa_column=big())
