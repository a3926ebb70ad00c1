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
from typing import BinaryIO
from uuid import UUID

import msgspec
from msgspec import Struct

from fieldops_sync.canonical import canonical_hash
from fieldops_sync.keys import BadProof, sign_manifest, verify_manifest
from fieldops_sync.opshelf import numbered
from fieldops_sync.outbox import Outbox
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


class BadExport(ValueError):
    """A file that is not an exported outbox, or not what its device signed."""


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

    Refused ops are among it.  The outbox itself is not changed, and the file at ``path`` is either
    whole or not there.
    """
    ops = outbox.ops("pending", "sent", "refused")
    photos = outbox.photos("waiting")
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

    def ops(self) -> Iterator[bytes]:
        """The ops as they would travel, each checked against the manifest; raises BadExport."""
        for op in self.manifest.ops:
            raw = _read(self._archive, f"ops/{op.id}.json", OP_BYTES_MAX)
            if canonical_hash(raw).hex() != op.sha256:
                raise BadExport(f"op {op.id} is not what was signed")
            yield raw

    def media(self, medium: ExportedMedia) -> Iterator[bytes]:
        """The bytes of a medium in chunks; raises BadExport at the end if they are not its own."""
        digest, size_bytes = hashlib.sha256(), 0
        with _open(self._archive, f"media/{medium.sha256}") as file:
            while chunk := _checked_read(file, _CHUNK_BYTES):
                digest.update(chunk)
                size_bytes += len(chunk)
                if size_bytes > medium.size_bytes:
                    raise BadExport(f"medium {medium.sha256} is larger than was signed")
                yield chunk
        if digest.hexdigest() != medium.sha256:
            raise BadExport(f"medium {medium.sha256} is not what was signed")


def read_export(path: Path, key_of: Callable[[UUID], dict[str, str] | None]) -> Export:
    """Open an exported outbox and check its signature; use it in a ``with`` block.

    ``key_of`` gives the public JWK of a device, None if it is unknown.  Raises BadExport.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise BadExport("not an exported outbox") from error
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
        raise BadExport("the manifest cannot be read") from error
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise BadExport("an export of another format or version")
    key = key_of(manifest.device)
    if key is None:
        raise BadExport(f"device {manifest.device} is not known here")
    try:
        verify_manifest(signature.decode("ascii", "replace"), key, manifest.device, raw)
    except BadProof as error:
        raise BadExport("the signature is not this device's") from error
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
        raw = _checked_read(file, bytes_max + 1)
    if len(raw) > bytes_max:
        raise BadExport(f"{name} is too large")
    return raw


def _open(archive: zipfile.ZipFile, name: str) -> "BinaryIO":
    try:
        return archive.open(name)  # type: ignore[return-value]  # IO[bytes] reads alike.
    except _BROKEN as error:
        raise BadExport(f"{name} is missing or cannot be read") from error


def _checked_read(file: BinaryIO, count: int) -> bytes:
    try:
        return file.read(count)
    except _BROKEN as error:
        raise BadExport("the file is damaged") from error
