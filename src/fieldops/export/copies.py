"""Photos that travel with a run: their originals, or the derivatives that people look at.

A photo may show faces, which are L3 (domain.md, rule 11): an audience below it gets references and
no bytes.  A copy is named by the SHA-256 of its own bytes, so that it says itself what it must be.
"""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlmodel import Session

from fieldops.export.manifest import Resource
from fieldops.export.wanted import Wanted
from fieldops.model.access import Level
from fieldops.store import pictures
from fieldops.store.blobs import BlobMissing, BlobStore

_MIME = "application/octet-stream"


class Copies:
    """Copies each photo once; ``counts`` says how many were copied, missing, or withheld."""

    def __init__(self, blobs: BlobStore, wanted: Wanted, folder: Path) -> None:
        self._blobs, self._folder = blobs, folder
        self._kind = wanted.photos
        self._may = wanted.audience.level >= Level.L3
        self._made: dict[str, Resource] = {}
        self._missing: set[str] = set()
        self._withheld: set[str] = set()

    @property
    def is_wanted(self) -> bool:
        """Whether any photo is to be copied at all."""
        return self._kind in ("derivatives", "originals")

    @property
    def counts(self) -> dict[str, int]:
        """By what became of them."""
        sizes = {
            "copied": len(self._made),
            "missing": len(self._missing),
            "withheld": len(self._withheld),
        }
        return {name: size for name, size in sizes.items() if size}

    @property
    def resources(self) -> list[Resource]:
        """The copies, by name."""
        return [self._made[name] for name in sorted(self._made)]

    def take(self, session: Session, hashes: list[str]) -> None:
        """Copy the photos of these SHA-256, as far as they are there."""
        if not self._may:
            self._withheld.update(hashes)
            return
        for sha256 in self._names(session, hashes):
            if sha256 not in self._made:
                self._copy(sha256)

    def _names(self, session: Session, hashes: list[str]) -> Iterator[str]:
        if self._kind == "originals":
            yield from hashes
            return
        rows = pictures.get(session, map(bytes.fromhex, hashes))
        for sha256 in hashes:
            row = rows.get(bytes.fromhex(sha256))
            if row is None or row.view is None:
                self._missing.add(sha256)
            else:
                yield row.view.sha256.hex()

    def _copy(self, sha256: str) -> None:
        path = self._folder / f"photo-{sha256}"
        try:
            with self._blobs.get(sha256) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
        except BlobMissing:
            path.unlink(missing_ok=True)
            self._missing.add(sha256)
            return
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            path.unlink()
            self._missing.add(sha256)
            return
        self._made[sha256] = Resource(
            name=path.name,
            path=path.name,
            format="",
            mediatype=_MIME,
            bytes=path.stat().st_size,
            hash=f"sha256:{sha256}",
            type="file",
        )
