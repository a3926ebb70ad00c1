"""What the C library does with memory that the server has used.

Photos come in by pieces of up to a megabyte.  By itself the library gives such a piece back to the
system and asks for it again with the next: the kernel then clears, and counts, each of its pages
anew, a twentieth of what a photo costs, and Python's lock is held meanwhile.
"""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""``M_TRIM_THRESHOLD`` and ``M_MMAP_THRESHOLD`` (mallopt(3), glibc)."""
_KEPT_BYTES = 64 * 1024 * 1024
"""What may stay with the process, unused, in each of the library's arenas."""
_OWN_BYTES = 32 * 1024 * 1024
"""From this size on, which is the most that glibc takes, a piece is asked for by itself."""


def keep_memory() -> bool:
    """Keep memory to use it again; False where the C library cannot be told."""
    call = getattr(ctypes.CDLL(None), "mallopt", None)
    if call is None:
        return False
    kept = call(_TRIM_THRESHOLD, _KEPT_BYTES)
    return bool(kept and call(_MMAP_THRESHOLD, _OWN_BYTES))
