"""Sixty secrets of level 3 through a server of its own: none in what level 1 gets, none in logs.

    tablet: good ops, refused ones, garbage ─┐                ┌─ every GET as four roles of level 1
    public form, desk, salvage, quarantine ──┼─ fieldops serve ┼─ every problem body, /metrics
    report, exports, command line ───────────┘                ├─ webhooks, the month as PDF
                                                              ├─ exports: folder, bucket, SFTP
                                                              └─ logs of all processes

Each secret is said in one place, so that a leak tells where it came in.
"""

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from msgspec import Struct
from pypdfium2 import PdfDocument
from sqlmodel import Session
from tests import servers
from tests.consumers import Consumer, consumer
from tests.export.peers import SftpPeer, sftp_peer
from tests.export.test_masking import canaries
from tests.factories import Server, Tablet, add_person, checklist_text, make_op, sign_in
from tests.soak.company import settings_of, settle_in
from tests.soak.product import Product, _environment

from fieldops.flow import endpoints, forms, setup
from fieldops.model.access import Level, Role
from fieldops.model.answertypes import LANGUAGES
from fieldops.rules.checklists import address, parse
from fieldops.store import schema
from fieldops.store.engine import Store, open_store
from fieldops_sync.endpointpayloads import EndpointSet
from fieldops_sync.ids import uuid7
from fieldops_sync.keys import DeviceKey

pytestmark = pytest.mark.soak
ROLES = (Role.SUPERVISOR, Role.AUDITOR, Role.EXPORTER, Role.ADMINISTRATOR)
API = "/api/v1"
_MORE = """
[metrics]
token = "t0ken"

[webhooks]
http = true
networks = ["127.0.0.0/8"]
ports = [{port}]

{destinations}
"""
FORMATS = ["csv", "jsonl", "parquet", "xlsx"]


class Peers(Struct):
    """What stands around the server: who is told by webhook, and where exports go; all level 1."""

    ear: Consumer
    sftp: SftpPeer
    s3: servers.Note
    bucket: str
    out: Path
    secret: Path

    def destinations(self) -> list[dict[str, Any]]:
        """One of each kind that files are brought to."""
        bucket = {"endpoint": self.s3["endpoint"], "bucket": self.bucket, "secure": False}
        bucket |= {"access_key": self.s3["access_key"], "secret_file": str(self.secret)}
        return [
            {"name": "office", "kind": "folder", "folder": str(self.out)},
            {"name": "bucket", "kind": "s3", **bucket},
            self.sftp.destination("away"),
        ]

    def settings(self) -> str:
        """As lines of the settings' file."""
        tables = [
            "\n".join(
                ["[[export.destinations]]", *(f"{name} = {json.dumps(value)}"
                 for name, value in {**one, "schedule": "", "formats": FORMATS}.items())]
            )
            for one in self.destinations()
        ]  # fmt: skip
        return _MORE.format(port=self.ear.port, destinations="\n\n".join(tables))

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Everything that was brought anywhere."""
        for folder in (self.out, self.sftp.folder):
            for one in sorted(folder.rglob("*")):
                if one.is_file():
                    yield f"{folder.name}/{one.name}", one.read_bytes()
        client = servers.s3_client(self.s3)
        for one in client.list_objects(self.bucket, recursive=True):
            with client.get_object(self.bucket, one.object_name) as answer:
                yield f"bucket/{one.object_name}", answer.read()


@pytest.fixture
def peers(s3_server: servers.Note, s3_bucket: str, tmp_path: Path) -> Iterator[Peers]:
    (out := tmp_path / "out").mkdir()
    (secret := tmp_path / "s3.secret").write_text(s3_server["secret_key"])
    with consumer() as ear, sftp_peer(tmp_path) as sftp:
        yield Peers(ear, sftp, s3_server, s3_bucket, out, secret)


class Secrets:
    """The sixty; ``one(where)`` takes the next, ``places`` tells where each was said."""

    def __init__(self) -> None:
        self._left = canaries()
        self.places: dict[str, str] = {}

    def one(self, where: str) -> str:
        taken = self._left.pop(0)
        self.places[taken] = where
        return taken

    def in_(self, raw: bytes | str) -> list[str]:
        """Where those were said that stand in something."""
        text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
        return [where for secret, where in self.places.items() if secret in text]


class House:
    """A company before its server starts, and what it has said."""

    def __init__(self, folder: Path, peers: Peers) -> None:
        self.peers, self.secrets = peers, Secrets()
        url = f"sqlite:///{folder / 'fieldops.db'}"
        self.config = settle_in(folder, url, peers.settings())
        settings = settings_of(self.config)
        settings.data_dir.mkdir(parents=True)
        self.database = folder / "fieldops.db"
        store = open_store(url)
        schema.prepare(store)
        self.site, self.other = uuid7(), uuid7()
        store.write(self._found).result(60)
        self.roles = {role: self._sign_in(store, role) for role in ROLES}
        store.close()

    def _found(self, session: Session) -> None:
        now_ms = time.time_ns() // 1_000_000
        for site in (self.site, self.other):
            setup.put_site(session, site, {"name": "翠湖花园"}, setup.SYSTEM, now_ms)
        self.inspector = add_person(session, Role.INSPECTOR, {self.site}, now_ms=now_ms)
        checklist = parse(checklist_text("daily"), "checklist.toml")
        assert not isinstance(checklist, list)
        setup.publish(session, checklist, setup.SYSTEM, now_ms)
        self.checklist = address(checklist)
        self.code = setup.enrol_code(
            session, "tablet", [self.inspector], setup.SYSTEM, now_ms, minutes=60
        )
        self.form = forms.add(session, self.site, "大堂", setup.SYSTEM, now_ms).token
        told = EndpointSet(url=self.peers.ear.url, reason="a test")
        given = settings_of(self.config).webhooks
        endpoints.add(session, given, told, setup.SYSTEM, now_ms, position=0)

    def _sign_in(self, store: Store, role: Role) -> dict[str, str]:
        now_ms = time.time_ns() // 1_000_000
        server = cast(Server, SimpleNamespace(
            do=lambda job: store.write(job).result(60), clock=lambda: now_ms))  # fmt: skip
        user = server.do(lambda s: add_person(s, role, None, Level.L1, now_ms=now_ms))
        return sign_in(server, user)


class Heard:
    """Everything that was answered, to whom; ``leaks`` are those that told too much."""

    def __init__(self, secrets: Secrets, url: str) -> None:
        self.secrets, self.leaks, self.answers = secrets, list[str](), 0
        self.client = httpx.Client(base_url=url, timeout=30, event_hooks={"response": [self._hear]})

    def _hear(self, answer: httpx.Response) -> None:
        answer.read()
        self.answers += 1
        is_desk = answer.request.url.path.startswith((API, "/metrics", "/f/"))
        if is_desk or answer.status_code >= 400 or "receipts" in answer.text:
            told = self.secrets.in_(answer.content) + self.secrets.in_(str(answer.headers))
            request = answer.request
            self.leaks += [f"{request.method} {request.url.path}: {one}" for one in told]


@contextmanager
def serving(folder: Path, peers: Peers) -> Iterator[tuple[House, Product, Heard]]:
    house = House(folder, peers)
    with Product(house.config, FIELDOPS_LOG_LEVEL="debug") as product:
        yield house, product, Heard(house.secrets, product.url)


def enrol(house: House, heard: Heard) -> Tablet:
    key, incarnation = DeviceKey.generate(), uuid4()
    asked = {"code": house.code, "public_key": key.public_jwk, "incarnation": str(incarnation)}
    answer = heard.client.post("/sync/v1/enrol", json=asked).json()
    server = cast(Server, SimpleNamespace(client=heard.client))
    token, device = answer["token"]["access_token"], UUID(answer["device"])
    return Tablet(server, device, key, incarnation, token, house.site, house.inspector)


def say(house: House, tablet: Tablet) -> list[UUID]:
    """A tablet's day: what is taken, what is not, and what nobody can read; the ids of it all."""
    one, cited = house.secrets.one, {"def": house.checklist}
    walk, finding, feedback = uuid7(), uuid7(), uuid7()
    about = {"kind": "inspection", "id": str(walk)}
    start = tablet.op("inspection.start@1", subject=about, note=one("note of a walk"), **cited)
    ops = [
        start,
        tablet.op("result.record@1", inspection=walk, item="floor", outcome="fail",
                  note=one("note of a result"), **cited),
        tablet.op("result.record@1", inspection=walk, item="unheard_of",
                  value=one("answer"), repeat=f"梯 {one('name of a repeat')}", **cited),
        tablet.op("photo.attach@1", inspection=walk, sha256="ab" * 32, size_bytes=10,
                  mime="image/jpeg", caption=one("caption")),
        tablet.op("feedback.record@1", subject={"kind": "feedback", "id": str(feedback)},
                  nature="complaint", tier="general", text=one("words of a resident"),
                  contact={"name": one("name of a contact"), "unit": one("unit of a contact")}),
        tablet.op("finding.report@1", subject={"kind": "finding", "id": str(finding)},
                  severity="major", text=one("text of a finding")),
        tablet.op("inspection.submit@1", subject=about, base=[start["id"]], results=2,
                  note=one("note on submission")),
    ]  # fmt: skip
    tablet.push(ops)
    bad = [
        tablet.op("result.record@1", inspection=walk, item=one("key of an item"), outcome="fail"),
        tablet.op("result.record@1", inspection=one("id of an inspection"), item="floor",
                  subject=about),
        tablet.op("result.record@1", inspection=walk, item="floor", outcome=one("outcome")),
        tablet.op(f"{one('type of an op')}@1", subject=about),
        tablet.op("result.record@9", inspection=walk, item="x", note=one("op of the future")),
        tablet.op("record.void@1", subject=about, reason=one("reason of no right")),
        tablet.op("inspection.handover@1", subject=about, to=one("to whom")),
        tablet.op("inspection.start@1", site=house.other, note=one("site of others")),
        tablet.op("result.record@1", inspection=walk, item="wall", note=one("unknown standard"),
                  **{"def": "cd" * 32}),
        {**tablet.op("result.record@1", inspection=walk, item="x"), "id": one("id of an op")},
        {**tablet.op("result.record@1", inspection=walk, item="x"), "at": one("time of an op")},
        {**tablet.op("result.record@1", inspection=walk, item="x"), one("name of a member"): 1},
        {**tablet.op("result.record@1", inspection=walk, item="x"), "actor": one("actor")},
        {**tablet.op("result.record@1", inspection=walk, item="x"), "subject": one("subject")},
        {"seq": tablet.seq + 1, "nothing": one("op that is none")},
        one("text for an op"),
    ]  # fmt: skip
    for op in bad:
        tablet.push([op])
    for body in (
        b'{"ops": [' + one("broken batch").encode(),
        msgspec.json.encode({"incarnation": one("incarnation"), "ops": []}),
        msgspec.json.encode({"incarnation": tablet.incarnation, "ops": one("ops")}),
        one("plain text").encode(),
    ):
        tablet.post("push", body)
    tablet.post("pull", {"cursor": one("cursor")})
    tablet.post("receipts", {"ops": [one("receipt")]})
    tablet.salvage([make_op("result.record@1", house.site, house.inspector, inspection=walk,
                            item="s", seq=900, note=one("salvaged"))])  # fmt: skip
    tablet.salvage([one("salvaged garbage")])
    wrong = {"authorization": f"Bearer {one('token')}"}
    tablet.server.client.post("/sync/v1/push", json={}, headers=wrong)
    tablet.server.client.post("/sync/v1/token", json={"device": one("device"), "nonce": "x"})
    tablet.server.client.post("/sync/v1/enrol", json={"code": one("code"), "public_key": 1})
    tablet.server.client.get(f"/sync/v1/{one('path')}")
    tablet.server.client.post("/sync/v1/uploads", headers={"upload-metadata": one("metadata")})
    return [walk, finding, feedback, *(UUID(op["id"]) for op in ops),
            *(UUID(op["subject"]["id"]) for op in ops)]  # fmt: skip


def speak_up(house: House, heard: Heard) -> None:
    """A resident at the form: once as it is meant, once not."""
    page = heard.client.get(f"/f/{house.form}").text
    slip = re.search(r'name="slip" value="([^"]+)"', page)
    assert slip is not None
    said = {"slip": slip[1], "nature": "complaint", "consent": "yes",
            "text": house.secrets.one("words at the form"),
            "name": house.secrets.one("name at the form")}  # fmt: skip
    files: Any = {name: (None, value) for name, value in said.items()}
    assert heard.client.post(f"/f/{house.form}", files=files).status_code == 303
    heard.client.post(f"/f/{house.form}", data={"nature": house.secrets.one("nature at the form")})


def work(house: House, heard: Heard, ids: list[UUID]) -> None:
    """Desks of level 1: every route is read, every one that writes gets what it cannot take."""
    paths: dict[str, dict[str, Any]] = heard.client.get("/api/openapi/openapi.json").json()["paths"]
    members = {"text": house.secrets.one("body of a desk")}
    broken = f'{{"note": "{house.secrets.one("broken body of a desk")}'
    query = {"cursor": house.secrets.one("query of a desk")}
    few = ids[:3] + ids[-5:-3]
    for headers in house.roles.values():
        for path, methods in sorted(paths.items()):
            if "get" in methods and "events" not in path:
                for id_ in few if "{" in path else ids[:1]:
                    there = re.sub(r"\{[^}]*\}", str(id_), path)
                    heard.client.get(there, headers=headers)
                heard.client.get(there, headers=headers, params=query)
    writer = house.roles[Role.SUPERVISOR]
    for path, methods in sorted(paths.items()):
        there = re.sub(r"\{[^}]*\}", str(ids[0]), path)
        for method in methods.keys() & {"post", "put", "patch"}:
            if there.startswith(API) and "session" not in there:
                heard.client.request(method, there, json=members, headers=writer)
                heard.client.request(method, there, content=broken, headers=writer)
    month = {"month": time.strftime("%Y-%m"), "format": "html"}
    heard.client.get(f"{API}/reports/monthly", headers=writer, params=month)
    heard.client.get("/metrics", headers={"authorization": "Bearer t0ken"})
    about = {"kind": "inspection", "id": str(ids[0])}
    said = {"reason": house.secrets.one("refused void")}
    refused = make_op("record.void@1", house.site, uuid7(), subject=about, payload=said)
    heard.client.post(f"{API}/ops", headers=writer, json={"ops": [refused]})


def month(house: House, heard: Heard) -> list[str]:
    """What can be read in the PDF of this month, as a supervisor gets it in each language."""
    found = []
    for language in LANGUAGES:
        asked = {"month": time.strftime("%Y-%m"), "language": language, "format": "pdf"}
        writer = house.roles[Role.SUPERVISOR]
        made = heard.client.get(f"{API}/reports/monthly", headers=writer, params=asked)
        assert made.status_code == 200, made.text
        with closing(PdfDocument(made.content)) as pages:
            found.append("\n".join(page.get_textpage().get_text_range() for page in pages))
    return found


def await_told(ear: Consumer, count: int) -> None:
    """Webhooks come by themselves."""
    end_s = time.monotonic() + 30
    while len(ear.taken) < count:
        assert time.monotonic() < end_s, len(ear.taken)
        time.sleep(0.1)


def command(house: House, *words: str) -> str:
    """What a command says to whoever looks at its errors."""
    line = [sys.executable, "-m", "fieldops", "--config", str(house.config), *words]
    environment = _environment() | {"FIELDOPS_LOG_LEVEL": "debug"}
    done = subprocess.run(line, capture_output=True, text=True, env=environment, timeout=120)
    return done.stderr


def test_sixty_secrets_stay_where_they_belong(tmp_path: Path, peers: Peers):
    with serving(tmp_path, peers) as (house, product, heard):
        ids = say(house, enrol(house, heard))
        speak_up(house, heard)
        time.sleep(2)  # readers of the log come by
        work(house, heard, ids)
        pages = month(house, heard)
        errors = "".join(command(house, "export", "run", one["name"])
                         for one in peers.destinations())  # fmt: skip
        errors += command(house, "quarantine", "list")
        errors += command(house, "audit", "verify")
        left = 60 - len(house.secrets.places)
        for number in range(left):
            heard.client.get(f"/{house.secrets.one(f'address {number}')}")
        await_told(peers.ear, 15)
        product.stop()
        log = (tmp_path / "server.log").read_text(errors="replace")
        stored = b"".join(one.read_bytes() for one in tmp_path.glob("fieldops.db*"))
    secrets = house.secrets
    written = list(peers.files())
    kinds = Counter(name.partition("/")[0] for name, _ in written)
    assert min(kinds[name] for name in ("out", "bucket", "sftp")) > 60  # four formats of all
    assert ["月度分析报告" in pages[0], "Monthly analysis report" in pages[1]] == [True, True]
    assert heard.answers > 500
    assert '"level": "debug"' in log or '"level": "info"' in log, "nothing was logged"
    # What the server keeps it really has: else nothing could have leaked.
    assert len(secrets.in_(stored)) >= 20
    assert "\n".join(sorted(set(heard.leaks))) == ""
    assert secrets.in_(log) == []
    assert secrets.in_(errors) == []
    leaked = [f"{name}: {where}" for name, raw in written for where in secrets.in_(raw)]
    assert leaked == []
    told = {where for one in peers.ear.requests for where in secrets.in_(one.body)}
    assert told == set()
    assert [where for page in pages for where in secrets.in_(page)] == []
