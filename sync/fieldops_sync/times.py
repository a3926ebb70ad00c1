"""The times a tablet reads: its own clock is only claimed, the server's is compared."""

import time
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from fieldops_sync.wire import Claimed

_BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")


def claimed_now() -> Claimed:
    """This machine's wall clock with its offset, and ms since boot."""
    wall = datetime.now().astimezone().isoformat(timespec="milliseconds")
    return Claimed(wall=wall, mono=time.monotonic_ns() // 1_000_000, boot=_BOOT)


def server_ms(server_time: str) -> int:
    """A server's RFC 3339 time in ms since 1970; raises ValueError."""
    return int(datetime.fromisoformat(server_time).timestamp() * 1000)


def _boot_id() -> str:
    """The kernel's id of this boot; elsewhere, one for this process, whose clock it labels."""
    return _BOOT_ID_FILE.read_text().strip() if _BOOT_ID_FILE.exists() else str(uuid4())


_BOOT = _boot_id()
