"""A company whose nights go somewhere: a server, destinations, and a worker in the test's hands.

with delivering(database_url, tmp_path, folder("office", out)) as office:
    office.write(3)                 three walks are begun
    office.to_next_night()          the clock stands behind the next 02:30
    office.step()                   what the worker does when it looks
    office.runs("office")           the runs of a destination, oldest first
"""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.factories import Company, Server, found_company, running

from fieldops.export.nightly import Keeper
from fieldops.flow.exportalarms import Alarm, alarms
from fieldops.flow.handin import Handin
from fieldops.flow.react import DirectHandin
from fieldops.flow.worker import Tools
from fieldops.rules.exportschedule import following
from fieldops.rules.zones import zone
from fieldops.store import exports
from fieldops.store.exports import Run

MANIFEST = "datapackage.json"


def folder(name: str, place: Path, **more: Any) -> dict[str, Any]:
    """A destination that is a folder, which is made."""
    place.mkdir(parents=True, exist_ok=True)
    few = {"formats": ["jsonl"], "datasets": ["sites", "inspections", "results"]}
    return {"name": name, "kind": "folder", "folder": str(place), **few, **more}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Office:
    """The server, and what stands around it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.stop = threading.Event()
        self.handin: Handin = DirectHandin(server.core.store, server.clock)
        self.cuts = 0
        self.company: Company = found_company(server)

    @property
    def tools(self) -> Tools:
        """What a worker's job is given."""
        core = self.server.core
        return Tools(
            core.settings, core.store, core.blobs, self.handin, self.stop, self.server.clock
        )

    def keeper(self, name: str) -> Keeper:
        given = self.server.core.settings.export.destination(name)
        assert given is not None
        return Keeper(self.tools, given)

    def step(self) -> None:
        """Look after every destination once."""
        for one in self.server.core.settings.export.destinations:
            self.keeper(one.name).step()

    def to_next_night(self, schedule: str = "30 2 * * *") -> str:
        """Put the clock behind the next night's time; its day."""
        found = following(schedule, zone(self.tools.settings.timezone), self.server.clock())
        assert found is not None
        self.server.clock.now_ms = found.at_ms + 1000
        return found.day

    def write(self, count: int = 1) -> None:
        """Something happens: so many sites more."""
        from fieldops.flow import setup
        from fieldops_sync.ids import uuid7

        for _ in range(count):
            self.server.do(
                lambda s: setup.put_site(
                    s, uuid7(), {"name": "新项目"}, setup.SYSTEM, self.server.clock()
                )
            )

    def runs(self, name: str = "") -> list[Run]:
        return self.server.look(lambda s: exports.listing(s, name, None, 100))[::-1]

    def amiss(self) -> list[Alarm]:
        """What is told to the office now."""
        settings, now_ms = self.tools.settings, self.server.clock()
        return self.server.look(lambda s: list(alarms(s, settings, now_ms)))

    def watermark(self, name: str) -> int:
        place = self.server.look(lambda s: exports.place(s, name))
        return place.watermark if place else -1

    def night(self) -> None:
        """A night passes."""
        self.to_next_night()
        self.step()


@contextlib.contextmanager
def delivering(
    database_url: str, tmp_path: Path, *destinations: dict[str, Any], **more: Any
) -> Iterator[Office]:
    """An office whose destinations have been seen: the next night is their first."""
    given = {"destinations": list(destinations), "first_pause_s": 1, **more.pop("export", {})}
    with running(database_url, tmp_path, export=given, **more) as server:
        office = Office(server)
        office.step()
        yield office
