"""Which tests are measured by coverage.  Measured, a test takes almost twice as long.

A test that runs on both databases is measured on SQLite, one on every photo store on a disk and on
SeaweedFS; what only PostgreSQL does is seen by the tests that ask for it by name.  Whole folders
play what others look at step by step, and are not measured either; ``@pytest.mark.unmeasured`` is
for single tests of that kind.  All of this can only make the figures lower.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

_CHILDREN = "COVERAGE_PROCESS_CONFIG"
"""The variable by which coverage tells a child process to measure itself (coverage 7.10)."""
_POSTGRES = ("postgres", "postgres-s3", "postgres+s3")
_OTHER_STORES = ("moto", "nanio")
_TWINS = {
    "database_url": _POSTGRES,
    "empty_database_url": _POSTGRES,
    "stage_server": _POSTGRES,
    "house": _POSTGRES,
    "place": _POSTGRES,
    "make_blobs": _OTHER_STORES,
    "kind": _OTHER_STORES,
}
"""The fixtures that let a test run in several places, and those where it is not measured again."""
UNMEASURED = (
    "plugins/",
    "tests/sync/",  # Of fieldops_sync, whose lines are not counted.
    "tests/bench/",
    "tests/clients/",
    "tests/console/",
    "tests/property/",
    "tests/scenario/",
    "tests/soak/",
)
"""The folders of which coverage sees nothing."""


def without_coverage() -> dict[str, str]:
    """The environment for a process that is killed in the end, and so could not tell anything."""
    return {name: value for name, value in os.environ.items() if name != _CHILDREN}


@contextmanager
def blind_children() -> Iterator[None]:
    """Coverage does not look into processes that are started in the block.

    Their imports take half as long again where it does.  For those that others look at: servers,
    workers and plugins have tests of their own.
    """
    children = os.environ.pop(_CHILDREN, None)
    try:
        yield
    finally:
        if children is not None:
            os.environ[_CHILDREN] = children


def is_measured(item: pytest.Item) -> bool:
    """Whether what this test alone runs is to be seen by coverage."""
    if item.get_closest_marker("unmeasured") or item.nodeid.startswith(UNMEASURED):
        return False
    callspec = getattr(item, "callspec", None)
    given = callspec.params if callspec else {}
    return not any(given.get(name) in again for name, again in _TWINS.items())


@contextmanager
def unmeasured() -> Iterator[None]:
    """Coverage, where it runs, sees nothing of the block, and of no process started in it."""
    coverage = sys.modules.get("coverage")
    running = coverage.Coverage.current() if coverage else None
    if running is None:
        yield
        return
    with blind_children():
        running.stop()
        try:
            yield
        finally:
            running.start()
