"""The floor of a push: a raw driver insert of as many rows of one fixed table.

14 columns hold what an op holds; three indexes: the primary key, (subject), (site, seq).  The table
is a fixed one: its subjects are at random places of their index, as UUIDv5 are, which results had
when the targets were set.  What the protocol gained by ordered ids is no gain of the floor.  It
runs in a process of its own, told by lines on its standard input:

    batches size   make the rows (not counted), answer ``ready``
    go             insert them, one transaction a batch; answer the CPU-seconds of this process
"""

import hashlib
import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid5

import msgspec
import psycopg
import sqlcipher3

from bench.databases import Database
from bench.meter import CpuMeter
from bench.ops import Walk, results
from fieldops_sync.ids import RESULT_NAMESPACE, uuid7
from fieldops_sync.wire import Op

Inserted = tuple[Any, ...]
Bind = Callable[[bytes], Any]
"""What the bytes of a row are turned into before they are bound."""

COLUMNS = (
    ("op_id", "bytea"), ("hash", "bytea"), ("incarnation", "bytea"), ("seq", "int8"),
    ("type", "text"), ("subject_kind", "text"), ("subject", "bytea"), ("site", "bytea"),
    ("actor", "bytea"), ("definition", "bytea"), ("occurred_ms", "int8"), ("received_ms", "int8"),
    ("status", "text"), ("payload", "bytea"),
)  # fmt: skip
_SQLITE_TYPES = {"bytea": "BLOB", "int8": "INTEGER", "text": "TEXT"}
_NAMES = ", ".join(name for name, _ in COLUMNS)
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "cache_size = -32000",
    "wal_autocheckpoint = 4000",
)
"""Those of the product's own writer (store/engine.py)."""


class Floor:
    """The other process, as the benchmark sees it; ``insert`` gives CPU-seconds."""

    def __init__(self, process: "subprocess.Popen[str]", database_cpu: CpuMeter) -> None:
        self._process = process
        self._database_cpu = database_cpu

    def insert(self, batches: int, size: int) -> float:
        """Insert rows; the CPU-seconds of driver and database together."""
        if self._ask(f"{batches} {size}") != "ready":
            raise RuntimeError("the floor's process did not get ready")
        before = self._database_cpu()
        own = float(self._ask("go"))
        return own + self._database_cpu() - before

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@contextmanager
def floor(database: Database, blob: str = "bytes") -> Iterator[Floor]:
    """A floor on an empty database of its own.  ``blob`` names the type that bytes are bound as.

    ``bytes`` is what an application holds and what the target's figures were measured with (39
    thousand rows per CPU-second); ``bytearray`` is the SQLite driver's faster path, see README.
    """
    command = [sys.executable, "-m", "bench.floor", database.engine, database.url, blob]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield Floor(process, database.cpu)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def main(engine: str, url: str, blob: str) -> None:
    """Serve the lines of standard input."""
    bound = {"bytes": bytes, "bytearray": bytearray}[blob]
    insert = _open_sqlite(url) if engine == "sqlite" else _open_postgres(url)
    made: list[list[Inserted]] = []
    walk = Walk(uuid7(), uuid7(), uuid7(), "ab" * 32)
    seqs = itertools.count(1)
    for line in sys.stdin:
        if line.strip() == "go":
            print(_timed(insert, made), flush=True)
            continue
        batches, size = map(int, line.split())
        made = [_rows(walk, seqs, size, bound) for _ in range(batches)]
        print("ready", flush=True)


def _timed(insert: Callable[[list[Inserted]], None], batches: list[list[Inserted]]) -> float:
    before = time.process_time()
    for rows in batches:
        insert(rows)
    return time.process_time() - before


def _rows(
    walk: Walk, seqs: Iterator[int], size: int, blob: Callable[[bytes], Any]
) -> list[Inserted]:
    """What ``size`` ops of a new inspection hold, in the order of their ids."""
    fresh = Walk(uuid7(), walk.site, walk.actor, walk.definition)
    raws = itertools.islice(results(fresh, seqs), size)
    return [_row(raw, fresh, blob) for raw in raws]


def _row(raw: bytes, walk: Walk, blob: Bind) -> Inserted:
    op = msgspec.json.decode(raw, type=Op)
    now_ms = time.time_ns() // 1_000_000
    return (
        blob(op.id.bytes), blob(hashlib.sha256(raw).digest()), blob(walk.inspection.bytes), op.seq,
        op.type, op.subject.kind, blob(_anywhere(op.subject.id)), blob(op.site.bytes),
        blob(op.actor.bytes), blob(bytes.fromhex(walk.definition)), now_ms, now_ms,
        "applied", blob(bytes(op.payload)),
    )  # fmt: skip


def _anywhere(subject: UUID) -> bytes:
    """An id for a subject that lies at a random place of an index."""
    return uuid5(RESULT_NAMESPACE, str(subject)).bytes


def _open_sqlite(url: str) -> Callable[[list[Inserted]], None]:
    connection = sqlcipher3.dbapi2.connect(
        url.removeprefix("sqlite:///"), isolation_level=None, cached_statements=32
    )
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    for statement in _schema(_SQLITE_TYPES):
        connection.execute(statement)
    query = f"INSERT INTO floor ({_NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"

    def insert(rows: list[Inserted]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(query, rows)
        connection.execute("COMMIT")

    return insert


def _open_postgres(url: str) -> Callable[[list[Inserted]], None]:
    connection = psycopg.connect(url, options="-c synchronous_commit=on", autocommit=True)
    for statement in _schema({}):
        connection.execute(statement.encode())
    query = f"COPY floor ({_NAMES}) FROM STDIN (FORMAT BINARY)".encode()
    types = [kind for _, kind in COLUMNS]

    def insert(rows: list[Inserted]) -> None:
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)

    return insert


def _schema(types: dict[str, str]) -> list[str]:
    columns = ", ".join(f"{name} {types.get(kind, kind)} NOT NULL" for name, kind in COLUMNS)
    return [
        f"CREATE TABLE floor ({columns}, PRIMARY KEY (op_id))",
        "CREATE INDEX floor_subject ON floor (subject)",
        "CREATE INDEX floor_site_seq ON floor (site, seq)",
    ]


if __name__ == "__main__":
    main(*sys.argv[1:])
