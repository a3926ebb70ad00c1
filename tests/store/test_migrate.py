"""Migrations lead to exactly what ``tables`` declares, once, on both databases."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
import sqlcipher3
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel

from fieldops.model.problem import ProblemError, slug_of
from fieldops.store import (
    audittables,
    desktables,
    engine,
    exporttables,
    findingtables,
    formtables,
    jobtables,
    log,
    looptables,
    maptables,
    meta,
    migrate,
    notifytables,
    oncetables,
    phototables,
    reporttables,
    rostertables,
    schema,
    signintables,
    tables,
)
from fieldops.store.engine import Store, open_store

Open = Callable[[], Store]


@pytest.fixture(params=["sqlite", "postgres"])
def open_new(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens fresh databases of one engine; they are closed after the test."""
    opened: list[Store] = []

    def open_() -> Store:
        url = f"sqlite:///{tmp_path / f'{len(opened)}.db'}"
        if request.param == "postgres":
            url = request.getfixturevalue("make_postgres_database")()
        opened.append(open_store(url))
        return opened[-1]

    yield open_
    for store in opened:
        store.close()


def _index(found: Any) -> str:
    """A partial index's condition is an object that only its text can be compared by."""
    options = {key: str(value) for key, value in found.get("dialect_options", {}).items()}
    return str({**found, "dialect_options": options})


def shape(engine: Engine) -> dict[str, Any]:
    """Everything about every table that a database can tell."""
    seen = inspect(engine)
    names = sorted(set(seen.get_table_names()) - {migrate.VERSION_TABLE})
    return {
        name: {
            "columns": [
                {key: str(value) for key, value in column.items()}
                for column in seen.get_columns(name)
            ],
            "indexes": sorted(_index(index) for index in seen.get_indexes(name)),
            "unique": sorted(map(str, seen.get_unique_constraints(name))),
            "key": str(seen.get_pk_constraint(name)),
            "clustered": clustered(engine, name),
        }
        for name in names
    }


def clustered(engine: Engine, table: str) -> bool:
    if engine.dialect.name != "sqlite":
        return False
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :n"), {"n": table}
        )
        return "WITHOUT ROWID" in found.scalar_one()


def slug(store: Store, call: Callable[[Store], object] = schema.prepare) -> str:
    with pytest.raises(ProblemError) as caught:
        call(store)
    return slug_of(caught.value.problem)


def set_version(store: Store, number: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{number}'"))


def test_migrations_lead_to_the_declared_tables(open_new: Open):
    migrated, declared = open_new(), open_new()
    assert migrate.upgrade(migrated.engine) is None
    SQLModel.metadata.create_all(declared.engine)
    assert shape(migrated.engine) == shape(declared.engine)
    assert set(shape(migrated.engine)) == set(SQLModel.metadata.tables)
    with migrated.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_comparison_sees_a_difference(open_new: Open):
    store, other = open_new(), open_new()
    for one in (store, other):
        migrate.upgrade(one.engine)
    with other.engine.begin() as connection:
        connection.execute(text("DROP INDEX sent_source_seq"))
    assert shape(store.engine) != shape(other.engine)


def test_a_new_database_is_prepared_and_initialised(open_new: Open):
    store = open_new()
    schema.prepare(store)
    with store.read() as session:
        assert log.counter(session) == 0
        epoch, secret = log.epoch(session), meta.secret(session)
    schema.prepare(store)
    with store.read() as session:
        assert (log.epoch(session), meta.secret(session)) == (epoch, secret)


def test_several_servers_may_prepare_one_database_at_once(empty_database_url: str):
    stores = [open_store(empty_database_url) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(schema.prepare, stores))
    with stores[0].read() as session:
        assert session.execute(text("SELECT count(*) FROM log_head")).scalar_one() == 1
        assert session.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
    for store in stores:
        store.close()


@contextmanager
def held(url: str, seconds: float) -> Iterator[None]:
    """A new file that somebody writes to who has not gone over to a WAL yet."""
    path = url.removeprefix("sqlite:///")
    with closing(sqlcipher3.dbapi2.connect(path, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        letting_go = Timer(seconds, other.rollback)
        letting_go.start()
        yield
        letting_go.join()


def test_a_new_sqlite_that_somebody_else_is_making_is_waited_for(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    store = open_store(url)
    with held(url, 0.2):
        schema.prepare(store)
    store.close()


def test_a_new_sqlite_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "_PATIENCE_S", 0)
    url = f"sqlite:///{tmp_path / 'new.db'}"
    store = open_store(url)
    with held(url, 0.2):
        assert slug(store) == "database-busy"
    store.close()


def test_a_newer_database_is_refused(open_new: Open):
    store = open_new()
    schema.prepare(store)
    set_version(store, "9999")
    assert slug(store) == "schema-newer"


def test_a_database_of_something_else_is_refused_untouched(open_new: Open):
    store = open_new()
    with store.engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id integer)"))
    assert slug(store) == "schema-foreign"
    assert inspect(store.engine).get_table_names() == ["theirs"]


def test_an_older_postgresql_waits_for_the_command(postgres_database: str, older: None):
    store = open_store(postgres_database)
    migrate.upgrade(store.engine)
    set_version(store, "0000")
    assert slug(store) == "schema-outdated"
    store.close()


def test_an_older_sqlite_is_upgraded_at_start(
    sqlite_database: str, older: None, monkeypatch: pytest.MonkeyPatch
):
    store = open_store(sqlite_database)
    migrate.upgrade(store.engine)
    set_version(store, "0000")
    asked: list[Any] = []
    monkeypatch.setattr(migrate, "run", asked.append)
    migrate.prepare(store.engine)
    assert len(asked) == 1
    store.close()


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there had been a version before the first."""
    known = ["0000", *migrate.numbers()]
    monkeypatch.setattr(migrate, "numbers", lambda: known)


def test_a_failed_upgrade_leaves_nothing(open_new: Open, monkeypatch: pytest.MonkeyPatch):
    store = open_new()
    run = migrate.run

    def breaks(connection: Any) -> None:
        run(connection)
        raise RuntimeError("the power went")

    monkeypatch.setattr(migrate, "run", breaks)
    with pytest.raises(RuntimeError):
        migrate.upgrade(store.engine)
    assert inspect(store.engine).get_table_names() == []


def test_no_database_is_a_problem(tmp_path: Path):
    store = open_store(f"sqlite:///{tmp_path}/missing/fieldops.db")
    assert slug(store) == "database-down"
    store.close()


def test_a_file_that_is_no_database_is_a_problem(tmp_path: Path):
    (tmp_path / "fieldops.db").write_bytes(b"a letter, no database" * 1000)
    store = open_store(f"sqlite:///{tmp_path / 'fieldops.db'}")
    assert slug(store) == "database-down"
    store.close()


def test_the_next_version_is_written_from_the_tables(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The command's path, on a copy of the folder and with a column that is not there yet."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for path in migrate.FOLDER.rglob("*.*"):
        if path.suffix in (".py", ".mako"):
            (folder / path.relative_to(migrate.FOLDER)).write_bytes(path.read_bytes())
    monkeypatch.setattr(migrate, "FOLDER", folder)
    store = open_store(sqlite_database)
    migrate.upgrade(store.engine)
    with store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE meta DROP COLUMN value"))
    made = migrate.write_version(store.engine, "say what changes")
    store.close()
    number = f"{int(migrate.newest()):04}"
    assert made.name == f"v{number}_say_what_changes.py"
    assert number == migrate.newest()
    assert "add_column" in made.read_text()
    assert "'value'" in made.read_text()


def test_the_command_finds_nothing_to_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    written: list[str] = []

    def write(engine: Engine, subject: str) -> Path:
        with engine.connect() as connection:
            assert migrate.standing(connection) == "current"
        written.append(subject)
        return tmp_path

    monkeypatch.setattr(migrate, "write_version", write)
    migrate.main(["say", "it"])
    assert written == ["say it"]


def test_a_start_with_nothing_to_migrate_leaves_alembic_alone(empty_sqlite_database: str):
    program = (
        "import sys; from fieldops.store import schema;"
        "from fieldops.store.engine import open_store;"
        f"store = open_store({empty_sqlite_database!r}); schema.prepare(store); store.close();"
        "print('alembic' in sys.modules)"
    )
    said = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert [one.stdout.strip() for one in said] == ["True", "False"]


def test_every_table_is_declared_in_a_module_of_tables():
    modules = (
        tables,
        audittables,
        desktables,
        phototables,
        looptables,
        findingtables,
        formtables,
        maptables,
        exporttables,
        notifytables,
        jobtables,
        oncetables,
        reporttables,
        rostertables,
        signintables,
    )
    known = [value for module in modules for value in vars(module).values()]
    declared = {one.__tablename__ for one in known if hasattr(one, "__tablename__")}
    assert declared - {"sqlmodel"} == set(SQLModel.metadata.tables)
