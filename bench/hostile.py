"""Pushing while twelve hostile plugins misbehave, beside the same with no-op plugins."""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import msgspec
import pytest
from tests.plugin.hostile import GOOD, HOSTILE, NO_OP, Hostile, install, writes
from tests.plugin.packages import Packages

from bench import company, ops
from bench.databases import Database, fresh
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from bench.server import Running, serving
from bench.tablet import NotAsWanted, Tablet
from fieldops.store import log, readers
from fieldops.store.engine import Store, open_store

_PUSH = Aim("ms a push", "the same with no-op plugins in their place", "at most", 1.2)
_LAG = Aim("s", "the 2 s that a good plugin may lag", "at most", 1)
_BATCH = 20
_PAUSE_S = 0.25
_BEGIN_S = 60.0
_QUICK = {"FIELDOPS_WORKER__POLL_MS": "100", "FIELDOPS_WORKER__HOOK_BUDGET_S": "2"}


class Seen(msgspec.Struct, frozen=True):
    """One run: the median push, the longest lag of the good plugin, the server's memory."""

    push_ms: float
    lag_s: float
    rss_mb: float


def measure_hostile(name: str, plan: Plan, folder: Path) -> list[Row]:
    """Push for as long as the plugins misbehave, in turns with no-op plugins of their names."""
    samples, lags = [], []
    for number in range(plan.runs):
        place = folder / str(number)
        place.mkdir()
        bad = _run([*HOSTILE], plan, place / "bad")
        calm = [Hostile(one.name, NO_OP, "") for one in HOSTILE]
        good = _run(calm, plan, place / "calm")
        samples.append(Sample(bad.push_ms, good.push_ms, bad.rss_mb))
        lags.append(Sample(bad.lag_s, 2.0, bad.rss_mb))
    return [row(name, _PUSH, samples), row(f"{name}-good-lag", _LAG, lags)]


def _run(plugins: Sequence[Hostile], plan: Plan, folder: Path) -> Seen:
    folder.mkdir()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        database = stack.enter_context(fresh("sqlite", folder))
        firm = company.found(database.url)
        packages = Packages(folder / "packages", patch)
        names = [install(packages, one) for one in plugins]
        is_bad = any(one.fault for one in plugins)
        last = writes(database.url, folder / "data", 9) if is_bad else Hostile("writes", NO_OP, "")
        names += [install(packages, last), packages.install("good", GOOD)]
        settings = _QUICK | {"FIELDOPS_PLUGINS": msgspec.json.encode(names).decode()}
        server = stack.enter_context(serving(database, folder, **settings))
        stack.enter_context(_working(database, folder, settings))
        return _push(server, firm, database, plan)


def _push(server: Running, firm: company.Company, database: Database, plan: Plan) -> Seen:
    """Push a batch at a time, each of another walk, and look how far the good plugin is."""
    tablet = Tablet(server.port, firm, firm.codes[0])
    store = open_store(database.url)
    took_ms, pushed, lags_s = [], [], [0.0]
    try:
        _await_good(store)
        for _ in range(plan.pulls):
            batch = list(itertools.islice(ops.results(firm.walk(), tablet.seqs), _BATCH))
            began_s = time.perf_counter()
            tablet.push(batch)
            took_ms.append((time.perf_counter() - began_s) * 1000)
            head, _cursor = _standing(store)
            pushed.append((time.monotonic(), head))
            time.sleep(_PAUSE_S)
            lags_s.append(_lag_s(pushed, _standing(store)[1]))
    finally:
        store.close()
        tablet.close()
    return Seen(median(took_ms), max(lags_s), server.rss_mb())


def _lag_s(pushed: Sequence[tuple[float, int]], cursor: int) -> float:
    """How long ago the oldest push was that the good plugin has not seen the whole of."""
    waiting = [at_s for at_s, head in pushed if head > cursor]
    return time.monotonic() - waiting[0] if waiting else 0.0


def _standing(store: Store) -> tuple[int, int]:
    """The head of the log and the good plugin's cursor."""
    with store.read() as session:
        good = readers.get(session, "good")
        return log.counter(session), -1 if good is None else good.position


def _await_good(store: Store) -> None:
    """Wait until the good plugin has begun: the hostile ones do at the same time."""
    end_s = time.monotonic() + _BEGIN_S
    while _standing(store)[1] < 0:
        if time.monotonic() > end_s:
            raise NotAsWanted("the good plugin does not begin")
        time.sleep(0.05)


@contextmanager
def _working(database: Database, folder: Path, settings: dict[str, str]) -> Iterator[None]:
    """The worker beside the server; what plugins print goes nowhere."""
    command = [sys.executable, "-m", "fieldops", "--data-dir", str(folder / "data"), "worker"]
    environment = os.environ | settings | {"FIELDOPS_DATABASE_URL": database.url}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as worker:
        try:
            yield
        finally:
            worker.terminate()
