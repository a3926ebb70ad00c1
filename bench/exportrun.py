"""A run of the export in a process of its own, and what it took.

``python -m bench.exportrun URL UNTIL FORMATS LEVEL FOLDER`` is that process.
"""

import gc
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.databases import Database
from bench.exportfloor import SECRET, settled_cpu
from bench.meter import peak_rss_mb
from fieldops.store import log
from fieldops.store.engine import open_store


class Made(Struct):
    """What the other process tells: CPU-seconds, MB at most, rows."""

    cpu_s: float
    rss_mb: float
    rows: int


def made(
    database: Database, until: int, formats: str, folder: Path, level: int = 3, of: int = 0
) -> Made:
    """A run of ``of`` results to its end; the CPU of the database's processes counts."""
    before_s = settled_cpu(database)
    done = subprocess.run(
        command(database, until, formats, folder, level), check=True, stdout=subprocess.PIPE
    )
    found = msgspec.json.decode(done.stdout, type=Made)
    found.cpu_s += settled_cpu(database) - before_s
    if found.rows != of:
        raise RuntimeError(f"{found.rows} rows came out of {of}")
    return found


def command(
    database: Database, until: int, formats: str, folder: Path, level: int = 3
) -> list[str]:
    """The process that writes results into ``folder``, in formats such as ``csv,jsonl``."""
    given = [database.url, str(until), formats, str(level), str(folder)]
    return [sys.executable, "-m", "bench.exportrun", *given]


def until(database: Database) -> int:
    """The last position of the log."""
    store = open_store(database.url)
    try:
        with store.read() as session:
            return log.counter(session)
    finally:
        store.close()


def _run(url: str, until: str, formats: str, level: str, folder: str) -> Made:
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
            "secret": SECRET,
            "datasets": ("results",),
            "formats": formats.split(","),
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
    return Made(cpu_s, peak_rss_mb(os.getpid()), made.fieldops.datasets["results"].totals.rows)


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(_run(*sys.argv[1:])))
