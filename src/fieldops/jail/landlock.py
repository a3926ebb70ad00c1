"""Landlock: of all files only some can be read, none can be changed; no TCP, no signal to others.

A set of rules of the kernel's own (landlock(7), Linux 5.13; TCP by 6.7, signals by 6.12).  It also
keeps the process from looking into others by ptrace(2) or by their folders in proc(5).
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

# linux/landlock.h, and the numbers of its calls, which are the same on every machine.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights over files each version knows; they are the lowest bits."""
_TCP, _SCOPES = 0b11, 0b11
"""Bind and connect; abstract sockets and signals."""


def read_only(readable: Iterable[Path]) -> bool:
    """Let this thread, and those that it starts, read beneath ``readable`` and touch nothing else.

    Whether the kernel took it.  Paths that are not there are left out.  There is no way back, and
    ``seccomp.forbid_privileges`` comes first, unless this is a privileged process.
    """
    if sys.platform != "linux":
        return False
    call = ctypes.CDLL(None, use_errno=True).syscall
    version = call(_CREATE, None, ctypes.c_size_t(0), _VERSION)
    if version < 1:
        return False
    rules = _ruleset(version)
    ruleset = call(_CREATE, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0:
        return False
    try:
        taken = all(_add(call, ruleset, path) for path in readable)
        return bool(taken and call(_RESTRICT, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _ruleset(version: int) -> bytes:
    """struct landlock_ruleset_attr, as far as a version of the kernel knows it."""
    files = (1 << _FILE_RIGHTS[min(version, max(_FILE_RIGHTS))]) - 1
    words = [files, *[_TCP] * (version >= 4), *[_SCOPES] * (version >= 6)]
    return struct.pack(f"={len(words)}Q", *words)


def _add(call: "ctypes._NamedFuncPointer", ruleset: int, path: Path) -> bool:
    """Allow to read one file, or everything beneath a folder."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        rights = _READ_FILE | (_READ_DIR if is_folder else 0)
        rule = struct.pack("=Qi", rights, descriptor)
        return bool(call(_ADD, ruleset, _PATH_BENEATH, rule, 0) == 0)
    finally:
        os.close(descriptor)
