"""The tablet's database: one SQLite file and a folder of media that survive being killed.

WAL with ``synchronous=FULL``: what a method of the outbox has returned is on the disk.  One
connection, one lock; a transaction is all or nothing, and only this module commits.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sqlcipher3 import dbapi2

SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE op (
    id BLOB PRIMARY KEY, made INTEGER NOT NULL, incarnation BLOB NOT NULL, seq INTEGER NOT NULL,
    kind TEXT NOT NULL, subject BLOB NOT NULL, site BLOB NOT NULL, raw BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'kept', 'refused')),
    receipt BLOB, revision INTEGER NOT NULL DEFAULT 0, position INTEGER, settled_ms INTEGER,
    UNIQUE (incarnation, seq)
) WITHOUT ROWID;
CREATE INDEX op_by_state ON op (state, made);
CREATE INDEX op_by_subject ON op (kind, subject, made);
CREATE INDEX op_by_site ON op (site, state);
CREATE TABLE photo (
    sha256 TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL, mime TEXT NOT NULL, site BLOB NOT NULL,
    made INTEGER NOT NULL, url TEXT NOT NULL DEFAULT '', position INTEGER, settled_ms INTEGER,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'stored', 'damaged'))
) WITHOUT ROWID;
CREATE TABLE record (
    kind TEXT NOT NULL, id BLOB NOT NULL, feed BLOB NOT NULL, revision INTEGER NOT NULL,
    generation INTEGER NOT NULL, change BLOB NOT NULL, removed INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX record_by_feed ON record (feed);
CREATE TABLE site (
    id BLOB PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('open', 'sealed', 'purged'))
) WITHOUT ROWID;
CREATE TABLE definition (sha256 TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE person (
    id BLOB PRIMARY KEY, name TEXT NOT NULL, staff_number TEXT NOT NULL, pin TEXT,
    failures INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""
# Ids are 16 bytes, `made` counts what the tablet did, `settled_ms` is the server's time in ms.

Db = Any
"""A DB-API connection inside a transaction."""


class ShelfUnreadable(RuntimeError):
    """The outbox file is damaged or gone from beside its photos, encrypted with another secret,
    of a newer version, or open in another process.
    """


class Shelf:
    """The open database and the media folder beside it."""

    def __init__(self, folder: Path, secret: str = "") -> None:
        """Open or create; ``secret`` encrypts the database at rest (SQLCipher)."""
        self.media = folder / "media"
        _make_folder(self.media)
        self._lock = threading.RLock()
        self._alone = _lock_file(folder / "outbox.lock")
        self._db = dbapi2.connect(
            str(folder / "outbox.db"), isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare(secret)
        except ShelfUnreadable:
            self.close()
            raise
        except dbapi2.DatabaseError as error:
            self.close()
            raise ShelfUnreadable("the outbox cannot be opened") from error

    def close(self) -> None:
        """Close the database; the shelf cannot be used any more."""
        with self._lock:
            self._db.close()
            self._alone.close()

    @contextmanager
    def writing(self) -> Iterator[Db]:
        """One durable transaction: committed at the end, rolled back by any exception.

        Raises ShelfUnreadable where the file turns out to be damaged.
        """
        with self._lock, _damage_told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[Db]:
        """A look at what is committed; raises ShelfUnreadable as ``writing`` does."""
        with self._lock, _damage_told():
            yield self._db

    def _prepare(self, secret: str) -> None:
        # What is wrong is raised; SQLCipher would write it to the app's standard error, too.
        self._db.execute("PRAGMA cipher_log_level = NONE")
        if secret:
            quoted = secret.replace("'", "''")
            self._db.execute(f"PRAGMA key = '{quoted}'")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA busy_timeout = 10000")
        with self.writing() as db:
            found = db.execute("PRAGMA user_version").fetchone()[0]
            if found > SCHEMA_VERSION:
                raise ShelfUnreadable("the outbox was written by a newer version")
            if found == 0:
                # To begin anew would sweep away photos that the lost database knew.
                if any(self.media.iterdir()):
                    raise ShelfUnreadable("photos are here, but their database is gone or empty")
                for statement in _SCHEMA.split(";\n"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except dbapi2.DatabaseError as error:
        # SQLITE_CORRUPT and SQLITE_NOTADB are of this very class; of its subclasses are slips.
        if type(error) is not dbapi2.DatabaseError:
            raise
        raise ShelfUnreadable("the outbox is damaged") from error


def get_meta(db: Db, name: str) -> bytes | None:
    """A value of the tablet's own, or None."""
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return bytes(row[0]) if row else None


def set_meta(db: Db, name: str, value: bytes) -> None:
    """Remember a value of the tablet's own."""
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def get_count(db: Db, name: str) -> int:
    """A number of the tablet's own, 0 if there is none yet."""
    return int(get_meta(db, name) or b"0")


def next_count(db: Db, name: str) -> int:
    """The next number of a counter that begins at 1."""
    number = get_count(db, name) + 1
    set_meta(db, name, b"%d" % number)
    return number


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lock_file(path: Path) -> BinaryIO:
    """Hold the outbox for this process alone; a killed process lets go of it."""
    file = path.open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise ShelfUnreadable("the outbox is open in another process") from error
    return file


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sync_folder(folder.parent)
