"""Pull: what it costs must not grow with the history; a bootstrap must not fill the memory."""

import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from msgspec import Struct

from bench.company import found
from bench.databases import Engine, fresh
from bench.fill import fill
from bench.plan import Plan
from bench.rawread import raw_read_s
from bench.rows import Aim, Row, Sample, row
from bench.server import Running, serving
from bench.tablet import NotAsWanted, Tablet

_SITES, _MINE = 50, 3
"""Sites of the company, and those of the tablet: what others do lies in the log between."""
_CHANGES = 100
_GROWTH = Aim("ms a pull of 100 changes, long log", "the same on the short log", "at most", 1.5)
_RSS = Aim("MB peak RSS in a bootstrap", "200 MB", "at most", 1.0)
_SPEED = Aim("MB/s of bootstrap pages", "a raw driver read of the same rows", "at least", 0.04)
_PAGES = Aim("pages of a bootstrap", "its bytes / 2 MiB", "at most", 2.0)


class Puller(Struct, frozen=True):
    """A tablet whose next pull brings ``_CHANGES`` changes, on a log of some length."""

    server: Running
    tablet: Tablet
    cursor: str

    def pull_ms(self) -> float:
        """One pull from the same cursor."""
        began_s = time.perf_counter()
        page, _ = self.tablet.pull(self.cursor)
        took_ms = (time.perf_counter() - began_s) * 1000
        if len(page.changes) != _CHANGES or page.more:
            raise NotAsWanted(f"{len(page.changes)} changes came, {page.more=}")
        return took_ms


def measure_growth(name: str, engine: Engine, plan: Plan, folder: Path) -> list[Row]:
    """Pull in turns from two servers that differ in the length of their logs only."""
    with ExitStack() as stack:
        short, long = (
            _puller(stack, engine, folder, length) for length in (plan.log_short, plan.log_long)
        )
        samples = []
        for _ in range(plan.runs):
            pairs = [(long.pull_ms(), short.pull_ms()) for _ in range(plan.pulls)]
            longs, shorts = zip(*pairs, strict=True)
            samples.append(Sample(median(longs), median(shorts), long.server.rss_mb()))
    return [row(name, _GROWTH, samples)]


def _puller(stack: ExitStack, engine: Engine, folder: Path, length: int) -> Puller:
    """A server on a log of ``length`` rows, the last hundred of them for the tablet."""
    database = stack.enter_context(fresh(engine, folder))
    company = found(database.url, sites=_SITES, mine=_MINE)
    fill(database.url, company, company.sites, length)
    server = stack.enter_context(serving(database, folder))
    tablet = Tablet(server.port, company, company.codes[0])
    cursor = _bootstrap(tablet)[0]
    (walk,) = tablet.begin(1)
    tablet.record(walk, 1, _CHANGES - 1)
    # The other server's log is still to be filled, and idle connections are closed meanwhile.
    tablet.close()
    return Puller(server, tablet, cursor)


def _bootstrap(tablet: Tablet) -> tuple[str, list[int], int]:
    """Pull everything: the last cursor, the sizes of the pages, how many subjects came."""
    cursor, more = None, True
    sizes, subjects = [], 0
    while more:
        page, size = tablet.pull(cursor)
        cursor, more = page.cursor, page.more
        if page.changes:
            sizes.append(size)
        subjects += len(page.changes)
    assert cursor is not None
    return cursor, sizes, subjects


def measure_bootstrap(name: str, engine: Engine, plan: Plan, folder: Path) -> list[Row]:
    """Bootstrap a tablet, each time from a server that has just started."""
    rss, speed, pages = [], [], []
    with fresh(engine, folder) as database:
        company = found(database.url, plan.runs)
        fill(database.url, company, company.sites, plan.subjects)
        for code in company.codes:
            with serving(database, folder) as server:
                tablet = Tablet(server.port, company, code)
                began_s = time.perf_counter()
                _, sizes, subjects = _bootstrap(tablet)
                took_s = time.perf_counter() - began_s
                if subjects < plan.subjects:
                    raise NotAsWanted(f"only {subjects} of {plan.subjects} subjects came")
                tablet.close()
                peak_mb = server.rss_mb()
            size_mb = sum(sizes) / 1e6
            rss.append(Sample(peak_mb, 200.0, peak_mb))
            raw_mb_s = size_mb / raw_read_s(database, company.sites[0])
            speed.append(Sample(size_mb / took_s, raw_mb_s, peak_mb))
            least = max(1.0, sum(sizes) / (2 * 1024 * 1024))
            pages.append(Sample(len(sizes), least, peak_mb))
    return [
        row(name, _RSS, rss),
        row(f"{name}-speed", _SPEED, speed),
        row(f"{name}-pages", _PAGES, pages),
    ]
