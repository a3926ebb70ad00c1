"""``device``: a code with a QR, the list, the end, and the outbox of a tablet without network."""

import hashlib
import zipfile
from pathlib import Path
from random import Random
from typing import get_args
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.cli.helping import Line
from tests.cli.tablets import Company, walk

from fieldops.flow import enrolment
from fieldops.flow.outbox import FAULTS_ZH
from fieldops.store.blobs.disk import DiskBlobs
from fieldops_sync.export import Fault, export_file

PHOTO = Random(7).randbytes(300_000)


def test_enrolling_shows_code_expiry_and_a_qr(line: Line):
    Company(line)
    said = line("device", "enrol", "T1", "--person", "li", "--url", "http://10.0.0.7:8400")
    assert "█" in said
    assert "http://10.0.0.7:8400" in said
    assert "有效期至" in line("device", "enrol", "T2", "--person", "li", lang="zh-CN")
    found = line.json("device", "enrol", "T3", "--person", "li", "--person", "han")
    link = urlsplit(found["link"])
    assert f"{link.scheme}://{link.netloc}" == enrolment.SCHEME
    assert parse_qs(link.query) == {"url": [found["url"]], "code": [found["code"]]}
    assert found["url"] == "http://127.0.0.1:8400"
    assert len(found["code"]) >= 16
    assert line.problem("device", "enrol", "T4", "--person", "nobody") == "unknown-name"
    assert "--person" in line.wrong_usage("device", "enrol", "T4")
    assert line.problem("device", "enrol", " ", "--person", "li") == "validation"
    wrong = ("--person", "li", "--url", "ftp://10.0.0.7")
    assert line.problem("device", "enrol", "T4", *wrong) == "validation"


def test_an_address_that_only_this_machine_reaches_is_told(sqlite_line: Line):
    Company(sqlite_line)
    enrol = ("device", "enrol", "T1", "--person", "li")
    assert "public_url" in sqlite_line.run(*enrol).stderr
    assert sqlite_line.run(*enrol, "--json").stderr == ""
    assert sqlite_line.run(*enrol, "--url", "https://fieldops.example.org").stderr == ""


def test_the_list_shows_who_may_use_it_and_the_end(line: Line, tmp_path: Path):
    company = Company(line)
    with company.enrol(tmp_path / "pad") as outbox:
        named = str(outbox.device)
    (found,) = line.json("device", "list")
    assert (found["id"], found["name"], found["state"]) == (named, "T1", "active")
    assert (found["people"], found["model"], found["app_version"]) == (["li"], "Pad 7", "1.0")
    assert "T1" in line("device", "list")
    assert line.problem("device", "revoke", "T9") == "unknown-name"
    line("device", "revoke", named[:13])
    assert line.json("device", "list")[0]["state"] == "revoked"
    assert line.problem("device", "revoke", "T1") == "unknown-name"


def test_tablets_of_one_name_need_the_id(sqlite_line: Line, tmp_path: Path):
    company = Company(sqlite_line)
    for folder in ("a", "b"):
        company.enrol(tmp_path / folder).close()
    assert sqlite_line.problem("device", "revoke", "T1") == "ambiguous-name"


def test_an_outbox_in_a_file_is_taken_in_as_if_pushed(line: Line, tmp_path: Path):
    company, file = Company(line), tmp_path / "pad.zip"
    with company.enrol(tmp_path / "pad") as outbox:
        walk(outbox, company.site, [PHOTO])
        sha256 = export_file(outbox, file).media[0].sha256
    taken = line.json("device", "import-outbox", file)
    assert (taken["revoked"], taken["ops"]) == (False, 3)
    assert taken["statuses"] == {"applied": 3}
    assert (taken["photos"], taken["known"]) == (1, 0)
    with DiskBlobs(line.data_dir / "blobs").get(sha256) as stored:
        assert stored.read() == PHOTO
    store = company.open_store()
    with store.read() as session:
        bodies = session.execute(text("SELECT body FROM record WHERE kind = 'photo'")).scalars()
        (body,) = [bytes(one).decode() for one in bodies]
        actions = session.execute(text("SELECT action FROM audit")).scalars().all()
        before = session.execute(text("SELECT count(*) FROM ledger")).scalar_one()
    assert '"stored":' in body
    assert "media.store" in actions
    again = line.json("device", "import-outbox", file)
    assert again["statuses"] == {"duplicate": 3}
    assert (again["photos"], again["known"]) == (0, 1)
    with store.read() as session:
        assert session.execute(text("SELECT count(*) FROM ledger")).scalar_one() == before
    store.close()
    assert "duplicate 3" in line("device", "import-outbox", file)


def test_a_file_brings_a_photo_that_only_another_site_has(line: Line, tmp_path: Path):
    """It is not stored twice, but it is this site's as well from then on."""
    company, file = Company(line), tmp_path / "pad.zip"
    with company.enrol(tmp_path / "pad") as outbox:
        walk(outbox, company.site, [PHOTO])
        export_file(outbox, file)
    line("device", "import-outbox", file)
    other = UUID(line.json("site", "add", "XY", "西园")["id"])
    wang = company.add_inspector("wang", "王伟", "XY")
    with company.enrol(tmp_path / "second", "T2", "wang", wang) as outbox:
        walk(outbox, other, [PHOTO])
        export_file(outbox, file)
    taken = line.json("device", "import-outbox", file)
    assert (taken["statuses"], taken["photos"], taken["known"]) == ({"applied": 3}, 0, 1)
    store = company.open_store()
    with store.read() as session:
        query = text("SELECT state FROM record WHERE kind = 'photo'")
        assert session.execute(query).scalars().all() == ["stored", "stored"]
    store.close()
    assert line.json("media", "debts")["total"]["photos"] == 0


def test_an_outbox_larger_than_a_batch_is_taken_in(sqlite_line: Line, tmp_path: Path):
    sqlite_line.environment["FIELDOPS_LIMITS__BATCH_OPS"] = "3"
    company, file = Company(sqlite_line), tmp_path / "pad.zip"
    with company.enrol(tmp_path / "pad") as outbox:
        for _ in range(4):
            walk(outbox, company.site)
        export_file(outbox, file)
    assert sqlite_line.json("device", "import-outbox", file)["statuses"] == {"applied": 8}


def test_what_a_revoked_tablet_had_goes_to_quarantine(line: Line, tmp_path: Path):
    company, file = Company(line), tmp_path / "pad.zip"
    with company.enrol(tmp_path / "pad") as outbox:
        walk(outbox, company.site, [PHOTO])
        export_file(outbox, file)
    line("device", "revoke", "T1")
    said = line.run("device", "import-outbox", file)
    assert said.exit_code == 0, said.output
    assert "quarantine list" in said.stderr
    rows = line.json("quarantine", "list", "--reason", "device-revoked")
    assert len(rows) == 3
    line("quarantine", "replay", "--reason", "device-revoked", "--as", "han")
    assert line.json("quarantine", "list") == []


def test_a_file_that_nobody_signed_is_refused(sqlite_line: Line, tmp_path: Path):
    company, file = Company(sqlite_line), tmp_path / "pad.zip"
    with company.enrol(tmp_path / "pad") as outbox:
        walk(outbox, company.site, [PHOTO])
        export_file(outbox, file)
    file.write_bytes(b"no zip at all")
    assert sqlite_line.problem("device", "import-outbox", file) == "outbox-file"
    assert "'FILE'" in sqlite_line.wrong_usage("device", "import-outbox", tmp_path / "no")


@pytest.mark.parametrize("is_revoked", [False, True])
def test_what_is_damaged_in_an_outbox_keeps_nothing_else_back(
    line: Line, tmp_path: Path, is_revoked: bool
):
    line.environment["FIELDOPS_LIMITS__BATCH_OPS"] = "1"  # a batch with nothing whole in it
    company, file = Company(line), tmp_path / "pad.zip"
    with company.enrol(tmp_path / "pad") as outbox:
        walk(outbox, company.site, [PHOTO, b"second"])
        ops = [str(op.id) for op in outbox.ops()]
        export_file(outbox, file)
    whole = file.read_bytes()
    flip(file, PHOTO[1000:1020])
    flip(file, ops[0].encode(), f"ops/{ops[0]}")
    if is_revoked:
        line("device", "revoke", "T1")
    problem = line.json("device", "import-outbox", file, code=1)
    damaged = [f"ops/{ops[0]}.json", f"media/{hashlib.sha256(PHOTO).hexdigest()}"]
    assert problem["type"] == "urn:fieldops:problem:outbox-damaged"
    taken = problem["extra"]["taken"]
    assert (taken["ops"], taken["photos"], taken["damaged"]) == (4, 1, damaged)
    assert sum(taken["statuses"].values()) == 3
    plain = line.run("device", "import-outbox", file)
    assert plain.exit_code == 1
    assert all(name in plain.stderr for name in damaged)
    file.write_bytes(whole)
    taken = line.json("device", "import-outbox", file)
    assert (taken["photos"], taken["known"], taken["damaged"]) == (1, 1, [])
    assert sum(taken["statuses"].values()) == 4


def test_what_is_wrong_with_an_outbox_is_told_in_both_languages(sqlite_line: Line, tmp_path: Path):
    other, file = Company(Line(tmp_path / "other")), tmp_path / "pad.zip"
    with other.enrol(tmp_path / "pad") as outbox:
        export_file(outbox, file)
        device = outbox.device
    told = {"zh-CN": f"此处没有平板 {device}", "en": f"device {device} is not known here"}
    for lang, detail in told.items():
        assert detail in sqlite_line.run("device", "import-outbox", file, lang=lang).stderr
    assert set(FAULTS_ZH) == set(get_args(Fault))


def test_a_file_of_a_foreign_tablet_is_refused(sqlite_line: Line, tmp_path: Path):
    other, file = Company(Line(tmp_path / "other")), tmp_path / "pad.zip"
    with other.enrol(tmp_path / "pad") as outbox:
        walk(outbox, other.site)
        export_file(outbox, file)
    assert sqlite_line.problem("device", "import-outbox", file) == "outbox-file"


def flip(file: Path, needle: bytes, within: str = "") -> None:
    """Change the entries of a file that hold ``needle``, past the checksum of their archive."""
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in entries.items():
            other = data.replace(needle, b"?" * len(needle))
            archive.writestr(name, other if name.startswith(within) else data)


@pytest.mark.parametrize("entry", ["manifest.json", "manifest.jws"])
def test_a_file_without_its_manifest_is_refused(sqlite_line: Line, tmp_path: Path, entry: str):
    company, file = Company(sqlite_line), tmp_path / "pad.zip"
    with company.enrol(tmp_path / "pad") as outbox:
        walk(outbox, company.site)
        export_file(outbox, file)
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist() if name != entry}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    assert sqlite_line.problem("device", "import-outbox", file) == "outbox-file"
