"""Where the files of a run are kept: a drawer of the photo store, which every process reaches.

    written here ─ keep ─→ drawer ─┬─ find    what the run consists of, by its manifest
                                   ├─ bring   all of it here again, to be delivered once more
                                   └─ opened  a file, or a part of it, for who comes for it

The folder of a run on this machine is a workbench: it is there while the run is worked on.
"""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from fieldops.export import parcel
from fieldops.export.deliver.interface import CHUNK_BYTES, Beat, File, Parcel
from fieldops.export.manifest import Manifest
from fieldops.export.parcel import Broken
from fieldops.settings import Settings
from fieldops.store.blobs import Adoption, BlobMissing, BlobStore
from fieldops.store.drawers import open_drawer, remove_drawer
from fieldops.store.exports import Run

DRAWER = "run-"
"""What the names of these drawers begin with; the run's id follows."""


def drawer_of(run: UUID) -> str:
    """The name of a run's drawer."""
    return f"{DRAWER}{run.hex}"


def keep(settings: Settings, whole: Parcel, beat: Beat) -> None:
    """Put all files of a run into its drawer, the manifest last; again is fine.

    Raises ``BlobError``, and what ``beat`` does.
    """
    drawer = open_drawer(settings, drawer_of(whole.id))
    for file in whole.everything:
        beat(0)
        _put(drawer, file, whole.folder / file.path)
        beat(file.size_bytes)


def find(settings: Settings, run: Run) -> tuple[Parcel, Manifest]:
    """What a run that was kept consists of.  Raises ``Broken``, ``BlobStoreDown``."""
    drawer = open_drawer(settings, drawer_of(run.id))
    raw = BytesIO()
    _fetch(drawer, run.manifest, raw, lambda _count: None)
    return parcel.read(run.id, run.name, parcel.folder_of(settings, run), raw.getvalue())


def bring(settings: Settings, run: Run, folder: Path, beat: Beat) -> None:
    """Fetch all files of a run into ``folder``, hashed on their way.

    Raises ``Broken``, ``BlobStoreDown``, ``OSError``, and what ``beat`` does.
    """
    whole, _known = find(settings, run)
    drawer = open_drawer(settings, drawer_of(run.id))
    for file in whole.everything:
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as out:
            _fetch(drawer, file.sha256, out, beat)


def verify(settings: Settings, run: UUID, file: File, beat: Beat) -> None:
    """Read a kept file back.  Raises ``Broken``, ``BlobStoreDown``, and what ``beat`` does."""
    drawer = open_drawer(settings, drawer_of(run))
    _fetch(drawer, file.sha256, None, beat)


def opened(settings: Settings, run: UUID, file: File, start: int) -> BinaryIO:
    """A kept file from a byte on, to be closed by the caller.

    Raises ``BlobMissing``, ``BlobStoreDown``.
    """
    drawer = open_drawer(settings, drawer_of(run))
    return drawer.get_range(file.sha256, start, file.size_bytes - start)


def remove(settings: Settings, run: UUID) -> None:
    """Remove all files of a run.  Raises ``BlobKept``, ``BlobStoreDown``."""
    remove_drawer(settings, drawer_of(run))


def _put(drawer: BlobStore, file: File, path: Path) -> None:
    if isinstance(drawer, Adoption) and drawer.adopt(file.sha256, path, file.size_bytes):
        return
    with path.open("rb") as source:
        drawer.put(file.sha256, source, file.size_bytes)


def _fetch(drawer: BlobStore, sha256: str, out: BinaryIO | None, beat: Beat) -> None:
    """Read a file, and see that it is the one; raises ``Broken`` where it is not."""
    digest = hashlib.sha256()
    try:
        with drawer.get(sha256) as source:
            while piece := source.read(CHUNK_BYTES):
                digest.update(piece)
                if out is not None:
                    out.write(piece)
                beat(len(piece))
    except (BlobMissing, ValueError) as error:
        raise Broken(f"{sha256 or 'its manifest'} is not kept") from error
    if digest.hexdigest() != sha256:
        raise Broken(f"{sha256} is not kept as it was written")
