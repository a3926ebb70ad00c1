"""Plays a vector against a server: performs its steps in order and compares every answer."""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from tests.factories import (
    HOUR_MS,
    NOON_MS,
    Clock,
    Company,
    Server,
    Tablet,
    add_person,
    checklist_address,
    checklist_text,
    enrol_tablet,
    found_company,
    publish,
    sign_in,
)
from tests.vectors import acts
from tests.vectors.fill import Names, Writer
from tests.vectors.load import Case
from tests.vectors.match import TYPE_PREFIX, differences, receipt

from fieldops.flow import standards
from fieldops.flow.setup import SYSTEM
from fieldops.model.access import Level, Role
from fieldops_sync.bodies import compress
from fieldops_sync.keys import SYNC_AUDIENCE, DeviceKey, sign_proof, sign_salvage
from fieldops_sync.wire import Limits

_CALLS = {"hello": "GET", "enrol": "POST", "token": "POST", "push": "POST", "receipts": "POST"}
_CALLS |= {"pull": "POST", "salvage": "POST", "media/plan": "POST", "media/status": "POST"}
CREWS = {"tablet": ("inspector",), "second": ("supervisor",), "shared": ("inspector", "supervisor")}
"""Who is granted on the tablets that a vector may name; ``stranger`` belongs to the other site."""


class Stage:
    """One case on one server, with a company of its own."""

    def __init__(self, server: Server, case: Case) -> None:
        self.server = server
        self.case = case
        self.names = Names(self._look_up)
        self.sent: dict[str, bytes] = {}
        self.company: Company = found_company(server)
        self.tablets: dict[str, Tablet] = {}
        self.writers: dict[str, Writer] = {}
        self.codes: dict[str, str] = {}
        self.request: dict[str, Any] = {}

    def _limit(self, limits: Limits) -> None:
        core = self.server.core
        core.limits = core.uploads.limits = limits

    def play(self, on_answer: Callable[[httpx.Response], None] = lambda _: None) -> None:
        """Perform everything; ``on_answer`` gets the answer that the case is about."""
        clock, limits = self.server.clock, self.server.core.limits
        assert isinstance(clock, Clock)
        clock.now_ms = NOON_MS
        self._limit(Limits(**self.case.data.get("limits", {})))
        try:
            for number, step in enumerate(self.case.steps):
                about = step.get("expect") is self.case.data["expect"]
                self._perform(f"step {number + 1}", step, on_answer if about else lambda _: None)
        finally:
            self._limit(limits)

    def _perform(
        self, where: str, step: dict[str, Any], on_answer: Callable[[httpx.Response], None]
    ) -> None:
        if "do" in step:
            acts.ACTS[step["do"]](self, step)
            return
        request = self._prepare(step)
        with acts.trouble(self.server, step):
            answer = self.server.client.request(**request)
        on_answer(answer)
        expected = self.names.fill(step.get("expect", {"status": 200}))
        found = [*self._compare(expected, answer), *self._compare_records(expected)]
        assert not found, f"{self.case.file}: {self.case.name}, {where}: " + "\n".join(
            [*found, answer.text[:2000]]
        )
        for name, member in step.get("save", {}).items():
            self.names.known[name] = str(_member(answer, member))

    # Calls

    def _prepare(self, step: dict[str, Any]) -> dict[str, Any]:
        call = self.names.fill(step["call"])
        method, path = (_CALLS.get(call, ""), f"/sync/v1/{call}")
        if not method:
            method, path = call.split(" ", 1)
        headers = {**self._who(step), **self.names.fill(step.get("headers", {}))}
        content = self._body(step, call)
        if "packed" in step:
            content = compress(content, step["packed"])
            headers["content-encoding"] = step["packed"]
        content = content[: step.get("cut_to_bytes", len(content))]
        return {"method": method, "url": path, "content": content, "headers": headers}

    def _who(self, step: dict[str, Any]) -> dict[str, str]:
        by = step.get("by", "tablet")
        if by is None:
            return {}
        if by in CREWS or by == "stranger":
            return {"authorization": f"Bearer {self.tablet(by).token}"}
        return sign_in(self.server, self.person(by))

    def _body(self, step: dict[str, Any], call: str) -> bytes:
        if "bytes" in step:
            return self._bytes(step["bytes"])
        if "text" in step:
            return str(self.names.fill(step["text"])).encode("utf-8", "surrogatepass")
        if "json" in step:
            return msgspec.json.encode(self.names.fill(step["json"]))
        build: dict[str, Callable[[dict[str, Any]], bytes]] = {
            "push": self._push,
            "salvage": self._salvage,
            "token": self._token,
        }
        build |= {"enrol": self._enrol, "pull": self._pull}
        return build[call](step) if call in build else b""

    def _bytes(self, given: dict[str, Any]) -> bytes:
        if "base64" in given:
            return base64.b64decode(given["base64"])
        text: str = self.names.fill(given["text"])
        members: int = given.get("members", 0)
        return gzip.compress(b"", mtime=0) * members + text.encode()

    def _ops(self, step: dict[str, Any], by: str) -> list[bytes]:
        self.tablet(by)
        ops = [raw for given in step["ops"] for raw in self.writers[by].write(given)]
        return _fit(ops, step.get("ops_bytes"))

    def _push(self, step: dict[str, Any]) -> bytes:
        by = step.get("by", "tablet")
        tablet, ops = self.tablet(by), self._ops(step, by)
        members = {"incarnation": str(tablet.incarnation)}
        members |= {name: step[name] for name in ("incarnation", "seen", "now") if name in step}
        head = json.dumps(self.names.fill(members))[:-1].encode()
        body = head + b',"ops":[' + b",".join(ops) + b"]}"
        return _fit_body(body, step.get("body_bytes"))

    def _pull(self, step: dict[str, Any]) -> bytes:
        wanted = ("cursor", "seen", "max_bytes")
        body = {"cursor": None, **{name: step[name] for name in wanted if name in step}}
        return msgspec.json.encode(self.names.fill(body))

    def _salvage(self, step: dict[str, Any]) -> bytes:
        tablet = self.tablet(step.get("of", "tablet"))
        ops = self._ops(step, step.get("of", "tablet"))
        nonce = self.names.fill(step.get("nonce")) or tablet.nonce()
        key = DeviceKey.generate() if step.get("key") == "another" else tablet.key
        device = self.names.fill(step.get("device", str(tablet.device)))
        signature = sign_salvage(key, SYNC_AUDIENCE, UUID(device), nonce, ops)
        head = {"device": device, "incarnation": str(tablet.incarnation), "nonce": nonce}
        head["signature"] = signature
        return json.dumps(head)[:-1].encode() + b',"ops":[' + b",".join(ops) + b"]}"

    def _token(self, step: dict[str, Any]) -> bytes:
        tablet = self.tablet("tablet")
        nonce = self.names.fill(step.get("nonce")) or tablet.nonce()
        key = DeviceKey.generate() if step.get("key") == "another" else tablet.key
        device = UUID(self.names.fill(step.get("device", str(tablet.device))))
        audience = step.get("audience", SYNC_AUDIENCE)
        body = {"device": device, "nonce": nonce}
        return msgspec.json.encode({**body, "signature": sign_proof(key, audience, device, nonce)})

    def _enrol(self, step: dict[str, Any]) -> bytes:
        jwk = step.get("public_key") or DeviceKey.generate().public_jwk
        asked = {"code": step["code"], "public_key": jwk, "incarnation": str(uuid4())}
        return msgspec.json.encode(self.names.fill(asked))

    # What there is

    def tablet(self, name: str) -> Tablet:
        """A tablet of the company; enrolled when it is first named."""
        if name not in self.tablets:
            if name == "stranger":
                site = self.company.other_site
                crew = [self.server.do(lambda s: add_person(s, Role.INSPECTOR, {site}))]
            else:
                site, crew = self.company.site, [self.person(one) for one in CREWS[name]]
            self.tablets[name] = enrol_tablet(self.server, crew, site)
            self.writers[name] = Writer(self.names, self.sent)
        return self.tablets[name]

    def person(self, name: str) -> UUID:
        """A person by role; ``everywhere`` reads and decides on all sites at the highest level."""
        people = self.company.people
        if name not in people and name in ("everywhere", "administrator everywhere"):
            role = Role.SUPERVISOR if name == "everywhere" else Role.ADMINISTRATOR
            people[name] = self.server.do(lambda s: add_person(s, role, None, Level.L3))
        return people[name]

    def _look_up(self, name: str) -> str | None:
        kind, _, rest = name.partition(":")
        fixed: dict[str, Callable[[], object]] = {
            "site": lambda: self.company.site,
            "other-site": lambda: self.company.other_site,
            "device": lambda: self.tablet(rest or "tablet").device,
            "incarnation": lambda: self.tablet(rest or "tablet").incarnation,
            "actor": lambda: self.tablet(rest).actor,
            "nonce": lambda: self.tablet("tablet").nonce(),
            "token": lambda: self.tablet("tablet").token,
            "boot": uuid4,
            "definition": lambda: checklist_address(self.checklist(rest)),
        }
        if kind in fixed:
            return str(fixed[kind]())
        return str(self.company.people[name]) if name in self.company.people else None

    def checklist(self, version: str) -> str:
        """The text of a checklist version of this company."""
        return checklist_text(f"c{self.company.site.hex}", version)

    def withdraw(self, version: str) -> None:
        """Let no new walk begin on a checklist version."""
        key, now_ms = f"c{self.company.site.hex}", self.server.clock()
        self.server.do(lambda s: standards.withdraw(s, key, version, "misprint", SYSTEM, now_ms))

    def publish(self, version: str) -> None:
        """Publish a checklist version."""
        publish(self.server, self.checklist(version))

    # Comparing

    def _compare(self, expected: dict[str, Any], answer: httpx.Response) -> list[str]:
        found = differences(expected.get("status", 200), answer.status_code, "status")
        for name, value in expected.get("headers", {}).items():
            found += differences(value, answer.headers.get(name), f"headers.{name}")
        if "problem" in expected:
            return found + _compare_problem(expected["problem"], answer)
        if "body" in expected:
            found += differences(expected["body"], answer.json(), "body")
        if "receipts" in expected:
            wanted = [receipt(one) for one in _expanded(expected["receipts"])]
            found += differences(wanted, answer.json().get("receipts"), "receipts")
        return found

    def _compare_records(self, expected: dict[str, Any]) -> list[str]:
        found: list[str] = []
        for place in ("records", "quarantine"):
            for name, wanted in expected.get(place, {}).items():
                headers = sign_in(self.server, self.person("everywhere"))
                answer = self.server.client.get(f"/api/v1/{place}/{name}", headers=headers)
                there = answer.json() if answer.status_code == 200 else None
                found += differences(wanted, there, f"{place}.{name}")
        return found


def _member(answer: httpx.Response, path: str) -> Any:
    """``seen.position``: a member of a member; ``headers.location``: a header."""
    place, _, header = path.partition(".")
    if place == "headers":
        return answer.headers[header]
    body = answer.json()
    for name in path.split("."):
        body = body[int(name) if name.isdigit() else name]
    return body


def _expanded(receipts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one.get("each", one) for one in receipts for _ in range(one.get("times", 1))]


def _compare_problem(expected: dict[str, Any], answer: httpx.Response) -> list[str]:
    if answer.headers.get("content-type") != "application/problem+json":
        return [f"no problem: {answer.status_code} {answer.text[:300]}"]
    body = answer.json()
    wanted = {"type": TYPE_PREFIX + expected["slug"], "status": answer.status_code}
    extra = {name: one for name, one in expected.items() if name != "slug"}
    found = differences(wanted, body, "problem")
    return found + differences(extra, body.get("extra", {}), "problem.extra")


def _fit(ops: list[bytes], size_bytes: int | None) -> list[bytes]:
    """Blanks in the last op until all together are so large."""
    if size_bytes is None:
        return ops
    more = size_bytes - sum(map(len, ops))
    return [*ops[:-1], b"{" + b" " * more + ops[-1][1:]]


def _fit_body(body: bytes, size_bytes: int | None) -> bytes:
    return body if size_bytes is None else b"{" + b" " * (size_bytes - len(body)) + body[1:]


__all__ = ["HOUR_MS", "Stage"]
