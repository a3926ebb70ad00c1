"""Push: rows per CPU-second of server and database, beside a raw insert of as many rows."""

from math import ceil
from pathlib import Path

from bench.company import found
from bench.databases import Database, Engine, fresh, size_bytes
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
"""Issue 2, "Shows"; stated there for 500 results, plain."""
_RAW = {
    "sqlite": "executemany of as many rows, 14 columns, 3 indexes",
    "postgres": "COPY of as many rows, 14 columns, 3 indexes",
}


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
            walks = _warm_up(tablet, raw, server.cpu, (parts, batch), plan.push_cpu_s)
            samples = []
            for _ in range(plan.runs):
                begun = tablet.begin(walks)
                cpu_s = _timed(server.cpu, tablet, begun, (parts, batch))
                raw_s = raw.insert(walks * parts, batch)
                rows = walks * size
                samples.append(Sample(rows / cpu_s, rows / raw_s, server.rss_mb()))
            tablet.close()
    aim = Aim("rows per CPU-second", _RAW[engine], "at least", _AT_LEAST[engine])
    return [row(name, aim, samples)]


def _warm_up(
    tablet: Tablet, raw: Floor, cpu: CpuMeter, shape: tuple[int, int], wanted_s: float
) -> int:
    """Push and insert some, uncounted; how many walks take ``wanted_s`` of CPU."""
    raw.insert(*shape)
    walks, spent_s = 0, 0.0
    while spent_s < wanted_s / 3:
        spent_s += _timed(cpu, tablet, tablet.begin(2), shape)
        walks += 2
    return max(1, ceil(1.1 * wanted_s * walks / spent_s))


def _timed(cpu: CpuMeter, tablet: Tablet, walks: list[Walk], shape: tuple[int, int]) -> float:
    """The CPU-seconds that these walks cost; ``shape`` is batches a walk and results a batch."""
    before = cpu()
    for walk in walks:
        tablet.record(walk, *shape)
    return cpu() - before


def measure_bytes(name: str, engine: Engine, plan: Plan, folder: Path) -> list[Row]:
    """What each op leaves on disk, everything counted: op, receipt, state, log, audit, indexes."""
    samples = []
    for _ in range(plan.runs):
        with fresh(engine, folder) as database, fresh(engine, folder) as bare:
            batches = plan.disk_ops // BATCH_MAX
            with floor(bare) as raw:
                raw.insert(batches, BATCH_MAX)
            bare_bytes, rss_mb = size_bytes(bare), [0.0]
            product_bytes = _grown(database, batches, folder, rss_mb)
        ops = batches * BATCH_MAX
        samples.append(Sample(product_bytes / ops, bare_bytes / ops, rss_mb[0]))
    aim = Aim("bytes on disk per op", "the same rows in the raw table", "at most", 3.0)
    return [row(name, aim, samples)]


def _grown(database: Database, batches: int, folder: Path, rss_mb: list[float]) -> int:
    company = found(database.url)
    before = size_bytes(database)
    with serving(database, folder) as server:
        tablet = Tablet(server.port, company, company.codes[0])
        for walk in tablet.begin(batches):
            tablet.record(walk, 1, BATCH_MAX)
        tablet.close()
        rss_mb[0] = server.rss_mb()
    return size_bytes(database) - before
