"""A call that is sent again under its key: one effect, and the answer of the first time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import HOUR_MS, Company, Server, add_person, found_company, running, sign_in
from tests.web.desks import API, slug

from fieldops.flow import once
from fieldops.flow.handin import Sweep
from fieldops.flow.react import take
from fieldops.model.access import Role

RAISED = {"severity": "major", "text": "门锁坏了"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("once")
    with running(f"sqlite:///{folder / 'fieldops.db'}", folder) as started:
        yield started


@pytest.fixture
def company(server: Server) -> Company:
    return found_company(server)


@pytest.fixture
def admin(server: Server) -> UUID:
    return server.do(lambda session: add_person(session, Role.ADMINISTRATOR, None))


def send(
    server: Server, who: UUID, path: str, body: Any, key: str = "", **headers: str
) -> httpx.Response:
    told = {**sign_in(server, who), **({"Idempotency-Key": key} if key else {}), **headers}
    return server.client.post(f"{API}/{path}", json=body, headers=told)


def count(server: Server, who: UUID, path: str) -> int:
    found = server.client.get(f"{API}/{path}", headers=sign_in(server, who)).json()
    return len(found["items"] if "items" in found else found["notes"])


def test_a_finding_that_is_sent_again_is_one_and_is_answered_as_the_first_time(
    server: Server, company: Company
) -> None:
    boss, path = company.supervisor, f"sites/{company.site}/findings"
    first = send(server, boss, path, RAISED, "k-1")
    finding = first.json()["record"]["id"]
    send(server, boss, f"findings/{finding}/assign", {"team": "保安班"})
    again = send(server, boss, path, RAISED, "k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"] == '"2"'
    assert send(server, boss, path, RAISED, '"k-1"').content == first.content
    assert count(server, boss, f"findings?site={company.site}") == 1
    assert send(server, boss, path, RAISED).json()["record"]["id"] != finding
    assert count(server, boss, f"findings?site={company.site}") == 2


def test_a_step_that_is_sent_again_is_taken_once_whatever_has_become_of_it(
    server: Server, company: Company
) -> None:
    made = send(server, company.supervisor, f"sites/{company.site}/findings", RAISED)
    path = f"findings/{made.json()['record']['id']}/pause"
    told = {"If-Match": made.headers["etag"]}
    first = send(server, company.supervisor, path, {"reason": "flood"}, "p", **told)
    again = send(server, company.supervisor, path, {"reason": "flood"}, "p", **told)
    assert (again.status_code, again.content) == (200, first.content)
    late = send(server, company.supervisor, path, {"reason": "flood"}, "q", **told)
    assert (late.status_code, slug(late)) == (412, "revision-changed")


def test_a_key_with_other_content_or_at_another_place_is_refused(
    server: Server, company: Company
) -> None:
    boss, path = company.supervisor, f"sites/{company.site}/findings"
    finding = send(server, boss, path, RAISED, "k").json()["record"]["id"]
    for where, body in (
        (path, RAISED | {"text": "other"}),
        (f"findings/{finding}/notes", {"text": "a note"}),
    ):
        told = send(server, boss, where, body, "k")
        assert (told.status_code, slug(told)) == (422, "key-reused")
        assert set(told.json()["titles"]) == {"zh-CN", "en"}
    assert count(server, boss, f"findings?site={company.site}") == 1
    assert count(server, boss, f"findings/{finding}") == 0


def test_a_key_is_its_persons_own(server: Server, company: Company) -> None:
    path = f"sites/{company.site}/findings"
    first = send(server, company.supervisor, path, RAISED, "mine")
    other = send(server, company.inspector, path, RAISED | {"text": "theirs"}, "mine")
    assert other.status_code == 201
    assert other.json()["record"]["id"] != first.json()["record"]["id"]


def test_what_was_refused_is_asked_anew(server: Server, company: Company) -> None:
    boss = company.supervisor
    made = send(server, boss, f"sites/{company.site}/findings", RAISED).json()["record"]["id"]
    path = f"findings/{made}/resume"
    refused = send(server, boss, path, {}, "again")
    assert (refused.status_code, slug(refused)) == (409, "transition")
    assert send(server, boss, f"findings/{made}/pause", {"reason": "flood"}).status_code == 200
    assert send(server, boss, path, {}, "again").status_code == 200


@pytest.mark.parametrize("key", ["", " ", '""', '"half', "a b", "a\\b", "x" * 201])
def test_what_is_no_key_is_said(server: Server, company: Company, key: str) -> None:
    headers = {"Idempotency-Key": key}
    path = f"sites/{company.site}/findings"
    told = send(server, company.supervisor, path, RAISED, **headers)
    assert (told.status_code, slug(told)) == (400, "validation")
    assert "Idempotency-Key" in told.json()["detail"]
    assert count(server, company.supervisor, f"findings?site={company.site}") == 0


CREATING = (
    "finding",
    "note",
    "feedback",
    "finding of a complaint",
    "site",
    "area",
    "plan",
    "qualification",
    "user",
    "grant",
    "code",
    "webhook",
    "form",
    "hold",
)
"""What the desk can make."""
_BY_THEMSELVES = {"qualification": "id-reused", "user": "validation"}
"""A person has one for a domain from a day on, and a login is one person's."""


def creating(server: Server, company: Company, what: str, admin: UUID) -> tuple[UUID, str, Any]:
    """Who makes it, where, and of what."""
    boss, site, unique = company.supervisor, company.site, company.site.hex
    spoken = {"site": str(site), "feedback": {"nature": "complaint", "text": "太吵"}}
    if what == "note":
        made = send(server, boss, f"sites/{site}/findings", RAISED).json()["record"]["id"]
        return boss, f"findings/{made}/notes", {"text": "seen"}
    if what == "finding of a complaint":
        made = send(server, boss, "feedback", spoken).json()["record"]["id"]
        send(server, boss, f"complaints/{made}/steps", {"step": "accept"})
        send(server, boss, f"complaints/{made}/steps", {"step": "classify", "tier": "general"})
        return boss, f"complaints/{made}/findings", {"severity": "minor", "text": "坏了"}
    person = str(company.inspector)
    return {
        "finding": (boss, f"sites/{site}/findings", RAISED),
        "feedback": (boss, "feedback", spoken),
        "site": (admin, "sites", {"name": "新项目"}),
        "area": (admin, f"sites/{site}/areas", {"name": "大堂"}),
        "plan": (
            boss,
            f"sites/{site}/plans",
            {
                "title": "每日",
                "checklists": ["plant-rooms"],
                "people": [person],
                "recurrence": {"every": "day", "at": ["09:00"]},
                "start": "2026-12-01",
            },
        ),
        "qualification": (
            admin,
            "qualifications",
            {"person": person, "domain": "facilities", "valid_from": "2026-01-01"},
        ),
        "user": (admin, "users", {"login": unique, "name": "New"}),
        "grant": (admin, "grants", {"user": person, "role": "auditor", "sites": None}),
        "code": (admin, "devices/codes", {"name": "a tablet", "people": []}),
        "webhook": (
            admin,
            "webhooks",
            {"url": "https://93.184.215.14/hook", "reason": "head office"},
        ),
        "form": (admin, f"sites/{site}/forms", {"name": "大堂"}),
        "hold": (admin, "holds", {"kind": "site", "subject": str(site), "reason": "a court"}),
    }[what]


@pytest.mark.parametrize("what", CREATING)
def test_whatever_a_desk_makes_is_made_once(
    server: Server, company: Company, admin: UUID, what: str
) -> None:
    who, path, body = creating(server, company, what, admin)
    first = send(server, who, path, body, "here")
    assert first.status_code in (200, 201), first.text
    again = send(server, who, path, body, "here")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    # Without the key there would be two, but for those that are one of their kind by themselves.
    twice = send(server, who, path, body)
    assert slug(twice) == _BY_THEMSELVES.get(what, "")


def test_what_is_kept_opens_by_the_callers_key_alone_and_goes_after_two_days(
    server: Server, company: Company, admin: UUID
) -> None:
    path = f"users/{company.inspector}/password-reset"
    made = send(server, admin, path, None, "a key of 128 bits")
    password = send(server, admin, path, None, "a-key-of-128-bits").json()["password"]
    assert made.status_code == 400
    assert send(server, admin, path, None, "a-key-of-128-bits").json()["password"] == password
    rows = server.look(lambda s: s.execute(text("SELECT name, mark, sealed FROM done_once")).all())
    everything = b"".join(bytes(part) for row in rows for part in row)
    assert password.encode() not in everything
    assert b"a-key-of-128-bits" not in everything

    server.clock.now_ms += once.KEPT_MS
    server.do(lambda session: take(session, Sweep(), server.clock()))
    assert _kept(server) == len(rows)
    server.clock.now_ms += HOUR_MS
    server.do(lambda session: take(session, Sweep(), server.clock()))
    assert _kept(server) == 0


def _kept(server: Server) -> int:
    def look(session: Session) -> int:
        return int(session.execute(text("SELECT count(*) FROM done_once")).scalar_one())

    return server.look(look)
