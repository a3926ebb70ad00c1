"""What every carrier promises, and what a run is on its way.

    DeliveryError     a try failed; the text says why, for people
    ├── Differs       what lies there is not what was delivered: deliver it again
    └── Hopeless      no further try of this run can help

Whoever looks at a destination sees a file wholly or not at all, and ``datapackage.json`` last: a
folder that has it is complete.  Every verb may be done again, also by another process at once.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from uuid import UUID

from msgspec import Struct

MANIFEST = "datapackage.json"
"""The manifest of a run, delivered last."""
ACK = "datapackage.json.ack"
"""Where head office may lay the SHA-256 of the manifest that it has loaded, beside it."""
ACK_BYTES = 256
PART = ".part"
"""What the names of files end with that are not whole yet."""
CHUNK_BYTES = 1024 * 1024


class DeliveryError(Exception):
    """A try failed; the text is for people and holds no secret."""


class Differs(DeliveryError):
    """What lies at the destination is not what was delivered."""


class Hopeless(DeliveryError):
    """This run can never be brought there as it was ordered."""


class File(Struct, frozen=True):
    """One file of a run: its path in the run's folder, the SHA-256 and size of its bytes."""

    path: str
    sha256: str
    size_bytes: int


class Parcel(Struct, frozen=True):
    """A run that is written: its files in ``folder``, all but the manifest in ``files``."""

    id: UUID
    name: str
    folder: Path
    files: tuple[File, ...]
    manifest: File

    @property
    def everything(self) -> tuple[File, ...]:
        """All files, the manifest last."""
        return (*self.files, self.manifest)


Beat = Callable[[int], None]
"""Told how many bytes are done, again and again; raises what ends the work."""


class Carrier(Protocol):
    """Brings runs to one destination.  Every verb raises ``DeliveryError``."""

    def deliver(self, parcel: Parcel, beat: Beat) -> None:
        """Bring all files, the manifest last."""
        ...

    def verify(self, parcel: Parcel, beat: Beat) -> None:
        """Read back what lies there, and hash it; raises ``Differs``."""
        ...

    def find_ack(self, run: str) -> str:
        """What stands in the acknowledgment beside a run's manifest; empty if there is none."""
        ...

    def remove(self, run: str) -> None:
        """Remove a run, its manifest first; it is fine if nothing is there."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


class Shelf(Protocol):
    """A place for files, by names such as ``run/results.csv``.  Every verb raises DeliveryError."""

    def begin(self, run: str) -> None:
        """Make room for a run, and remove what a broken-off delivery of it left half done."""
        ...

    def put(self, name: str, source: Path, file: File) -> None:
        """Store a file durably; nobody ever sees a part of it under its name."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes of a file in pieces; raises ``FileNotFoundError`` before the first one."""
        ...

    def remove(self, run: str) -> None:
        """As a carrier does."""
        ...

    def close(self) -> None:
        """As a carrier does."""
        ...
