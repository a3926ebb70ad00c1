"""The spool: where the bytes of unfinished uploads lie, in a folder shared by all servers.

    <upload>.<lease>.<start>      what the holder of one lease wrote, from byte ``start`` on

A holder only ever appends to its own file, so a stale one can damage nothing.  How much of a file
counts is not its length but where the next lease began; what was never acknowledged is overlapped:

    lease 1   [0 ····· 700000 | not acknowledged]
    lease 3               [700000 ······· size]
"""

import contextlib
import io
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from msgspec import Struct

from fieldops.flow.writeout import begin_writing

SEGMENTS_MAX = 64
"""A client that sends tiny chunks leaves many files; from here on they are copied into one."""
BEGIN_BYTES = 1024 * 1024
"""When so much was written, the disk begins with it: little is left for the fsync to wait for."""
_READ_BYTES = 1024 * 1024


class SpoolLost(Exception):
    """Bytes that were acknowledged are not in the spool: somebody emptied it."""


class _Piece(Struct, frozen=True):
    """A file and which of the upload's bytes it gives."""

    path: Path
    lease: int
    start: int
    end: int


class Segment:
    """The file that the holder of a lease appends to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)
        self._is_new = True
        self._begun = self._end = self._file.tell()

    @property
    def is_open(self) -> bool:
        """Whether more may be written."""
        return not self._file.closed

    def write(self, chunk: bytes) -> None:
        """Append all of ``chunk``; raises OSError."""
        view = memoryview(chunk)
        while view:
            view = view[self._file.write(view) :]
        self._end += len(chunk)
        if self._end - self._begun >= BEGIN_BYTES:
            begin_writing(self._file.fileno(), self._begun, self._end - self._begun)
            self._begun = self._end

    def sync_bytes(self) -> None:
        """Make the bytes durable, but not that they are found here."""
        os.fsync(self._file.fileno())

    def sync(self) -> None:
        """Make everything durable: the bytes, and once the file's name."""
        self.sync_bytes()
        if self._is_new:
            sync_folder(self.path.parent)
            self._is_new = False

    def close(self, keep: bool = True) -> None:
        """Close the file; without ``keep`` it goes: none of its bytes was ever acknowledged."""
        self._file.close()
        if not keep:
            self.path.unlink(missing_ok=True)


class Room(Struct, frozen=True):
    """How full the spool may get: ``max_bytes`` of its own (0: any number), ``free_bytes`` left.

    Both are looked at before a part begins: parts under way at that moment may go beyond them.
    """

    max_bytes: int = 0
    free_bytes: int = 0


_ANY_ROOM = Room()


class Spool:
    """The folder; it is made if it does not exist."""

    def __init__(self, folder: Path, room: Room = _ANY_ROOM) -> None:
        self.folder = folder
        self._room = room
        folder.mkdir(parents=True, exist_ok=True)

    def has_room(self, more_bytes: int) -> bool:
        """Whether so much more may come; what is refused in time does not fill the disk."""
        if shutil.disk_usage(self.folder).free - more_bytes < self._room.free_bytes:
            return False
        most = self._room.max_bytes
        return not most or sum(map(_size, self.folder.iterdir())) + more_bytes <= most

    def open(self, upload: UUID, lease: int, start: int) -> Segment:
        """A file for the holder of ``lease`` to append to; raises OSError and ``SpoolLost``."""
        before = self._files(upload)
        if len(before) < SEGMENTS_MAX:
            return Segment(self.folder / f"{upload.hex}.{lease}.{start}")
        segment = self._copied(upload, lease, start)
        for path, _, _ in before:
            path.unlink(missing_ok=True)
        return segment

    def first(self, upload: UUID, more_bytes: int) -> Segment | None:
        """A file for who has just begun the upload; None where there is no room.  Raises OSError.

        Nobody has written before, so nobody's files are looked for.
        """
        return Segment(self._first(upload)) if self.has_room(more_bytes) else None

    def _first(self, upload: UUID) -> Path:
        return self.folder / f"{upload.hex}.0.0"

    def _copied(self, upload: UUID, lease: int, start: int) -> Segment:
        """Everything before ``start`` in one durable file, to be appended to."""
        path = self.folder / f"{upload.hex}.{lease}.0"
        part = path.with_suffix(".part")
        with self.assembled(upload, start) as source, part.open("wb") as out:
            shutil.copyfileobj(source, out, _READ_BYTES)
        part.rename(path)
        segment = Segment(path)
        segment.sync()
        return segment

    def assembled(self, upload: UUID, size_bytes: int) -> BinaryIO:
        """The first ``size_bytes`` as one seekable stream; raises ``SpoolLost``."""
        return cast(
            BinaryIO, io.BufferedReader(_Assembled(self._pieces(upload, size_bytes)), _READ_BYTES)
        )

    def whole(self, upload: UUID, size_bytes: int) -> Path | None:
        """The one file that holds exactly the upload's bytes, if they came in one part."""
        pieces = self._pieces(upload, size_bytes)
        return pieces[0].path if len(pieces) == 1 and _size(pieces[0].path) == size_bytes else None

    def written_bytes(self, upload: UUID) -> int:
        """How much stands in the upload's files, acknowledged or not: it grows while it is fed."""
        return sum(_size(path) for path, _, _ in self._files(upload))

    def remove(self, upload: UUID) -> None:
        """Delete the upload's files."""
        for name in self._names(upload):
            (self.folder / name).unlink(missing_ok=True)

    def idle(self, older_than_s: int) -> set[UUID]:
        """The uploads none of whose files was touched for so long."""
        limit_s = time.time() - older_than_s
        found: dict[UUID, bool] = {}
        for path in self.folder.iterdir():
            with contextlib.suppress(ValueError, FileNotFoundError):
                upload = UUID(hex=path.name.partition(".")[0])
                found[upload] = found.get(upload, True) and path.stat().st_mtime <= limit_s
        return {upload for upload, is_idle in found.items() if is_idle}

    def _names(self, upload: UUID) -> list[str]:
        start = f"{upload.hex}."
        return [name for name in os.listdir(self.folder) if name.startswith(start)]

    def _files(self, upload: UUID) -> list[tuple[Path, int, int]]:
        """(path, lease, start), the newest lease first; half-copied files are none."""
        found = []
        for name in self._names(upload):
            lease, _, start = name.partition(".")[2].partition(".")
            if start.isdigit():
                found.append((self.folder / name, int(lease), int(start)))
        return sorted(found, key=lambda file: -file[1])

    def _pieces(self, upload: UUID, size_bytes: int) -> list[_Piece]:
        pieces: list[_Piece] = []
        bound = size_bytes
        for path, lease, start in self._files(upload):
            if start < bound:
                if start + _size(path) < bound:
                    raise SpoolLost(f"{path.name} is too short")
                pieces.append(_Piece(path, lease, start, bound))
                bound = start
        if bound:
            raise SpoolLost(f"{upload.hex} has nothing before byte {bound}")
        return pieces[::-1]


class _Assembled(io.RawIOBase):
    """Pieces read one after the other; one file is open at a time."""

    def __init__(self, pieces: Iterable[_Piece]) -> None:
        self._pieces = list(pieces)
        self._at = 0
        self._file: io.FileIO | None = None
        self._open: _Piece | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        end = self._pieces[-1].end if self._pieces else 0
        self._at = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: end}[whence] + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = next((one for one in self._pieces if one.start <= self._at < one.end), None)
        if piece is None:
            return 0
        file = self._opened(piece)
        file.seek(self._at - piece.start)
        count = file.readinto(memoryview(buffer)[: piece.end - self._at]) or 0
        self._at += count
        return count

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()

    def _opened(self, piece: _Piece) -> io.FileIO:
        if self._file is None or self._open is not piece:
            if self._file is not None:
                self._file.close()
            self._file, self._open = io.FileIO(piece.path), piece
        return self._file


def sync_folder(folder: Path) -> None:
    """Make names that were made or removed in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
