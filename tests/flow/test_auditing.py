"""The audit proves itself: what a database superuser does to it is found, and nothing else is."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import msgspec
import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.flow.tampering import EDITS, START_MS, Archive

from fieldops.flow import auditfile, auditing, auditkey, auditverify
from fieldops.flow.auditwork import Vouch
from fieldops.model.problem import ProblemError
from fieldops.rules.auditcheck import Fault
from fieldops.rules.checkpoints import BadSeed, Keys, is_signed, parse, sign
from fieldops.settings import Settings, load_settings
from fieldops.store import audit, auditchain, meta
from fieldops.store.engine import open_store

ROUNDS = 60


@pytest.fixture
def archive(database_url: str, tmp_path: Path) -> Iterator[Archive]:
    made = Archive(database_url, tmp_path / "data", Random(11))
    yield made
    made.close()


@pytest.fixture
def small(sqlite_database: str, tmp_path: Path) -> Iterator[Archive]:
    """Sixty chained lines on SQLite."""
    made = Archive(sqlite_database, tmp_path / "data", Random(5))
    made.fill(60)
    yield made
    made.close()


def entry(action: str = "user.add", **detail: object) -> audit.Entry:
    return audit.Entry(action, START_MS, detail=detail)


# Tampering


def test_every_edit_is_found_and_nothing_else(archive: Archive):
    archive.fill(100)
    assert archive.look().ok
    for number in range(ROUNDS):
        edit = EDITS[number % len(EDITS)]
        found = archive.tampered(edit)
        assert not found.ok, (number, edit)
        assert found.first is not None
    assert archive.look().ok


@pytest.mark.parametrize(
    ("statement", "kind", "chain"),
    [
        ("UPDATE audit SET detail = :detail WHERE chain = 30", "edited", 30),
        ("UPDATE audit SET mark = NULL WHERE chain = 30", "edited", 30),
        ("UPDATE audit SET link = NULL WHERE chain = 30", "edited", 30),
        ("DELETE FROM audit WHERE chain = 30", "deleted", 30),
        ("UPDATE audit SET chain = NULL, link = NULL WHERE chain = 30", "deleted", 30),
        ("UPDATE audit SET chain = 29 WHERE chain = 30", "inserted", 29),
        ("DELETE FROM audit WHERE chain > 30", "cut", None),
        ("DELETE FROM audit", "cut", None),
        ("UPDATE audit SET at_ms = 'soon' WHERE chain = 30", "edited", 30),
        ("UPDATE audit SET detail = 7 WHERE chain = 30", "edited", 30),
        ("UPDATE audit SET chain = 'x' WHERE chain = 30", "deleted", None),
        ("DELETE FROM audit_checkpoint", "checkpoint", 60),
        ("UPDATE audit_checkpoint SET body = x'ff' WHERE last = 60", "checkpoint", 60),
    ],
)
def test_the_first_bad_line_is_named_with_its_kind(small: Archive, statement, kind, chain):
    def edit(session: Session, _dice: Random) -> None:
        session.execute(text(statement), {"detail": b"{}"} if ":detail" in statement else {})

    found = small.tampered(edit)
    assert found.first is not None
    assert kind in found.counts
    if chain is not None:
        assert (found.first.kind, found.first.chain) == (kind, chain)


def test_without_the_key_links_and_signatures_still_tell(small: Archive):
    public = small.keys.public
    with small.store.read() as session:
        found = auditverify.verify(session, None, trusted=public)
        assert (found.ok, found.marks) == (True, False)
        strange = auditverify.verify(session, None)
    assert strange.first is not None
    assert "strange key" in strange.first.what
    with Session(small.store.engine) as session:
        session.execute(text("UPDATE audit SET action = 'x.y' WHERE chain = 3"))
        found = auditverify.verify(session, None, trusted=public)
        assert found.first is not None
        assert (found.first.kind, found.first.chain) == ("edited", 3)
        session.rollback()


def test_what_is_not_chained_yet_is_marked_already(small: Archive):
    small.fill(3, chained=False)
    found = small.look()
    assert (found.ok, found.unchained) == (True, 3)

    def edit(session: Session, _dice: Random) -> None:
        session.execute(text("UPDATE audit SET action = 'user.love' WHERE chain IS NULL"))

    forged = small.tampered(edit)
    assert forged.counts == {"forged": 3}


def test_a_push_that_vanished_before_it_was_chained_is_missed_by_the_ledger(small: Archive):
    def edit(session: Session, _dice: Random) -> None:
        device, life = b"d" * 16, b"l" * 16
        session.execute(
            text("INSERT INTO incarnation (no, id, device, ranges) VALUES (7, :life, :device, '')"),
            {"life": life, "device": device},
        )
        session.execute(
            text(
                "INSERT INTO ledger (op_id, hash, source, subject, status, revision, received_ms,"
                " raw) VALUES (:life, :life, 7, :life, 'applied', 1, 1, :life)"
            ),
            {"life": life},
        )

    found = small.tampered(edit)
    assert found.counts == {"ops": 1}
    assert "0 ops audited, 1 kept" in found.faults[0].what


# The chain


def test_places_have_no_gap_whatever_was_rolled_back_or_late(archive: Archive):
    """On PostgreSQL a transaction that began earlier may commit later; a place never waits."""

    def fail(session: Session) -> None:
        audit.add(session, entry())
        raise ValueError("not this one")

    def work(number: int) -> None:
        for at in range(8):
            done = archive.store.write(fail if at % 4 == 3 else partial(_add_one, n=number))
            if at % 4 == 3:
                assert isinstance(done.exception(20), ValueError)
            else:
                done.result(20)
            archive.chainer.step()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    archive.chainer.step()
    found = archive.look()
    assert (found.ok, found.lines, found.unchained) == (True, 18, 0)


def _add_many(session: Session, count: int) -> None:
    for _ in range(count):
        audit.add(session, entry())


def _add_one(session: Session, n: int) -> None:
    audit.add(session, entry(n=n))


def test_of_two_that_sign_at_once_one_counts(
    postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    archive = Archive(postgres_database, tmp_path / "data", Random(1))
    said = []
    for _ in range(2):
        archive.fill(3, chained=False)
        archive.store.write(auditing.extend).result()
        with archive.store.read() as session:
            said.append(auditing.next_checkpoint(session, archive.keys, archive.now_ms))
    turn = auditchain.turn
    with Session(archive.store.engine) as first, Session(archive.store.engine) as second:
        assert auditing.vouch(first, said[0])

        def waited(session: Session) -> bool:
            first.commit()
            return turn(session)

        monkeypatch.setattr(auditchain, "turn", waited)
        assert not auditing.vouch(second, said[1])
    assert archive.look().ok
    archive.close()


def test_one_that_commits_late_gets_a_later_place(postgres_database: str, tmp_path: Path):
    archive = Archive(postgres_database, tmp_path / "data", Random(1))
    with Session(archive.store.engine, info={audit.MARKING: archive.keys.marking}) as late:
        audit.add(late, entry(which="first"))
        archive.fill(2)  # nobody waits for the one that is under way
        late.commit()
    archive.chainer.step()
    with archive.store.read() as session:
        lines = list(auditchain.lines(session))
    assert [line.chain for line in lines] == [1, 2, 3]
    assert lines[-1].no == 1
    assert archive.look().ok
    with Session(archive.store.engine) as other:
        assert auditchain.turn(other)
        archive.fill(1)
        assert archive.look().unchained == 1  # somebody else extends the chain just now
    archive.close()


def test_a_checkpoint_is_signed_every_minute_or_five_hundred_lines(small: Archive):
    before = small.look().checkpoints
    small.now_ms += 1
    small.store.write(partial(_add_many, count=1100)).result()
    small.chainer.step()
    found = small.look()
    assert (found.ok, found.checkpoints) == (True, before + 2)
    small.now_ms += auditing.CHECKPOINT_MS
    small.chainer.step()
    small.chainer.step()
    assert (small.look().checkpoints, small.look().unsigned) == (before + 3, 0)


def test_a_clock_that_ran_ahead_keeps_no_checkpoint_back(small: Archive):
    now_ms = small.now_ms
    small.now_ms += 400 * 24 * 3_600_000
    small.store.write(partial(_add_many, count=1)).result()
    small.chainer.step()
    small.now_ms = now_ms + auditing.CHECKPOINT_MS
    small.store.write(partial(_add_many, count=1)).result()
    small.chainer.step()
    assert (small.look().ok, small.look().unsigned) == (True, 0)


def test_a_worker_without_the_key_chains_and_does_not_sign(small: Archive):
    before = small.look().checkpoints
    small.store.write(partial(_add_one, n=1)).result()
    chainer = auditing.Chainer(
        small.store, small.chainer._handin, small.folder, None, lambda: START_MS * 2
    )
    chainer.step()
    assert (small.look().unchained, small.look().checkpoints) == (0, before)


def test_a_checkpoint_of_another_chain_is_not_kept(small: Archive):
    with small.store.read() as session:
        latest = auditchain.latest_checkpoint(session)
    assert latest is not None
    wrong = sign(small.keys, msgspec.structs.replace(latest, before=latest.last, hash="00"))
    handin = small.chainer._handin
    assert handin(Vouch(wrong)).moved is False
    assert handin(Vouch(latest)).moved is False


# What is kept elsewhere


def test_a_chain_that_was_cut_goes_on_and_is_still_told(small: Archive):
    with small.store.read() as session:
        kept = auditchain.latest_checkpoint(session)
    assert kept is not None

    def cut(session: Session) -> None:
        for statement in ("audit WHERE chain > 20", "audit_checkpoint WHERE last > 20"):
            session.execute(text(f"DELETE FROM {statement}"))
        session.execute(text("DELETE FROM audit_subject WHERE no NOT IN (SELECT no FROM audit)"))

    small.store.write(cut).result()
    small.fill(70)
    found = small.look()
    assert found.counts.keys() <= {"rechained", "checkpoint"}
    assert found.counts["rechained"] >= 1
    small.fill(5)
    assert not small.look().ok
    copy = small.folder / "kept.json"
    copy.write_bytes(msgspec.json.encode({"name": "run", "audit": kept}))
    anchors = auditverify.read_copies(copy, frozenset(small.keys.public))
    with small.store.read() as session:
        against = auditverify.verify(session, small.keys, anchors)
    assert against.first is not None
    assert against.first == Fault("rechained", 60, what="kept.json")


def test_a_restore_is_signed_and_explains_what_is_missing(small: Archive):
    before = auditing.witnesses(small.folder)
    assert before[-1].last == 60

    def restored(session: Session, signed: bool) -> auditverify.Verified:
        for statement in ("audit WHERE chain > 20", "audit_checkpoint WHERE last > 20"):
            session.execute(text(f"DELETE FROM {statement}"))
        session.execute(text("DELETE FROM audit_subject WHERE no NOT IN (SELECT no FROM audit)"))
        session.info[audit.MARKING] = small.keys.marking
        audit.add(session, audit.Entry("backup.restore", small.now_ms))
        if signed:
            auditing.sign_restore(session, small.keys, small.now_ms)
        return small.verified(session)

    for signed in (True, False):
        with Session(small.store.engine) as session:
            found = restored(session, signed)
            session.rollback()
        assert found.ok is signed
        assert (found.superseded == before) is signed


def test_a_file_without_a_checkpoint_of_ours_is_refused(small: Archive, tmp_path: Path):
    strange = parse("ab" * 32)
    with small.store.read() as session:
        said = auditing.next_checkpoint(session, strange, START_MS)
    (copy := tmp_path / "kept.json").write_bytes(msgspec.json.encode(said))
    for raw in (copy.read_bytes(), b"\xff\n{}", b"[]"):
        copy.write_bytes(raw)
        with pytest.raises(ProblemError):
            auditverify.read_copies(copy, frozenset(small.keys.public))


def test_an_exported_audit_proves_itself(small: Archive, tmp_path: Path):
    path = tmp_path / "audit.jsonl"
    with small.store.read() as session:
        done = auditfile.write(session, path, auditverify.unwatched)
    assert (done.lines, done.last, done.unsigned) == (60, 60, small.look().unsigned)
    assert auditverify.verify_file(path, small.keys).ok
    assert auditverify.verify_file(path, None, trusted=small.keys.public).ok
    anchors = auditverify.read_copies(path, frozenset(small.keys.public))
    assert len(anchors) == done.checkpoints
    rows = path.read_bytes().splitlines(keepends=True)
    for at, kind in ((5, "deleted"), (len(rows) - 1, "")):
        path.write_bytes(b"".join(rows[:at] + rows[at + 1 :]))
        found = auditverify.verify_file(path, small.keys, anchors)
        assert not found.ok
        assert not kind or kind in found.counts
    path.write_bytes(b"".join(rows).replace(b"user.add", b"user.odd", 1))
    assert auditverify.verify_file(path, small.keys).counts == {"edited": 1}
    path.write_bytes(b"{]\n")
    with pytest.raises(ProblemError, match="line 1"):
        auditverify.verify_file(path, small.keys)


# The key


def test_a_database_has_one_key_and_another_place_draws_none(small: Archive, tmp_path: Path):
    path = small.folder / auditkey.FILE
    assert path.stat().st_mode & 0o777 == 0o600
    assert auditkey.equip(small.store, small.settings) == small.keys
    elsewhere = load_settings(data_dir=tmp_path, database_url=small.settings.database_url)
    assert auditkey.equip(small.store, elsewhere) is None
    small.store.write(partial(_add_one, n=1)).result()
    assert small.look().counts == {"forged": 1}
    given = load_settings(data_dir=tmp_path, audit={"key": path.read_text()})
    assert auditkey.read(given) == small.keys
    assert "settings" in auditkey.place(given)
    with pytest.raises(ProblemError, match="another seed"):
        auditkey.renew(given, small.store, START_MS)


def test_of_two_that_start_at_once_one_draws_the_key(sqlite_database: str, tmp_path: Path):
    store = open_store(sqlite_database)
    store.write(meta.initialise).result()
    places = [load_settings(data_dir=tmp_path / name) for name in "ab"]
    for one in places:
        one.data_dir.mkdir()
    found = auditkey.equip(store, places[0])
    assert found is not None
    # The other one looked before the first had left word, and comes too late.
    store.write(lambda s: s.execute(text("DELETE FROM meta WHERE key = 'audit_key'"))).result()
    (places[0].data_dir / auditkey.FILE).rename(places[0].data_dir / "kept")
    late = auditkey.equip(store, places[1])
    assert late is not None
    assert auditkey.equip(store, places[0]) is None
    store.close()


def test_two_that_start_at_one_place_at_once_both_have_the_key(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store, settings = open_store(sqlite_database), load_settings(data_dir=tmp_path)
    store.write(meta.initialise).result()
    read, drawn = auditkey.read, list[Keys | None]()

    def read_slowly(asked: Settings) -> Keys | None:
        """The other one draws the key just after this one has looked for it."""
        found = read(asked)
        if not drawn:
            monkeypatch.undo()
            drawn.append(auditkey.equip(store, settings))
        return found

    monkeypatch.setattr(auditkey, "read", read_slowly)
    late = auditkey.equip(store, settings)
    assert late is not None
    assert drawn == [late]
    store.close()


def test_a_new_key_leaves_old_lines_proven(small: Archive):
    small.keys = auditkey.renew(small.settings, small.store, small.now_ms)
    assert len(small.keys.seeds) == 2
    small.chainer = small.new_chainer()
    small.fill(5)
    small.now_ms += auditing.CHECKPOINT_MS
    small.chainer.step()
    found = small.look()
    assert (found.ok, found.lines, found.unsigned) == (True, 66, 0)


@pytest.mark.parametrize("given", ["", "xyz", "ab", "ab" * 31, f"{'ab' * 32} {'ab' * 33}"])
def test_what_is_no_key_is_refused(given: str, tmp_path: Path):
    with pytest.raises(BadSeed):
        parse(given)
    (tmp_path / auditkey.FILE).write_text(given)
    with pytest.raises(ProblemError, match=r"audit\.key"):
        auditkey.read(load_settings(data_dir=tmp_path))


def test_a_signature_holds_for_exactly_what_was_said(small: Archive):
    with small.store.read() as session:
        said = auditing.next_checkpoint(session, small.keys, START_MS)
    trusted = frozenset(small.keys.public)
    assert is_signed(said, trusted)
    assert not is_signed(said, frozenset())
    for change in ({"last": 1}, {"at_ms": 1}, {"restored": 3}, {"signature": "zz"}, {"before": 9}):
        assert not is_signed(msgspec.structs.replace(said, **change), trusted)
