"""An outbox in one file, for a tablet that will never see a network again.

A zip without compression: ``manifest.json`` names every op and medium with its hash,
``manifest.jws`` is the device key's signature over it, ``ops/…`` are the ops as they would travel,
``media/<sha256>`` the bytes.  The reader believes nothing that the manifest does not vouch for, and
the manifest nothing that the key has not signed.
"""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from fieldops_sync.canonical import canonical_hash
from fieldops_sync.keys import BadProof, sign_manifest, verify_manifest
from fieldops_sync.opshelf import numbered
from fieldops_sync.outbox import Outbox
from fieldops_sync.photoshelf import Photo
from fieldops_sync.shelf import sync_folder
from fieldops_sync.wire import Sha256

FORMAT = "fieldops-outbox"
VERSION = 1

MANIFEST_BYTES_MAX = 64 * 1024 * 1024
SIGNATURE_BYTES_MAX = 4096
OP_BYTES_MAX = 1024 * 1024
"""An op that travels is at most 256 KiB; larger ones lie in ``media/``."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Zip's earliest time: the same outbox always gives the same entries, and clocks lie."""
_CHUNK_BYTES = 1024 * 1024
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    RuntimeError,
)
"""What zipfile and the readers below it raise for what is no zip, or a damaged one."""


Fault = Literal[
    "no-export",
    "entry",
    "too-large",
    "damaged",
    "manifest",
    "version",
    "device",
    "signature",
    "other",
]
"""What may be wrong with a file, a stable word each."""
_FAULTS: dict[Fault, str] = {
    "no-export": "not an exported outbox",
    "entry": "{} is missing or cannot be read",
    "too-large": "{} is too large",
    "damaged": "{} is damaged",
    "manifest": "the manifest cannot be read",
    "version": "an export of another format or version",
    "device": "device {} is not known here",
    "signature": "the signature is not this device's",
    "other": "{} is not what was signed",
}


class BadExport(ValueError):
    """A file that is not an exported outbox, or not what its device signed.

    ``fault`` says why, ``what`` is the name of the entry or device concerned, if there is one.
    """

    def __init__(self, fault: Fault, what: str = "") -> None:
        super().__init__(_FAULTS[fault].format(what))
        self.fault: Fault = fault
        self.what = what


class ExportedOp(Struct, frozen=True):
    """One op in the file: ``sha256`` is its canonical hash in hexadecimal."""

    id: UUID
    seq: int
    sha256: Sha256


class ExportedMedia(Struct, frozen=True):
    """One medium in the file."""

    sha256: Sha256
    size_bytes: int
    mime: str
    site: UUID


class Manifest(Struct, frozen=True):
    """What the file holds and whose it is."""

    format: str
    version: int
    device: UUID
    incarnation: UUID
    ops: list[ExportedOp]
    media: list[ExportedMedia]


def export_file(outbox: Outbox, path: Path) -> Manifest:
    """Write everything without custody into one signed file, durably; raises NotEnrolled.

    Refused ops are among it.  A photo whose file is damaged is set aside as such in the outbox, one
    that cannot be read now stays there; the file goes without them.  The file at ``path`` is either
    whole or not there.
    """
    ops = outbox.ops("pending", "sent", "refused")
    photos = [photo for photo in outbox.photos("waiting") if _is_sound(outbox, photo)]
    manifest = Manifest(
        format=FORMAT,
        version=VERSION,
        device=outbox.device,
        incarnation=outbox.incarnation,
        ops=[ExportedOp(op.id, op.seq, canonical_hash(op.raw).hex()) for op in ops],
        media=[ExportedMedia(one.sha256, one.size_bytes, one.mime, one.site) for one in photos],
    )
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            _write_head(archive, outbox, manifest)
            for op in ops:
                archive.writestr(_entry(f"ops/{op.id}.json"), numbered(op.raw, op.seq))
            for photo in photos:
                _copy_in(archive, f"media/{photo.sha256}", outbox.photo_path(photo.sha256))
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    sync_folder(path.parent)
    return manifest


def _is_sound(outbox: Outbox, photo: Photo) -> bool:
    try:
        return outbox.check_photo(photo.sha256)
    except OSError:  # One bad sector keeps nothing else on the tablet.
        return False


class Export:
    """An exported outbox that has been opened and whose signature stands."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.manifest = manifest
        self._archive = archive

    def __enter__(self) -> "Export":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archive.close()

    def op(self, op: ExportedOp) -> bytes:
        """An op as it would travel, checked against the manifest; raises BadExport."""
        name = f"ops/{op.id}.json"
        raw = _read(self._archive, name, OP_BYTES_MAX)
        if canonical_hash(raw).hex() != op.sha256:
            raise BadExport("other", name)
        return raw

    def media(self, medium: ExportedMedia) -> Iterator[bytes]:
        """The bytes of a medium in chunks; raises BadExport at the end if they are not its own."""
        name, digest, size_bytes = f"media/{medium.sha256}", hashlib.sha256(), 0
        with _open(self._archive, name) as file:
            while chunk := _checked_read(file, name, _CHUNK_BYTES):
                digest.update(chunk)
                size_bytes += len(chunk)
                if size_bytes > medium.size_bytes:
                    raise BadExport("too-large", name)
                yield chunk
        if digest.hexdigest() != medium.sha256:
            raise BadExport("other", name)


def read_export(path: Path, key_of: Callable[[UUID], dict[str, str] | None]) -> Export:
    """Open an exported outbox and check its signature; use it in a ``with`` block.

    ``key_of`` gives the public JWK of a device, None if it is unknown.  Raises BadExport.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise BadExport("no-export") from error
    try:
        return Export(archive, _verified_manifest(archive, key_of))
    except BaseException:
        archive.close()
        raise


def _verified_manifest(
    archive: zipfile.ZipFile, key_of: Callable[[UUID], dict[str, str] | None]
) -> Manifest:
    raw = _read(archive, "manifest.json", MANIFEST_BYTES_MAX)
    signature = _read(archive, "manifest.jws", SIGNATURE_BYTES_MAX)
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise BadExport("manifest") from error
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise BadExport("version")
    key = key_of(manifest.device)
    if key is None:
        raise BadExport("device", str(manifest.device))
    try:
        verify_manifest(signature.decode("ascii", "replace"), key, manifest.device, raw)
    except BadProof as error:
        raise BadExport("signature") from error
    return manifest


def _write_head(archive: zipfile.ZipFile, outbox: Outbox, manifest: Manifest) -> None:
    raw = msgspec.json.encode(manifest)
    archive.writestr(_entry("manifest.json"), raw)
    signature = sign_manifest(outbox.key, manifest.device, raw)
    archive.writestr(_entry("manifest.jws"), signature)


def _copy_in(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    entry = _entry(name)
    entry.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(entry, "w") as target:
        while chunk := source.read(_CHUNK_BYTES):
            target.write(chunk)


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _EPOCH)


def _read(archive: zipfile.ZipFile, name: str, bytes_max: int) -> bytes:
    with _open(archive, name) as file:
        raw = _checked_read(file, name, bytes_max + 1)
    if len(raw) > bytes_max:
        raise BadExport("too-large", name)
    return raw


def _open(archive: zipfile.ZipFile, name: str) -> "BinaryIO":
    try:
        return archive.open(name)  # type: ignore[return-value]  # IO[bytes] reads alike.
    except _BROKEN as error:
        raise BadExport("entry", name) from error


def _checked_read(file: BinaryIO, name: str, count: int) -> bytes:
    try:
        return file.read(count)
    except _BROKEN as error:
        raise BadExport("damaged", name) from error
