"""Requests made of the OpenAPI document by schemathesis, against a server in process.

    document ─ schemathesis ─ case ─ ids that exist put in ─→ server ─→ answer held against document

Ids drawn at random meet nothing, so half of the cases name records that are there.
"""

from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID

import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.factories import (
    Server,
    Tablet,
    add_person,
    checklist_text,
    enrol_tablet,
    found_company,
    sign_in,
)

from fieldops.flow import setup
from fieldops.model.access import Grant, Level, Role
from fieldops_sync.ids import uuid7

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
DOCUMENT = "/api/openapi/openapi.json"
_WALKS = frozenset({"record", "inspection", "area"})
_ENDLESS = frozenset({"/api/v1/events"})
"""Routes whose answer never ends; they have tests of their own."""


class Fuzz:
    """Everything that requests need: an all-powerful person, a tablet, and things that exist."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server, self.dice = server, Random(seed)
        self.failures: dict[str, str] = {}
        self.asked = 0
        company = found_company(server, checklist_text("daily"))
        self.boss = server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None, Level.L3))
        for role in set(Role) - {Role.ADMINISTRATOR}:
            grant = Grant(role, None, Level.L3)
            server.do(
                lambda s, g=grant: setup.add_grant(s, self.boss, g, setup.SYSTEM, server.clock())  # type: ignore[misc]
            )
        self.tablet: Tablet = enrol_tablet(server, [self.boss], company.site)
        self.names: dict[str, list[UUID | str]] = {
            "site": [company.site, company.other_site],
            "user": [company.inspector],
            "device": [enrol_tablet(server, [company.inspector], company.site).device],
            "key": ["daily"],
            "sha256": [company.definition, "ab" * 32],
            "kind": ["thumb", "view"],
            "policy": ["finding-deadlines", "complaint-deadlines"],
        }
        self._walk()
        document = server.client.get(DOCUMENT).json()
        self.schema: Any = schemathesis.openapi.from_dict(document)

    def _walk(self) -> None:
        tablet, walk, area = self.tablet, uuid7(), uuid7()
        subject = {"kind": "inspection", "id": str(walk)}
        ops = [
            tablet.op("inspection.start@1", subject=subject),
            tablet.op("result.record@1", inspection=walk, item="floor", outcome="fail"),
            tablet.op("photo.attach@1", inspection=walk, sha256="ab" * 32, item="floor"),
            tablet.op("feedback.record@1", nature="complaint", text="灯坏了"),
            tablet.op("feedback.record@1", colour="red"),
        ]
        tablet.receipts_of(ops)
        made = [UUID(str(op["subject"]["id"])) for op in ops[:4]]
        self.names |= {"record": [*made], "inspection": [walk], "feedback": [made[3]]}
        self.names |= {"op": [UUID(str(ops[4]["id"]))], "area": [area]}

    def operations(self) -> list[Any]:
        """Every operation of the document that ends."""
        found = [one.ok() for one in self.schema.get_all_operations()]
        return [one for one in found if one.path not in _ENDLESS]

    def run(self, examples: int, modes: Sequence[GenerationMode]) -> None:
        """Ask every operation so many times in each mode; ``failures`` says what was wrong."""
        for operation in self.operations():
            for mode in modes:
                self._try(operation, mode, examples)

    def _try(self, operation: Any, mode: GenerationMode, examples: int) -> None:
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            self._ask(operation, case)

        try:
            ask()
        except Unsatisfiable:
            return  # Nothing about it can be wrong.
        except FailureGroup as group:
            told = "\n".join(f"{type(one).__name__}: {one}" for one in group.exceptions)
            self.failures.setdefault(operation.label, told[:2000])

    def _ask(self, operation: Any, case: Any) -> None:
        for name, known in self.names.items():
            if name in (case.path_parameters or {}) and self.dice.random() < 0.7:
                case.path_parameters[name] = str(self.dice.choice(known))
        if self.dice.random() < 0.5:
            case.headers = {**(case.headers or {}), "If-Match": "*"}
        asked = case.as_transport_kwargs(base_url="http://testserver")
        asked.pop("cookies", None)
        given = {**(asked.pop("headers", None) or {}), **self._token(operation.path)}
        sent = {name.lower(): value for name, value in given.items()}
        sent["accept-encoding"] = "identity"  # schemathesis unpacks nothing
        # As a byte string a header may hold what the client would not take as text.
        headers = {name: str(value).encode("latin-1", "replace") for name, value in sent.items()}
        self.asked += 1
        answer = self.server.client.request(headers=headers, **asked)
        case.validate_response(answer, checks=CHECKS)

    def _token(self, path: str) -> dict[str, str]:
        if path.startswith("/sync"):
            return {"authorization": f"Bearer {self.tablet.token}"}
        if path.endswith("/session"):
            return sign_in(self.server, self.boss)
        if not hasattr(self, "_signed"):
            self._signed = sign_in(self.server, self.boss)
        return self._signed
