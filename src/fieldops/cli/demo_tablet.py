"""The demo's tablet app: a process of its own that syncs an outbox and tells how it goes.

It is started by the demo, killed with SIGKILL in the middle of an upload, and started again on
the same folder: what it had recorded and what the server had confirmed is all in the outbox.  It
tells one JSON line an event on its standard output.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from fieldops.cli.demo_link import DemoLink, Odometer, Script
from fieldops_sync import Client, Outbox, SyncError

ROUNDS_MAX = 8
"""Syncs until everything has arrived, before the app gives up and says so."""
PAUSE_SCALE = 0.1
"""The app's pauses between attempts are cut to a tenth: nobody is in a basement here."""


_STDOUT = 1


class Orders(Struct, frozen=True):
    """What the app is started with; ``script`` and ``usual`` say how bad its link is."""

    folder: str
    url: str
    seed: int
    script: Script = {}
    usual: dict[str, float] = {}


class Told(Struct, frozen=True):
    """One line: an event of the sync (its type's name and its members) and the link so far."""

    name: str
    members: dict[str, Any]
    odometer: Odometer


class Tablet:
    """The running app as the demo sees it."""

    def __init__(self, orders: Orders) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name, msgspec.json.encode(orders).decode()],
            stdout=subprocess.PIPE,
            # Ctrl-C is for the demo, which then ends its tablet.
            start_new_session=True,
        )

    def told(self) -> Iterator[Told]:
        """The lines as they come, until the app ends or is killed."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            # What a killed app wrote last may be half a line.
            if line.endswith(b"\n"):
                yield msgspec.json.decode(line, type=Told)

    def kill(self) -> None:
        """Kill it as a battery that comes loose does: no handler runs, nothing is flushed."""
        self._process.kill()

    def close(self) -> int:
        """Wait for its end; the exit status, negative for a signal."""
        assert self._process.stdout is not None
        self._process.stdout.close()
        return self._process.wait()


@contextmanager
def running(orders: Orders) -> Iterator[Tablet]:
    """Run the app; it does not outlive the block."""
    tablet = Tablet(orders)
    try:
        yield tablet
    except BaseException:
        tablet.kill()
        raise
    finally:
        tablet.close()


class BrokeOff(Struct, frozen=True):
    """A sync did not come to its end; the next one goes on from there."""

    why: str


class Sent(Struct, frozen=True):
    """Bytes are about to leave: so that what a killed app sent is known, too."""


class App:
    """The app itself: an outbox, a bad link, and a voice."""

    def __init__(self, orders: Orders, inner: httpx.BaseTransport) -> None:
        self._orders = orders
        self._lock = threading.Lock()
        self._link = DemoLink(orders.seed, orders.script, orders.usual, inner, self._tell_sent)

    def run(self) -> int:
        """Sync until nothing waits; 1 if something still waits after the last attempt."""
        with Outbox(self._orders.folder) as outbox, self._client(outbox) as client:
            for _ in range(ROUNDS_MAX):
                if self._sync(client):
                    return 0
        return 1

    def _sync(self, client: Client) -> bool:
        try:
            summary = client.sync(self._tell)
        except SyncError as error:
            self._tell(BrokeOff(str(error)))
            return False
        self._tell(summary)
        return summary.photos_waiting == 0

    def _client(self, outbox: Outbox) -> Client:
        return Client(
            outbox,
            self._orders.url,
            self._link,
            random=Random(self._orders.seed),
            sleep=lambda delay_s: time.sleep(delay_s * PAUSE_SCALE),
        )

    def _tell_sent(self) -> None:
        self._tell(Sent())

    def _tell(self, event: Struct) -> None:
        told = Told(type(event).__name__, msgspec.to_builtins(event), self._link.odometer)
        with self._lock:
            os.write(_STDOUT, msgspec.json.encode(told) + b"\n")


if __name__ == "__main__":
    sys.exit(App(msgspec.json.decode(sys.argv[1], type=Orders), httpx.HTTPTransport()).run())
