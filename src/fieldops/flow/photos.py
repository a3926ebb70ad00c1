"""What a person at a desk may see of a photo: its original bytes, its two derivatives.

Bytes are visible to whoever may look at a site where a record names them; what is foreign answers
exactly like what is absent.  What is on record and cannot be shown says why, by a problem of its
own.  An original carries where and when it was taken (L3, domain.md, rule 11): reading one leaves
an audit record; derivatives carry no metadata and leave none.  What feedback names was taken by a
resident, at home as a rule: its original is only for who may see L3 there, as his contact is.
"""

from collections.abc import Iterable
from typing import Any, Literal, get_args
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import possession
from fieldops.model.access import Level, Person
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import State
from fieldops.model.said import NOTHING, Said
from fieldops.rules import photonames
from fieldops.rules.access import READERS, level, sites
from fieldops.store import audit, media, pictures, records
from fieldops.store.blobs.interface import is_name
from fieldops.store.media import MediaRow
from fieldops.store.pictures import Derivative, PictureRow
from fieldops_sync.wire import Problem

Kind = Literal["original", "view", "thumb"]
"""``thumb`` has 320 pixels on its longer side, ``view`` 1,600 (``model.picture``)."""
KINDS: tuple[Kind, ...] = get_args(Kind)
Standing = Literal["ready", "awaited", "removed", "missing", "pending", "undecodable", "withheld"]
"""``awaited`` bytes have not arrived, ``missing`` ones were stored and cannot be found or are
damaged, ``removed`` ones were kept long enough; a ``pending`` derivative is not made yet;
``withheld`` is an original above the person's level."""
_SLUGS: dict[Standing, str] = {
    "awaited": "photo-awaited",
    "removed": "photo-removed",
    "missing": "photo-missing",
    "pending": "picture-pending",
    "undecodable": "picture-undecodable",
    "withheld": "forbidden",
}
_WITHHELD = Said(
    "住户照片的原件属 L3 数据；请查看其浏览图",
    "the original of a resident's photo is level 3; look at its view",
)
_PENDING_S = 5
"""When to ask again for a derivative: the picture worker looks at the log twice a second."""


class Photo(Struct, frozen=True):
    """Bytes that somebody may see; ``record`` is the first record that names them."""

    sha256: str
    record: State
    media: MediaRow | None
    picture: PictureRow | None
    was_stored: bool = False
    was_removed: bool = False
    is_withheld: bool = False

    @property
    def name(self) -> str:
        """What the original is called as a file."""
        return photonames.name(self.sha256, self.record.body, self.format)

    @property
    def format(self) -> str:
        """The format that the picture worker found, or nothing."""
        return "" if self.picture is None else self.picture.picture.facts.format


class File(Struct, frozen=True):
    """What lies in the blob store under ``sha256``, and how to hand it out."""

    sha256: str
    size_bytes: int
    mime: str
    name: str


def seen(
    session: Session,
    person: Person,
    hashes: Iterable[str],
    now_ms: int,
    at: UUID | None = None,
) -> dict[str, Photo]:
    """Those of these bytes that the person may see, by SHA-256; only what ``at`` has, if given."""
    keys = {bytes.fromhex(one) for one in hashes if is_name(one)}
    mine = sites(person, READERS, now_ms)
    if at is not None:
        mine = frozenset({at}) if mine is None or at in mine else frozenset()
    refs = media.refs(session, keys)
    named = {
        sha256: sorted(ref.subject for ref in there if mine is None or ref.feed in mine)
        for sha256, there in refs.items()
    }
    had = {sha256 for sha256, there in refs.items() if possession.is_seen(mine, there)}
    found = records.get(session, {one for subjects in named.values() for one in subjects})
    by_hash = {
        sha256: [found[one] for one in subjects if one in found]
        for sha256, subjects in named.items()
    }
    by_hash = {sha256: states for sha256, states in by_hash.items() if states}
    return {
        photo.sha256: replace(photo, is_withheld=_is_withheld(states, person, now_ms))
        for photo, states in zip(_photos(session, by_hash, had), by_hash.values(), strict=True)
    }


def _is_withheld(states: Iterable[State], person: Person, now_ms: int) -> bool:
    """Whether a resident's photo is among these, at a site where the person may not see L3."""
    of_residents = {one.feed for one in states if one.kind == "feedback"}
    return any(level(person, feed, now_ms) < Level.L3 for feed in of_residents)


def _photos(session: Session, named: dict[bytes, list[State]], had: set[bytes]) -> Iterable[Photo]:
    """The photos of these hashes; only of what is ``had`` there is more than the record."""
    stored, looked = media.get(session, had), pictures.get(session, had)
    for sha256, states in named.items():
        of_photos = [one for one in states if one.kind == "photo"]
        yield Photo(
            sha256.hex(),
            (of_photos or states)[0],
            stored.get(sha256),
            looked.get(sha256),
            any(one.body.get("stored") for one in of_photos),
            any(one.body.get("removed") for one in of_photos),
        )


def one(session: Session, person: Person, sha256: str, now_ms: int) -> Photo:
    """Bytes that the person may see.  Raises ``ProblemError`` not-found."""
    found = seen(session, person, [sha256], now_ms).get(sha256)
    if found is None:
        raise ProblemError(problem("not-found"))
    return found


def standing(photo: Photo, kind: Kind) -> Standing:
    """Whether one kind of a photo can be shown, and if not, why."""
    row = photo.media
    if row is None or row.state != "stored":
        return _not_stored(photo)
    if kind == "original":
        return "withheld" if photo.is_withheld else "ready"
    if photo.picture is None:
        return "pending"
    return "undecodable" if _derivative(photo, kind) is None else "ready"


def _not_stored(photo: Photo) -> Standing:
    if photo.was_removed:
        return "removed"
    lost = photo.was_stored or (photo.media is not None and photo.media.state != "verifying")
    return "missing" if lost else "awaited"


def file(photo: Photo, kind: Kind) -> File:
    """One kind of a photo as a file.  Raises ``ProblemError`` saying why there is none."""
    stands = standing(photo, kind)
    if stands != "ready":
        raise ProblemError(absence(photo, stands))
    if kind == "original":
        assert photo.media is not None
        mime = photonames.mime(photo.format)
        return File(photo.sha256, photo.media.size_bytes, mime, photo.name)
    made = _derivative(photo, kind)
    assert made is not None
    name = photonames.derivative(photo.name, kind, made.mime)
    return File(made.sha256.hex(), made.size_bytes, made.mime, name)


def _derivative(photo: Photo, kind: Kind) -> Derivative | None:
    if photo.picture is None:
        return None
    return photo.picture.thumb if kind == "thumb" else photo.picture.view


def absence(photo: Photo, stands: Standing) -> Problem:
    """The problem that says why a photo cannot be shown."""
    more: dict[str, Any] = {"photo": str(photo.record.id), "sha256": photo.sha256}
    if stands == "pending":
        more["retry_after_s"] = _PENDING_S
    if stands == "undecodable" and photo.picture is not None:
        more["reason"] = photo.picture.picture.facts.reason
    if stands == "awaited":
        more["size_bytes"] = photo.record.body.get("size_bytes")
    return problem(_SLUGS[stands], _WITHHELD if stands == "withheld" else NOTHING, **more)


def note_read(session: Session, who: UUID, photo: Photo, by: str, now_ms: int) -> None:
    """Leave the audit record of an original that was read; ``by`` is how (token, link, shell)."""
    detail = {"sha256": photo.sha256, "by": by}
    audit.add(
        session,
        audit.Entry("photo.read", now_ms, actor=who, subject=photo.record.id, detail=detail),
    )
