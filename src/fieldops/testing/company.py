"""A small company in this process: a real server on SQLite, one site, one inspector, one tablet.

The tablet speaks the sync protocol to the server's own handlers; only the sockets are missing.
"""

import functools
import tempfile
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
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
from fieldops_sync.keys import SYNC_AUDIENCE, DeviceKey, sign_proof
from fieldops_sync.wire import Receipt

T = TypeVar("T")

_BOOT = "boot-1"
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


class Tablet:
    """An enrolled tablet: it numbers its ops, pushes them and sends the bytes of photos."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._key, self._incarnation, self._seq = DeviceKey.generate(), uuid4(), 0
        self.receipts: list[Receipt] = []
        people = [company.inspector]
        code = company.do(
            lambda s: setup.enrol_code(s, "tablet", people, setup.SYSTEM, company.clock())
        )
        asked = {
            "code": code,
            "public_key": self._key.public_jwk,
            "incarnation": str(self._incarnation),
        }
        answer = self._send("enrol", asked)
        self.device, self._token = UUID(answer["device"]), answer["token"]["access_token"]

    def op(self, type_: str, kind: str, subject: UUID, payload: Any, **members: Any) -> Any:
        """The tablet's next op, recorded now."""
        self._seq += 1
        op = {
            "id": uuid7(),
            "type": type_,
            "seq": self._seq,
            "subject": {"kind": kind, "id": subject},
            "site": self._company.site,
            "actor": self._company.inspector,
            "at": self.now(),
            "payload": payload,
        }
        return {**op, **members}

    def push(self, ops: Sequence[Any]) -> list[Receipt]:
        """Push ops, in as many batches as the server takes; the receipts, one an op."""
        most = self._company.core.limits.batch_ops
        for start in range(0, len(ops), most):
            body = {"incarnation": self._incarnation, "ops": ops[start : start + most]}
            answer = self._send("push", {**body, "now": self.now()}, authorised=True)
            self.receipts += msgspec.convert(answer["receipts"], list[Receipt])
        return self.receipts[len(self.receipts) - len(ops) :]

    def upload(self, content: bytes) -> None:
        """Send the bytes of a photo in one part (tus 1.0.0, creation-with-upload)."""
        digest = b64encode(sha256(content).hexdigest().encode()).decode()
        headers = {
            "tus-resumable": "1.0.0",
            "upload-length": str(len(content)),
            "upload-metadata": f"sha256 {digest},filetype {b64encode(b'image/jpeg').decode()}",
            "content-type": "application/offset+octet-stream",
            "authorization": f"Bearer {self._token}",
        }
        client = self._company.client
        self._answered(client.post("/sync/v1/uploads", content=content, headers=headers))

    def renew(self) -> None:
        """Get a new token by a proof of the device's key; one lasts for hours."""
        nonce = self._company.client.get("/sync/v1/hello").json()["nonce"]
        proof = sign_proof(self._key, SYNC_AUDIENCE, self.device, nonce)
        asked = {"device": str(self.device), "nonce": nonce, "signature": proof}
        self._token = self._send("token", asked)["access_token"]

    def now(self) -> dict[str, Any]:
        """The tablet's clock, as it claims it."""
        clock = self._company.clock
        return {"wall": clock.rfc3339, "mono": clock(), "boot": _BOOT}

    def _send(self, call: str, body: Any, authorised: bool = False) -> Any:
        headers = {"authorization": f"Bearer {self._token}"} if authorised else {}
        content = msgspec.json.encode(body)
        url = f"/sync/v1/{call}"
        answer = self._company.client.post(url, content=content, headers=headers)
        return self._answered(answer).json()

    @staticmethod
    def _answered(answer: Any) -> Any:
        assert answer.status_code < 400, answer.text
        return answer


@functools.cache
def _empty_database() -> bytes:
    """A SQLite file with this version's tables: migrating takes longer than most plays."""
    with tempfile.TemporaryDirectory(prefix="fieldops-play-") as folder:
        path = Path(folder) / "template.db"
        store = open_store(f"sqlite:///{path}")
        migrate.upgrade(store.engine)
        store.close()
        return path.read_bytes()
