"""A worker of one destination that kills itself at a given moment, as kill -9 would.

``work(config, ahead_ms, moment)`` is run in a process of its own; it ends by itself once the run of
the night is done, unless ``moment`` comes first: a step's name with ``before`` or ``after`` its
hand-in, or ``during`` it.
"""

import os
import signal
import threading
import time
from pathlib import Path

from fieldops.export.nightly import Keeper
from fieldops.flow.exportwork import ClaimRun, MoveRun, PlanRun
from fieldops.flow.handin import HandinAnswer, HandinRequest
from fieldops.flow.react import DirectHandin
from fieldops.flow.worker import Tools
from fieldops.settings import load_settings
from fieldops.store import exports
from fieldops.store.blobs import open_blobs
from fieldops.store.engine import open_store
from fieldops.store.exports import Step

MOMENTS = (
    "plan before",
    "plan after",
    "claim after",
    "write during",
    "write before",
    "write after",
    "deliver during",
    "deliver before",
    "deliver after",
    "verify during",
    "verify before",
    "verify after",
)


def work(config: str, ahead_ms: int, moment: str) -> None:
    """Look after the first destination until its newest run is done, or the moment comes."""
    settings = load_settings(Path(config))
    given = settings.export.destinations[0]
    store = open_store(settings.database_url)

    def clock_ms() -> int:
        return time.time_ns() // 1_000_000 + ahead_ms

    direct = DirectHandin(store, clock_ms)

    def handin(request: HandinRequest) -> HandinAnswer:
        name = _name(request)
        _die(moment, f"{name} before")
        answer = direct(request)
        _die(moment, f"{name} after")
        return answer

    def hear(step: Step, _done: int, _of: int) -> None:
        _die(moment, f"{step} during")

    tools = Tools(settings, store, open_blobs(settings), handin, threading.Event(), clock_ms)
    keeper = Keeper(tools, given, hear)
    while True:
        keeper.step()
        with store.read() as session:
            found = exports.listing(session, given.name, None, 1)
        if found and found[0].step == "done":
            return


def _name(request: HandinRequest) -> str:
    if isinstance(request, PlanRun):
        return "plan"
    if isinstance(request, ClaimRun):
        return "claim"
    return request.from_ if isinstance(request, MoveRun) else ""


def _die(moment: str, here: str) -> None:
    if moment == here:
        os.kill(os.getpid(), signal.SIGKILL)
