"""A contact sheet as a zip, made while it is sent: nothing lies on a disk or grows in memory.

    photos/0001-….jpg    1,600 pixels      index.html       the page
    thumbs/0001-….webp   320 pixels        manifest.json    what is in it, by SHA-256
    originals/0001-….jpg where asked for

The pictures come first and the page last, so that it can tell what turned out to be missing.  Every
file is hashed on its way; one that is not what it should be has no place on the page, and stands in
the manifest as it is.  The same state gives the same bytes: names, order and dates follow from the
sheet alone.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from fieldops.flow.contactpage import page
from fieldops.flow.contactsheet import Card, Sheet
from fieldops.flow.outgoing import ShortFile, Source, pieces
from fieldops.flow.photos import File, Kind
from fieldops.store.blobs import BlobMissing, BlobStore

_logger = structlog.get_logger(__name__)
_FOLDERS: dict[Kind, str] = {"view": "photos", "thumb": "thumbs", "original": "originals"}
_DAY_ONE = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip can hold (PKWARE's APPNOTE, 4.4.6); dates would tell nothing here."""
_encode = msgspec.json.Encoder(order="sorted").encode


class Listed(Struct, frozen=True):
    """One photo in the manifest; ``files`` gives each kind's name in the zip."""

    number: int
    photo: UUID
    sha256: str
    size_bytes: int | None
    state: str
    files: dict[Kind, str]


class Manifest(Struct, frozen=True):
    """What the zip holds: every photo, and the SHA-256 and size of every file but this one."""

    inspection: UUID
    site: str
    date: str
    photos: list[Listed]
    files: dict[str, dict[str, Any]]


class _Pipe:
    """Where the zip is written to, and taken from; it cannot be sought in."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Everything is where it can be taken from."""

    def take(self) -> bytes:
        """What was written since the last time."""
        taken, self._parts = b"".join(self._parts), []
        return taken


class Making:
    """One zip in the making.  ``on_photo`` is called after each photo, to show how far it is."""

    def __init__(
        self,
        sheet: Sheet,
        blobs: BlobStore,
        originals: bool = False,
        language: str = "zh-CN",
        on_photo: Callable[[], object] = lambda: None,
    ) -> None:
        self._sheet = sheet
        self._blobs = blobs
        self._kinds: tuple[Kind, ...] = ("view", "thumb", *(("original",) if originals else ()))
        self._language = language
        self._on_photo = on_photo
        self._pipe = _Pipe()
        self._names: dict[str, str] = {}
        self._files: dict[str, dict[str, Any]] = {}
        self._gone: set[str] = set()

    def stream(self) -> Source:
        """The zip, piece by piece.

        Raises ``BlobStoreDown``: what was sent so far is then no whole zip.
        """
        # Its interface asks for more than a writer needs.
        out: Any = self._pipe
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for card in self._sheet.cards:
                for name, file in self._wanted(card):
                    yield from self._copy(archive, name, file)
                self._on_photo()
            lost = frozenset(card.sha256 for card in self._sheet.cards if card.sha256 in self._gone)
            whole = page(self._sheet, self._names, lost, self._language)
            yield self._write(archive, "index.html", whole.encode())
            yield self._write(archive, "manifest.json", _encode(self._manifest(lost)))
        yield self._pipe.take()

    def _wanted(self, card: Card) -> Iterator[tuple[str, File]]:
        """The files of a card that are not in the zip yet; the same bytes are one file."""
        for kind in self._kinds:
            file = card.files.get(kind)
            if file is not None and file.sha256 not in self._names.keys() | self._gone:
                ending = file.name.rpartition(".")[2]
                yield f"{_FOLDERS[kind]}/{card.stem}.{ending}", file

    def _copy(self, archive: zipfile.ZipFile, name: str, file: File) -> Source:
        try:
            source = self._blobs.get(file.sha256)
        except BlobMissing:
            self._miss(file)
            return
        made, size_bytes = hashlib.sha256(), 0
        with (
            closing(pieces(source, file.size_bytes)) as read,
            archive.open(_info(name, file.size_bytes), "w") as out,
            suppress(ShortFile),
        ):
            for piece in read:
                out.write(piece)
                made.update(piece)
                size_bytes += len(piece)
                yield self._pipe.take()
        self._files[name] = {"sha256": made.hexdigest(), "size_bytes": size_bytes}
        if made.hexdigest() == file.sha256:
            self._names[file.sha256] = name
        else:
            self._miss(file)

    def _miss(self, file: File) -> None:
        self._gone.add(file.sha256)
        _logger.error("a recorded photo is missing or damaged", sha256=file.sha256)

    def _write(self, archive: zipfile.ZipFile, name: str, data: bytes) -> bytes:
        sha256 = hashlib.sha256(data).hexdigest()
        self._files[name] = {"sha256": sha256, "size_bytes": len(data)}
        archive.writestr(_info(name, len(data)), data)
        return self._pipe.take()

    def _manifest(self, lost: frozenset[str]) -> Manifest:
        sheet = self._sheet
        listed = [self._listed(card, lost) for card in sheet.cards]
        return Manifest(sheet.inspection, sheet.site, sheet.date, listed, dict(self._files))

    def _listed(self, card: Card, lost: frozenset[str]) -> Listed:
        files = {
            kind: self._names[file.sha256]
            for kind, file in card.files.items()
            if file.sha256 in self._names
        }
        state = "missing" if card.sha256 in lost else card.stands
        return Listed(card.number, card.record, card.sha256, card.size_bytes, state, files)


def _info(name: str, size_bytes: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DAY_ONE)
    info.file_size = size_bytes
    info.create_system, info.external_attr = 3, 0o644 << 16
    return info
