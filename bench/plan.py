"""How much is measured: a full run takes a quarter of an hour at most, a quick one two minutes."""

from msgspec import Struct


class Plan(Struct, frozen=True):
    """``push_cpu_s`` is how long one push measurement lasts at least, in CPU-seconds."""

    runs: int = 3
    push_cpu_s: float = 2.0
    disk_ops: int = 20_000
    tablets: int = 200
    tablet_ops: int = 200
    log_short: int = 10_000
    log_long: int = 1_000_000
    pulls: int = 60
    subjects: int = 100_000


FULL = Plan()
QUICK = Plan(
    runs=3,
    push_cpu_s=0.3,
    disk_ops=4_000,
    tablets=60,
    tablet_ops=100,
    log_long=60_000,
    pulls=20,
    subjects=10_000,
)
TINY = Plan(
    runs=1,
    push_cpu_s=0.02,
    disk_ops=1_000,
    tablets=4,
    tablet_ops=10,
    log_short=500,
    log_long=1_500,
    pulls=2,
    subjects=600,
)
"""For the smoke tests: every step, no figure of any meaning."""
