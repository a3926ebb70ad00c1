"""A full export of results, beside the same columns written by the least that could write them.

bulk ─┬─ write_run in a process of its own, a format at a time ── rows a CPU-second, peak RSS
      ├─ SQLite: json_extract → csv.writer; PostgreSQL: COPY (SELECT …) TO STDOUT
      └─ a tablet that pushes, by itself and beside a run

The CPU of PostgreSQL's own processes counts on both sides.  ``python -m bench.export URL UNTIL
FORMAT LEVEL FOLDER`` is that process.
"""

import csv
import gc
import hmac
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import sqlcipher3
from msgspec import Struct

from bench import bulk, company, ops
from bench.databases import Database, Engine, fresh
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from bench.server import serving
from bench.tablet import Tablet
from fieldops.rules.personal import has_hint, mask
from fieldops.store import log
from fieldops.store.engine import open_store

_SITES = 20
_SECRET = b"the secret of a bench's destination"
_BY = {
    "csv": Aim("rows a CPU s", "the same columns by csv.writer", "at least", 1.0),
    "masked": Aim("rows a CPU s", "csv.writer that masks the same", "at least", 0.7),
    "jsonl": Aim("rows a CPU s", "the same columns by csv.writer", "at least", 0.7),
    "parquet": Aim("rows a CPU s", "the same columns by csv.writer", "at least", 1.0),
}
_TABLETS = Aim("ops a second, beside a run", "the same tablet by itself", "at least", 0.7)
_RSS = Aim("MB peak RSS of a run, the highest of all formats", "300 MB", "at most", 1.0)
_RSS_MB = 300.0
_BATCH = 50
_SETTLE_S = 0.5
"""Until PostgreSQL has noticed that a backend has ended, and its CPU is counted."""
_COPY = Aim("rows a CPU s", "COPY TO STDOUT of the same columns", "at least", 0.7)
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
        LATERAL (SELECT convert_from(l.raw, 'UTF8')::json AS b OFFSET 0) parsed
    WHERE r.kind = 'result'
"""
_ACTOR, _NOTE, _VALUE = 16, 12, 8


class Made(Struct):
    """What the other process tells."""

    cpu_s: float
    rss_mb: float
    rows: int


def measure_export(name: str, engine: Engine, plan: Plan, folder: Path) -> list[Row]:
    """CSV, masked CSV, JSON Lines and Parquet of ``plan.exported`` results."""
    samples: dict[str, list[Sample]] = {kind: [] for kind in _BY}
    with fresh(engine, folder) as database:
        made = company.found(database.url, sites=_SITES)
        bulk.bulk(database.url, made, made.sites, plan.exported)
        until = _until(database)
        for _ in range(plan.exports):
            floors = {masks: _floor(database, folder, masks) for masks in (False, True)}
            copied = _copy(database, folder) if engine == "postgres" else floors[False]
            for kind, found in samples.items():
                own = _own(database, until, kind, folder)
                floor = copied if kind == "csv" else floors[kind == "masked"]
                speed, least = (plan.exported / cpu_s for cpu_s in (own.cpu_s, floor))
                if own.rows != plan.exported:
                    raise RuntimeError(f"{own.rows} rows came out of {plan.exported}")
                found.append(Sample(speed, least, own.rss_mb))
        beside = _beside(database, made, until, plan.beside_s, folder)
    aims = {**_BY, "csv": _COPY} if engine == "postgres" else _BY
    kinds = {"csv": name, **{kind: f"{name}-{kind}" for kind in _BY if kind != "csv"}}
    most_mb = max(one.rss_mb for found in samples.values() for one in found)
    return [
        *(row(kinds[kind], aims[kind], found) for kind, found in samples.items()),
        row(f"{name}-rss", _RSS, [Sample(most_mb, _RSS_MB, most_mb)]),
        row(f"{name}-tablets", _TABLETS, [beside]),
    ]


def _until(database: Database) -> int:
    store = open_store(database.url)
    try:
        with store.read() as session:
            return log.counter(session)
    finally:
        store.close()


def _own(database: Database, until: int, kind: str, folder: Path) -> Made:
    before_s = database.cpu()
    done = subprocess.run(_command(database, until, kind, folder), check=True, capture_output=True)
    time.sleep(_SETTLE_S)
    made = msgspec.json.decode(done.stdout, type=Made)
    made.cpu_s += database.cpu() - before_s
    return made


def _command(database: Database, until: int, kind: str, folder: Path) -> list[str]:
    format_, level = ("csv", 1) if kind == "masked" else (kind, 3)
    given = [database.url, str(until), format_, str(level), str(folder)]
    return [sys.executable, "-m", "bench.export", *given]


def _beside(
    database: Database, made: company.Company, until: int, for_s: float, folder: Path
) -> Sample:
    """Ops a second that a tablet pushes while runs are written, and by itself before and after."""
    with serving(database, folder) as server:
        tablet = Tablet(server.port, made, made.codes[0])
        _pushed(tablet, for_s / 4)
        before = _pushed(tablet, for_s)
        process = subprocess.Popen(
            _command(database, until, "csv", folder), stdout=subprocess.DEVNULL
        )
        try:
            beside = _pushed(tablet, for_s, process)
        finally:
            process.kill()
            process.wait()
        after = _pushed(tablet, for_s)
        tablet.close()
        return Sample(beside, (before + after) / 2, server.rss_mb())


def _pushed(tablet: Tablet, for_s: float, while_: "subprocess.Popen[bytes] | None" = None) -> float:
    """Ops a second, for so long at most, while a process runs."""
    (walk,) = tablet.begin(1)
    stream = ops.results(walk, tablet.seqs)
    began_s, done = time.monotonic(), 0
    while done == 0 or time.monotonic() - began_s < for_s:
        if done and while_ is not None and while_.poll() is not None:
            break
        tablet.push(list(islice(stream, _BATCH)))
        done += _BATCH
    return done / (time.monotonic() - began_s)


def _floor(database: Database, folder: Path, masks: bool) -> float:
    """CPU-seconds of a query whose rows go to csv.writer, as they are or masked."""
    begin_s, before_s = time.process_time(), database.cpu()
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


def _copy(database: Database, folder: Path) -> float:
    begin_s, before_s = time.process_time(), database.cpu()
    query = f"COPY ({_POSTGRES}) TO STDOUT (FORMAT CSV)"
    with psycopg.connect(database.url) as connection, connection.cursor() as cursor:
        with cursor.copy(query.encode()) as copy, (folder / "floor.csv").open("wb") as file:
            for chunk in copy:
                file.write(chunk)
        return time.process_time() - begin_s + database.cpu() - before_s


def _masked(found: Any) -> list[Any]:
    cells = [*found]
    cells[_ACTOR] = hmac.digest(_SECRET, str(cells[_ACTOR]).encode(), "sha256")[:16].hex()
    for at in (_NOTE, _VALUE):
        if cells[at] and has_hint(cells[at]):
            cells[at] = mask(cells[at], 1)  # type: ignore[arg-type]
    return cells


def _run(url: str, until: str, format_: str, level: str, folder: str) -> Made:
    """A run of results alone, in this process."""
    from fieldops.export.run import write_run
    from fieldops.export.wanted import Wanted
    from fieldops.settings import load_settings
    from fieldops.store.blobs import open_blobs

    gc.set_threshold(50_000, 20, 50)  # as the worker has it, which writes runs
    settings = load_settings(data_dir=Path(folder) / "data")
    wanted = msgspec.convert(
        {
            "run": "bench",
            "until": int(until),
            "audience": {"level": int(level)},
            "secret": _SECRET,
            "datasets": ("results",),
            "formats": (format_,),
        },
        Wanted,
    )
    target = Path(folder) / "run"
    target.mkdir(exist_ok=True)
    store = open_store(url)
    begin_s = time.process_time()
    made = write_run(store, open_blobs(settings), settings, wanted, target, lambda *_: None)
    cpu_s = time.process_time() - begin_s
    store.close()
    return Made(cpu_s, _peak_mb(), made.fieldops.datasets["results"].totals.rows)


def _peak_mb() -> float:
    """The highest resident set of this process."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_run(*sys.argv[1:])))
