"""``audit search``, ``verify``, ``export`` and ``key`` as commands."""

from pathlib import Path

import pytest
from sqlalchemy import text
from tests.cli.helping import Line

from fieldops.flow import auditing, auditkey, doctoraudit
from fieldops.flow.auditing import Chainer
from fieldops.flow.checks import Check, both, ok
from fieldops.flow.react import DirectHandin
from fieldops.rules.checkpoints import Keys
from fieldops.settings import load_settings
from fieldops.store import auditchain
from fieldops.store.engine import Store, open_store

NOW_MS = 1_795_262_400_000


@pytest.fixture
def line(sqlite_line: Line) -> Line:
    """A company of two people, its audit chained."""
    for login in ("han", "shen"):
        sqlite_line("user", "add", login, login.title())
    chain(sqlite_line)
    return sqlite_line


def chain(line: Line) -> None:
    """What the worker does every second."""
    settings = load_settings(data_dir=line.data_dir)
    store = open_store(settings.database_url)
    keys = auditkey.equip(store, settings)
    Chainer(store, DirectHandin(store, lambda: NOW_MS), line.data_dir, keys, lambda: NOW_MS).step()
    store.close()


def run(line: Line, statement: str) -> None:
    store: Store = open_store(load_settings(data_dir=line.data_dir).database_url)
    store.write(lambda session: session.execute(text(statement))).result()
    store.close()


def test_a_whole_audit_verifies_in_both_languages(line: Line):
    found = line.json("audit", "verify")
    assert (found["ok"], found["lines"], found["unchained"], found["marks"]) == (True, 2, 0, True)
    assert "The audit is whole: 2 lines" in line("audit", "verify")
    assert "审计完好" in line("audit", "verify", lang="zh-CN")
    line("user", "add", "wang", "Wang")
    said = line.run("audit", "verify", "--no-marks")
    assert "1 lines are not chained yet" in said.stderr
    assert "Marks were not checked" in said.stderr


def test_tampering_is_a_problem_that_names_the_first_line(line: Line):
    run(line, "UPDATE audit SET action = 'user.love' WHERE chain = 2")
    run(line, "DELETE FROM audit WHERE chain = 1")
    assert line.problem("audit", "verify") == "audit-tampered"
    told = line.run("audit", "verify").stderr
    assert "first: chain 1 missing (1 lines)" in told
    assert "chain 2 row 2 " in told
    assert "第一处：链 1 缺失" in line.run("audit", "verify", lang="zh-CN").stderr
    assert line.json("audit", "verify", code=1)["extra"]["verified"]["first"]["kind"] == "deleted"


def test_a_copy_kept_elsewhere_tells_of_a_cut(line: Line, tmp_path: Path):
    kept = tmp_path / "kept.jsonl"
    done = line.json("audit", "export", kept)
    assert (done["lines"], done["checkpoints"], done["unsigned"]) == (2, 1, 0)
    assert "Wrote 2 lines" in line("audit", "export", kept)
    assert line.json("audit", "verify", "--file", kept)["lines"] == 2
    assert line.json("audit", "verify", "--against", kept)["ok"]
    (line.data_dir / auditing.WITNESS).unlink()
    for table, column in (("audit", "chain"), ("audit_checkpoint", "last")):
        run(line, f"DELETE FROM {table} WHERE {column} > 1")
    assert line.json("audit", "verify")["ok"]  # nothing here remembers
    assert line.problem("audit", "verify", "--against", kept) == "audit-tampered"
    assert "kept.jsonl" in line.run("audit", "verify", "--against", kept).stderr


def test_verifying_needs_the_key_or_a_public_one(line: Line, tmp_path: Path):
    public = line.json("audit", "key")["public"]
    assert public in line("audit", "key")
    path = line.data_dir / auditkey.FILE
    path.rename(tmp_path / "kept")
    assert line.problem("audit", "verify") == "audit-key"
    assert line.problem("audit", "key") == "audit-key"
    found = line.json("audit", "verify", "--trust", public)
    assert (found["ok"], found["marks"]) == (True, False)
    said = line.run("audit", "key", "--new")
    assert "Restart the server" in said.stderr
    assert line.json("audit", "key")["former"] == []
    (tmp_path / "kept").rename(path)
    new = line.json("audit", "key", "--new")
    assert new["former"] == [public]
    assert isinstance(auditkey.read(load_settings(data_dir=line.data_dir)), Keys)


def test_search_narrows_by_name_and_time(line: Line):
    line("user", "grant", "han", "auditor", "--everywhere")
    rows = line.json("audit", "search", "--about", "han")
    assert {row["action"] for row in rows} == {"user.add", "grant.add"}
    assert line.json("audit", "search", "--by", "han") == []
    assert line.json("audit", "search", "--reads") == []
    assert len(line.json("audit", "search", "--action", "user.", "--limit", "1")) == 1
    assert line.json("audit", "search", "--until", "2026-01-01") == []
    assert len(line.json("audit", "search", "--since", "2026-01-01")) == 3
    assert "grant.add" in line("audit", "search")
    assert line.problem("audit", "search", "--about", "nobody") == "unknown-name"
    assert line.problem("audit", "search", "--device", "pad") == "unknown-name"
    assert line.json("audit", "search", "--contact", typed="13800138000\n") == []


def test_the_doctor_says_how_the_audit_stands(line: Line):
    settings = load_settings(data_dir=line.data_dir)
    store = open_store(settings.database_url)

    def checked(late_ms: int = 0) -> Check:
        with store.read() as session:
            now_ms = (auditchain.oldest_unchained_ms(session) or NOW_MS) + late_ms
            return doctoraudit.check(session, settings, now_ms)

    assert checked() == ok("audit", both("已入链至 2，已签名至 2", "chained to 2, signed to 2"))
    line("user", "add", "wang", "Wang")
    assert checked().state == "ok"
    assert "waits for 11 minutes" in checked(11 * 60_000).found["en"]
    path = line.data_dir / auditkey.FILE
    path.write_text("nonsense")
    assert (checked().state, "seed" in checked().found["en"]) == ("bad", True)
    path.unlink()
    assert (checked().state, checked().found["en"]) == ("bad", "the key is not here")
    store.close()
