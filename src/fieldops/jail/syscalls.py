"""The system calls that jailed processes need, by their numbers on each kind of processor.

From the kernel: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

from msgspec import Struct

_TABLE = """
read 0 63, write 1 64, open 2 -, close 3 57, stat 4 -, fstat 5 80, lstat 6 -, poll 7 -, lseek 8 62,
mmap 9 222, mprotect 10 226, munmap 11 215, brk 12 214, rt_sigaction 13 134,
rt_sigprocmask 14 135, rt_sigreturn 15 139, pread64 17 67, readv 19 65, writev 20 66,
access 21 -, pipe 22 -, select 23 -, sched_yield 24 124, mremap 25 216, mincore 27 232,
madvise 28 233, dup 32 23, dup2 33 -, nanosleep 35 101, setitimer 38 103, getpid 39 172,
clone 56 220, exit 60 93, kill 62 129, uname 63 160, fcntl 72 25, getcwd 79 17, readlink 89 -,
gettimeofday 96 169, getrlimit 97 163, getrusage 98 165, sysinfo 99 179, times 100 153,
getuid 102 174, getgid 104 176, geteuid 107 175, getegid 108 177, getppid 110 173,
sigaltstack 131 132, statfs 137 43, fstatfs 138 44, setrlimit 160 164, gettid 186 178,
time 201 -, futex 202 98, sched_getaffinity 204 123, getdents64 217 61, restart_syscall 219 128,
fadvise64 221 223, clock_gettime 228 113, clock_getres 229 114, clock_nanosleep 230 115,
exit_group 231 94, tgkill 234 131, openat 257 56, newfstatat 262 79, readlinkat 267 78,
faccessat 269 48, pselect6 270 72, ppoll 271 73, set_robust_list 273 99, dup3 292 24,
pipe2 293 59, prlimit64 302 261, getrandom 318 278, membarrier 324 283, statx 332 291,
rseq 334 293, clone3 435 435, faccessat2 439 439
"""
"""The name, its number on x86-64 and on AArch64; a dash where there is no such call."""

_COMPUTING = """
read write close stat fstat lstat poll lseek mmap mprotect munmap brk rt_sigaction
rt_sigprocmask rt_sigreturn pread64 readv writev sched_yield mremap madvise dup nanosleep
setitimer getpid clone exit fcntl getcwd readlink gettimeofday getrlimit getrusage sysinfo times
sigaltstack setrlimit gettid time futex sched_getaffinity restart_syscall clock_gettime
clock_getres clock_nanosleep exit_group tgkill newfstatat readlinkat ppoll set_robust_list
prlimit64 getrandom membarrier statx rseq clone3
"""
_READING = """
open openat access faccessat faccessat2 getdents64 statfs fstatfs fadvise64 mincore select pselect6
pipe pipe2 dup2 dup3 kill uname getuid getgid geteuid getegid getppid
"""

COMPUTING = frozenset(_COMPUTING.split())
"""What reads and writes what is open already, and starts threads: no file, program or process."""

READING = COMPUTING - {"setrlimit"} | set(_READING.split())
"""As above, and what opens files and folders to read them, which importing modules takes."""


class Machine(Struct, frozen=True):
    """A kind of processor: its name for audit(7), and the numbers of its system calls."""

    audit: int
    calls: dict[str, int]


def _calls(column: int) -> dict[str, int]:
    rows = [row.split() for row in _TABLE.split(",")]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


MACHINES = {
    "x86_64": Machine(0xC000_003E, _calls(1)),
    "aarch64": Machine(0xC000_00B7, _calls(2)),
}
"""By the name that uname(2) gives; the audit's names are those of linux/audit.h."""
