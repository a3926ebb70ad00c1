"""A folder of this machine, or one that is mounted here.

A file is written beside its place under a hidden name, fsynced, renamed, and its folder is fsynced:
after a power cut it is there wholly or not at all.
"""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from fieldops.export.deliver.interface import (
    CHUNK_BYTES,
    MANIFEST,
    PART,
    DeliveryError,
    File,
)


class FolderShelf:
    """A ``Shelf`` in ``folder``, which must be there: a share that is not mounted is no folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, run: str) -> None:
        with _said():
            self._check()
            place = self._folder / run
            place.mkdir(exist_ok=True)
            for part in place.rglob(f".*{PART}"):
                part.unlink(missing_ok=True)

    def put(self, name: str, source: Path, file: File) -> None:
        del file  # What arrived is read back by ``verify``.
        place = self._folder / name
        part = place.with_name(f".{place.name}.{secrets.token_hex(8)}{PART}")
        with _said():
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                _copy(source, part)
                part.rename(place)
            finally:
                part.unlink(missing_ok=True)
            sync(place.parent)

    def read(self, name: str) -> Iterator[bytes]:
        with _said(), (self._folder / name).open("rb") as opened:
            while piece := opened.read(CHUNK_BYTES):
                yield piece

    def remove(self, run: str) -> None:
        with _said():
            self._check()  # What lies on a share that is away for now is not removed.
            (self._folder / run / MANIFEST).unlink(missing_ok=True)
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self._folder / run)

    def close(self) -> None:
        """Nothing is open."""

    def _check(self) -> None:
        if not self._folder.is_dir():
            raise DeliveryError(f"{self._folder} is no folder; make it, or mount it")


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as given, target.open("xb") as taken:
        shutil.copyfileobj(given, taken, CHUNK_BYTES)
        taken.flush()
        os.fsync(taken.fileno())


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """The system's own words; a file that is not there is the caller's affair."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DeliveryError(f"{error.filename or 'disk'}: {error.strerror}") from error
