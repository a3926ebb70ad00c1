"""What the tests of the whole server need: a server, a company, tablets, ops.

    with running(database_url, tmp_path) as server:      a real server, called in process
        company = found_company(server)                  two sites, people of every role
        tablet = enrol_tablet(server, [company.inspector])
        op = tablet.op("result.record@1", inspection=walk, item="floor", value="clean")
        tablet.push([op]).json()["receipts"]

``on_loopback(server)`` gives the address of the same server behind granian, for what needs sockets.
Only what a test says matters; everything else is filled in.
"""

import asyncio
import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import msgspec
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

from fieldops.flow import setup
from fieldops.flow.sessions import token_hash
from fieldops.model.access import Grant, Level, Role
from fieldops.rules.checklists import address, parse
from fieldops.settings import load_settings
from fieldops.store.sessions import DeskSession
from fieldops.store.sessions import add as add_session
from fieldops.web.app import create_app, open_core
from fieldops.web.core import Core
from fieldops_sync.ids import result_id, uuid7
from fieldops_sync.keys import SYNC_AUDIENCE, DeviceKey, sign_proof, sign_salvage
from fieldops_sync.optypes import OP_TYPES

T = TypeVar("T")

NOON_MS = 1_795_262_400_000
"""2026-11-21T12:00:00Z: where a test's clock starts, and stays until the test moves it."""
HOUR_MS = 3_600_000
BOOT = "boot-1"


@dataclass
class Clock:
    """The server's clock in the hands of the test."""

    now_ms: int = NOON_MS

    def __call__(self) -> int:
        return self.now_ms

    def forward(self, hours: float) -> None:
        self.now_ms += int(hours * HOUR_MS)


@dataclass
class Server:
    """A server in process: ``client`` calls it, ``core`` is its inside."""

    core: Core
    app: Litestar
    client: TestClient[Litestar]
    clock: Clock

    def do(self, job: Callable[[Session], T]) -> T:
        """Run a job in a transaction of the writer."""
        return self.core.store.write(job).result(30)

    def look(self, query: Callable[[Session], T]) -> T:
        """Run a query on a snapshot."""
        with self.core.store.read() as session:
            return query(session)


SOON_S = 8
"""What the protocol promises within 2 s, by the clock of a machine that is busy; whoever waited
for a frozen upload to end by itself would wait for 60 (``flow.holders.IDLE_S``)."""
_idle_apps: list[Litestar] = []
"""Apps whose server has stopped: an app knows its server only as ``state.core``."""


@contextlib.contextmanager
def running(
    database_url: str, folder: Path, clock: Clock | None = None, **more: Any
) -> Iterator[Server]:
    """A server on a fresh database, with its photos in ``folder``; ``more`` are settings."""
    settings = load_settings(data_dir=folder / "data", database_url=database_url, **more)
    core = open_core(settings)
    core.clock = clock or Clock()
    # The client in process reads whole answers: a stream ends when it has said what there is.
    core.watch.heartbeat_s = core.watch.longest_s = 0.0
    app = _idle_apps.pop() if _idle_apps else create_app(core)
    app.state.core = core
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Server(core, app, client, core.clock)
    _idle_apps.append(app)


@contextlib.contextmanager
def on_loopback(server: Server, port: int = 0) -> Iterator[str]:
    """The same server behind granian on 127.0.0.1; gives its base URL.  Port 0 is any free one."""
    from granian.constants import Interfaces
    from granian.server.embed import Server as Granian

    port = port or free_port()
    granian = Granian(
        _without_lifespan(server.app), address="127.0.0.1", port=port, interface=Interfaces.ASGINL
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(granian.serve(),))
    thread.start()
    url = f"http://127.0.0.1:{port}"
    try:
        await_answer(url)
        yield url
    finally:
        loop.call_soon_threadsafe(granian.stop)
        thread.join(20)
        loop.close()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _without_lifespan(app: Litestar) -> Callable[..., Any]:
    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    return asgi


def await_answer(url: str, seconds: float = 60) -> None:
    """Wait until a server answers at all."""
    end = time.monotonic() + seconds
    while asked(url) is None:
        if time.monotonic() > end:
            raise TimeoutError(f"nothing answers at {url}")
        time.sleep(0.05)


def asked(url: str, path: str = "/healthz") -> int | None:
    """The status that a server answers with, or None.

    It costs little beside what is waited for; a client of httpx loads certificates anew each time.
    """
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=2)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        return connection.getresponse().status
    return None


class InProcess(httpx.BaseTransport):
    """Lets ``fieldops_sync.Client`` talk to a server in process."""

    def __init__(self, server: Server) -> None:
        self._client = server.client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        with self._client.stream(
            request.method, request.url.raw_path.decode(), headers=request.headers, content=content
        ) as answer:
            body = b"".join(answer.iter_raw())
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body)
        )


# A company


@dataclass
class Company:
    """Two sites and people: an inspector and a supervisor of ``site``, others of every site."""

    site: UUID
    other_site: UUID
    people: dict[str, UUID]
    definition: str = ""

    @property
    def inspector(self) -> UUID:
        return self.people["inspector"]

    @property
    def supervisor(self) -> UUID:
        return self.people["supervisor"]


def found_company(server: Server, checklist: str = "") -> Company:
    """Sites, one person a role on ``site`` and a published checklist, where one is wanted."""
    company = Company(uuid7(), uuid7(), {})

    def job(session: Session) -> None:
        now_ms = server.clock()
        for site, name in ((company.site, "翠湖花园"), (company.other_site, "云顶大厦")):
            setup.put_site(session, site, {"name": name}, setup.SYSTEM, now_ms)
        for role in Role:
            user = add_person(session, role, {company.site}, now_ms=now_ms)
            company.people[role.value] = user

    server.do(job)
    if checklist:
        company.definition = publish(server, checklist)
    return company


def add_person(
    session: Session,
    role: Role | None,
    sites: set[UUID] | None,
    level: Level = Level.L1,
    expires_ms: int | None = None,
    now_ms: int = NOON_MS,
) -> UUID:
    """A user with one grant (or none) and no secrets; ``sites`` None means every site."""
    name = role.value if role else "nobody"
    user = setup.add_user(session, f"{name}-{uuid4().hex[:8]}", name, setup.SYSTEM, now_ms)
    if role is not None:
        grant = Grant(role, None if sites is None else frozenset(sites), level, expires_ms)
        setup.add_grant(session, user, grant, setup.SYSTEM, now_ms)
    return user


def sign_in(server: Server, user: UUID, expires_ms: int | None = None) -> dict[str, str]:
    """The header of a bearer token of this person, without the cost of a password."""
    token, now_ms = f"token-{uuid4().hex}", server.clock()
    made = DeskSession(
        id=uuid7(),
        user=user,
        kind="bearer",
        way="password",
        made_ms=now_ms,
        seen_ms=now_ms,
        expires_ms=now_ms + 12 * HOUR_MS if expires_ms is None else expires_ms,
    )
    server.do(lambda session: add_session(session, token_hash(token), made))
    return {"authorization": f"Bearer {token}"}


def checklist_text(key: str, version: str = "1.0") -> str:
    """The TOML of a checklist of one item, ``floor``."""
    return f"""
key = "{key}"
version = "{version}"
domain = "cleaning"
titles = {{ zh-CN = "检查表", en = "Checklist" }}
[[sections]]
key = "lobby"
titles = {{ zh-CN = "大堂", en = "Lobby" }}
[[sections.items]]
key = "floor"
titles = {{ zh-CN = "地面", en = "Floor" }}
measure = {{ zh-CN = "目测无污渍。", en = "No stains to be seen." }}
clause = "CL-1"
answer = {{ type = "passfail" }}
[[examples]]
titles = {{ zh-CN = "合格", en = "Clean" }}
date = "2026-11-21"
rest = "pass"
score = 100
passed = true
"""


def checklist_address(text: str) -> str:
    """The SHA-256 that a checklist will have when it is published."""
    parsed = parse(text, "checklist.toml")
    assert not isinstance(parsed, list), parsed
    return address(parsed)


def publish(server: Server, text: str) -> str:
    """Publish a checklist; its SHA-256."""
    parsed = parse(text, "checklist.toml")
    assert not isinstance(parsed, list), parsed
    server.do(lambda s: setup.publish(s, parsed, setup.SYSTEM, server.clock()))
    return address(parsed)


# Ops and tablets


def make_op(type_: str, site: UUID, actor: UUID, **given: Any) -> dict[str, Any]:
    """An op as plain JSON data.

    Members of an op (``id``, ``seq``, ``base``, ``subject``, ...) may be given by name; every other
    name is a member of the payload.  A result's subject is derived; other subjects are new.
    """
    members = {name: given.pop(name) for name in _MEMBERS & given.keys()}
    payload = members.pop("payload", None) or given
    op = {
        "id": uuid7(),
        "type": type_,
        "subject": members.pop("subject", None) or _subject(type_, payload),
        "site": site,
        "actor": actor,
        "at": {"wall": "2026-11-21T20:00:00+08:00", "mono": 1000, "boot": BOOT},
        "payload": payload,
        **members,
    }
    plain: dict[str, Any] = msgspec.to_builtins(op)
    return plain


_MEMBERS = frozenset(
    {"id", "seq", "subject", "base", "def", "media", "needs", "repairs", "at", "payload"}
)


def _subject(type_: str, payload: dict[str, Any]) -> dict[str, Any]:
    kind = sorted(OP_TYPES[type_].kinds)[0] if type_ in OP_TYPES else "result"
    if kind == "result" and {"inspection", "item"} <= payload.keys():
        repeat = payload.get("repeat", "")
        return {
            "kind": kind,
            "id": result_id(UUID(str(payload["inspection"])), payload["item"], repeat),
        }
    return {"kind": kind, "id": uuid7()}


@dataclass
class Tablet:
    """An enrolled tablet that counts its own ``seq``."""

    server: Server
    device: UUID
    key: DeviceKey
    incarnation: UUID
    token: str
    site: UUID
    actor: UUID
    seq: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def op(self, type_: str, **given: Any) -> dict[str, Any]:
        """The tablet's next op; ``site`` and ``actor`` may be given too."""
        self.seq += 1
        site, actor = given.pop("site", self.site), given.pop("actor", self.actor)
        return make_op(type_, site, actor, **{"seq": self.seq, **given})

    def push(self, ops: Sequence[Any], **more: Any) -> httpx.Response:
        """Push ops as they are; ``incarnation``, ``seen`` and ``now`` may be given."""
        body = {"incarnation": self.incarnation, "ops": ops, **more}
        return self.post("push", body)

    def receipts_of(self, ops: Sequence[Any], **more: Any) -> list[dict[str, Any]]:
        """Push ops that are expected to be answered one by one."""
        answer = self.push(ops, **more)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["receipts"]
        return found

    def pull(self, cursor: str | None = None, **more: Any) -> dict[str, Any]:
        """One page."""
        answer = self.post("pull", {"cursor": cursor, **more})
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    def pull_all(self, cursor: str | None = None) -> tuple[list[dict[str, Any]], str]:
        """All pages after a cursor: the changes in order, and the last cursor."""
        changes: list[dict[str, Any]] = []
        more = True
        while more:
            page = self.pull(cursor)
            changes += page["changes"]
            cursor, more = page["cursor"], page["more"]
        assert cursor is not None
        return changes, cursor

    def post(self, call: str, body: Any) -> httpx.Response:
        """POST a JSON body (or bytes) with the tablet's token."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        headers = {"authorization": f"Bearer {self.token}", **self.headers}
        return self.server.client.post(f"/sync/v1/{call}", content=content, headers=headers)

    def nonce(self) -> str:
        """A fresh nonce."""
        found: str = self.server.client.get("/sync/v1/hello").json()["nonce"]
        return found

    def renew(self) -> httpx.Response:
        """Ask for a new token by a proof of the key; takes it over when it comes."""
        nonce = self.nonce()
        proof = sign_proof(self.key, SYNC_AUDIENCE, self.device, nonce)
        asked = {"device": str(self.device), "nonce": nonce, "signature": proof}
        answer = self.server.client.post("/sync/v1/token", json=asked)
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    def salvage(self, ops: Sequence[Any], key: DeviceKey | None = None) -> httpx.Response:
        """Hand ops in without a token, signed by the device key (or another one)."""
        nonce = self.nonce()
        raws = [msgspec.json.encode(op) for op in ops]
        signature = sign_salvage(key or self.key, SYNC_AUDIENCE, self.device, nonce, raws)
        body = {
            "device": self.device,
            "incarnation": self.incarnation,
            "nonce": nonce,
            "signature": signature,
            "ops": [msgspec.Raw(raw) for raw in raws],
        }
        content = msgspec.json.encode(body)
        return self.server.client.post("/sync/v1/salvage", content=content)


def enrol_tablet(server: Server, users: Sequence[UUID], site: UUID | None = None) -> Tablet:
    """Enrol a tablet for people; it works on ``site`` as the first of them."""
    code = server.do(
        lambda s: setup.enrol_code(s, "tablet", users, setup.SYSTEM, server.clock(), minutes=10)
    )
    key, incarnation = DeviceKey.generate(), uuid4()
    asked = {"code": code, "public_key": key.public_jwk, "incarnation": str(incarnation)}
    answer = server.client.post("/sync/v1/enrol", json=asked)
    assert answer.status_code == 200, answer.text
    device, token = UUID(answer.json()["device"]), answer.json()["token"]["access_token"]
    return Tablet(server, device, key, incarnation, token, site or uuid7(), users[0])
