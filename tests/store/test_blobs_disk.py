"""The disk store: nothing partial is ever visible, whatever happens to the writer."""

import hashlib
import io
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fieldops.settings import load_settings
from fieldops.store.blobs import Adoption, Blob, BlobStoreDown, DirectUploads, open_blobs
from fieldops.store.blobs.disk import DiskBlobs

DATA = b"evidence" * 10_000
NAME = hashlib.sha256(DATA).hexdigest()

_WRITER = """
import io, os, sys
from pathlib import Path
from fieldops.store.blobs.disk import DiskBlobs

class Stalls(io.BytesIO):
    def read(self, size=-1):
        if self.tell() >= 1024 * 1024:
            print("half", flush=True)
            sys.stdin.read()
        return super().read(size)

data = bytes(2 * 1024 * 1024)
DiskBlobs(Path(sys.argv[1])).put(sys.argv[2], Stalls(data), len(data))
"""


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_default_store_is_a_folder_of_the_data(tmp_path: Path):
    store = open_blobs(load_settings(data_dir=tmp_path))
    store.put(NAME, io.BytesIO(DATA), len(DATA))
    assert (tmp_path / "blobs" / NAME[:2] / NAME).read_bytes() == DATA
    assert not isinstance(store, DirectUploads)


def test_a_writer_killed_half_way_leaves_nothing_to_see(tmp_path: Path):
    zeros = hashlib.sha256(bytes(2 * 1024 * 1024)).hexdigest()
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path), zeros],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"half\n"
    writer.send_signal(signal.SIGKILL)
    writer.communicate()

    store = DiskBlobs(tmp_path)
    (part,) = files(tmp_path)
    assert store.head(zeros) is None
    assert list(store.list()) == []
    assert store.sweep(older_than_s=3600) == 0
    os.utime(part, (time.time() - 3601, time.time() - 3601))
    assert store.sweep(older_than_s=3600) == 1
    assert files(tmp_path) == []


def test_a_failed_write_leaves_no_temporary_file(tmp_path: Path, monkeypatch):
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BlobStoreDown, match="No space left"):
        DiskBlobs(tmp_path).put(NAME, io.BytesIO(DATA), len(DATA))
    assert files(tmp_path) == []


def test_a_check_on_a_full_disk_leaves_nothing_behind(tmp_path: Path):
    """Such a disk takes a name, and no byte; a limit of the process (EFBIG) does the same."""
    blobs, before = DiskBlobs(tmp_path), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(BlobStoreDown):
            blobs.check()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.iterdir())


def test_nothing_is_acknowledged_before_file_and_folders_are_synced(tmp_path: Path, monkeypatch):
    """The order that survives a power cut: the bytes, the new name, the folders up to the root."""
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def note_sync(handle: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        steps.append("file" if path.suffix == ".part" else str(path.relative_to(tmp_path)))
        fsync(handle)

    def note_rename(path: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "rename", note_rename)
    DiskBlobs(tmp_path).put(NAME, io.BytesIO(DATA), len(DATA))
    assert steps == ["file", "rename", NAME[:2], "."]


def test_putting_again_mends_a_damaged_copy(tmp_path: Path):
    store = DiskBlobs(tmp_path)
    store.put(NAME, io.BytesIO(DATA), len(DATA))
    (place,) = files(tmp_path)
    place.write_bytes(b"rot")
    store.put(NAME, io.BytesIO(DATA), len(DATA))
    assert place.read_bytes() == DATA


def test_strangers_in_the_folder_are_not_listed(tmp_path: Path):
    store = DiskBlobs(tmp_path)
    store.put(NAME, io.BytesIO(DATA), len(DATA))
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / NAME[:2] / "copy.jpg").write_text("mine")
    assert list(store.list()) == [Blob(NAME, len(DATA))]


def test_a_folder_that_cannot_be_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BlobStoreDown, match="cannot make the folder"):
        DiskBlobs(tmp_path / "file" / "blobs")


@pytest.mark.parametrize("call", ["head", "get", "list", "check", "put", "delete"])
def test_a_folder_that_went_away_is_told_not_taken_for_empty(tmp_path: Path, call: str):
    store = DiskBlobs(tmp_path / "mount")
    (tmp_path / "mount").rmdir()
    (tmp_path / "mount").write_text("no folder any more")
    calls: dict[str, Callable[[], object]] = {
        "head": lambda: store.head(NAME),
        "get": lambda: store.get(NAME),
        "list": lambda: list(store.list()),
        "check": store.check,
        "put": lambda: store.put(NAME, io.BytesIO(DATA), len(DATA)),
        "delete": lambda: store.delete(NAME),
    }
    with pytest.raises(BlobStoreDown):
        calls[call]()


def lying(folder: Path, data: bytes = DATA) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "received"
    path.write_bytes(data)
    return path


def test_a_file_is_taken_over_without_copying_it(tmp_path: Path):
    store, file = DiskBlobs(tmp_path / "blobs"), lying(tmp_path / "spool")
    assert isinstance(store, Adoption)
    assert [store.adopt(NAME, file, len(DATA)) for _ in range(2)] == [True, True]
    (blob,) = files(tmp_path / "blobs")
    assert blob.stat().st_ino == file.stat().st_ino
    file.unlink()
    assert store.get(NAME).read() == DATA


def test_a_file_taken_over_mends_a_damaged_copy(tmp_path: Path):
    store = DiskBlobs(tmp_path / "blobs")
    store.put(NAME, io.BytesIO(DATA), len(DATA))
    (blob,) = files(tmp_path / "blobs")
    blob.write_bytes(b"rotten")
    assert store.adopt(NAME, lying(tmp_path / "spool"), len(DATA))
    assert store.get(NAME).read() == DATA
    assert files(tmp_path / "blobs") == [blob]


def test_a_file_that_grew_is_not_taken_over(tmp_path: Path):
    store = DiskBlobs(tmp_path / "blobs")
    assert not store.adopt(NAME, lying(tmp_path / "spool", DATA + b"!"), len(DATA))
    assert files(tmp_path / "blobs") == []


def test_a_file_of_another_disk_is_not_taken_over(tmp_path: Path):
    store = DiskBlobs(tmp_path / "blobs")
    here = tmp_path.stat().st_dev
    elsewhere = [one for one in ("/dev/shm", "/var/tmp", "/") if Path(one).stat().st_dev != here]
    with TemporaryDirectory(dir=elsewhere[0]) as other:
        assert not store.adopt(NAME, lying(Path(other) / "spool"), len(DATA))
    assert files(tmp_path / "blobs") == []


def test_a_file_that_is_gone_is_said_so(tmp_path: Path):
    with pytest.raises(BlobStoreDown, match="cannot link"):
        DiskBlobs(tmp_path / "blobs").adopt(NAME, tmp_path / "gone", len(DATA))


def test_a_folder_that_takes_no_name_is_said_so(tmp_path: Path):
    store, file = DiskBlobs(tmp_path / "blobs"), lying(tmp_path / "spool")
    (tmp_path / "blobs" / NAME[:2]).write_text("in the way")
    with pytest.raises(BlobStoreDown, match="cannot link"):
        store.adopt(NAME, file, len(DATA))
