"""The least that could write the columns of a full export of results: csv.writer, or COPY."""

import csv
import hmac
import time
from pathlib import Path
from typing import Any

import psycopg
import sqlcipher3

from bench.databases import Database
from fieldops.rules.personal import has_hint, mask

SECRET = b"the secret of a bench's destination"
_SETTLE_S = 0.5
"""Until PostgreSQL has noticed that a backend has ended, and its CPU is counted once and whole."""
_SQLITE = """
    SELECT 'added', 0, lower(hex(r.id)), l.raw ->> '$.payload.inspection', lower(hex(r.feed)),
        l.raw ->> '$.def', l.raw ->> '$.payload.item', l.raw ->> '$.payload.repeat',
        l.raw ->> '$.payload.value', NULL, 'false', l.raw ->> '$.payload.outcome',
        l.raw ->> '$.payload.note', 0, l.raw ->> '$.payload.verdict', r.conflict IS NOT NULL,
        l.raw ->> '$.actor', l.raw ->> '$.at.wall', l.occurred_ms, l.received_ms
    FROM record r JOIN ledger l ON l.op_id = r.change WHERE r.kind = 'result'
"""
_POSTGRES = """
    SELECT 'added', 0, encode(r.id, 'hex')::uuid, b -> 'payload' ->> 'inspection',
        encode(r.feed, 'hex')::uuid, b ->> 'def', b -> 'payload' ->> 'item',
        b -> 'payload' ->> 'repeat', b -> 'payload' ->> 'value', NULL, false,
        b -> 'payload' ->> 'outcome', b -> 'payload' ->> 'note', 0, b -> 'payload' ->> 'verdict',
        r.conflict IS NOT NULL, b ->> 'actor', b -> 'at' ->> 'wall',
        to_timestamp(l.occurred_ms / 1000.0), to_timestamp(l.received_ms / 1000.0)
    FROM record r JOIN ledger l ON l.op_id = r.change,
        LATERAL (SELECT convert_from(l.raw, 'UTF8')::jsonb AS b OFFSET 0) parsed
    WHERE r.kind = 'result'
"""
_ACTOR, _NOTE, _VALUE = 16, 12, 8


def settled_cpu(database: Database) -> float:
    """The CPU-seconds of the database until now, with all that has ended."""
    time.sleep(_SETTLE_S if database.engine == "postgres" else 0)
    return database.cpu()


def written(database: Database, folder: Path, masks: bool) -> float:
    """CPU-seconds of a query whose rows go to csv.writer, as they are or masked."""
    begin_s, before_s = time.process_time(), settled_cpu(database)
    with (folder / "floor.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if database.engine == "sqlite":
            connection = sqlcipher3.dbapi2.connect(database.url.removeprefix("sqlite:///"))
            rows: Any = connection.execute(_SQLITE)
            writer.writerows(map(_masked, rows) if masks else rows)
            connection.close()
            return time.process_time() - begin_s
        with psycopg.connect(database.url) as here, here.cursor("rows") as cursor:
            cursor.itersize = 5000
            rows = cursor.execute(_POSTGRES)
            writer.writerows(map(_masked, rows) if masks else rows)
            # While the backend is there: what has ended is counted when its parent has noticed.
            return time.process_time() - begin_s + database.cpu() - before_s


def copied(database: Database, folder: Path) -> float:
    """CPU-seconds of a COPY of the same rows into a file."""
    begin_s, before_s = time.process_time(), settled_cpu(database)
    query = f"COPY ({_POSTGRES}) TO STDOUT (FORMAT CSV)"
    with psycopg.connect(database.url) as connection, connection.cursor() as cursor:
        with cursor.copy(query.encode()) as copy, (folder / "floor.csv").open("wb") as file:
            for chunk in copy:
                file.write(chunk)
        return time.process_time() - begin_s + database.cpu() - before_s


def _masked(found: Any) -> list[Any]:
    cells = [*found]
    cells[_ACTOR] = hmac.digest(SECRET, str(cells[_ACTOR]).encode(), "sha256")[:16].hex()
    for at in (_NOTE, _VALUE):
        if cells[at] and has_hint(cells[at]):
            cells[at] = mask(cells[at], 1)  # type: ignore[arg-type]
    return cells
