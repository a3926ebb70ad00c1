"""Who may call what: route × who is asking × what stands against them, and whose record it is.

The table below says it by itself; nothing of it is read from the routes' own declarations.
"""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from litestar import get
from sqlmodel import Session
from tests.factories import (
    HOUR_MS,
    NOON_MS,
    Company,
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    running,
    sign_in,
)
from tests.web.routes import Route, routes

from fieldops.console.pages import PAGES
from fieldops.flow import identity, sessions, setup
from fieldops.model.access import Level, Role
from fieldops.store import people
from fieldops.web.policy import UndeclaredRoute, policy_of
from fieldops_sync.ids import uuid7

I, S, O, A, E, X = "inspector", "supervisor", "ops", "auditor", "exporter", "administrator"  # noqa: E741
EVERYBODY = frozenset({"none", "device", I, S, O, A, E, X})
DEVICE = frozenset({"device"})
LOOK = frozenset({I, S, O, A, X})
MEND = frozenset({S, X})
WALK = frozenset({I, S})
SIGNED_IN = frozenset({I, S, O, A, E, X})
NOBODY: frozenset[str] = frozenset()

SYNC, API = "/sync/v1", "/api/v1"
TABLE: dict[Route, frozenset[str]] = {
    Route("GET", "/"): EVERYBODY,
    Route("GET", "/favicon.svg"): EVERYBODY,
    Route("GET", "/assets/{name}"): EVERYBODY,
    **{Route("GET", f"/{page}{rest}"): EVERYBODY for page in PAGES for rest in ("", "/{rest}")},
    Route("GET", "/healthz"): EVERYBODY,
    Route("GET", "/readyz"): EVERYBODY,
    Route("GET", "/metrics"): NOBODY,
    Route("GET", "/api/openapi"): EVERYBODY,
    Route("GET", "/api/openapi/openapi.json"): EVERYBODY,
    Route("GET", "/api/openapi/{path}"): EVERYBODY,
    Route("POST", "/internal/handin"): NOBODY,
    Route("GET", f"{SYNC}/hello"): EVERYBODY,
    Route("POST", f"{SYNC}/enrol"): EVERYBODY,
    Route("POST", f"{SYNC}/token"): EVERYBODY,
    Route("POST", f"{SYNC}/salvage"): EVERYBODY,
    Route("POST", f"{SYNC}/push"): DEVICE,
    Route("POST", f"{SYNC}/receipts"): DEVICE,
    Route("POST", f"{SYNC}/pull"): DEVICE,
    Route("GET", f"{SYNC}/definitions/{{sha256}}"): DEVICE,
    Route("POST", f"{SYNC}/media/plan"): DEVICE,
    Route("POST", f"{SYNC}/media/status"): DEVICE,
    Route("POST", f"{SYNC}/media/{{sha256}}/complete"): DEVICE,
    Route("POST", f"{SYNC}/uploads"): DEVICE,
    Route("HEAD", f"{SYNC}/uploads/{{upload}}"): DEVICE,
    Route("PATCH", f"{SYNC}/uploads/{{upload}}"): DEVICE,
    Route("DELETE", f"{SYNC}/uploads/{{upload}}"): DEVICE,
    Route("POST", f"{SYNC}/uploads/{{upload}}"): DEVICE,
    Route("GET", f"{API}/events"): SIGNED_IN,
    Route("GET", f"{API}/webhooks"): frozenset({X}),
    Route("POST", f"{API}/webhooks"): frozenset({X}),
    Route("GET", f"{API}/webhooks/{{endpoint}}"): frozenset({X}),
    Route("PATCH", f"{API}/webhooks/{{endpoint}}"): frozenset({X}),
    Route("POST", f"{API}/webhooks/{{endpoint}}/resume"): frozenset({X}),
    Route("POST", f"{API}/webhooks/{{endpoint}}/replay"): frozenset({X}),
    Route("POST", f"{API}/webhooks/{{endpoint}}/rotate"): frozenset({X}),
    Route("POST", f"{API}/webhooks/{{endpoint}}/test"): frozenset({X}),
    Route("GET", f"{API}/webhooks/{{endpoint}}/dead"): frozenset({X}),
    Route("POST", f"{API}/webhooks/{{endpoint}}/dead/retry"): frozenset({X}),
    Route("GET", f"{API}/exports"): frozenset({O, A, E, X}),
    Route("POST", f"{API}/exports"): frozenset({E, X}),
    Route("GET", f"{API}/exports/destinations"): frozenset({O, A, E, X}),
    Route("GET", f"{API}/exports/{{run}}"): frozenset({O, A, E, X}),
    Route("POST", f"{API}/exports/{{run}}/ack"): frozenset({E}),
    Route("POST", f"{API}/exports/{{run}}/redeliver"): frozenset({E, X}),
    Route("GET", f"{API}/exports/{{run}}/file"): frozenset({E}),
    Route("HEAD", f"{API}/exports/{{run}}/file"): frozenset({E}),
    Route("GET", f"{API}/exports/{{run}}/link"): NOBODY,
    Route("HEAD", f"{API}/exports/{{run}}/link"): NOBODY,
    Route("GET", f"{API}/exports/pull/{{dataset}}"): frozenset({E}),
    Route("GET", f"{API}/sites"): LOOK,
    Route("POST", f"{API}/sites"): frozenset({O, X}),
    Route("PATCH", f"{API}/sites/{{site}}"): frozenset({O, X}),
    Route("POST", f"{API}/sites/{{site}}/areas"): frozenset({O, X}),
    Route("PATCH", f"{API}/areas/{{area}}"): frozenset({O, X}),
    Route("GET", f"{API}/sites/{{site}}/map"): LOOK,
    Route("PUT", f"{API}/sites/{{site}}/map"): frozenset({O, X}),
    Route("DELETE", f"{API}/sites/{{site}}/map"): frozenset({O, X}),
    Route("GET", f"{API}/sites/{{site}}/map/{{sha256}}"): LOOK,
    Route("GET", f"{API}/areas"): LOOK,
    Route("GET", f"{API}/inspections"): LOOK,
    Route("GET", f"{API}/results"): LOOK,
    Route("GET", f"{API}/photos"): LOOK,
    Route("GET", f"{API}/feedback"): LOOK,
    Route("GET", f"{API}/reviews"): LOOK,
    Route("GET", f"{API}/plugins"): frozenset({O, A, X}),
    Route("GET", f"{API}/plugins/{{name}}"): frozenset({O, A, X}),
    Route("POST", f"{API}/plugins/{{name}}/park"): frozenset({O, X}),
    Route("POST", f"{API}/plugins/{{name}}/resume"): frozenset({O, X}),
    Route("POST", f"{API}/plugins/{{name}}/replay"): frozenset({O, X}),
    Route("GET", f"{API}/today"): LOOK,
    Route("GET", f"{API}/widgets"): LOOK,
    Route("GET", "/console/plugins/{name}/{file}"): EVERYBODY,
    Route("GET", f"{API}/records"): LOOK,
    Route("GET", f"{API}/records/{{record}}"): SIGNED_IN,
    Route("GET", f"{API}/records/{{record}}/history"): SIGNED_IN,
    Route("GET", f"{API}/inspections/{{inspection}}"): LOOK,
    Route("POST", f"{API}/inspections/{{inspection}}/submit"): frozenset({I, S}),
    Route("POST", f"{API}/inspections/{{inspection}}/handover"): frozenset({I, S}),
    Route("POST", f"{API}/inspections/{{inspection}}/seal"): frozenset({S}),
    Route("POST", f"{API}/inspections/{{inspection}}/reopen"): frozenset({S}),
    Route("POST", f"{API}/records/{{record}}/review"): frozenset({S}),
    Route("POST", f"{API}/records/{{record}}/waive"): frozenset({S}),
    Route("POST", f"{API}/records/{{record}}/void"): frozenset({I, S}),
    Route("POST", f"{API}/records/{{record}}/resolve"): frozenset({I, S}),
    Route("GET", f"{API}/conflicts"): LOOK,
    Route("GET", f"{API}/conflicts/sides"): LOOK,
    Route("GET", f"{API}/people"): LOOK,
    Route("GET", f"{API}/review"): frozenset({S}),
    Route("GET", f"{API}/review/{{inspection}}"): LOOK,
    Route("POST", f"{API}/review/{{inspection}}/decide"): frozenset({S}),
    Route("GET", f"{API}/debts"): LOOK,
    Route("POST", f"{API}/ops"): frozenset({I, S, O, X}),
    Route("GET", f"{API}/quarantine"): MEND,
    Route("GET", f"{API}/quarantine/{{op}}"): MEND,
    Route("POST", f"{API}/quarantine/replay"): MEND,
    Route("POST", f"{API}/quarantine/{{op}}/replay"): MEND,
    Route("POST", f"{API}/quarantine/{{op}}/repair"): MEND,
    Route("POST", f"{API}/quarantine/{{op}}/discard"): MEND,
    Route("POST", f"{API}/holds"): frozenset({S, A, X}),
    Route("GET", f"{API}/holds"): frozenset({S, A, X}),
    Route("POST", f"{API}/holds/{{hold}}/release"): frozenset({A, X}),
    Route("GET", f"{API}/storage"): frozenset({S, O, A, X}),
    Route("POST", f"{API}/session"): EVERYBODY,
    Route("DELETE", f"{API}/session"): SIGNED_IN,
    Route("GET", f"{API}/session"): SIGNED_IN,
    Route("POST", f"{API}/session/password"): SIGNED_IN,
    Route("GET", f"{API}/sessions"): SIGNED_IN,
    Route("DELETE", f"{API}/sessions"): SIGNED_IN,
    Route("DELETE", f"{API}/sessions/{{session}}"): SIGNED_IN,
    Route("GET", f"{API}/users/{{user}}/sessions"): frozenset({X}),
    Route("DELETE", f"{API}/users/{{user}}/sessions"): frozenset({X}),
    Route("POST", f"{API}/users/{{user}}/password-reset"): frozenset({X}),
    Route("GET", "/signin"): EVERYBODY,
    Route("GET", "/signin.js"): EVERYBODY,
    Route("GET", "/signin.css"): EVERYBODY,
    Route("GET", "/oidc/start"): EVERYBODY,
    Route("GET", "/oidc/callback"): EVERYBODY,
    Route("GET", "/first"): EVERYBODY,
    Route("GET", "/first.js"): EVERYBODY,
    Route("POST", f"{API}/first"): EVERYBODY,
    Route("GET", f"{API}/me"): SIGNED_IN,
    Route("GET", f"{API}/users"): frozenset({X}),
    Route("POST", f"{API}/users"): frozenset({X}),
    Route("PUT", f"{API}/users/{{user}}/place"): frozenset({X}),
    Route("POST", f"{API}/users/{{user}}/disable"): frozenset({X}),
    Route("PUT", f"{API}/users/{{user}}/name"): frozenset({X}),
    Route("PUT", f"{API}/users/{{user}}/pin"): frozenset({X}),
    Route("POST", f"{API}/grants"): frozenset({X}),
    Route("DELETE", f"{API}/grants/{{grant}}"): frozenset({X}),
    Route("GET", f"{API}/devices"): frozenset({O, X}),
    Route("POST", f"{API}/devices/codes"): frozenset({O, X}),
    Route("POST", f"{API}/devices/{{device}}/revoke"): frozenset({O, X}),
    Route("POST", f"{API}/devices/{{device}}/people/{{user}}"): frozenset({O, X}),
    Route("GET", f"{API}/checklists"): frozenset({O, X}),
    Route("POST", f"{API}/checklists"): frozenset({O, X}),
    Route("POST", f"{API}/checklists/preview"): frozenset({O, X}),
    Route("POST", f"{API}/checklists/lint"): frozenset({O, X}),
    Route("POST", f"{API}/checklists/try"): frozenset({S, O, A, X}),
    Route("GET", f"{API}/checklists/{{key}}/diff"): frozenset({S, O, A, X}),
    Route("GET", f"{API}/checklists/{{key}}/versions/{{version}}"): frozenset({S, O, A, X}),
    Route("POST", f"{API}/checklists/{{key}}/withdraw"): frozenset({O, X}),
    Route("GET", f"{API}/sites/{{site}}/overrides"): LOOK,
    Route("PUT", f"{API}/sites/{{site}}/overrides"): frozenset({S, O, X}),
    Route("GET", f"{API}/registers"): LOOK,
    Route("POST", f"{API}/sites/{{site}}/registers"): frozenset({O, X}),
    Route("GET", f"{API}/users/{{user}}/mailbox"): frozenset({X}),
    Route("PUT", f"{API}/users/{{user}}/mailbox"): frozenset({X}),
    Route("GET", f"{API}/checklists/{{key}}/statistics"): frozenset({S, O, A, X}),
    Route("GET", f"{API}/assessments"): frozenset({S, O, A, X}),
    Route("GET", f"{API}/assessments/trend"): frozenset({S, O, A, X}),
    Route("GET", f"{API}/assessments/ranking"): frozenset({S, O, A, X}),
    Route("GET", f"{API}/assessments/drilldown"): frozenset({S, O, A, X}),
    Route("GET", f"{API}/assessments/failures"): frozenset({S, O, A, X}),
    Route("GET", f"{API}/reports/monthly"): frozenset({S, O, A, X}),
    Route("GET", f"{API}/audit"): frozenset({A, X}),
    Route("GET", f"{API}/audit/checkpoint"): frozenset({A, X}),
    Route("GET", f"{API}/findings"): LOOK,
    Route("GET", f"{API}/findings/{{finding}}"): LOOK,
    Route("GET", f"{API}/findings/{{finding}}/history"): LOOK,
    Route("POST", f"{API}/sites/{{site}}/findings"): WALK,
    Route("POST", f"{API}/findings/{{finding}}/assign"): frozenset({S}),
    Route("POST", f"{API}/findings/{{finding}}/rectify"): WALK,
    Route("POST", f"{API}/findings/{{finding}}/recheck"): WALK,
    Route("POST", f"{API}/findings/{{finding}}/appeal"): WALK,
    Route("POST", f"{API}/findings/{{finding}}/decide"): frozenset({S}),
    Route("POST", f"{API}/findings/{{finding}}/pause"): frozenset({S}),
    Route("POST", f"{API}/findings/{{finding}}/resume"): frozenset({S}),
    Route("POST", f"{API}/findings/{{finding}}/notes"): WALK,
    Route("GET", f"{API}/sites/{{site}}/policies"): LOOK,
    Route("PUT", f"{API}/sites/{{site}}/policies/{{policy}}"): frozenset({S, O, X}),
    Route("GET", f"{API}/feedback"): LOOK,
    Route("POST", f"{API}/feedback"): frozenset({I, S}),
    Route("GET", f"{API}/feedback/{{feedback}}"): LOOK,
    Route("POST", f"{API}/feedback/{{feedback}}/contact"): LOOK,
    Route("GET", "/f/{token}"): EVERYBODY,
    Route("POST", "/f/{token}"): EVERYBODY,
    Route("GET", "/f/{token}/thanks"): EVERYBODY,
    Route("GET", f"{API}/sites/{{site}}/forms"): frozenset({O, X}),
    Route("POST", f"{API}/sites/{{site}}/forms"): frozenset({O, X}),
    Route("POST", f"{API}/sites/{{site}}/forms/{{token}}/withdraw"): frozenset({O, X}),
    Route("GET", f"{API}/sites/{{site}}/forms/{{token}}/poster"): frozenset({O, X}),
    Route("PUT", f"{API}/sites/{{site}}/consent"): frozenset({O, X}),
    Route("GET", f"{API}/answer-templates"): LOOK,
    Route("PUT", f"{API}/answer-templates"): frozenset({O, X}),
    Route("GET", f"{API}/complaints"): LOOK,
    Route("GET", f"{API}/complaints/{{feedback}}"): LOOK,
    Route("POST", f"{API}/complaints/{{feedback}}/steps"): frozenset({I, S}),
    Route("POST", f"{API}/complaints/{{feedback}}/findings"): frozenset({I, S}),
    Route("GET", f"{API}/inspections/{{inspection}}/contact-sheet"): LOOK,
    Route("GET", f"{API}/plans"): LOOK,
    Route("GET", f"{API}/rounds"): LOOK,
    Route("POST", f"{API}/sites/{{site}}/plans"): frozenset({S, O, X}),
    Route("PATCH", f"{API}/plans/{{plan}}"): frozenset({S, O, X}),
    Route("POST", f"{API}/rounds/{{round}}/assign"): frozenset({S, O, X}),
    Route("POST", f"{API}/rounds/{{round}}/handover"): frozenset({I, S}),
    Route("POST", f"{API}/rounds/{{round}}/withdraw"): frozenset({S, O, X}),
    Route("GET", f"{API}/qualifications"): frozenset({S, O, A, X}),
    Route("POST", f"{API}/qualifications"): frozenset({O, X}),
    Route("PATCH", f"{API}/qualifications/{{qualification}}"): frozenset({O, X}),
    Route("GET", f"{API}/calendar"): LOOK,
    Route("PUT", f"{API}/calendar"): frozenset({O, X}),
    Route("PUT", f"{API}/sites/{{site}}/calendar"): frozenset({O, X}),
    Route("GET", f"{API}/photos/{{sha256}}"): LOOK,
    Route("HEAD", f"{API}/photos/{{sha256}}"): LOOK,
    Route("GET", f"{API}/photos/{{sha256}}/{{kind}}"): LOOK,
    Route("HEAD", f"{API}/photos/{{sha256}}/{{kind}}"): LOOK,
    Route("GET", f"{API}/photos/{{sha256}}/{{kind}}/link"): NOBODY,
    Route("HEAD", f"{API}/photos/{{sha256}}/{{kind}}/link"): NOBODY,
    Route("POST", f"{API}/photos/links"): LOOK,
}
"""Who is let in, by route.  ``none`` is a caller without a token."""

EVERYWHERE = frozenset(
    route
    for route in TABLE
    if route.path.startswith(f"{API}/")
    and route.path.removeprefix(f"{API}/").split("/")[0]
    in ("users", "grants", "devices", "audit", "webhooks", "qualifications", "exports")
) | {
    Route("POST", f"{API}/checklists"),
    Route("POST", f"{API}/checklists/preview"),
    Route("POST", f"{API}/checklists/{{key}}/withdraw"),
    Route("POST", f"{API}/plugins/{{name}}/park"),
    Route("POST", f"{API}/plugins/{{name}}/resume"),
    Route("POST", f"{API}/plugins/{{name}}/replay"),
    Route("POST", f"{API}/sites"),
    Route("PUT", f"{API}/calendar"),
    Route("PUT", f"{API}/answer-templates"),
}
"""What concerns the whole organisation: the role must be held on every site."""

STATES = ("active", "revoked", "expired")
TUS = {"tus-resumable": "1.0.0"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("rights")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


class Callers:
    """A header for each caller in each state, fresh whenever it is asked for."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company: Company = found_company(server)
        self.tablets: dict[str, Tablet] = {}
        self.everywhere = server.do(_one_of_each_role)

    def headers(self, who: str, state: str, everywhere: bool = False) -> dict[str, str]:
        if who == "none":
            return {}
        if who == "device":
            return {"authorization": f"Bearer {self._tablet(state)}"}
        user = (self.everywhere if everywhere else self.company.people)[who]
        if state == "expired":
            return sign_in(self.server, user, expires_ms=NOON_MS)
        headers = sign_in(self.server, user)
        if state == "revoked":
            self.server.do(lambda s: sessions.revoke_all(s, user, user, NOON_MS, "asked"))
        return headers

    def _tablet(self, state: str) -> str:
        if state not in self.tablets:
            crew = [self.company.inspector]
            tablet = self.tablets[state] = enrol_tablet(self.server, crew, self.company.site)
            if state == "revoked":
                device = tablet.device
                self.server.do(lambda s: setup.revoke_device(s, device, setup.SYSTEM, NOON_MS))
            if state == "expired":
                old_ms = NOON_MS - 2 * HOUR_MS
                made = identity.make_token(self.server.core.secret, tablet.device, old_ms)
                tablet.token = made.access_token
        return self.tablets[state].token


def _one_of_each_role(session: Session) -> dict[str, UUID]:
    """People who hold their role on every site."""
    return {role.value: add_person(session, role, None) for role in Role}


@pytest.fixture(scope="module")
def callers(server: Server) -> Callers:
    return Callers(server)


def expected(route: Route, who: str, state: str) -> str:
    """The slug that keeps the caller out, or nothing."""
    allowed = TABLE[route]
    if route.path.startswith(("/internal", "/metrics")):
        return "not-found"
    if route.path.endswith("/link"):  # whoever has a token has no signature by it
        return "link-invalid"
    if "none" in allowed:
        return ""
    if who == "none":
        return "token-missing"
    if (who == "device") != (allowed == DEVICE):
        return "token-invalid"
    if state == "revoked":
        return "device-revoked" if who == "device" else "token-invalid"
    if state == "expired":
        return "" if who == "device" and route.ends_upload else "token-expired"
    return "" if who in allowed else "forbidden"


def ask(server: Server, route: Route, headers: dict[str, str], number: UUID | None = None) -> Any:
    content = b"" if route.is_binary or route.method in ("GET", "HEAD", "DELETE") else b"{}"
    more = TUS if route.is_binary else {}
    return server.client.request(
        route.method, route.address(number), headers={**headers, **more}, content=content
    )


def test_every_route_is_in_the_table(server: Server):
    assert set(routes(server.app)) == set(TABLE)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_every_cell(server: Server, callers: Callers, who: str, state: str):
    mismatches = []
    for route in TABLE:
        answer = ask(server, route, callers.headers(who, state, route in EVERYWHERE))
        found = _kept_out(answer, route)
        wanted = expected(route, who, state)
        if route.method == "HEAD":  # has no body, hence no slug
            wanted = "?" if wanted else ""
        if found != wanted:
            mismatches.append((route, found or answer.status_code, wanted))
        if answer.status_code >= 500:
            mismatches.append((route, answer.status_code, answer.text))
    assert mismatches == []


@pytest.mark.parametrize("role", ["administrator", "supervisor"])
def test_no_answer_with_data_is_kept_by_a_browser(server: Server, callers: Callers, role: str):
    for route in TABLE:
        if route.method == "GET" and route.path.startswith(f"{API}/"):
            answer = ask(server, route, callers.headers(role, "active", route in EVERYWHERE))
            assert "no-store" in answer.headers["cache-control"], route


@pytest.mark.parametrize("role", sorted(SIGNED_IN))
def test_a_role_on_one_site_opens_nothing_of_the_whole_organisation(
    server: Server, callers: Callers, role: str
):
    for route in EVERYWHERE:
        answer = ask(server, route, callers.headers(role, "active"))
        assert answer.status_code == 403, route


def _kept_out(answer: Any, route: Route) -> str:
    if route.method == "HEAD":
        slugs = {401: "?", 403: "?"}
        return slugs.get(answer.status_code, "")
    slug = answer.json()["type"].rsplit(":")[-1] if answer.status_code >= 400 else ""
    is_door = answer.status_code in (401, 403) or route.path.startswith(("/internal", "/metrics"))
    own = {"enrol-code-invalid", "bad-proof", "nonce-used", "sign-in-failed"}
    return slug if is_door and slug not in own else ""


@pytest.mark.parametrize("why", ["revoked", "expired", "none"])
def test_a_person_without_a_grant_in_force_is_kept_out(server: Server, why: str):
    company = found_company(server)

    def job(session: Session) -> UUID:
        if why == "none":
            return add_person(session, None, None)
        expires_ms = NOON_MS if why == "expired" else None
        user = add_person(session, Role.ADMINISTRATOR, {company.site}, expires_ms=expires_ms)
        for grant, _ in people.grants(session, user) if why == "revoked" else ():
            setup.revoke_grant(session, grant, setup.SYSTEM, NOON_MS)
        return user

    user = server.do(job)
    for route, allowed in TABLE.items():
        if allowed <= SIGNED_IN and allowed != SIGNED_IN and allowed:
            answer = ask(server, route, sign_in(server, user))
            assert answer.status_code == 403
            if route.method != "HEAD":
                assert answer.json()["type"] == "urn:fieldops:problem:forbidden"


# Own, foreign, absent


class Things:
    """Records of one's own site and of the other: a walk, and an op in quarantine."""

    def __init__(self, server: Server, company: Company) -> None:
        self.own = self._things(server, company.site)
        self.foreign = self._things(server, company.other_site)

    def _things(self, server: Server, site: UUID) -> dict[str, UUID]:
        user = server.do(lambda s: add_person(s, Role.INSPECTOR, {site}))
        tablet = enrol_tablet(server, [user], site)
        walk = uuid7()
        start = tablet.op("inspection.start@1", subject={"kind": "inspection", "id": walk})
        bad = tablet.op("feedback.record@1", colour="red")
        leak = tablet.op("finding.report@1", severity="minor", text="a leak")
        said = tablet.op("feedback.record@1", nature="complaint", text="dark")
        tablet.receipts_of([start, bad, leak, said])
        return {
            "record": walk,
            "inspection": walk,
            "op": UUID(bad["id"]),
            "finding": UUID(leak["subject"]["id"]),
            "feedback": UUID(said["subject"]["id"]),
        }


IDS = ("record", "inspection", "op", "finding", "feedback")
BY_ID = [route for route in TABLE if any(f"{{{one}}}" in route.path for one in IDS)]


@pytest.mark.parametrize("role", sorted(SIGNED_IN - {E}))
def test_a_foreign_record_answers_exactly_like_an_absent_one(server: Server, role: str):
    company = found_company(server)
    things = Things(server, company)
    for route in BY_ID:
        if role not in TABLE[route]:
            continue
        kind = next(one for one in things.own if f"{{{one}}}" in route.path)
        headers = sign_in(server, company.people[role])
        foreign = _whole(ask(server, route, headers, things.foreign[kind]))
        assert foreign == _whole(ask(server, route, headers))
        assert foreign[0] in (400, 404)
        if foreign[0] == 404:
            assert ask(server, route, headers, things.own[kind]).status_code != 404, route


def test_lists_hold_nothing_foreign(server: Server):
    company = found_company(server)
    things = Things(server, company)
    for role in sorted(LOOK):
        headers = sign_in(server, company.people[role])
        for address in (
            "sites",
            "records?kind=inspection",
            "conflicts",
            "quarantine",
            "review",
            "findings",
        ):
            answer = server.client.get(f"{API}/{address}", headers=headers)
            for foreign in (*things.foreign.values(), company.other_site):
                assert str(foreign) not in answer.text, (role, address)


def test_a_foreign_upload_answers_exactly_like_an_absent_one(server: Server):
    company = found_company(server)
    mine = enrol_tablet(server, [company.inspector], company.site)
    other = enrol_tablet(server, [company.supervisor], company.site)
    headers = {**TUS, "upload-length": "4", "authorization": f"Bearer {other.token}"}
    metadata = f"sha256 {base64.b64encode(b'ab' * 32).decode()}"
    made = server.client.post(f"{SYNC}/uploads", headers={**headers, "upload-metadata": metadata})
    foreign = UUID(made.headers["location"].rsplit("/")[-1])
    token = {"authorization": f"Bearer {mine.token}"}
    for method in ("HEAD", "PATCH", "DELETE"):
        route = Route(method, f"{SYNC}/uploads/{{upload}}")
        more = {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
        found = _whole(ask(server, route, {**token, **more}, foreign))
        assert found == _whole(ask(server, route, {**token, **more}))
        assert found[0] == 404


def _whole(answer: Any) -> tuple[int, bytes, dict[str, str]]:
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.content, headers


def test_a_contact_of_a_resident_is_withheld_at_every_level(server: Server):
    """Whoever needs it says what for (``tests/web/test_feedback.py``)."""
    company = found_company(server)
    tablet = enrol_tablet(server, [company.inspector], company.site)
    talk = uuid7()
    subject = {"kind": "feedback", "id": talk}
    contact = {"phone": "13800000000"}
    tablet.receipts_of([tablet.op("feedback.record@1", subject=subject, contact=contact)])
    reader = server.do(lambda s: add_person(s, Role.AUDITOR, {company.site}, Level.L3))
    bodies = {}
    for user in (company.people["auditor"], reader):
        answer = server.client.get(f"{API}/records/{talk}", headers=sign_in(server, user))
        bodies[user] = answer.json()["body"]
    assert [one.get("withheld") for one in bodies.values()] == [["contact"], ["contact"]]
    assert all("contact" not in one for one in bodies.values())


def test_a_route_without_a_policy_stops_the_server():
    @get("/forgotten")
    async def forgotten() -> None:
        """Nobody has said who may call it."""

    with pytest.raises(UndeclaredRoute, match="/forgotten"):
        policy_of(forgotten)
