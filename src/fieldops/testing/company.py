"""A small company in this process: a real server on SQLite, its sites, one inspector."""

import functools
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from fieldops.flow import setup
from fieldops.model.access import Grant, Level, Role
from fieldops.model.checklist import Checklist
from fieldops.settings import load_settings
from fieldops.store import migrate
from fieldops.store.engine import open_store
from fieldops.testing.clock import FrozenClock
from fieldops.web.app import create_app, open_core
from fieldops_sync.ids import uuid7

T = TypeVar("T")

_SITE = {"name": "翠湖花园", "nature": "residential", "timezone": "Asia/Shanghai"}
_idle: list[Litestar] = []
"""Apps whose company is closed: an app knows its server only as ``state.core``."""


class Company:
    """The server and its people; ``close`` ends it.  ``folder`` is made and keeps everything."""

    def __init__(self, folder: Path, clock: FrozenClock) -> None:
        folder.mkdir(parents=True)
        file = folder / "fieldops.db"
        file.write_bytes(_empty_database())
        settings = load_settings(data_dir=folder / "data", database_url=f"sqlite:///{file}")
        self.clock = clock
        self.core = open_core(settings)
        self.core.clock = clock
        self._app = _idle.pop() if _idle else create_app(self.core)
        self._app.state.core = self.core
        self._stack = ExitStack()
        self.client = self._stack.enter_context(
            TestClient(self._app, raise_server_exceptions=False)
        )
        self.inspector = self.do(self._hire)
        self.site = self.found_site()

    def close(self) -> None:
        """Stop the server."""
        self._stack.close()
        _idle.append(self._app)

    def do(self, job: Callable[[Session], T]) -> T:
        """Run a job in a transaction of the server's writer."""
        return self.core.store.write(job).result(30)

    def look(self, query: Callable[[Session], T]) -> T:
        """Ask a question of the database, on a snapshot."""
        with self.core.store.read() as session:
            return query(session)

    def publish(self, checklists: Sequence[Checklist]) -> None:
        """Publish checklists to every tablet."""

        def job(session: Session) -> None:
            for one in checklists:
                setup.publish(session, one, setup.SYSTEM, self.clock())

        self.do(job)

    def found_site(self) -> UUID:
        """Take over another site, on which the inspector works from now on; its id."""
        site = uuid7()

        def job(session: Session) -> None:
            now_ms = self.clock()
            setup.put_site(session, site, _SITE, setup.SYSTEM, now_ms)
            grant = Grant(Role.INSPECTOR, frozenset({site}), Level.L1, None)
            setup.add_grant(session, self.inspector, grant, setup.SYSTEM, now_ms)

        self.do(job)
        self.site = site
        return site

    def _hire(self, session: Session) -> UUID:
        return setup.add_user(session, "inspector", "王巡检", setup.SYSTEM, self.clock())


@functools.cache
def _empty_database() -> bytes:
    """A SQLite file with this version's tables: migrating takes longer than most plays."""
    with tempfile.TemporaryDirectory(prefix="fieldops-play-") as folder:
        path = Path(folder) / "template.db"
        store = open_store(f"sqlite:///{path}")
        migrate.upgrade(store.engine)
        store.close()
        return path.read_bytes()
