"""The filter of system calls: what is on the list is allowed, everything else is refused by EPERM.

So code that means harm can reach no network, write no file, start no program and signal no other
process.  A program of classic BPF (seccomp(2), Linux 3.5) is handed to the kernel by prctl(2);
x86-64 and AArch64.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Collection

from msgspec import Struct

from fieldops.jail.syscalls import MACHINES, Machine

# linux/seccomp.h, linux/bpf_common.h, linux/prctl.h, linux/sched.h, asm-generic/fcntl.h
_ALLOW, _ERRNO = 0x7FFF_0000, 0x0005_0000
_EPERM, _ENOSYS = 1, 38
_LOAD, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER_AT, _AUDIT_AT, _ARGUMENTS_AT = 0, 4, 16
_CLONE_THREAD = 0x0001_0000
_WRITING = 0o3 | 0o100 | 0o1000
"""O_WRONLY and O_RDWR, O_CREAT, O_TRUNC: a file is opened to read or not at all."""
_FCNTL = (0, 1, 2, 3, 4, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC; F_SETOWN would signal others."""
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


_REFUSE, _LET = _step(_RETURN, _ERRNO | _EPERM), _step(_RETURN, _ALLOW)


class _Word(Struct, frozen=True):
    """A condition on half of an argument: it is one of ``values``, or has or lacks flags.

    The low half comes first on both machines.
    """

    argument: int
    values: tuple[int, ...] = ()
    has: int = 0
    lacks: int = 0
    high: bool = False

    def steps(self) -> list[bytes]:
        """Refuse unless it holds, else go on."""
        load = _step(_LOAD, _ARGUMENTS_AT + 8 * self.argument + 4 * self.high)
        if self.has:
            return [load, _step(_JUMP_SET, self.has, if_true=1), _REFUSE]
        if self.lacks:
            return [load, _step(_JUMP_SET, self.lacks, if_false=1), _REFUSE]
        left = len(self.values)
        tests = [
            _step(_JUMP_EQUAL, value, if_true=left - place)
            for place, value in enumerate(self.values)
        ]
        return [load, *tests, _REFUSE]


def _words(pid: int, may_set_limits: bool) -> dict[str, list[_Word]]:
    """The conditions on calls that are allowed in part."""
    unset = [_Word(2, (0,)), _Word(2, (0,), high=True)]
    return {
        "clone": [_Word(0, has=_CLONE_THREAD)],
        "tgkill": [_Word(0, (pid,))],
        "kill": [_Word(0, (pid,))],
        "prlimit64": [_Word(0, (0,)), *([] if may_set_limits else unset)],
        "fcntl": [_Word(1, _FCNTL)],
        "open": [_Word(1, lacks=_WRITING)],
        "openat": [_Word(2, lacks=_WRITING)],
    }


def program(machine: Machine, names: Collection[str], pid: int) -> bytes:
    """The filter: the named calls; threads but no processes; signals to ``pid`` alone.

    Files are opened to read only, and who may not ``setrlimit`` does not do it by another call.
    Calls of another instruction set are refused like those that are not on the list.
    """
    steps = [
        _step(_LOAD, _AUDIT_AT),
        _step(_JUMP_EQUAL, machine.audit, if_true=1),
        _REFUSE,
        _step(_LOAD, _NUMBER_AT),
    ]
    words = _words(pid, "setrlimit" in names)
    for name, number in sorted(machine.calls.items(), key=lambda call: (call[0] in words, call[1])):
        if name not in names:
            continue
        # The C library falls back from clone3 to clone, whose flags a filter can see.
        end = _step(_RETURN, _ERRNO | _ENOSYS) if name == "clone3" else _LET
        then = [step for word in words.get(name, ()) for step in word.steps()] + [end]
        steps += [_step(_JUMP_EQUAL, number, if_false=len(then)), *then]
    return b"".join([*steps, _REFUSE])


class _Program(ctypes.Structure):
    """struct sock_fprog (linux/filter.h)."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def forbid_privileges() -> bool:
    """Give up ever gaining rights by a program; whether the kernel took it."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def close_calls(names: Collection[str]) -> bool:
    """Close the filter for this thread and those that it starts; whether the kernel took it.

    There is no way back.  ``forbid_privileges`` comes first, unless this is a privileged process.
    """
    machine = MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    if machine is None:
        return False
    code = program(machine, names, os.getpid())
    given = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None)
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(given), 0, 0) == 0)
