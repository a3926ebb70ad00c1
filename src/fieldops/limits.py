"""What an isolated process may not do: outlive its parent, or take more memory than was granted."""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""prctl(2): the signal to be sent when the parent ends."""
_MB = 1024 * 1024


def confine(parent: int, memory_mb: int) -> None:
    """Tie this process to its parent (a process id) and bound its address space.

    Raises ``SystemExit`` if the parent has ended already.  Where there is no prctl, the end of the
    input tells that the parent is gone.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit("the parent has ended")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * _MB, memory_mb * _MB))


def take_stdout() -> int:
    """A private copy of standard output; what is printed goes to standard error instead."""
    channel = os.dup(1)
    os.dup2(2, 1)
    return channel
