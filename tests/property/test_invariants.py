"""Each check of the invariants fails on a database that somebody has tampered with."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import Server, enrol_tablet, found_company, running
from tests.property import invariants
from tests.property.watcher import Watcher

from fieldops.flow.enter import enter_server, server_op
from fieldops.store.engine import Store, open_store
from fieldops_sync.ids import uuid7

Tamper = Callable[[Session], Any]


def sql(statement: str) -> Tamper:
    return lambda session: session.execute(text(statement))


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a conflict, a photo, a finding, a held and a quarantined op."""
    folder = tmp_path_factory.mktemp("honest")
    database = folder / "fieldops.db"
    with running(f"sqlite:///{database}", folder) as server:
        work_a_little(server)
    return database


@pytest.fixture
def url(honest: Path, tmp_path: Path) -> str:
    """A copy to tamper with."""
    return f"sqlite:///{shutil.copy(honest, tmp_path)}"


@pytest.fixture
def store(url: str):
    opened = open_store(url)
    yield opened
    opened.close()


def work_a_little(server: Server) -> None:
    company = found_company(server)
    tablet = enrol_tablet(server, [company.inspector], company.site)
    walk, sha256 = str(uuid7()), "ab" * 32
    tablet.receipts_of(
        [
            tablet.op("result.record@1", inspection=walk, item="floor", value="wet"),
            tablet.op("result.record@1", inspection=walk, item="floor", value="dry"),
            tablet.op("photo.attach@1", inspection=walk, sha256=sha256, media=[sha256]),
            tablet.op("feedback.record@1", nature="rant"),
            tablet.op("feedback.record@1", nature="praise", needs=[str(uuid7())]),
        ]
    )
    payload = {
        "rule": "wet-floor",
        "severity": "minor",
        "titles": {"en": "wet"},
        "plugin": "tests",
        "plugin_version": "1",
        "inspection": walk,
    }
    subject = ("finding", uuid7())
    raised = server_op("finding.raise@1", subject, company.site, "tests", payload)
    server.do(lambda s: enter_server(s, [raised], 0))


def faults(store: Store, **options: bool) -> list[str]:
    with store.read() as session:
        return invariants.faults(session, **options)


def test_an_honest_database_has_no_faults(store: Store) -> None:
    assert faults(store) == []


_OLDEST = "(SELECT min(position) FROM log)"
_NEWEST = "(SELECT max(position) FROM log)"
_RESULT = "(SELECT id FROM record WHERE kind = 'result')"
_OF_TABLET = "(SELECT op_id FROM ledger WHERE source <> 0 ORDER BY seq LIMIT 1)"
TAMPERINGS = {
    "a position is missing": (f"DELETE FROM log WHERE position = {_OLDEST}", "log:"),
    "the counter ran ahead": ("UPDATE log_head SET head = head + 1", "the counter says"),
    "a change has no op": (
        f"UPDATE log SET ops = zeroblob(length(ops)) WHERE position = {_NEWEST}",
        "which the ledger does not have",
    ),
    "a change is told twice": (
        "INSERT INTO log SELECT 1000, feed, kind, subjects, ops"
        f" FROM log WHERE position = {_OLDEST}",
        "2 changes of one subject",
    ),
    "a change is of a subject that the op does not name": (
        "UPDATE log SET subjects = (SELECT substr(subjects, 1, 16) FROM log WHERE kind = 'result')"
        " WHERE kind = 'photo'",
        "does not name",
    ),
    "an op is lost": (f"DELETE FROM ledger WHERE op_id = {_OF_TABLET}", "does not have"),
    "an op was never told": ("DELETE FROM log WHERE kind = 'photo'", "is not in the log"),
    "a state is lost": ("DELETE FROM record WHERE kind = 'photo'", "has ops but no state"),
    "a state is behind its ops": (
        f"UPDATE record SET revision = 1 WHERE id = {_RESULT}",
        "is not at its last revision",
    ),
    "two ops are the same revision": ("UPDATE ledger SET revision = 1", "2 revisions of"),
    "a state came from nowhere": (
        "INSERT INTO record SELECT zeroblob(16), kind, feed, parent, state, heads, revision,"
        " change, body, conflict FROM record WHERE kind = 'photo'",
        "has a state but no ops",
    ),
    "an op is held and applied": (
        f"UPDATE held SET op_id = {_OF_TABLET}",
        "stands in 2 places",
    ),
    "a quarantined op was changed": (
        "UPDATE quarantine SET raw = CAST('{}' AS BLOB)",
        "does not have its hash",
    ),
    "an op holds another's bytes": (
        "UPDATE ledger SET raw = (SELECT other.raw FROM ledger AS other"
        " WHERE other.op_id <> ledger.op_id ORDER BY other.op_id LIMIT 1)"
        f" WHERE op_id = {_OF_TABLET}",
        "the bytes of another",
    ),
    "a seq is acknowledged and nothing is there": (
        "UPDATE incarnation SET ranges = CAST('[[1,9]]' AS BLOB)",
        "acknowledged, not stored: [6",
    ),
    "an op is stored and its seq not": (
        "UPDATE incarnation SET ranges = CAST('[[1,4]]' AS BLOB)",
        "stored, not acknowledged: [5]",
    ),
    "a push was audited twice": (
        "INSERT INTO audit (at_ms, action, detail) SELECT at_ms, action, detail FROM audit"
        " WHERE action = 'push.apply'",
        "10 ops audited, 5 stored",
    ),
    "a conflict was hidden": (f"UPDATE record SET conflict = NULL WHERE id = {_RESULT}", "shows"),
    "a photo is not awaited": ("DELETE FROM media_ref", "no row does"),
    "a debt was forgotten": ("UPDATE media_ref SET owed = 0", "a recount says 1"),
    "a debt has no row": ("DELETE FROM media_ref", "debts: no row"),
    "a debt came from nowhere": (
        "UPDATE media_ref SET sha256 = zeroblob(32)",
        "is not named by",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampered_database_is_found_out(store: Store, name: str) -> None:
    statement, expected = TAMPERINGS[name]
    store.write(sql(statement)).result(30)
    found = faults(store)
    assert any(expected in fault for fault in found), found


def test_a_finding_raised_twice_is_found_out(store: Store) -> None:
    """Another op with the same rule and cause: what a worker that forgot its work would add."""

    def raise_again(session: Session) -> None:
        query = "SELECT raw FROM ledger WHERE source = 0 ORDER BY received_ms"
        raws = [bytes(row[0]) for row in session.execute(text(query))]
        (raised,) = [raw for raw in raws if b"finding.raise@1" in raw]
        op_id = raised.split(b'"id":"')[1][:36]
        enter_server(session, [raised.replace(op_id, str(uuid7()).encode())], 0)

    store.write(raise_again).result(30)
    assert any("raised 2 times" in fault for fault in faults(store))


def test_lost_ops_are_named(store: Store) -> None:
    missing = uuid7()
    with store.read() as session:
        assert invariants.lost(session, [missing]) == [missing]


def test_seqs_of_ops_sent_again_are_no_fault(store: Store) -> None:
    store.write(sql("UPDATE incarnation SET ranges = CAST('[[1,9]]' AS BLOB)")).result(30)
    assert faults(store, resent=True) == []


def test_the_watcher_sees_a_position_that_was_skipped(store: Store, url: str) -> None:
    watcher = Watcher(url)
    watcher.look()
    assert watcher.faults == []
    skip = (
        f"INSERT INTO log SELECT {_NEWEST} + 2, feed, kind, subjects, ops"
        f" FROM log WHERE position = {_OLDEST}"
    )
    store.write(sql(skip)).result(30)
    watcher.look()
    watcher.close()
    assert len(watcher.faults) == 1
