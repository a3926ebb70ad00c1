"""Tying a process to the one that started it, so that killing the supervisor leaves no orphan."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""prctl(2): the signal to be sent when the parent ends."""


def tie(parent: int) -> None:
    """End this process when ``parent`` (a process id) ends; ``SystemExit`` if it has ended already.

    SIGKILL, since a supervisor that was killed cannot wait for anybody: what counts is durable.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit("the supervisor has ended")
