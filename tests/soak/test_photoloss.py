"""Power cuts in the middle of photos: what a tablet was told is there, is there."""

import hashlib
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
import pytest
from tests.soak.company import found, settings_of, settle_in
from tests.soak.ops import enrol
from tests.soak.photoloss_writer import Orders, open_uploads, photo
from tests.soak.report import report
from tests.soak.shims import cut

from fieldops.flow.spool import SpoolLost
from fieldops.flow.upload import Uploads
from fieldops.store import uploads as rows
from fieldops.store.blobs import BlobMissing
from fieldops.store.engine import open_store

CALLS_MIN, CALLS_MAX = 20, 500
"""After how many writes and fsyncs the power goes."""
_NUMBERS = 10_000
"""Photos of one life of the process are numbered from a multiple of this on."""


class Camera:
    """Photos sent to a machine whose power goes again and again, and what was said of them.

    ``told`` counts acknowledgements, ``lost`` uploads and photos that were not as acknowledged.
    """

    def __init__(self, folder: Path, shim: Path, syncs: bool) -> None:
        self.told = self.stored = self.resumed = 0
        self.lost: list[str] = []
        self._shim, self._lives = shim, 0
        self._photos: dict[UUID, int] = {}
        self._offsets: dict[UUID, int] = {}
        url = f"sqlite:///{folder / 'fieldops.db'}"
        company = found(settings_of(settle_in(folder, url)), tablets=1)
        store = open_store(url)
        device = store.write(lambda session: enrol(session, company.codes[0])).result(60).device
        store.close()
        self._orders = Orders(url, str(folder), device, [], 0, syncs)

    def crash(self, calls: int) -> None:
        """Take photos until the power goes at a certain call, then look at what is left."""
        self._lives += 1
        orders = msgspec.structs.replace(
            self._orders, going=list(self._photos.items()), first=self._lives * _NUMBERS
        )
        self.resumed += len(orders.going)
        encoded = msgspec.json.encode(orders)
        module = "tests.soak.photoloss_writer"
        stored: set[UUID] = set()
        for line in cut(self._shim, Path(orders.folder), calls, module, encoded):
            word, upload, *more = line.split()
            self._hear(word, UUID(upload), more, stored)
        self._look(stored)

    def _hear(self, word: str, upload: UUID, more: list[str], stored: set[UUID]) -> None:
        self.told += 1
        if word == "begun":
            self._photos[upload], self._offsets[upload] = int(more[0]), 0
        elif word == "there":
            self._offsets[upload] = int(more[0])
        elif word == "stored":
            stored.add(upload)
        else:
            self.lost.append(f"{upload} is gone")
            del self._photos[upload]

    def _look(self, stored: set[UUID]) -> None:
        uploads = open_uploads(self._orders)
        with uploads._store.read() as session:
            found_rows = {upload: rows.get(session, upload) for upload in self._photos}
        for upload, row in found_rows.items():
            fault = "its row is gone"
            if row is not None:
                fault = self._fault(uploads, upload, row, upload in stored)
            if fault:
                self.lost.append(f"{upload}: {fault}")
            if fault or upload in stored:
                del self._photos[upload]
        self.stored += len(stored)
        uploads._store.close()

    def _fault(self, uploads: Uploads, upload: UUID, row: rows.UploadRow, is_stored: bool) -> str:
        """What is not as it was told of an upload; nothing if all is well."""
        data = photo(self._photos[upload])
        if row.offset_bytes < self._offsets[upload]:
            return f"{self._offsets[upload]} bytes were acknowledged, {row.offset_bytes} stand"
        if is_stored and row.state != "done":
            return f"called stored, and is {row.state}"
        try:
            if row.state == "done":
                there = uploads._blobs.get(hashlib.sha256(data).hexdigest()).read()
            else:
                there = uploads.spool.assembled(upload, row.offset_bytes).read()
        except (SpoolLost, BlobMissing) as error:
            return repr(error)
        return "" if there == data[: row.offset_bytes] else "other bytes"


def cut_again_and_again(folder: Path, shim: Path, crashes: int, syncs: bool = True) -> Camera:
    """Cut the power so many times at random calls."""
    dice, camera = Random(crashes), Camera(folder, shim, syncs)
    for _ in range(crashes):
        camera.crash(dice.randint(CALLS_MIN, CALLS_MAX))
    report(
        f"power-loss of photos{'' if syncs else ' without fsync'}: {crashes} crashes,"
        f" {camera.told:,} acknowledgements, {camera.stored:,} photos stored,"
        f" {camera.resumed:,} gone on with, lost {len(camera.lost)}"
    )
    return camera


def survive(folder: Path, shim: Path, crashes: int) -> None:
    camera = cut_again_and_again(folder, shim, crashes)
    assert camera.lost == []
    assert camera.resumed > 0, "no crash hit an upload"
    assert camera.stored > 0, "no photo was finished"


def test_power_cuts_lose_nothing_of_a_photo_that_was_acknowledged(
    tmp_path: Path, shim: Path
) -> None:
    survive(tmp_path, shim, crashes=4)


def test_without_fsync_photos_would_be_lost(tmp_path: Path, shim: Path) -> None:
    assert cut_again_and_again(tmp_path, shim, 1, syncs=False).lost


@pytest.mark.soak
def test_forty_power_cuts_lose_nothing_of_a_photo(tmp_path: Path, shim: Path) -> None:
    survive(tmp_path, shim, crashes=40)


@pytest.mark.soak
def test_without_fsync_photos_would_be_lost_again_and_again(tmp_path: Path, shim: Path) -> None:
    assert len(cut_again_and_again(tmp_path, shim, 10, syncs=False).lost) >= 10
