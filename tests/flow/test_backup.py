"""Backup, drill, restore: SQLite with a disk, PostgreSQL with a real S3 server, and damage.

Each house has a walk with three photos, one op in quarantine, and one that is held.
"""

import errno
import fcntl
import hashlib
import io
import json
import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url, text
from sqlmodel import Session
from tests.factories import Company, Server, Tablet, enrol_tablet, found_company, running

from fieldops.flow import auditing, auditkey, backup, drill, drillscratch, recover, restore
from fieldops.flow.care import writer
from fieldops.flow.react import DirectHandin
from fieldops.flow.scrub import Scrubber
from fieldops.model.picture import Picture
from fieldops.model.problem import ProblemError, slug_of
from fieldops.settings import load_settings
from fieldops.store import audit, dump, log, media, meta, migrate, orphans, pictures, schema
from fieldops.store.blobs import BlobStore, BlobStoreDown, open_blobs
from fieldops.store.engine import open_store
from fieldops_sync.ids import uuid7
from fieldops_sync.payloads import PictureFacts
from fieldops_sync.wire import Seen

NOW_MS = 1_795_262_400_000


class House:
    """A server with a company, a walk and photos, and what a restore would go to."""

    def __init__(self, server: Server, blobs: BlobStore, make_target: Callable[[], str]) -> None:
        self.server, self.blobs, self.make_target = server, blobs, make_target
        self.company: Company = found_company(server)
        self.tablet: Tablet = enrol_tablet(server, [self.company.inspector], self.company.site)
        self.photos = [self.add_photo(random.Random(seed).randbytes(70_000)) for seed in range(3)]
        walk = str(uuid7())
        ops = [
            self.tablet.op("result.record@1", inspection=walk, item=item, outcome="pass")
            for item in ("floor", "lamp", "door")
        ]
        ops += [
            self.tablet.op("photo.attach@1", inspection=walk, sha256=one, media=[one])
            for one in self.photos
        ]
        ops.append(self.tablet.op("no.such@1", note="quarantined"))
        waiting = {"inspection": walk, "item": "roof", "outcome": "pass"}
        ops.append(self.tablet.op("result.record@1", **waiting, needs=[str(uuid4())]))
        statuses = {one["status"] for one in self.tablet.receipts_of(ops)}
        assert {"applied", "quarantined", "held"} <= statuses

    @property
    def store(self):
        return self.server.core.store

    @property
    def url(self) -> str:
        return self.server.core.settings.database_url

    def add_photo(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.blobs.put(sha256, io.BytesIO(data), len(data))
        row = media.MediaRow(bytes.fromhex(sha256), len(data), "image/jpeg", "stored", NOW_MS)
        self.server.do(lambda s: media.put(s, row))
        return sha256

    def push_more(self) -> dict[str, Any]:
        """One more op that takes effect; the answer to its push."""
        more = {"inspection": str(uuid7()), "item": "floor", "outcome": "pass"}
        answer: dict[str, Any] = self.tablet.push(
            [self.tablet.op("result.record@1", **more)]
        ).json()
        return answer

    def create(self, dest: Path, now_ms: int = NOW_MS) -> backup.Created:
        return backup.create(self.store, self.blobs, dest, now_ms)

    def verify(self, dest: Path, name: str = "") -> drill.Drill:
        return drill.verify(dest, name, self.url, NOW_MS)

    def durable_through(self) -> int:
        return self.server.look(meta.durable_through)


@pytest.fixture(params=["sqlite-disk", "postgres-s3"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    engine, kind = request.param.split("-")
    section: dict[str, object] = {"kind": "disk"}
    if kind == "s3":
        server = request.getfixturevalue("s3_server")
        section = {"kind": "s3", "bucket": request.getfixturevalue("s3_bucket"), "secure": False}
        section |= {name: server[name] for name in ("endpoint", "access_key", "secret_key")}
    blobs = open_blobs(load_settings(data_dir=tmp_path / "photos", blobs=section))
    make = (
        request.getfixturevalue("make_postgres_database")
        if engine == "postgres"
        else lambda: f"sqlite:///{tmp_path / f'{uuid4().hex}.db'}"
    )
    with running(make(), tmp_path) as server:
        yield House(server, blobs, make)


@pytest.fixture
def sqlite_house(tmp_path: Path) -> Iterator[House]:
    blobs = open_blobs(load_settings(data_dir=tmp_path / "photos"))
    with running(f"sqlite:///{tmp_path / 'fieldops.db'}", tmp_path) as server:
        yield House(server, blobs, lambda: f"sqlite:///{tmp_path / 'target.db'}")


def target_blobs(folder: Path) -> BlobStore:
    return open_blobs(load_settings(data_dir=folder / "restored"))


def content(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but for the audit, which tells of the backup itself."""
    store = open_store(url)
    try:
        with store.read() as session:
            names = dump.tables(session.connection())
            return {
                name: sorted(
                    (
                        tuple(map(plain, row))
                        for row in session.execute(text(f'SELECT * FROM "{name}"'))
                    ),
                    key=repr,
                )
                for name in names
                if name != "audit"
            }
    finally:
        store.close()


def plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def slug(call: Callable[[], object]) -> str:
    with pytest.raises(ProblemError) as caught:
        call()
    return slug_of(caught.value.problem)


def test_a_backup_is_verified_and_restored_whole(house: House, tmp_path: Path):
    dest = tmp_path / "backup"
    before = content(house.url)
    made = house.create(dest)
    assert (made.manifest.blobs, made.copied, made.copied_bytes) == (3, 3, 210_000)
    done = house.verify(dest)
    assert (done.ok, done.faults) == (True, [])
    assert (done.blobs, done.position) == (3, house.server.look(log.counter))
    assert done.ops >= 8
    url, blobs = house.make_target(), target_blobs(tmp_path)
    restored = recover.recover(dest, "", url, blobs, NOW_MS)
    assert (restored.blobs, restored.copied) == (3, 3)
    assert content(url) == before
    assert [blobs.head(one) for one in house.photos] == [70_000] * 3


def test_the_drill_verifies_the_restored_audit(house: House, tmp_path: Path):
    keys, dest = auditkey.read(house.server.core.settings), tmp_path / "backup"
    while house.server.do(auditing.extend):
        pass
    house.create(dest)
    done = drill.verify(dest, "", house.url, NOW_MS, keys=keys)
    assert (done.ok, done.audit_marks) == (True, True)
    # All lines of then: the one that tells of the backup came later.
    count = text("SELECT count(*) FROM audit")
    assert done.audit_lines == house.server.look(lambda s: s.execute(count).scalar_one()) - 1
    assert done.bytes > 3 * 70_000
    # Somebody who may do anything in the database edits a line: its backup is no good.
    edit = text("UPDATE audit SET at_ms = 7 WHERE no = (SELECT min(no) FROM audit)")
    house.server.do(lambda s: s.execute(edit))
    house.create(dest, NOW_MS + 1000)
    done = drill.verify(dest, "", house.url, NOW_MS, keys=keys)
    assert not done.ok
    assert done.faults[0] == "audit: chain 1 row 1 edited"


def test_numbers_go_on_behind_those_that_were_restored(house: House, tmp_path: Path):
    house.create(tmp_path / "backup")
    url = house.make_target()
    recover.recover(tmp_path / "backup", "", url, target_blobs(tmp_path), NOW_MS)
    with running(url, tmp_path / "again") as server:
        enrol_tablet(server, [house.company.inspector], house.company.site)
        server.do(lambda s: audit.add(s, audit.Entry("user.add", NOW_MS)))
        numbers = server.look(lambda s: s.execute(text("SELECT no FROM audit")).scalars().all())
        assert len(numbers) == len(set(numbers))


def test_durable_through_moves_only_after_a_good_drill(house: House, tmp_path: Path):
    dest = tmp_path / "backup"
    house.create(dest)
    assert house.durable_through() == 0
    done = house.verify(dest)
    assert house.durable_through() == 0
    recorded = drill.record(house.store, dest, done, NOW_MS)
    assert recorded.recorded
    assert house.durable_through() == done.position > 0
    assert house.server.look(drill.last) == recorded
    newest = house.server.look(lambda s: audit.latest(s, 2))
    assert [entry.action for entry in newest] == ["backup.verify", "backup.create"]
    assert newest[0].detail["ok"] is True


def test_an_older_backup_does_not_move_it_back(sqlite_house: House, tmp_path: Path):
    house, dest = sqlite_house, tmp_path / "backup"
    old = house.create(dest)
    house.push_more()
    new = house.create(dest, NOW_MS + 1000)
    for made in (new, old):
        drill.record(house.store, dest, house.verify(dest, made.snapshot), NOW_MS)
    assert house.durable_through() == new.manifest.database.position
    assert old.manifest.database.position < new.manifest.database.position
    assert backup.snapshots(dest) == [old.snapshot, new.snapshot]


def test_a_backup_of_another_line_is_not_recorded(sqlite_house: House, tmp_path: Path):
    """Restored to noon, a database has not what the backup of 17:00 holds."""
    house, noon, evening = sqlite_house, tmp_path / "noon", tmp_path / "evening"
    house.create(noon)
    house.push_more()
    house.create(evening)
    done = house.verify(evening)
    url = house.make_target()
    recover.recover(noon, "", url, target_blobs(tmp_path), NOW_MS)
    store = open_store(url)
    recorded = drill.record(store, evening, done, NOW_MS)
    assert (recorded.ok, recorded.recorded) == (True, False)
    with store.read() as session:
        assert meta.durable_through(session) == 0
        assert drill.last(session) is None
    store.close()


def test_only_new_photos_are_copied(house: House, tmp_path: Path):
    dest = tmp_path / "backup"
    assert house.create(dest).copied == 3
    house.add_photo(b"the fourth")
    again = house.create(dest, NOW_MS + 1000)
    assert (again.copied, again.copied_bytes, again.manifest.blobs) == (1, 10, 4)
    assert house.verify(dest).ok


def test_the_server_goes_on_while_a_backup_is_made(house: House, tmp_path: Path):
    dest, stop = tmp_path / "backup", threading.Event()
    pushed: list[Any] = []

    def push() -> None:
        while not stop.is_set():
            pushed.append(house.push_more()["receipts"])

    pusher = threading.Thread(target=push)
    pusher.start()
    try:
        names = [house.create(dest, NOW_MS + 1000 * n).snapshot for n in range(3)]
    finally:
        stop.set()
        pusher.join(30)
    assert pushed
    assert all(one["status"] == "applied" for (one,) in pushed)
    for name in names:
        assert house.verify(dest, name).faults == []


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def a_part(dest: Path, name: str) -> Path:
    (found,) = dest.glob(f"snapshots/*/{name}")
    return found


def test_a_flipped_byte_in_any_part_is_noticed(house: House, tmp_path: Path):
    dest = tmp_path / "backup"
    made, target = house.create(dest), house.make_target()
    for part in made.manifest.parts:
        path = a_part(dest, part.name)
        if not part.size_bytes:
            continue
        flip(path)
        done = house.verify(dest)
        assert (done.ok, done.faults) == (False, [f"{part.name} is not what was written"])
        restore_ = lambda: recover.recover(dest, "", target, house.blobs, NOW_MS)  # noqa: E731
        assert slug(restore_) == "backup-bad"
        flip(path)
    assert house.verify(dest).ok


def test_missing_parts_and_photos_are_noticed(sqlite_house: House, tmp_path: Path):
    house, dest = sqlite_house, tmp_path / "backup"
    house.create(dest)
    lost, broken = (next(dest.glob(f"blobs/*/{sha256}")) for sha256 in house.photos[:2])
    lost.unlink()
    flip(broken)
    done = house.verify(dest)
    told = sorted(
        [
            (house.photos[0], "is missing", "缺失"),
            (house.photos[1], "is not what its hash says", "与其哈希不符"),
        ]
    )
    assert done.faults == [f"photo {sha256} {en}" for sha256, en, _zh in told]
    assert done.faults_zh == [f"照片 {sha256} {zh}" for sha256, _en, zh in told]
    recorded = drill.record(house.store, dest, done, NOW_MS)
    assert (recorded.recorded, house.durable_through()) == (False, 0)
    last = house.server.look(drill.last)
    assert last is not None
    assert not last.ok
    url = house.make_target()
    assert (
        slug(lambda: recover.recover(dest, "", url, target_blobs(tmp_path), NOW_MS)) == "backup-bad"
    )
    assert not Path(url.removeprefix("sqlite:///")).exists()
    house.create(dest, NOW_MS + 1000)
    a_part_of_first = backup.snapshots(dest)[0]
    (dest / "snapshots" / a_part_of_first / dump.SQLITE_FILE).unlink()
    assert house.verify(dest, a_part_of_first).faults == [f"{dump.SQLITE_FILE} is missing"]


def test_a_snapshot_of_a_newer_version_is_refused_before_anything(house: House, tmp_path: Path):
    dest = tmp_path / "backup"
    made, url = house.create(dest), house.make_target()
    recover.recover(dest, "", url, house.blobs, NOW_MS)
    before = content(url)
    path = dest / "snapshots" / made.snapshot / backup.MANIFEST
    manifest = json.loads(path.read_text())
    manifest["database"]["schema"] = "9999"
    path.write_text(json.dumps(manifest))
    assert slug(lambda: house.verify(dest)) == "backup-newer"
    again = lambda: recover.recover(dest, "", url, house.blobs, NOW_MS, force=True)  # noqa: E731
    assert slug(again) == "backup-newer"
    assert content(url) == before


def test_a_database_that_others_use_is_not_replaced(
    make_postgres_database: Callable[[], str], sqlite_house: House, tmp_path: Path
):
    url, dest = make_postgres_database(), tmp_path / "backup"
    store = open_store(url)
    schema.upgrade(store)
    backup.create(store, sqlite_house.blobs, dest, NOW_MS)
    forced = lambda: recover.recover(dest, "", url, sqlite_house.blobs, NOW_MS, True)  # noqa: E731
    assert slug(forced) == "server-running"
    store.close()
    assert forced().rows


def test_many_faults_of_a_kind_are_counted(sqlite_house: House, tmp_path: Path):
    house, dest = sqlite_house, tmp_path / "backup"
    for number in range(22):
        house.add_photo(b"%d" % number)
    house.create(dest)
    shutil.rmtree(dest / "blobs")
    done = house.verify(dest)
    assert len(done.faults) == len(done.faults_zh) == 21
    assert (done.faults[-1], done.faults_zh[-1]) == ("and 5 more of this kind", "此类另有 5 处")


def test_a_photo_that_cannot_be_read_is_named(sqlite_house: House, tmp_path: Path):
    dest = tmp_path / "backup"
    sqlite_house.create(dest)
    sha256 = sqlite_house.photos[0]
    (place,) = dest.glob(f"blobs/*/{sha256}")
    place.unlink()
    place.mkdir()
    (fault,) = sqlite_house.verify(dest).faults
    assert fault.startswith(f"photo {sha256} cannot be read: ")


def test_nothing_is_left_of_a_backup_that_failed(
    sqlite_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    house, dest = sqlite_house, tmp_path / "backup"
    killed = dest / "snapshots" / ".20260101T000000000Z.part"
    killed.mkdir(parents=True)
    running_ = dest / "snapshots" / ".20260102T000000000Z.part"
    running_.mkdir()
    lock = os.open(running_, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_copy_blobs", full)
        with pytest.raises(OSError, match="No space"):
            house.create(dest)
    # What another process makes just now is left alone.
    assert list(dest.glob("snapshots/.*")) == [running_]
    os.close(lock)
    assert house.create(dest).copied == 3
    assert not list(dest.glob("snapshots/.*"))


def test_a_photo_store_that_is_full_is_not_a_bad_backup(sqlite_house: House, tmp_path: Path):
    dest = tmp_path / "backup"
    sqlite_house.create(dest)
    blobs = target_blobs(tmp_path)
    folder = tmp_path / "restored" / "blobs"
    for sha256 in sqlite_house.photos:
        (folder / sha256[:2]).write_bytes(b"in the way")
    with pytest.raises(BlobStoreDown):
        recover.recover(dest, "", sqlite_house.make_target(), blobs, NOW_MS)


def forge(house: House, dest: Path, change: Callable[[Session], object]) -> drill.Drill:
    """Change the database inside a snapshot and make the manifest agree, as a liar would."""
    made = house.create(dest)
    folder = dest / "snapshots" / made.snapshot
    path = folder / dump.SQLITE_FILE
    store = open_store(f"sqlite:///{path}")
    store.write(change).result()
    with store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA journal_mode = DELETE")
        connection.exec_driver_sql("BEGIN")
    store.close()
    manifest = json.loads((folder / backup.MANIFEST).read_text())
    files = [path for path in sorted(folder.iterdir()) if path.name != backup.MANIFEST]
    manifest["parts"] = [msgspec.to_builtins(backup.part_of(path)) for path in files]
    (folder / backup.MANIFEST).write_text(json.dumps(manifest))
    return house.verify(dest, made.snapshot)


FORGERIES = {
    "a hole in the log": ("DELETE FROM log WHERE position = 3", "log: nothing at 3 to 3"),
    "a log that begins late": ("DELETE FROM log WHERE position = 1", "log: nothing at 1 to 1"),
    "an op that is not in the ledger": (
        "DELETE FROM ledger WHERE op_id = (SELECT op_id FROM log WHERE position = 2)",
        "log: no op in the ledger for position 2",
    ),
    "a changed op": ("UPDATE ledger SET raw = X'7B7D'", "is not what was hashed"),
    "a changed op in quarantine": ("UPDATE quarantine SET raw = X'7B7D'", "is not what was hashed"),
    "a lost row": ("DELETE FROM user_account", "user_account: 0 rows instead of"),
    "another epoch": ("UPDATE log_head SET head = head + 1", "position, epoch or last change"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_database_that_is_not_consistent_fails_the_drill(
    sqlite_house: House, tmp_path: Path, what: str
):
    statement, fault = FORGERIES[what]
    done = forge(sqlite_house, tmp_path / "backup", lambda s: s.execute(text(statement)))
    assert not done.ok
    assert any(fault in one for one in done.faults), done.faults


def test_the_jump_of_an_earlier_restore_is_no_hole(sqlite_house: House, tmp_path: Path):
    house = sqlite_house
    seen = Seen(house.server.look(log.counter) + 50, uuid4())
    house.server.do(lambda s: restore.notice(s, seen, NOW_MS))
    house.push_more()
    house.create(tmp_path / "backup")
    assert house.verify(tmp_path / "backup").faults == []


def test_a_restore_is_noticed_by_the_first_tablet(house: House, tmp_path: Path):
    dest = tmp_path / "backup"
    house.create(dest)
    answer = house.push_more()
    url = house.make_target()
    recover.recover(dest, "", url, target_blobs(tmp_path), NOW_MS)
    with running(url, tmp_path / "again") as server:
        epoch = server.look(log.epoch)
        tablet = Tablet(server, *(getattr(house.tablet, name) for name in (
            "device", "key", "incarnation", "token", "site", "actor", "seq")))  # fmt: skip
        again = tablet.push([], seen=answer["seen"]).json()
        assert UUID(again["epoch"]) != epoch
        assert server.look(lambda s: meta.get(s, meta.COLLECTION_PAUSED_MS))


def test_a_full_target_is_replaced_only_by_force(house: House, tmp_path: Path):
    dest, blobs = tmp_path / "backup", target_blobs(tmp_path)
    house.create(dest)
    url = house.make_target()
    recover.recover(dest, "", url, blobs, NOW_MS)
    assert slug(lambda: recover.recover(dest, "", url, blobs, NOW_MS)) == "target-not-empty"
    before = content(url)
    again = recover.recover(dest, "", url, blobs, NOW_MS, force=True)
    assert again.copied == 0
    assert content(url) == before
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        assert path.with_name(f"{path.name}.replaced").exists()


def test_a_failed_restore_leaves_postgresql_as_it_was(
    make_postgres_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    blobs = open_blobs(load_settings(data_dir=tmp_path / "photos"))
    with running(make_postgres_database(), tmp_path) as server:
        house, dest = House(server, blobs, make_postgres_database), tmp_path / "backup"
        house.create(dest)
        url = make_postgres_database()
        recover.recover(dest, "", url, blobs, NOW_MS)
        before = content(url)

        def breaks(_connection: object) -> None:
            raise RuntimeError("the power went")

        monkeypatch.setattr(dump, "_reset_sequences", breaks)
        with pytest.raises(RuntimeError):
            recover.recover(dest, "", url, blobs, NOW_MS, force=True)
        assert content(url) == before


def test_the_other_engine_is_refused(sqlite_house: House, tmp_path: Path, postgres_database: str):
    house, dest = sqlite_house, tmp_path / "backup"
    house.create(dest)
    call = lambda: recover.recover(dest, "", postgres_database, house.blobs, NOW_MS)  # noqa: E731
    assert slug(call) == "backup-other-engine"


def test_a_postgresql_backup_needs_a_server_to_drill_on(
    postgres_database: str, tmp_path: Path, postgres_url: str
):
    blobs = open_blobs(load_settings(data_dir=tmp_path / "photos"))
    with running(postgres_database, tmp_path) as server:
        house, dest = House(server, blobs, lambda: ""), tmp_path / "backup"
        house.create(dest)
        assert slug(lambda: drill.verify(dest, "", "sqlite:///x", NOW_MS)) == "backup-other-engine"
        nobody = postgres_url.replace("/postgres", "/no_such_database", 1)
        closed = "postgresql://nobody@127.0.0.1:1/nothing"
        assert slug(lambda: drill.verify(dest, "", closed, NOW_MS)) == "database-down"
        assert nobody
        assert drill.verify(dest, "", postgres_url, NOW_MS).ok


def test_a_drill_leaves_nothing_behind(house: House, tmp_path: Path):
    house.create(tmp_path / "backup")
    house.verify(tmp_path / "backup")
    if house.store.dialect == "postgresql":
        query = text("SELECT count(*) FROM pg_database WHERE datname LIKE 'fieldops_drill_%'")
        assert house.server.look(lambda s: s.execute(query).scalar_one()) == 0


def test_a_drill_drops_what_killed_ones_have_left(
    postgres_database: str, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
):
    """Theirs alone, when they are old and nobody is connected to them."""
    # A day would let the drills of other tests drop them first.
    monkeypatch.setattr(drillscratch, "_LEFT_S", 1000)
    blobs, now_s = open_blobs(load_settings(data_dir=tmp_path / "photos")), int(time.time())
    old, used, young = (
        f"fieldops_drill_{now_s - age_s}_{os.urandom(6).hex()}" for age_s in (2000, 2000, 500)
    )
    other = f"fieldops_drill_{os.urandom(6).hex()}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        try:
            for name in (old, used, young, other):
                admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            with running(postgres_database, tmp_path) as server:
                House(server, blobs, lambda: "").create(tmp_path / "backup")
                with psycopg.connect(postgres_url, dbname=used):
                    assert drill.verify(tmp_path / "backup", "", postgres_url, NOW_MS).ok
            query = "SELECT datname FROM pg_database WHERE datname LIKE 'fieldops_drill_%'"
            left = {row[0] for row in admin.execute(query).fetchall()}
            assert left & {old, used, young, other} == {used, young, other}
        finally:
            for name in (old, used, young, other):
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                admin.execute(drop.format(sql.Identifier(name)))


def test_a_drill_whose_role_may_make_no_database_says_so(
    postgres_database: str, tmp_path: Path, postgres_url: str
):
    blobs = open_blobs(load_settings(data_dir=tmp_path / "photos"))
    role = f"r_{os.urandom(6).hex()}"
    may_not = make_url(postgres_url).set(username=role, password="x")
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        named = sql.Identifier(role)
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x'").format(named))
        try:
            with running(postgres_database, tmp_path) as server:
                House(server, blobs, lambda: "").create(tmp_path / "backup")
                url = may_not.render_as_string(hide_password=False)
                with pytest.raises(ProblemError) as raised:
                    drill.verify(tmp_path / "backup", "", url, NOW_MS)
        finally:
            admin.execute(sql.SQL("DROP ROLE {}").format(named))
    told = raised.value.problem
    assert told.type.endswith("scratch-denied")
    assert "CREATEDB" in told.title


def test_a_backup_that_broke_off_is_none(
    sqlite_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    house, dest = sqlite_house, tmp_path / "backup"
    with monkeypatch.context() as patch:
        patch.setattr(backup, "_manifest", lambda *_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            house.create(dest)
    assert backup.snapshots(dest) == []
    assert slug(lambda: backup.find(dest)) == "file"
    assert house.create(dest, NOW_MS + 1000).copied == 0


def test_a_photo_that_the_store_has_lost_is_told(sqlite_house: House, tmp_path: Path):
    house = sqlite_house
    house.blobs.delete(house.photos[0])
    assert slug(lambda: house.create(tmp_path / "backup")) == "backup-bad"
    assert backup.snapshots(tmp_path / "backup") == []


def add_picture(house: House, photo: str) -> dict[str, str]:
    """Derivatives of a photo, by kind, in the store and on record."""
    made = {}
    for kind in ("thumb", "view"):
        data = f"{kind} of {photo}".encode()
        made[kind] = hashlib.sha256(data).hexdigest()
        house.blobs.put(made[kind], io.BytesIO(data), len(data))
    keys = {kind: bytes.fromhex(one) for kind, one in made.items()}
    row = pictures.PictureRow(
        bytes.fromhex(photo),
        Picture(PictureFacts("decoded", format="JPEG", width=8, height=8)),
        pictures.Derivative(keys["thumb"], 73, pictures.THUMB_MIME),
        pictures.Derivative(keys["view"], 72, pictures.VIEW_MIME),
    )
    house.server.do(lambda s: pictures.put(s, [row], NOW_MS))
    return made


def pictured(url: str, photos: list[str]) -> set[str]:
    """The photos that have a picture on record."""
    store = open_store(url)
    try:
        with store.read() as session:
            return {one.hex() for one in pictures.get(session, map(bytes.fromhex, photos))}
    finally:
        store.close()


def test_a_missing_derivative_is_made_again_and_holds_up_no_backup(house: House, tmp_path: Path):
    dest, photos = tmp_path / "backup", house.photos
    made = [add_picture(house, photo) for photo in photos]
    house.blobs.delete(made[0]["thumb"])
    house.blobs.delete(made[1]["view"])
    done = house.create(dest)
    lost = sorted([made[0]["thumb"], made[1]["view"]])
    assert (done.manifest.remade, done.removed) == (lost, 0)
    assert (done.copied, done.manifest.blobs) == (7, 7), "three photos and four derivatives"
    assert pictured(house.url, photos) == {photos[2]}, "the worker looks at the others again"
    entry = house.server.look(lambda s: audit.latest(s, 1, "backup.create"))[0]
    assert entry.detail["remade"] == 2
    verified = house.verify(dest)
    assert (verified.ok, verified.faults) == (True, [])
    url, blobs = house.make_target(), target_blobs(tmp_path)
    recover.recover(dest, "", url, blobs, NOW_MS)
    assert pictured(url, photos) == {photos[2]}, "nothing restored names what is not there"
    again = house.create(dest, NOW_MS + 1000)
    assert (again.manifest.remade, again.copied, again.manifest.blobs) == ([], 0, 5)


def test_a_damaged_derivative_is_made_again_as_well(sqlite_house: House, tmp_path: Path):
    house = sqlite_house
    made = add_picture(house, house.photos[0])
    flip(next((tmp_path / "photos").rglob(made["thumb"])))
    assert house.create(tmp_path / "backup").manifest.remade == [made["thumb"]]


def test_a_derivative_whose_photo_is_lost_as_well_is_a_lost_photo(house: House, tmp_path: Path):
    """Also where the backup has the photo from before: the store is not what it should be."""
    dest, photo = tmp_path / "backup", house.photos[0]
    house.create(dest)
    made = add_picture(house, photo)
    for one in (photo, made["thumb"], made["view"]):
        house.blobs.delete(one)
    with pytest.raises(ProblemError) as caught:
        house.create(dest, NOW_MS + 1000)
    assert set(caught.value.problem.extra["photos"]) == {photo}
    assert pictured(house.url, house.photos) == {photo}, "nothing is forgotten"


def test_lost_photos_fail_the_backup_by_name_and_all_others_are_copied(
    house: House, tmp_path: Path
):
    dest = tmp_path / "backup"
    lost = house.photos[:2]
    for one in lost:
        house.blobs.delete(one)
    with pytest.raises(ProblemError) as caught:
        house.create(dest)
    problem = caught.value.problem
    assert slug_of(problem) == "backup-bad"
    assert set(problem.extra["photos"]) == set(lost)
    assert "media scrub" in problem.detail
    assert backup.open_kept(dest).head(house.photos[2]) == 70_000
    write = writer(DirectHandin(house.store, house.server.clock))
    Scrubber(house.store, house.blobs, write, 30).run_some([bytes.fromhex(one) for one in lost])
    assert house.create(dest, NOW_MS + 1000).manifest.blobs == 1


def test_very_many_lost_photos_are_counted(sqlite_house: House, tmp_path: Path):
    for seed in range(25):
        sqlite_house.blobs.delete(sqlite_house.add_photo(bytes([seed])))
    with pytest.raises(ProblemError, match="and 5 more"):
        sqlite_house.create(tmp_path / "backup")


def test_what_is_removed_in_due_course_meanwhile_is_left_out(house: House, tmp_path: Path):
    """The database is copied first; its photos may be collected or retired before theirs is."""
    photo, made = house.photos[0], add_picture(house, house.photos[0])

    def remove(session: Session) -> None:
        session.execute(
            text("UPDATE media SET state = 'condemned' WHERE sha256 = :s"),
            {"s": bytes.fromhex(photo)},
        )
        orphans.bury(session, [bytes.fromhex(photo)], NOW_MS)

    def watch(phase: str, done: int, _total: int) -> None:
        if (phase, done) == ("database", 1):
            for one in (photo, *made.values()):
                house.blobs.delete(one)
            house.server.do(remove)

    done = backup.create(house.store, house.blobs, tmp_path / "backup", NOW_MS, watch)
    assert (done.removed, done.manifest.remade, done.manifest.blobs) == (3, [], 2)
    assert house.verify(tmp_path / "backup").ok


@pytest.mark.parametrize("damage", ["not json", '{"format": "fieldops-backup"}'])
def test_a_damaged_manifest_is_told(sqlite_house: House, tmp_path: Path, damage: str):
    made = sqlite_house.create(tmp_path / "backup")
    manifest = a_part(tmp_path / "backup", backup.MANIFEST)
    known = json.loads(manifest.read_text())
    manifest.write_text(damage)
    assert slug(lambda: backup.find(tmp_path / "backup", made.snapshot)) == "backup-bad"
    manifest.write_text(json.dumps(known | {"version": 99}))
    assert slug(lambda: backup.find(tmp_path / "backup")) == "backup-bad"
    assert slug(lambda: backup.find(tmp_path / "backup", "20200101T000000000Z")) == "file"


def test_there_is_nothing_to_back_up_in_an_empty_database(tmp_path: Path):
    store = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    blobs = open_blobs(load_settings(data_dir=tmp_path / "photos"))
    assert slug(lambda: backup.create(store, blobs, tmp_path / "b", NOW_MS)) == "schema-foreign"
    store.close()


def test_a_backup_of_an_older_version_is_restored_and_brought_up(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As if version 0002 had come after the backup: a copy of the versions gets another one."""
    dest = tmp_path / "backup"
    house.create(dest)
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "v0002_more.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        'revision = "0002"\ndown_revision = "0001"\n'
        'def upgrade():\n    op.create_table("more", sa.Column("id", sa.Integer()))\n'
    )
    monkeypatch.setattr(migrate, "FOLDER", folder)
    if migrate.newest() != "0002":
        pytest.fail("give the made-up version the next number")
    assert house.verify(dest).faults == []
    url = house.make_target()
    recover.recover(dest, "", url, target_blobs(tmp_path), NOW_MS)
    store = open_store(url)
    with store.engine.connect() as connection:
        assert migrate.version(connection) == "0002"
    schema.prepare(store)
    store.close()


def test_a_large_database_is_dumped_within_bounded_memory(sqlite_house: House, tmp_path: Path):
    """200,000 rows of media more: the list of photos is streamed, and so is every check."""
    house = sqlite_house

    def fill(session: Session) -> None:
        session.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
                " INSERT INTO media SELECT randomblob(32), 1, 'x', 'bad', i, i, 0, i FROM n"
            )
        )

    house.server.do(fill)
    before = rss_mb()
    facts = dump.dump(house.store, fresh(tmp_path / "dump"))
    assert facts.rows["media"] == 200_003
    assert rss_mb() - before < 60


def fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder


def rss_mb() -> float:
    import psutil

    return psutil.Process(os.getpid()).memory_info().rss / 1024**2
