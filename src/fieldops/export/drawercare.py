"""The worker's job that takes away drawers which nobody needs any more, and those of runs.

A run that is removed takes its drawer along (``nightly``).  Left over may be what a worker put in
that had lost its lease by then, runs that a restored database has forgotten, and those of a
destination that is in the settings no more: nobody else looks after these.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from fieldops.export.keeping import DRAWER
from fieldops.flow.exportwork import RemoveRun
from fieldops.flow.handin import HandinDown
from fieldops.flow.worker import Tools
from fieldops.store import exports
from fieldops.store.blobs import BlobError
from fieldops.store.drawers import drawer_names, remove_drawer
from fieldops.store.exports import Run
from fieldops.store.writer import StoreBusy

_logger = structlog.get_logger(__name__)
_FIRST_S = 60
"""After the start there is more urgent work."""
_HOUR_S = 3600
_DAY_MS = 24 * 3600 * 1000


def drawers(tools: Tools, sweeps: Sequence[Callable[[Tools], int]]) -> None:
    """Call each of ``sweeps`` as often as photos are collected, until the worker stops."""
    rest_s = _FIRST_S
    while not tools.stop.wait(rest_s):
        rest_s = tools.settings.care.collect_hours * _HOUR_S
        try:
            gone = sum(sweep(tools) for sweep in sweeps)
            _logger.info("drawers looked after", removed=gone)
            tools.tell("drawers", None)
        except (BlobError, StoreBusy, HandinDown) as error:
            _logger.warning("care of drawers waits", why=str(error))
            tools.tell("drawers", error)


def sweep(tools: Tools) -> int:
    """Remove every drawer whose run is gone; how many went.  Raises ``BlobError``."""
    now_ms, gone = tools.clock_ms(), 0
    grace_ms = tools.settings.orphan_grace_days * _DAY_MS
    for name in drawer_names(tools.settings):
        run = _run_of(name)
        if run is None:
            continue
        with tools.store.read() as session:
            known = exports.get(session, run)
        if _is_orphan(tools, run, known, now_ms, grace_ms):
            if known is not None and known.removed_ms is None:
                tools.handin(RemoveRun(run))
            remove_drawer(tools.settings, name)
            gone += 1
    return gone


def _run_of(name: str) -> UUID | None:
    try:
        return UUID(hex=name.removeprefix(DRAWER)) if name.startswith(DRAWER) else None
    except ValueError:
        return None


def _is_orphan(tools: Tools, id_: UUID, run: Run | None, now_ms: int, grace_ms: int) -> bool:
    """Whether a run's files have no use: removed a day ago, not known for long, or of a destination
    that is no more for long.

    Who removed them a moment ago may be about to deliver them again.  A run that the database does
    not know was made before a restore; its age stands in its id (RFC 9562, version 7).
    """
    if run is None:
        return now_ms - (id_.int >> 80) > grace_ms
    if run.removed_ms is not None:
        return now_ms - run.removed_ms > _DAY_MS
    is_served = tools.settings.export.destination(run.destination) is not None
    return not is_served and now_ms - (run.verified_ms or run.made_ms) > grace_ms
