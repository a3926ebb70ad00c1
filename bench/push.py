"""Push: rows per CPU-second of server and database, beside a raw insert of as many rows."""

import time
from math import ceil
from pathlib import Path

from bench.company import found
from bench.databases import Engine, fresh, size_bytes
from bench.floor import Floor, floor
from bench.meter import CpuMeter
from bench.ops import Walk
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from bench.server import serving
from bench.tablet import BATCH_MAX, Tablet

SIZES = (50, 500, 2000)
ENCODINGS = ("identity", "gzip", "zstd")
_AT_LEAST = {"sqlite": 0.40, "postgres": 0.30}
_AIMED_AT = (500, "identity")
"""What is asked of a full batch as it is; other sizes and packings are for comparison."""
_RAW = {
    "sqlite": "executemany of as many rows, 14 columns, 3 indexes",
    "postgres": "COPY of as many rows, 14 columns, 3 indexes",
}

_ON_DISK = Aim("bytes on disk per op", "the same rows in the raw table", "at most", 4.0)


def measure_push(
    name: str, engine: Engine, size: int, encoding: str, plan: Plan, folder: Path
) -> list[Row]:
    """Push walks of ``size`` results one after another over one connection."""
    batch = min(size, BATCH_MAX)
    parts = size // batch
    with fresh(engine, folder) as database, fresh(engine, folder) as bare:
        company = found(database.url)
        with serving(database, folder) as server, floor(bare) as raw:
            tablet = Tablet(server.port, company, company.codes[0], encoding)
            walks = _warm_up(tablet, raw, server.cpu, (parts, batch), plan)
            samples = []
            for _ in range(plan.runs):
                begun = tablet.begin(walks)
                cpu_s = _timed(server.cpu, tablet, begun, (parts, batch))
                batches = max(walks * parts, ceil(plan.floor_rows / batch))
                raw_s = raw.insert(batches, batch)
                value, bare_value = walks * size / cpu_s, batches * batch / raw_s
                samples.append(Sample(value, bare_value, server.rss_mb()))
            tablet.close()
    target = _AT_LEAST[engine] if (size, encoding) == _AIMED_AT else 0.0
    aim = Aim("rows per CPU-second", _RAW[engine], "at least", target)
    return [row(name, aim, samples)]


def _warm_up(tablet: Tablet, raw: Floor, cpu: CpuMeter, shape: tuple[int, int], plan: Plan) -> int:
    """Push and insert some, uncounted; how many walks take as long as the plan says."""
    raw.insert(*shape)
    walks, spent_s, began_s = 0, 0.0, time.monotonic()
    while spent_s < plan.push_cpu_s / 3:
        spent_s += _timed(cpu, tablet, tablet.begin(2), shape)
        walks += 2
    by_cpu = 1.1 * plan.push_cpu_s * walks / spent_s
    by_clock = plan.push_wall_s * walks / (time.monotonic() - began_s)
    return max(1, ceil(min(by_cpu, by_clock)))


def _timed(cpu: CpuMeter, tablet: Tablet, walks: list[Walk], shape: tuple[int, int]) -> float:
    """The CPU-seconds that these walks cost; ``shape`` is batches a walk and results a batch."""
    before = cpu()
    for walk in walks:
        tablet.record(walk, *shape)
    return cpu() - before


def measure_bytes(name: str, engine: Engine, plan: Plan, folder: Path) -> list[Row]:
    """What each op leaves on disk, everything counted: op, receipt, state, log, audit, indexes."""
    batches = max(1, plan.disk_ops // BATCH_MAX)
    ops = batches * BATCH_MAX
    samples = []
    with fresh(engine, folder) as database, fresh(engine, folder) as bare:
        company = found(database.url)
        with serving(database, folder) as server, floor(bare) as raw:
            tablet = Tablet(server.port, company, company.codes[0])
            for _ in range(plan.runs):
                before, bare_before = size_bytes(database), size_bytes(bare)
                for walk in tablet.begin(batches):
                    tablet.record(walk, 1, BATCH_MAX)
                raw.insert(batches, BATCH_MAX)
                grown, bare_grown = size_bytes(database) - before, size_bytes(bare) - bare_before
                samples.append(Sample(grown / ops, bare_grown / ops, server.rss_mb()))
            tablet.close()
    return [row(name, _ON_DISK, samples)]


def measure_floor(name: str, plan: Plan, folder: Path) -> list[Row]:
    """SQLite's floor beside what it is when ``bytearray`` is bound, for whoever compares.

    The driver looks for an adapter for each ``bytes``; our own statements bind ``bytearray``.
    """
    batches = max(2, int(20 * plan.push_cpu_s))
    rows = batches * BATCH_MAX
    samples = []
    with (
        fresh("sqlite", folder) as plain,
        fresh("sqlite", folder) as bare,
        floor(plain, "bytes") as slow,
        floor(bare, "bytearray") as fast,
    ):
        for _ in range(plan.runs):
            slow_s, fast_s = (one.insert(batches, BATCH_MAX) for one in (slow, fast))
            samples.append(Sample(rows / slow_s, rows / fast_s, 0))
    aim = Aim("rows per CPU-second, bytes", "executemany, bytearray", "at least", 0.0)
    return [row(name, aim, samples)]
