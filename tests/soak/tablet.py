"""A tablet that hardly rests: it records, photographs and syncs until it is told to stop."""

import threading
import time
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

import httpx
from tests.soak.company import Company

from fieldops_sync.client import Client
from fieldops_sync.ids import result_id, uuid7
from fieldops_sync.outbox import Outbox
from fieldops_sync.transport import SyncError
from fieldops_sync.wire import Subject

WALK_S = 6
"""A crew of tablets works on one walk for so long, then on the next, so that they meet."""
CREW = 4
ITEMS = ("floor", "wall", "lift")
_PAUSE_MAX_S = 0.05
_SYNC_TRIES = 200


class Tablet:
    """One tablet in a thread; ``acknowledged`` and ``stored`` are what the server has promised."""

    def __init__(
        self,
        folder: Path,
        url: str,
        company: Company,
        seed: int,
        transport: httpx.BaseTransport | None = None,
        rest_s: float = 0.0,
        *,
        hurried: bool = True,
    ) -> None:
        """A hurried tablet hardly waits, whatever the server asks for; others keep to the terms."""
        self.errors = 0
        self.outbox = Outbox(folder)
        self.recorded: list[UUID] = []
        self._company = company
        self._crew = seed // CREW
        self._random = Random(seed)
        self._client = Client(
            self.outbox,
            url,
            random=self._random,
            transport=transport,
            **(_HURRIED if hurried else {}),
        )
        self._client.enrol(company.codes[seed])
        self._rest_s = rest_s
        self._stop = threading.Event()
        self._broken: Exception | None = None
        self._thread = threading.Thread(target=self._run, name=f"tablet-{seed}")

    @property
    def acknowledged(self) -> list[UUID]:
        """The ops that the server has custody of, as this tablet was told."""
        return [op.id for op in self.outbox.ops("kept")]

    @property
    def stored(self) -> list[str]:
        """The photos that the server has stored, as this tablet was told."""
        return [photo.sha256 for photo in self.outbox.photos("stored")]

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Stop recording; raises what broke the tablet, if anything did."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(60)
        if self._broken is not None:
            raise self._broken

    def close(self) -> None:
        """Let go of everything, whatever happened."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(60)
        self._client.close()
        self.outbox.close()

    def finish(self) -> None:
        """Sync until nothing is left to send; raises the last SyncError if that never happens."""
        for tried in range(_SYNC_TRIES):
            try:
                self._client.sync()
            except SyncError:
                if tried == _SYNC_TRIES - 1:
                    raise
                time.sleep(_PAUSE_MAX_S)
                continue
            if not self.outbox.ops("pending", "sent") and not self.outbox.photos("waiting"):
                return
        raise TimeoutError("the tablet never gets rid of what it has")

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._rest_s):
                self.work()
                self.sync()
        except Exception as error:  # noqa: BLE001  # Carried to whoever stops the tablet.
            self._broken = error

    def sync(self) -> None:
        """Sync once; a server that is down is nothing special."""
        try:
            self._client.sync()
        except SyncError:
            self.errors += 1

    def work(self) -> None:
        """Record a few things, one of them on what the whole crew works on."""
        named = uuid5(self._company.site, f"{self._crew} {int(time.time()) // WALK_S}")
        walk = UUID(int=named.int, version=4)  # as if one had drawn it and told the others
        self._answer(walk)
        for _ in range(self._random.randint(0, 4)):
            self._answer(uuid7())
        if self._random.random() < 0.3:
            self._photograph(walk)

    def _answer(self, walk: UUID) -> None:
        item = self._random.choice(ITEMS)
        outcome = self._random.choice(("pass", "fail"))
        payload = {"inspection": str(walk), "item": item, "outcome": outcome, "value": outcome}
        subject = Subject("result", result_id(walk, item))
        self._record("result.record@1", subject, payload, definition=self._company.checklist)

    def _photograph(self, walk: UUID) -> None:
        data = self._random.randbytes(self._random.randint(1_000, 60_000))
        sha256 = self.outbox.capture(data, "image/jpeg", self._company.site)
        payload = {"inspection": str(walk), "sha256": sha256, "size_bytes": len(data)}
        self._record("photo.attach@1", Subject("photo", uuid7()), payload, media=[sha256])

    def _record(self, kind: str, subject: Subject, payload: object, **more: object) -> None:
        site, actor = self._company.site, self._company.inspector
        made = self.outbox.record(kind, subject, site, payload, actor=actor, **more)  # type: ignore[arg-type]
        self.recorded.append(made)


def _short_sleep(seconds: float) -> None:
    time.sleep(min(seconds, _PAUSE_MAX_S))


_HURRIED: dict[str, Any] = {"sleep": _short_sleep, "timeout_s": 10}
