"""A full export of results, beside the same columns written by the least that could write them.

bulk ─┬─ a run in a process of its own, a format at a time ── rows a CPU-second, peak RSS
      ├─ SQLite: json_extract → csv.writer; PostgreSQL: COPY (SELECT …) TO STDOUT
      └─ a tablet that pushes, by itself and beside a run

The CPU of PostgreSQL's own processes counts on both sides.
"""

import subprocess
import time
from itertools import islice
from pathlib import Path

from bench import bulk, company, exportfloor, exportrun, ops
from bench.databases import Database, Engine, fresh
from bench.exportrun import Made
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from bench.server import serving
from bench.tablet import Tablet

_SITES = 20
_WRITER = "the same columns by csv.writer"
_BY = {
    "csv": Aim("rows a CPU s", _WRITER, "at least", 1.0),
    "masked": Aim("rows a CPU s", "csv.writer that masks the same", "at least", 0.7),
    "jsonl": Aim("rows a CPU s", _WRITER, "at least", 0.7),
    "parquet": Aim("rows a CPU s", _WRITER, "at least", 1.0),
}
_COPY = Aim("rows a CPU s", "COPY TO STDOUT of the same columns", "at least", 0.7)
_TABLETS = Aim("ops a second, beside a run", "the same tablet by itself", "at least", 0.7)
_RSS = Aim("MB peak RSS of a run, the highest of all formats", "300 MB", "at most", 1.0)
_LARGE = Aim("MB peak RSS of a run into all formats at once", "300 MB", "at most", 1.0)
_RSS_MB = 300.0
_BATCH = 50


def measure_export(name: str, engine: Engine, plan: Plan, folder: Path) -> list[Row]:
    """CSV, masked CSV, JSON Lines and Parquet of ``plan.exported`` results, in as many rounds as
    begin within ``plan.exports_s``."""
    rounds: list[dict[str, Sample]] = []
    with fresh(engine, folder) as database:
        made = _filled(database, plan.exported)
        end_s = time.monotonic() + plan.exports_s
        while len(rounds) < plan.runs and (not rounds or time.monotonic() < end_s):
            rounds.append(_round(database, plan.exported, folder))
        beside = _beside(database, made, plan, folder)
    aims = {**_BY, "csv": _COPY} if engine == "postgres" else _BY
    most_mb = [max(sample.rss_mb for sample in one.values()) for one in rounds]
    return [
        *(
            row(name if kind == "csv" else f"{name}-{kind}", aim, [one[kind] for one in rounds])
            for kind, aim in aims.items()
        ),
        row(f"{name}-rss", _RSS, [Sample(mb, _RSS_MB, mb) for mb in most_mb]),
        row(f"{name}-tablets", _TABLETS, beside),
    ]


def measure_large(name: str, engine: Engine, plan: Plan, folder: Path) -> list[Row]:
    """What one run of ``plan.exported_large`` results takes that writes all formats at once."""
    with fresh(engine, folder) as database:
        _filled(database, plan.exported_large)
        found = _run(database, "csv,jsonl,parquet", plan.exported_large, folder)
    return [row(name, _LARGE, [Sample(found.rss_mb, _RSS_MB, found.rss_mb)])]


def _filled(database: Database, results: int) -> company.Company:
    made = company.found(database.url, sites=_SITES)
    bulk.bulk(database.url, made, made.sites, results)
    return made


def _run(database: Database, formats: str, rows: int, folder: Path, level: int = 3) -> Made:
    return exportrun.made(database, exportrun.until(database), formats, folder, level, rows)


def _round(database: Database, rows: int, folder: Path) -> dict[str, Sample]:
    """Each format beside its floor."""
    plain, masked = (exportfloor.written(database, folder, masks) for masks in (False, True))
    floors_s = dict.fromkeys(_BY, plain) | {"masked": masked}
    if database.engine == "postgres":
        floors_s["csv"] = exportfloor.copied(database, folder)
    samples = {}
    for kind, floor_s in floors_s.items():
        format_, level = ("csv", 1) if kind == "masked" else (kind, 3)
        own = _run(database, format_, rows, folder, level)
        samples[kind] = Sample(rows / own.cpu_s, rows / floor_s, own.rss_mb)
    return samples


def _beside(database: Database, made: company.Company, plan: Plan, folder: Path) -> list[Sample]:
    """Ops a second that a tablet pushes while a run is written, and by itself before and after."""
    until, for_s = exportrun.until(database), plan.beside_s
    samples = []
    with serving(database, folder) as server:
        tablet = Tablet(server.port, made, made.codes[0])
        before = _pushed(tablet, for_s)
        for _ in range(plan.runs):
            process = subprocess.Popen(
                exportrun.command(database, until, "csv", folder), stdout=subprocess.DEVNULL
            )
            try:
                beside = _pushed(tablet, for_s, process)
            finally:
                process.kill()
                process.wait()
            after = _pushed(tablet, for_s)
            samples.append(Sample(beside, (before + after) / 2, server.rss_mb()))
            before = after
        tablet.close()
    return samples


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
