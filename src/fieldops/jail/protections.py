"""Taking rights away from the calling thread for good; what the kernel did not take is not claimed.

no new privileges ─ a network of its own, without a way out ─ Landlock ─ filter of system calls
"""

import ctypes
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Literal

from fieldops.jail import landlock, seccomp

Protection = Literal[
    "limits", "no-new-privileges", "network-namespace", "landlock", "system-call-filter"
]
_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000


def forbid(
    calls: Collection[str], readable: Iterable[Path] | None = None
) -> tuple[Protection, ...]:
    """Leave the calling thread, and all that it starts, these system calls; which rights went.

    With ``readable`` it may read what lies beneath these paths, as far as calls allow, and no other
    file; without, Landlock is not asked.
    """
    taken: dict[Protection, bool] = {
        "no-new-privileges": seccomp.forbid_privileges(),
        "network-namespace": _leave_network(),
        "landlock": readable is not None and landlock.read_only(readable),
        "system-call-filter": seccomp.close_calls(calls),
    }
    return tuple(name for name, is_on in taken.items() if is_on)


def _leave_network() -> bool:
    """Go into a network of one's own that has no way out, if the kernel permits it."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return any(
        libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET)
    )
