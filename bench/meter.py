"""CPU and memory of processes, as the kernel counts them."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

CpuMeter = Callable[[], float]
"""CPU-seconds that were used until now."""


def tree_cpu(pid: int) -> CpuMeter:
    """A meter of a process with all its children, those that ended included.

    A child that ended and was awaited stands in its parent's ``children_…`` times, so nothing is
    lost when PostgreSQL's backends come and go.
    """
    root = psutil.Process(pid)

    def read() -> float:
        return sum(_used(process) for process in _tree(root))

    return read


def _tree(root: psutil.Process) -> Iterator[psutil.Process]:
    yield root
    with suppress(psutil.NoSuchProcess):
        yield from root.children(recursive=True)


def _used(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def peak_rss_mb(pid: int) -> float:
    """The highest resident size that a process ever had, in MB of 10⁶ bytes (VmHWM, proc(5))."""
    return _status_mb(pid, "VmHWM:")


def forget_peak(pid: int) -> float:
    """Let the peak begin anew at what a process takes now; that is, in MB (proc(5), clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _status_mb(pid, "VmRSS:")


def _status_mb(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"the kernel does not say how much memory process {pid} took")
