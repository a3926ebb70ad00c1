"""How much is measured: a full run takes 25 minutes, a quick one two."""

import msgspec
from msgspec import Struct

_START_S = 6.0
"""What it takes to found a company, start a server and warm up."""
_LEAST_S = 0.5


class Plan(Struct, frozen=True):
    """How much is measured.

    ``push_cpu_s`` is how long one push measurement lasts in CPU-seconds, unless that would take
    more than ``push_wall_s`` by the clock, as on a busy machine.  A floor inserts as many rows as
    were pushed, but ``floor_rows`` at least: the kernel counts CPU in ticks of 10 ms.  Further
    rounds of exports begin within ``exports_s``.  ``budget_s`` is what pushes and rounds of exports
    go by: they give way when the benchmarks before them have used it up.  Others take their time.
    """

    budget_s: float = 840.0
    runs: int = 3
    push_cpu_s: float = 2.0
    push_wall_s: float = 8.0
    floor_rows: int = 20_000
    disk_ops: int = 20_000
    tablets: int = 200
    tablet_ops: int = 200
    log_short: int = 10_000
    log_long: int = 1_000_000
    pulls: int = 60
    subjects: int = 100_000
    photos: int = 60
    in_flight: int = 64
    looks: int = 24
    log_days: int = 60
    exported: int = 1_000_000
    exported_large: int = 10_000_000
    exports_s: float = 420.0
    beside_s: float = 5.0
    reported: int = 100
    queue_photos: int = 10_000
    nexts: int = 1_000

    def within(self, left_s: float, benches: int) -> "Plan":
        """The plan of the next of ``benches`` when ``left_s`` are left for all of them.

        A push measurement takes about five times ``push_wall_s``, and a few seconds to begin with.
        """
        share_s = left_s / benches
        return msgspec.structs.replace(
            self,
            push_wall_s=min(self.push_wall_s, max(_LEAST_S, (share_s - _START_S) / 5)),
            exports_s=min(self.exports_s, share_s),
        )


FULL = Plan()
QUICK = Plan(
    budget_s=110.0,
    push_cpu_s=0.3,
    push_wall_s=1.5,
    floor_rows=10_000,
    disk_ops=3_000,
    tablets=30,
    tablet_ops=50,
    log_short=2_000,
    log_long=30_000,
    pulls=20,
    subjects=5_000,
    photos=24,
    looks=8,
    log_days=20,
    exported=10_000,
    beside_s=1.0,
    reported=30,
    queue_photos=1_200,
    nexts=100,
)
LEFT_OUT_WHEN_QUICK = ("push-*-50-*", "push-*-2000-*")
"""Packed pushes are measured at one size then."""
ONLY_WHEN_NAMED = ("export-*-10m",)
"""Ten minutes and 30 GB of disk each."""
TINY = Plan(
    runs=1,
    push_cpu_s=0.02,
    floor_rows=500,
    disk_ops=1_000,
    tablets=4,
    tablet_ops=10,
    log_short=500,
    log_long=1_500,
    pulls=2,
    subjects=600,
    photos=3,
    in_flight=4,
    looks=1,
    log_days=2,
    exported=400,
    exported_large=800,
    beside_s=0.05,
    reported=3,
    queue_photos=120,
    nexts=10,
)
"""For the smoke tests: every step, no figure of any meaning."""
