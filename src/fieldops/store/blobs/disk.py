"""Blobs in a folder of this machine, the embedded default.

A blob is written to a hidden temporary file beside its place, fsynced, renamed, and its folders are
fsynced: after a power cut it is there wholly or not at all.  Names are unique a write, and the last
rename wins with the same bytes, so any number of processes may share the folder.
"""

import contextlib
import errno
import io
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from fieldops.store.blobs.interface import (
    Blob,
    BlobMissing,
    BlobStoreDown,
    Verifier,
    chunks,
    is_name,
    layout,
)

_PART = ".part"
_OTHER_DISK = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP})
"""What link(2) answers across file systems, or where a file system knows no second name."""


class DiskBlobs:
    """A `BlobStore` in ``folder``, which is made if it does not exist."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._synced: set[Path] = set()
        with _down("cannot make the folder"):
            folder.mkdir(parents=True, exist_ok=True)

    def put(self, sha256: str, source: BinaryIO, size_bytes: int, afresh: bool = False) -> None:
        del afresh  # Each put writes all of it.
        place = self._place(sha256)
        with _down("cannot write"):
            with _part(place) as temporary:
                _write(temporary, source, Verifier(sha256, size_bytes))
                temporary.rename(place)
            self._sync_names(place)

    def adopt(self, sha256: str, file: Path, size_bytes: int) -> bool:
        """Give the file a second name here, which costs nothing; not across file systems."""
        place = self._place(sha256)
        with _down("cannot link"):
            if file.stat().st_size != size_bytes:
                return False
            try:
                _link(file, place)
            except OSError as error:
                if error.errno in _OTHER_DISK:
                    return False
                raise
            self._sync_names(place)
        return True

    def _sync_names(self, place: Path) -> None:
        """Make a name durable, and once those of its folders: nobody ever removes a folder.

        Another process may have made a folder a moment ago: who has not synced its name does.
        """
        folder = place.parent
        _sync_folder(folder)
        while folder != self._folder and folder not in self._synced:
            _sync_folder(folder.parent)
            self._synced.add(folder)
            folder = folder.parent

    def get(self, sha256: str) -> BinaryIO:
        return self._open(sha256)

    def get_range(self, sha256: str, start: int, length: int) -> BinaryIO:
        raw = _Slice(self._open(sha256), start, length)
        return cast(BinaryIO, io.BufferedReader(raw))

    def head(self, sha256: str) -> int | None:
        place = self._place(sha256)
        with _down("cannot look"):
            try:
                return place.stat().st_size
            except FileNotFoundError:
                return None

    def delete(self, sha256: str) -> None:
        place = self._place(sha256)
        with _down("cannot delete"), contextlib.suppress(FileNotFoundError):
            place.unlink()
            _sync_folder(place.parent)

    def list(self, after: str = "") -> Iterator[Blob]:
        with _down("cannot list"):
            for folder in _folders(self._folder):
                yield from _blobs(folder, after)

    def sweep(self, older_than_s: int) -> int:
        limit = time.time() - older_than_s
        swept = 0
        with _down("cannot sweep"):
            for part in self._folder.glob(f"??/.*{_PART}"):
                # Its writer may finish, and rename it, between the glob and these lines.
                with contextlib.suppress(FileNotFoundError):
                    if part.stat().st_mtime <= limit:
                        part.unlink()
                        swept += 1
        return swept

    def check(self) -> None:
        with _down("cannot write"):
            probe = self._folder / f".check.{secrets.token_hex(8)}"
            try:
                probe.write_bytes(b"fieldops")
            finally:
                # A full disk takes names, and no bytes.
                probe.unlink(missing_ok=True)

    def _place(self, sha256: str) -> Path:
        return self._folder / layout(sha256)

    def _open(self, sha256: str) -> io.BufferedReader:
        place = self._place(sha256)
        with _down("cannot read"):
            try:
                return place.open("rb")
            except FileNotFoundError as error:
                raise BlobMissing(sha256) from error


class _Slice(io.RawIOBase):
    """A window on an open file."""

    def __init__(self, file: io.BufferedReader, start: int, length: int) -> None:
        file.seek(start)
        self._file = file
        self._left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self._file.read(min(self._left, len(buffer)))
        self._left -= len(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._file.close()
        super().close()


@contextlib.contextmanager
def _down(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BlobStoreDown(f"{what}: {error}") from error


def _link(file: Path, place: Path) -> None:
    """Give a file the name ``place`` as well, instead of whatever has it."""
    with contextlib.suppress(FileNotFoundError, FileExistsError):
        os.link(file, place)
        return
    with _part(place) as temporary:
        os.link(file, temporary)
        temporary.rename(place)


@contextlib.contextmanager
def _part(place: Path) -> Iterator[Path]:
    """A hidden name beside ``place``, gone afterwards unless it was renamed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    name = f".{place.name}.{os.getpid()}.{secrets.token_hex(8)}{_PART}"
    temporary = place.with_name(name)
    try:
        yield temporary
    finally:
        # Also after a rename onto another name of the same file, which does nothing.
        temporary.unlink(missing_ok=True)


def _write(temporary: Path, source: BinaryIO, verifier: Verifier) -> None:
    with temporary.open("xb") as out:
        for chunk in chunks(source):
            out.write(verifier.feed(chunk))
        verifier.finish()
        out.flush()
        os.fsync(out.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _scan(folder: Path, wanted: Callable[[os.DirEntry[str]], bool]) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(filter(wanted, entries), key=lambda entry: entry.name)


def _folders(folder: Path) -> Iterator[Path]:
    for entry in _scan(folder, lambda entry: len(entry.name) == 2 and entry.is_dir()):
        yield Path(entry.path)


def _blobs(folder: Path, after: str) -> Iterator[Blob]:
    for entry in _scan(folder, lambda entry: is_name(entry.name) and entry.name > after):
        with contextlib.suppress(FileNotFoundError):
            yield Blob(entry.name, entry.stat().st_size)
