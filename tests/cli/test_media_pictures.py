"""``fieldops media look``, derivatives in backups, and the doctor's look at the picture worker."""

from pathlib import Path

import pytest
from tests.cli.helping import Line
from tests.cli.tablets import Company, walk
from tests.pictures.making import jpeg, scene

from fieldops.flow import doctorpictures
from fieldops.pictures.messages import Ready
from fieldops.settings import load_settings
from fieldops.store import media, pictures
from fieldops.store.blobs.disk import DiskBlobs
from fieldops_sync.export import export_file
from fieldops_sync.wire import Sha256

GOOD, BAD = jpeg(scene(800, 600)), b"GIF89a" + bytes(200)


@pytest.fixture
def company(sqlite_line: Line, tmp_path: Path) -> Company:
    """A company with a walk and two photos, at one of which nobody can look."""
    made, file = Company(sqlite_line), tmp_path / "pad.zip"
    with made.enrol(tmp_path / "pad") as outbox:
        walk(outbox, made.site, [GOOD, BAD])
        export_file(outbox, file)
    sqlite_line("device", "import-outbox", file)
    return made


def hashes(company: Company) -> list[Sha256]:
    with (store := company.open_store()).read() as session:
        found = [one.hex() for one in pictures.waiting(session, again=True)]
    store.close()
    return found


def test_photos_are_looked_at_once_and_again_where_that_is_said(company: Company):
    line = company.line
    assert line.json("media", "look") == {"decoded": 1, "format": 1}
    assert line.json("media", "look") == {}
    assert line.json("media", "look", "--again") == {"decoded": 1, "format": 1}
    assert line.json("media", "look", "--again", "--site", str(company.site)) == {
        "decoded": 1,
        "format": 1,
    }
    assert "decoded 1" in line("media", "look", *hashes(company))
    assert "已查看 0 张照片" in line("media", "look", lang="zh-CN")
    assert line.json("media", "look", "0" * 64) == {"missing": 1}


def test_what_is_named_must_be_a_hash_or_a_site(company: Company):
    assert "SHA-256" in company.line.wrong_usage("media", "look", "../../etc/passwd")
    assert company.line.problem("media", "look", "--site", "nowhere") == "unknown-name"


def test_backup_holds_the_derivatives_and_a_restore_has_them(company: Company, tmp_path: Path):
    line, dest = company.line, tmp_path / "backup"
    line("media", "look")
    made = line.json("backup", "create", dest)
    assert made["manifest"]["blobs"] == 4
    assert line.json("backup", "verify", dest)["ok"] is True
    other = Line(tmp_path / "other")
    other("restore", dest)
    blobs = DiskBlobs(tmp_path / "other" / "blobs")
    with (store := company.open_store()).read() as session:
        stored = pictures.waiting(session, again=True)
        assert len(media.get(session, stored)) == 2
        rows = pictures.get(session, stored).values()
        kept = [one for row in rows for one in (row.thumb, row.view) if one is not None]
    store.close()
    assert len(kept) == 2
    assert [blobs.head(one.sha256.hex()) for one in kept] == [one.size_bytes for one in kept]


def test_doctor_says_what_is_decoded_and_how_it_is_held(sqlite_line: Line):
    sqlite_line("migrate")
    checks = sqlite_line.without_plugins().json("doctor")["checks"]
    (found,) = [one for one in checks if one["name"] == "pictures"]
    assert found["state"] == "ok"
    assert "decodes JPEG, PNG, WEBP, HEIC" in found["found"]["en"]
    assert "system-call-filter" in found["found"]["en"]
    (audit,) = [one for one in checks if one["name"] == "audit"]
    assert (audit["state"], audit["found"]["en"][:17]) == ("ok", "nothing is marked")


class Reluctant:
    """A box that does not start, or starts without protection."""

    def __init__(self, said: Ready | OSError) -> None:
        self._said = said

    def start(self) -> Ready:
        if isinstance(self._said, OSError):
            raise self._said
        return self._said

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("said", "state"), [(Ready(("limits",), ("JPEG",)), "warn"), (OSError("no room"), "bad")]
)
def test_doctor_says_what_is_missing(said, state, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(doctorpictures, "picture_box", lambda _settings: Reluctant(said))
    found = doctorpictures.check(load_settings(data_dir=tmp_path))
    assert found.state == state
    assert set(found.advice) == {"zh-CN", "en"}
