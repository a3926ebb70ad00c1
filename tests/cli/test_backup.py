"""``backup``, ``restore`` and ``doctor`` as commands."""

import hashlib
import os
import re
import signal
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from tests.cli.helping import Line
from tests.cli.tablets import Company, walk

from fieldops.cli import serve
from fieldops.cli.shell import Shell
from fieldops.flow import doctor, drill
from fieldops.flow.checks import Check
from fieldops.model.picture import Picture
from fieldops.settings import load_settings
from fieldops.store import meta, pictures
from fieldops.store.engine import UnsafeSqlite, open_store
from fieldops_sync.export import export_file
from fieldops_sync.payloads import PictureFacts

PHOTO = Random(7).randbytes(100_000)


@pytest.fixture
def company(sqlite_line: Line, tmp_path: Path) -> Company:
    """A company with a walk and a photo."""
    made, file = Company(sqlite_line), tmp_path / "pad.zip"
    with made.enrol(tmp_path / "pad") as outbox:
        walk(outbox, made.site, [PHOTO])
        export_file(outbox, file)
    sqlite_line("device", "import-outbox", file)
    return made


def test_from_create_to_restore(company: Company, tmp_path: Path):
    line, dest = company.line, tmp_path / "backup"
    made = line.json("backup", "create", dest)
    assert (made["copied"], made["manifest"]["blobs"]) == (1, 1)
    assert "backup verify" in line("backup", "create", dest)
    assert [row["blobs"] for row in line.json("backup", "list", dest)] == [1, 1]
    assert made["snapshot"] in line("backup", "list", dest)
    done = line.json("backup", "verify", dest)
    assert (done["ok"], done["recorded"]) == (True, True)
    assert "备份完好" in line(
        "backup", "verify", dest, "--snapshot", made["snapshot"], lang="zh-CN"
    )
    with (store := company.open_store()).read() as session:
        assert meta.durable_through(session) == done["position"]
    store.close()
    assert line.problem("restore", dest) == "target-not-empty"
    other = Line(tmp_path / "other")
    assert "照片 1" in other("restore", dest, lang="zh-CN")
    assert other.json("site", "list") == line.json("site", "list")
    assert "send again" in other.run("restore", dest, "--force").stderr
    into = tmp_path / "into.db"
    other("restore", dest, "--into", f"sqlite:///{into}", "--snapshot", made["snapshot"])
    assert into.exists()


def test_a_lost_derivative_is_told_and_made_again(company: Company, tmp_path: Path):
    line, sha256 = company.line, hashlib.sha256(PHOTO).digest()
    lost = pictures.Derivative(b"7" * 32, 100, pictures.THUMB_MIME)
    row = pictures.PictureRow(sha256, Picture(PictureFacts("decoded")), lost, None)
    (store := company.open_store()).write(lambda s: pictures.put(s, [row], 0)).result()
    store.close()
    told = line.run("backup", "create", tmp_path / "backup")
    assert told.exit_code == 0
    assert "photo store has lost: 1;" in told.stderr
    again = line.json("backup", "create", tmp_path / "backup")
    assert again["manifest"]["remade"] == []
    assert line.json("backup", "verify", tmp_path / "backup")["ok"]


def test_a_drill_may_be_detached_or_of_another_database(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)  # a folder may be named from where one is
    line, dest = company.line, Path("backup")
    line("backup", "create", dest)
    other = Line(tmp_path / "other")
    assert other.json("backup", "verify", dest, "--detached")["recorded"] is False
    assert not (other.data_dir / "fieldops.db").exists()
    assert "none of this database" in other.run("backup", "verify", dest).stderr


def test_a_bad_backup_is_a_problem_that_names_what_is_bad(company: Company, tmp_path: Path):
    line, dest = company.line, tmp_path / "backup"
    assert line.problem("backup", "verify", dest) == "file"
    line("backup", "create", dest)
    next(dest.glob("blobs/*/*")).unlink()
    assert line.problem("backup", "verify", dest) == "backup-bad"
    assert "is missing" in line.run("backup", "verify", dest).stderr
    assert "缺失" in line.run("--lang", "zh-CN", "backup", "verify", dest).stderr
    found = {check["name"]: check for check in line.json("doctor", code=1)["checks"]}
    assert found["backup"]["state"] == "bad"


def test_a_drill_that_is_stopped_removes_its_scratch_place(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    company.line("backup", "create", tmp_path / "backup")
    seen: list[Path] = []

    def stopped(*_arguments: object) -> None:
        seen.extend(tmp_path.glob("fieldops-drill-*"))
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(drill, "_check_database", stopped)
    done = company.line.run("backup", "verify", tmp_path / "backup", "--detached")
    assert (done.exit_code, len(seen)) == (143, 1)
    assert not seen[0].exists()
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_snapshot_that_cannot_be_read_hides_no_other(company: Company, tmp_path: Path):
    line, dest = company.line, tmp_path / "backup"
    assert line.problem("backup", "list", dest) == "file"
    for _ in range(2):
        line("backup", "create", dest)
    first, _second = sorted(dest.glob("snapshots/*/manifest.json"))
    first.write_text("{")
    bad, good = line.json("backup", "list", dest)
    assert (bad["snapshot"], good["why"]) == (first.parent.name, "")
    assert "已损坏" in line("backup", "list", dest, lang="zh-CN")


def test_a_worker_alone_keeps_its_database_from_being_replaced(company: Company, tmp_path: Path):
    line, dest = company.line, tmp_path / "backup"
    line("backup", "create", dest)
    with serve._using(line.data_dir), serve._using(line.data_dir):
        assert line.problem("restore", dest, "--force") == "server-running"
    line("restore", dest, "--force")
    assert "sqlite:///" in line.wrong_usage("restore", dest, "--into", "mysql://x")


def test_nothing_is_backed_up_before_there_is_anything(sqlite_line: Line, tmp_path: Path):
    assert sqlite_line.problem("backup", "create", tmp_path / "b") == "schema-foreign"


def test_the_doctor_looks_at_every_part(company: Company):
    line = company.line
    line.environment["FIELDOPS_PLUGINS"] = '["cleaning"]'
    found = line.json("doctor")
    assert found["ok"] is True
    checks = {check["name"]: check["state"] for check in found["checks"]}
    expected = {"versions", "sqlite", "database", "blobs", "spool", "disk", "clock", "quarantine"}
    assert expected <= set(checks)
    assert checks["plugin cleaning"] == "ok"
    assert checks["backup"] == "warn"
    said = line("doctor", lang="zh-CN")
    assert "✓ 数据库：" in said
    assert "! 备份：从未验证过备份\n    运行 fieldops backup create" in said
    assert not re.search("^[✓!✗] [a-z]", said, re.MULTILINE)
    assert "没有 fieldops serve 在运行" in said


def examined(line: Line, now_ms: int | None = None) -> dict[str, Check]:
    given: dict[str, Any] = {"data_dir": line.data_dir, "plugins": ()}
    if "FIELDOPS_DATABASE_URL" in line.environment:
        given["database_url"] = line.environment["FIELDOPS_DATABASE_URL"]
    settings = load_settings(**given)
    found = list(doctor.examine(settings, now_ms or Shell.now_ms()))
    for check in found:
        assert (check.state == "ok") == (not check.advice)
        assert check.state == "ok" or set(check.advice) == {"zh-CN", "en"}
    return {check.name: check for check in found}


def test_the_doctor_passes_a_postgresql(empty_postgres_database: str, tmp_path: Path):
    line = Line(tmp_path / "data", empty_postgres_database)
    assert examined(line)["database"].state == "warn"
    line("site", "add", "CH", "翠湖花园")
    found = examined(line)
    assert found["database"].state == "ok"
    assert found["clock"].state == "ok"
    assert (
        examined(line, now_ms=1_800_000_000_000)["clock"].found["en"].endswith("database server's")
    )


def test_the_doctor_knows_tables_that_were_never_begun(database_url: str, tmp_path: Path):
    """Somebody was killed between making them and their first rows: serving begins them."""
    line = Line(tmp_path / "data", database_url)
    found = examined(line)["database"]
    assert (found.state, found.found["en"].rpartition(" ")[2]) == ("warn", "empty")
    line("site", "add", "CH", "翠湖花园")
    assert examined(line)["database"].state == "ok"


def test_the_doctor_knows_a_wrong_clock(company: Company):
    assert "made" in examined(company.line, now_ms=1000)["clock"].found["en"]
    early = examined(company.line, now_ms=1_790_000_000_000)["clock"]
    assert early.found["en"].endswith("last entry of the audit")


def test_the_doctor_knows_broken_parts(company: Company, monkeypatch: pytest.MonkeyPatch):
    line = company.line

    def unsafe() -> None:
        raise UnsafeSqlite("x")

    monkeypatch.setattr(doctor, "check_sqlite", unsafe)
    monkeypatch.setattr(doctor, "FREE_BYTES", (2**62, 0))
    store = company.open_store()
    with store.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO reader (name, position, state, attempts, faults, touched_ms)"
                " VALUES ('cleaning', 0, 'parked', 3, X'5B5D', 0)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO quarantine (op_id, hash, source, type, reason, state, receipt,"
                " received_ms, note, raw) VALUES (X'00', X'00', 0, '', 'schema', 'open', X'00',"
                " 0, '', X'00')"
            )
        )
    store.close()
    found = examined(line)
    assert found["sqlite"].state == "bad"
    assert found["disk"].state == "warn"
    assert found["quarantine"].state == "warn"
    assert found["plugin cleaning"].state == "bad"
    monkeypatch.setattr(doctor, "FREE_BYTES", (2**62, 2**62))
    assert examined(line)["disk"].state == "bad"


def test_the_doctor_knows_a_database_that_is_not_fit(company: Company):
    line = company.line
    store = company.open_store()
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    assert "newer" in examined(line)["database"].found["en"]
    line.environment["FIELDOPS_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/nothing"
    assert examined(line)["database"].state == "bad"
    said = line.without_plugins().run("doctor")
    assert said.exit_code == 1
    assert "To be looked after: database" in said.stdout


def test_the_doctor_knows_a_store_that_cannot_be_written(company: Company, tmp_path: Path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, no folder")
    company.line.environment["FIELDOPS_BLOBS__FOLDER"] = str(blocked)
    found = company.line.without_plugins().json("doctor", code=1)
    states = {check["name"]: check["state"] for check in found["checks"]}
    assert states["blobs"] == "bad"


def test_the_doctor_looks_at_each_disk_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The database, the spool and the photos may each fill a disk of their own."""
    looked: list[Path] = []
    monkeypatch.setattr(doctor, "_disk", looked.append)
    elsewhere = Path("/proc")
    for more in (
        {"spool_dir": elsewhere},
        {"blobs": {"folder": elsewhere}},
        {"export": {"folder": elsewhere / "none yet"}},
        {"database_url": f"sqlite:///{elsewhere}/fieldops.db"},
    ):
        looked.clear()
        list(doctor._disks(load_settings(data_dir=tmp_path / "new", **more)))
        assert looked == [tmp_path, elsewhere]


def test_an_old_drill_is_told(company: Company, tmp_path: Path):
    line = company.line
    line("backup", "create", tmp_path / "backup")
    line("backup", "verify", tmp_path / "backup")
    assert examined(line)["backup"].state == "ok"
    later_ms = Shell.now_ms() + 8 * 24 * 3600 * 1000
    assert examined(line, now_ms=later_ms)["backup"].state == "warn"


def test_a_plugin_that_is_not_installed_is_told(company: Company):
    settings = load_settings(data_dir=company.line.data_dir, plugins=("nowhere",))
    found = {check.name: check for check in doctor.examine(settings, company.line_now())}
    assert found["plugin nowhere"].state == "bad"
    assert "not-installed" in found["plugin nowhere"].found["en"]


def test_unsafe_postgresql_settings_are_found(postgres_database: str):
    store = open_store(postgres_database)
    assert doctor._unsafe_postgres(store) == ""
    store.close()
