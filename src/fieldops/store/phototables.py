"""The tables of photos: their bytes, uploads, debts, pictures and evidence; see ``tables``."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob, where

_BANDS = ("band0", "band1", "band2")


class Media(SQLModel, table=True):
    """Bytes that are stored and verified.

    ``generation`` grows whenever they are collected, so that whoever stores them at that very
    moment notices; ``checked_ms`` is when they were last read back and hashed.
    """

    __tablename__ = "media"
    __table_args__ = (Index("media_checked", "state", "checked_ms"),)
    sha256: bytes = Field(sa_column=blob(primary_key=True))
    size_bytes: int = Field(sa_column=big())
    mime: str
    state: str
    stored_ms: int = Field(sa_column=big())
    touched_ms: int = Field(sa_column=big())
    generation: int = 0
    checked_ms: int = Field(default=0, sa_column=big())


class MediaRef(SQLModel, table=True):
    """Which subject awaits or has which bytes; ``parent`` is its inspection.

    ``owed`` is 1 while somebody waits for the bytes, 0 when they are here, −1 when nobody wants
    them: the debt ledger (``store.debts``) is the partial index over the first.  ``device``
    announced them, at ``since_ms``, with ``size_bytes`` if it said.  ``proven`` is 1 once somebody
    of the site has shown to have them (``flow.possession``).
    """

    __tablename__ = "media_ref"
    __table_args__ = (
        Index("media_ref_owed", "feed", "parent", **where("owed = 1")),
        Index("media_ref_device", "device", **where("owed = 1")),
    )
    sha256: bytes = Field(sa_column=blob(primary_key=True))
    subject: bytes = Field(sa_column=blob(primary_key=True))
    parent: bytes = Field(sa_column=blob(index=True))
    feed: bytes = Field(sa_column=blob())
    device: bytes | None = Field(default=None, sa_column=blob(nullable=True))
    size_bytes: int | None = Field(default=None, sa_column=big(nullable=True))
    since_ms: int = Field(default=0, sa_column=big())
    owed: int = 0
    proven: int = 0


class Picture(SQLModel, table=True):
    """What the picture worker read from stored bytes, once for each; see ``model.picture``.

    ``thumb`` and ``view`` are the SHA-256 of the derivatives, which lie in the blob store as well.
    ``dhash`` is the 64-bit difference hash as a signed number, ``band0``…``band2`` are its pieces,
    by which near-duplicates are looked up: each index holds the whole hash as well, so that only
    those which are near are read from the table.
    """

    __tablename__ = "picture"
    __table_args__ = tuple(Index(f"picture_{name}", name, "dhash") for name in _BANDS)
    sha256: bytes = Field(sa_column=blob(primary_key=True))
    facts: bytes = Field(sa_column=blob())
    dhash: int | None = Field(default=None, sa_column=big(nullable=True))
    band0: int | None = None
    band1: int | None = None
    band2: int | None = None
    thumb: bytes | None = Field(default=None, sa_column=blob(nullable=True, index=True))
    thumb_bytes: int = 0
    view: bytes | None = Field(default=None, sa_column=blob(nullable=True, index=True))
    view_bytes: int = 0
    looked_ms: int = Field(sa_column=big())


class Sighting(SQLModel, table=True):
    """Where a photo says that it was taken: what evidence of one photo is compared by.

    ``day`` is the date at the site, ``counter`` the device's own count of its photos.  ``risk`` is
    None while the photo is not judged, or not any more: what the review queue is ordered by.
    """

    __tablename__ = "sighting"
    __table_args__ = (Index("sighting_counter", "device", "counter"),)
    subject: bytes = Field(sa_column=blob(primary_key=True))
    no: int = Field(sa_column=big())
    sha256: bytes = Field(sa_column=blob(index=True))
    feed: bytes = Field(sa_column=blob())
    parent: bytes = Field(sa_column=blob(index=True))
    item: str = ""
    repeat: str = ""
    day: str = ""
    device: bytes | None = Field(default=None, sa_column=blob(nullable=True))
    counter: int | None = Field(default=None, sa_column=big(nullable=True))
    risk: int | None = None


class LegalHold(SQLModel, table=True):
    """Photos that nothing may delete: of a site, of an inspection, or a single one."""

    __tablename__ = "legal_hold"
    id: bytes = Field(sa_column=blob(primary_key=True))
    kind: str
    subject: bytes = Field(sa_column=blob(index=True))
    reason: str
    placed_by: bytes | None = Field(default=None, sa_column=blob(nullable=True))
    placed_ms: int = Field(sa_column=big())
    released_by: bytes | None = Field(default=None, sa_column=blob(nullable=True))
    released_ms: int | None = Field(default=None, sa_column=big(nullable=True))


class Upload(SQLModel, table=True):
    """An upload under way.  ``lease`` grows with a takeover; a stale holder cannot commit."""

    __tablename__ = "upload"
    __table_args__ = (
        Index("upload_sha256_device", "sha256", "device"),
        Index("upload_state", "state", "expires_ms"),
        Index("upload_open", "device", **where("state = 'open'")),
    )
    id: bytes = Field(sa_column=blob(primary_key=True))
    device: bytes = Field(sa_column=blob())
    sha256: bytes = Field(sa_column=blob())
    size_bytes: int = Field(sa_column=big())
    offset_bytes: int = Field(default=0, sa_column=big())
    mime: str = ""
    upload_metadata: str = ""
    lease: int = 0
    state: str = "open"
    held_until_ms: int = Field(default=0, sa_column=big())
    made_ms: int = Field(sa_column=big())
    touched_ms: int = Field(sa_column=big())
    expires_ms: int = Field(sa_column=big())
    way: str = "tus"
