"""The filter of system calls: what decoding needs is allowed, everything else is refused by EPERM.

So a decoder that was taken over can reach no network, open no file, start no program and signal no
process: all it has is the file that it was given and the pipe of its answer.  A program of classic
BPF (seccomp(2), Linux 3.5) is handed to the kernel by prctl(2); x86-64 and AArch64.
"""

import ctypes
import os
import platform
import struct
import sys

from fieldops.pictures.syscalls import MACHINES, Machine

# linux/seccomp.h, linux/bpf_common.h, linux/prctl.h, linux/sched.h
_ALLOW, _ERRNO = 0x7FFF_0000, 0x0005_0000
_EPERM, _ENOSYS = 1, 38
_LOAD, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER_AT, _AUDIT_AT, _FIRST_AT = 0, 4, 16
_CLONE_THREAD = 0x0001_0000
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def program(machine: Machine, pid: int) -> bytes:
    """The filter: the calls above; threads but no processes; limits and signals of ``pid`` alone.

    Calls of another instruction set are refused like those that are not on the list.
    """
    allow, refuse = _step(_RETURN, _ALLOW), _step(_RETURN, _ERRNO | _EPERM)
    calls = dict(machine.calls)
    steps = [
        _step(_LOAD, _AUDIT_AT),
        _step(_JUMP_EQUAL, machine.audit, if_true=1),
        refuse,
        _step(_LOAD, _NUMBER_AT),
    ]
    # The C library falls back to clone, whose flags a filter can see.
    steps += _when(calls.pop("clone3"), [_step(_RETURN, _ERRNO | _ENOSYS)])
    has_flag = [_step(_JUMP_SET, _CLONE_THREAD, if_true=1), refuse, allow]
    steps += _when(calls.pop("clone"), [_step(_LOAD, _FIRST_AT), *has_flag])
    for name, own in (("tgkill", pid), ("prlimit64", 0)):
        is_own = [_step(_JUMP_EQUAL, own, if_true=1), refuse, allow]
        steps += _when(calls.pop(name), [_step(_LOAD, _FIRST_AT), *is_own])
    for number in sorted(calls.values()):
        steps += _when(number, [allow])
    return b"".join([*steps, refuse])


def _when(number: int, then: list[bytes]) -> list[bytes]:
    return [_step(_JUMP_EQUAL, number, if_false=len(then)), *then]


class _Program(ctypes.Structure):
    """struct sock_fprog (linux/filter.h)."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def forbid_privileges() -> bool:
    """Give up ever gaining rights by a program; whether the kernel took it."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def close_calls() -> bool:
    """Close the filter for this thread and those that it starts; whether the kernel took it.

    There is no way back.  ``forbid_privileges`` comes first, unless this is a privileged process.
    """
    machine = MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    if machine is None:
        return False
    code = program(machine, os.getpid())
    given = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None)
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(given), 0, 0) == 0)
