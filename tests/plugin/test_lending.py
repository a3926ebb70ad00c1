"""What a killed process leaves of residents' photos is removed; what is in use stays."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fieldops.plugin.lending import Folder

MAKE = """
import sys
from fieldops.plugin.lending import Folder
folder = Folder()
print(folder.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def aged(folder: Path) -> Path:
    os.utime(folder, (0, 0))
    return folder


def test_only_what_nobody_holds_is_removed(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", MAKE], stdin=pipe, stdout=pipe) as other:
        assert other.stdout is not None
        theirs = aged(Path(other.stdout.readline().decode().strip()))
        (theirs / "photo").write_bytes(b"a resident")
        aged(theirs)
        young = tmp_path / "fieldops-photos-young"
        young.mkdir()
        mine = Folder()
        assert {theirs, young, Path(mine.path)} == {*tmp_path.iterdir()}
        other.kill()
    next_one = Folder()
    assert {young, Path(mine.path), Path(next_one.path)} == {*tmp_path.iterdir()}
    for one in (mine, next_one):
        one.close()
    assert [*tmp_path.iterdir()] == [young]


def test_what_cannot_be_removed_is_nobody_s_trouble(tmp_path: Path) -> None:
    aged_file = tmp_path / "fieldops-photos-file"
    aged_file.write_bytes(b"")
    aged(aged_file)
    Folder().close()
    assert [*tmp_path.iterdir()] == [aged_file]
