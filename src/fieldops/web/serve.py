"""Running the server behind granian, in this process and on one event loop.

granian's own main process leaves its worker serving when it is killed (recipes.md, "Processes"),
so the embedded server is used and ``cli`` supervises.  The socket is bound with SO_REUSEPORT: the
supervisor holds one bound, non-listening socket on the port, so that a restart finds it free.
"""

import asyncio
import gc
import os
import signal
import threading
import time

import structlog
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from fieldops.flow.handin import open_door
from fieldops.settings import Settings
from fieldops.store.blobs import BlobError
from fieldops.store.writer import StoreBusy
from fieldops.web.app import create_app, open_core
from fieldops.web.core import Core
from fieldops.web.memory import keep_memory

STOP_S = 4.0
"""How long requests under way may take to end; uploads are pre-empted before."""
_EXIT_S = 2.0
_BACKLOG = 1024
_READ_BYTES = 800 * 1024
"""The most of a photo that comes in at a time: each time four threads hand it on."""
_PENDING_S = 15.0
"""How often photos that wait in the spool for their store are tried again."""
_LEFTOVER_S = 24 * 3600
"""What a broken-off write left in the blob store may go after a day."""
_ANY = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}

_logger = structlog.get_logger(__name__)


def run(settings: Settings) -> None:
    """Serve until SIGTERM.  Raises ``ProblemError`` when database or tables are not fit."""
    core = open_core(settings)
    # Made for workers of this machine, so that they find the port whatever it is.
    core.door = open_door(settings.data_dir, _local_url(settings))
    asyncio.run(_serve(core))


def _local_url(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{_ANY.get(settings.host, host)}:{settings.port}"


def _spare_collector() -> None:
    """What is loaded now stays: the collector need not look at it again, nor at every batch.

    A push makes thousands of values without cycles; looking through them cost a tenth of it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def _serve(core: Core) -> None:
    server = Server(
        create_app(core),
        address=core.settings.host,
        port=core.settings.port,
        interface=Interfaces.ASGI,
        websockets=False,
        http1_settings=HTTP1Settings(max_buffer_size=_READ_BYTES),
        backlog=_BACKLOG,
        log_enabled=False,
    )
    _spare_collector()
    keep_memory()
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    serving = asyncio.create_task(server.serve())
    chores = asyncio.create_task(_do_chores(core))
    wanted = asyncio.create_task(stopping.wait())
    await asyncio.wait({serving, wanted}, return_when=asyncio.FIRST_COMPLETED)
    giving_up = _end_soon()
    chores.cancel()
    wanted.cancel()
    if not serving.done():
        _logger.info("stopping")
        # A frozen upload would hold up the end for half a minute: it lets go, and is gone on with.
        await core.uploads.close()
        core.watch.close()
        server.stop()  # type: ignore[no-untyped-call]  # granian types its stubs, not this.
    try:
        await serving
    finally:
        giving_up.cancel()


async def _do_chores(core: Core) -> None:
    """Finish photos that waited for their store, end what has expired."""
    swept_s = 0.0
    while True:
        try:
            await core.uploads.finish_pending()
            await core.uploads.tidy()
            if time.monotonic() - swept_s > core.settings.worker.sweep_s:
                swept_s = time.monotonic()
                await core.uploads.sweep()
                await core.outside.run(core.blobs.sweep, _LEFTOVER_S)
        except (BlobError, StoreBusy, OSError) as error:
            _logger.warning("chores wait", why=str(error))
        except Exception:
            _logger.exception("chores failed")
        await asyncio.sleep(_PENDING_S)


def _end_soon() -> threading.Timer:
    """End this process in a few seconds even if a client never lets go of its connection."""
    timer = threading.Timer(STOP_S + _EXIT_S, os._exit, (0,))
    timer.daemon = True
    timer.start()
    return timer
