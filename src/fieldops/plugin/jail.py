"""The jail of a plugin's process: it reads Python's and its own folders, and that is all.

    before   the folders are found; no line of the plugin has run
    after    limits, no new privileges, a network of its own where permitted, Landlock, the filter

So a plugin cannot write to our tables, by whatever way: it opens no file to write, makes no socket,
starts no program, and sees neither the database, nor the server's secrets, nor other processes.
What the kernel did not take is not claimed: ``close`` says which protections are on.
"""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from fieldops import limits
from fieldops.jail.protections import Protection, forbid
from fieldops.jail.syscalls import READING
from fieldops.plugin import entry

_SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache",
    "/etc/localtime", "/usr/share/zoneinfo",
)  # fmt: skip
"""Shared libraries and time zones."""


def close(name: str, parent: int, memory_mb: int, *more: Path) -> tuple[Protection, ...]:
    """Close the jail of the plugin ``name``; it may read ``more`` as well.

    Raises ``SystemExit`` if ``parent``, a process id, has ended already.
    """
    limits.confine(parent, memory_mb)
    return "limits", *forbid(READING, [*_places(), *_own(name), *more])


def _places() -> Iterator[Path]:
    """Where modules, and what they are linked to, may lie."""
    yield from map(Path, _SYSTEM)
    yield from (Path(prefix) / "lib" for prefix in (sys.prefix, sys.base_prefix))
    yield from (Path(place) for place in sys.path if place)


def _own(name: str) -> Iterator[Path]:
    """A plugin's package, wherever it is installed, and its checklists in a repository."""
    point = entry.installed().get(name)
    if point is None:
        return
    try:
        # Of the outermost package, which this does not import.
        spec = find_spec(point.module.partition(".")[0])
    except (ImportError, ValueError):
        return
    if spec is None or spec.origin is None:
        return
    yield from map(Path, spec.submodule_search_locations or [spec.origin])
    yield from (parent / "checklists" / name for parent in Path(spec.origin).parents)
