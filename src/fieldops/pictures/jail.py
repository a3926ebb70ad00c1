"""The jail of the process that decodes: little memory and time, no file, no network, no program.

    before   everything that decoding needs is imported and used once, the photo's file is open
    after    limits, no new privileges, a network of its own where that is permitted, the filter

What the kernel did not take is not claimed: ``close`` says which protections are on.
"""

import resource
import signal

from fieldops import limits
from fieldops.jail.protections import Protection, forbid
from fieldops.jail.syscalls import COMPUTING

_FILES = 16
"""Descriptors: the pipes, standard error, the photo, and a few that libraries hold."""


def close(parent: int, memory_mb: int) -> tuple[Protection, ...]:
    """Close the jail around this process, whose parent has the process id ``parent``.

    Raises ``SystemExit`` if the parent has ended already.
    """
    limits.confine(parent, memory_mb)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    return "limits", *forbid(COMPUTING)


def begin_photo(budget_s: int) -> None:
    """Grant CPU-seconds for one photo; beyond them the kernel kills the process.

    The timer is exact; the limit, of whole seconds, stands behind it.
    """
    signal.setitimer(signal.ITIMER_PROF, budget_s)
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft_s = int(used.ru_utime + used.ru_stime) + 1 + budget_s
    resource.setrlimit(resource.RLIMIT_CPU, (soft_s, resource.RLIM_INFINITY))
