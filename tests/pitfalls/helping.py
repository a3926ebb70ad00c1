"""What several pitfalls need: how much of it to do, who works at once, what the database holds."""

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import text
from tests.factories import InProcess, Server

from fieldops.flow import setup
from fieldops.store import log, records
from fieldops_sync.client import Client
from fieldops_sync.ids import result_id
from fieldops_sync.outbox import Outbox
from fieldops_sync.wire import Subject

T = TypeVar("T")
_TABLES = ("ledger", "record", "held", "quarantine", "audit", "incarnation", "media_ref")


def rounds(short: int, long: int) -> int:
    """How often to try: the long tier is asked for by ``FIELDOPS_SOAK=1``."""
    return long if os.environ.get("FIELDOPS_SOAK") == "1" else short


def at_once(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """Run jobs in threads that start together; what each returned, in order."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        barrier.wait(20)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def counts(server: Server) -> dict[str, int]:
    """How many rows each table of the river has, and how many changes the log."""

    def query(session: Any) -> dict[str, int]:
        found = {
            table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in _TABLES
        }
        return found | {"log": len(log.read(session, 0, sys.maxsize))}

    return server.look(query)


def record(server: Server, subject: UUID) -> Any:
    """A subject's current state, or None."""
    return server.look(lambda session: records.get_one(session, subject))


class RealTablet:
    """The reference tablet: outbox and client of ``fieldops_sync`` on an in-process server."""

    def __init__(self, server: Server, users: Sequence[UUID], site: UUID, folder: Path) -> None:
        self.folder = folder
        self.site, self.actor = site, users[0]
        self.outbox = Outbox(folder)
        self.connect(server)
        code = server.do(
            lambda s: setup.enrol_code(s, "tablet", users, setup.SYSTEM, server.clock())
        )
        self.client.enrol(code)

    def connect(self, server: Server) -> None:
        """Talk to this server from now on."""
        self.server = server
        self.transport = InProcess(server)
        self.client = Client(
            self.outbox, "http://testserver.local", self.transport, sleep=lambda _s: None
        )

    def reopen(self) -> None:
        """The app was killed, or closed: open the same folder again."""
        self.client.close()
        self.outbox.close()
        self.outbox = Outbox(self.folder)
        self.connect(self.server)

    def answer(self, walk: UUID, item: str, **members: Any) -> UUID:
        """Record a result."""
        payload = {"inspection": str(walk), "item": item, **members}
        subject = Subject("result", result_id(walk, item))
        return self.outbox.record("result.record@1", subject, self.site, payload, actor=self.actor)


def raw(op: Any) -> msgspec.Raw:
    """An op's bytes, to be sent as they are."""
    return msgspec.Raw(op if isinstance(op, bytes) else msgspec.json.encode(op))
