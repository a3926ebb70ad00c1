"""Telling the disk to begin with what was written, while more of it comes in.

A photo's fsync otherwise finds all of it still in memory, and its sender waits for the whole way to
the disk.  Nothing is durable by this: only fsync says that.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

_BEGIN = 2
"""``SYNC_FILE_RANGE_WRITE`` (sync_file_range(2)): begin, and wait for nothing."""


def begin_writing(handle: int, start: int, size_bytes: int) -> None:
    """Begin to write these bytes of an open file; where the system cannot, nothing happens.

    An error of the disk is not told here: the fsync that follows tells it.
    """
    if call := _sync_file_range():
        call(handle, start, size_bytes, _BEGIN)


@cache
def _sync_file_range() -> Callable[..., Any] | None:
    call = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if call is None:
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
    found: Callable[..., Any] = call
    return found
