"""``python -m bench``: run benchmarks, print the table, write the rows."""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from tests import servers

from bench import (
    console,
    desk,
    export,
    hostile,
    lookalikes,
    plugins,
    pull,
    push,
    report,
    rows,
    tablets,
    thumbnails,
    transfer,
)
from bench.databases import ENGINES
from bench.plan import FULL, LEFT_OUT_WHEN_QUICK, ONLY_WHEN_NAMED, QUICK, Plan
from bench.rows import Row

HERE = Path(__file__).parent
Bench = Callable[[Plan, Path], list[Row]]
_OTHERS = {
    "bytes-per-op": push.measure_bytes,
    "tablets-200": tablets.measure_tablets,
    "pull-growth": pull.measure_growth,
    "bootstrap": pull.measure_bootstrap,
    "lookalikes": lookalikes.measure_lookalikes,
    "desk": desk.measure_desk,
    "export": export.measure_export,
}


def benches() -> dict[str, Bench]:
    """Every benchmark by the name of its (first) row."""
    found: dict[str, Bench] = {"floor-sqlite": partial(push.measure_floor, "floor-sqlite")}
    found["thumbnails"] = partial(thumbnails.measure_thumbnails, "thumbnails")
    for engine in ENGINES:
        for size in push.SIZES:
            for coding in push.ENCODINGS:
                name = f"push-{engine}-{size}" + ("" if coding == "identity" else f"-{coding}")
                found[name] = partial(push.measure_push, name, engine, size, coding)
        for kind, measure in _OTHERS.items():
            name = f"{kind}-{engine}"
            found[name] = partial(measure, name, engine)
        found[f"export-{engine}-10m"] = partial(
            export.measure_large, f"export-{engine}-10m", engine
        )
    found["plugin-replay"] = partial(plugins.measure_replay, "plugin-replay")
    found["plugin-fanout"] = partial(plugins.measure_fanout, "plugin-fanout")
    found["hostile-push-latency"] = partial(hostile.measure_hostile, "hostile-push-latency")
    found["transfer-tus"] = partial(transfer.measure_transfer, "transfer-tus")
    found["console-queue"] = partial(console.measure_queue, "console-queue")
    found["report-photos-100"] = partial(report.measure_report, "report-photos-100")
    return found


def chosen(patterns: Sequence[str], quick: bool = False) -> dict[str, Bench]:
    """The benchmarks that a name or a pattern such as ``push-sqlite-*`` names; all for none.

    All, that is, but what must be named, and a few in a quick run.
    """
    every = benches()
    if patterns:
        return {name: every[name] for name in every if _fits(name, patterns)}
    left_out = (*ONLY_WHEN_NAMED, *(LEFT_OUT_WHEN_QUICK if quick else ()))
    return {name: every[name] for name in every if not _fits(name, left_out)}


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def run(picked: dict[str, Bench], plan: Plan, found: list[Row]) -> None:
    """Measure one after another into ``found``; progress goes to standard error."""
    end_s = time.monotonic() + plan.budget_s
    for number, (name, bench) in enumerate(picked.items(), 1):
        print(f"[{number}/{len(picked)}] {name}", end=" ", file=sys.stderr, flush=True)
        began_s = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="fieldops-bench-") as folder:
            now = plan.within(end_s - began_s, len(picked) - number + 1)
            found += bench(now, Path(folder))
        print(f"{time.monotonic() - began_s:.0f} s", file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    """The command; the exit code is 0 also when a target is missed: the table says so."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="names or patterns such as 'push-sqlite-*'")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, two minutes")
    parser.add_argument("--list", action="store_true", help="only name the benchmarks")
    parser.add_argument("--out", type=Path, help="where the rows go instead of bench/results.json")
    given = parser.parse_args(arguments)
    picked = chosen(given.names or (["*"] if given.list else []), given.quick)
    if not picked:
        parser.error(f"no benchmark is called {' '.join(given.names)}; see --list")
    if given.list:
        print("\n".join(picked))
        return 0
    # A quick run must not pass for the real one.
    default = HERE / ("results-quick.json" if given.quick else "results.json")
    _measure(picked, QUICK if given.quick else FULL, given.out or default)
    return 0


def _measure(picked: dict[str, Bench], plan: Plan, out: Path) -> None:
    """Measure, print and write; what was measured before a failure is not lost."""
    found: list[Row] = []
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # So that the servers are stopped.
    folder = servers.open_run()
    try:
        run(picked, plan, found)
    finally:
        servers.close_run(folder)
        print(rows.table(found))
        rows.write(found, out)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
