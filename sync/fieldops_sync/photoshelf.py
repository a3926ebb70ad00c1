"""The media of a tablet: hashed on capture, copied durably, forgotten only when stored.

A file is complete before the database knows it: written beside, fsynced, renamed, the folder
fsynced.  What a crash leaves without a row was never promised to anybody and is swept at start.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from fieldops_sync import custody
from fieldops_sync.debts import PhotoDebt
from fieldops_sync.shelf import Db, Shelf, get_count, get_meta, next_count, set_meta, sync_folder
from fieldops_sync.wire import OwedPhotos

CHUNK_BYTES = 1024 * 1024


class Photo(Struct, frozen=True):
    """One medium in the outbox; ``url`` is its upload at the server, if one was begun."""

    sha256: str
    size_bytes: int
    mime: str
    site: UUID
    state: str
    url: str


def write_media(folder: Path, source: Path | bytes) -> tuple[str, int]:
    """Copy bytes durably into the folder under their SHA-256; returns hash and size in bytes."""
    part = folder / f"{os.urandom(8).hex()}.part"
    digest = hashlib.sha256()
    size_bytes = 0
    with part.open("wb") as out:
        for chunk in _chunks(source):
            digest.update(chunk)
            size_bytes += out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, folder / digest.hexdigest())
    sync_folder(folder)
    return digest.hexdigest(), size_bytes


def add(db: Db, sha256: str, size_bytes: int, mime: str, site: UUID) -> None:
    """Keep a medium whose file is in place; the same bytes again mend a damaged one."""
    db.execute(
        "INSERT INTO photo (sha256, size_bytes, mime, site, made, state)"
        " VALUES (?, ?, ?, ?, ?, 'waiting')"
        " ON CONFLICT DO UPDATE SET state = 'waiting' WHERE state = 'damaged'",
        (sha256, size_bytes, mime, site.bytes, next_count(db, "made")),
    )


def photos(db: Db, state: str) -> list[Photo]:
    """The media in a state (waiting, stored, damaged), the oldest first."""
    rows = db.execute(
        "SELECT sha256, size_bytes, mime, site, state, url FROM photo WHERE state = ?"
        " ORDER BY made",
        (state,),
    ).fetchall()
    return [
        Photo(sha256, size_bytes, mime, UUID(bytes=bytes(site)), here, url)
        for sha256, size_bytes, mime, site, here, url in rows
    ]


def set_url(db: Db, sha256: str, url: str) -> None:
    """Remember where an upload was begun, so that it is resumed after a crash; "" forgets."""
    db.execute("UPDATE photo SET url = ? WHERE sha256 = ?", (url, sha256))


def send_again(db: Db, sha256: str) -> int:
    """A settled photo waits again; 1, or 0 if it is not kept any more."""
    changed = db.execute(
        "UPDATE photo SET state = 'waiting', url = '', position = NULL, settled_ms = NULL"
        " WHERE sha256 = ? AND state = 'stored'",
        (sha256,),
    ).rowcount
    return int(changed)


def mark_damaged(db: Db, sha256: str) -> None:
    """The file does not have its hash any more: sending it would never end."""
    db.execute("UPDATE photo SET state = 'damaged', url = '' WHERE sha256 = ?", (sha256,))


def file_sha256(path: Path) -> str:
    """The SHA-256 that a file has now, in hexadecimal."""
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def drop_files(db: Db, folder: Path, hashes: Iterable[str]) -> None:
    """Remove the files of forgotten media, unless the same bytes were captured again meanwhile."""
    for sha256 in hashes:
        if db.execute("SELECT 1 FROM photo WHERE sha256 = ?", (sha256,)).fetchone() is None:
            (folder / sha256).unlink(missing_ok=True)


def sweep(db: Db, folder: Path) -> int:
    """Remove files that no row names: captures and removals that a crash cut short."""
    named = {row[0] for row in db.execute("SELECT sha256 FROM photo").fetchall()}
    strays = [path for path in folder.iterdir() if path.name not in named]
    for path in strays:
        path.unlink()
    return len(strays)


def _chunks(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


class Album:
    """The part of an outbox that keeps media."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def capture(self, source: Path | bytes, mime: str, site: UUID) -> str:
        """Copy a photo into the outbox, hashed on the way; returns its SHA-256 in hexadecimal."""
        with self._shelf.writing() as db:
            sha256, size_bytes = write_media(self._shelf.media, source)
            add(db, sha256, size_bytes, mime, site)
            return sha256

    def photos(self, state: str = "waiting") -> list[Photo]:
        """The media in a state: waiting, stored, or damaged (its file lost its hash)."""
        with self._shelf.reading() as db:
            return photos(db, state)

    def photo_path(self, sha256: str) -> Path:
        """Where the bytes of a medium lie."""
        return self._shelf.media / sha256

    @property
    def debt(self) -> PhotoDebt:
        """How many photos are safe, still here, or lost, as far as the server was heard."""
        with self._shelf.reading() as db:
            rows = db.execute("SELECT state, count(*), sum(size_bytes) FROM photo GROUP BY state")
            counts = {state: (count, size_bytes) for state, count, size_bytes in rows.fetchall()}
            stored = get_meta(db, "owed")
            lost = get_count(db, "lost")
        here, here_bytes = counts.get("waiting", (0, 0))
        owed = msgspec.json.decode(stored, type=OwedPhotos | None) if stored else None
        return PhotoDebt(counts.get("stored", (0, 0))[0], here, here_bytes, lost, owed)

    def settle_debt(self, missed: Iterable[str]) -> int:
        """Send photos again that the server has no more; reckon what is lost.

        Returns how many are to be sent again.
        """
        before = self.debt
        with self._shelf.writing() as db:
            resent = sum(send_again(db, sha256) for sha256 in missed)
            owed = before.owed.photos if before.owed else 0
            set_meta(db, "lost", b"%d" % max(0, owed - before.here - resent))
        return resent

    def set_upload_url(self, sha256: str, url: str) -> None:
        """Remember where an upload was begun; "" forgets it."""
        with self._shelf.writing() as db:
            set_url(db, sha256, url)

    def photo_stored(self, sha256: str) -> None:
        """The server says ``stored``: it has custody of the bytes."""
        with self._shelf.writing() as db:
            custody.settle_photo(db, sha256, get_count(db, "server_ms"))

    def check_photo(self, sha256: str) -> bool:
        """Whether the file still has its hash; if not, the photo is set aside as damaged."""
        path = self.photo_path(sha256)
        if path.exists() and file_sha256(path) == sha256:
            return True
        with self._shelf.writing() as db:
            mark_damaged(db, sha256)
        return False
