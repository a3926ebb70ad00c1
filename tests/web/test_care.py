"""Legal holds and the room that photos take, through the real server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.factories import (
    Company,
    Server,
    Tablet,
    add_person,
    enrol_tablet,
    found_company,
    running,
    sign_in,
)

from fieldops.flow.land import tell_stored
from fieldops.model.access import Role
from fieldops.store import checks, debts, media
from fieldops_sync.ids import uuid7

SHA = "ab" * 32
API = "/api/v1"


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[tuple[Server, Company, Tablet]]:
    with running(database_url, tmp_path) as server:
        company = found_company(server)
        yield server, company, enrol_tablet(server, [company.inspector], company.site)


def photo(tablet: Tablet, sha256: str = SHA) -> tuple[UUID, UUID]:
    """(inspection, photo) of a photo whose bytes are stored."""
    inspection, one = uuid7(), uuid7()
    row = media.MediaRow(bytes.fromhex(sha256), 1000, "image/jpeg", "stored", 1)
    ops = [
        tablet.op("inspection.start@1", subject={"kind": "inspection", "id": inspection}),
        tablet.op(
            "photo.attach@1",
            subject={"kind": "photo", "id": one},
            inspection=str(inspection),
            sha256=sha256,
        ),
    ]
    assert {receipt["status"] for receipt in tablet.receipts_of(ops)} == {"applied"}

    def job(session: Session) -> None:
        debts.prove(session, row.sha256, [tablet.site])
        media.put(session, row)
        tell_stored(session, row.sha256, row.size_bytes, row.mime, 1)

    tablet.server.do(job)
    return inspection, one


def ask(server: Server, who: UUID, method: str, path: str, body: Any = None) -> Any:
    return server.client.request(method, f"{API}/{path}", headers=sign_in(server, who), json=body)


def pages(server: Server, who: UUID, path: str) -> list[Any]:
    """All items of a list, one a page."""
    found, cursor = [], ""
    while cursor is not None:
        page = ask(
            server, who, "GET", f"{path}{'&' if '?' in path else '?'}limit=1&cursor={cursor}"
        )
        found += page.json()["items"]
        cursor = page.json()["cursor"]
    return found


def test_a_hold_is_placed_listed_and_released(scene: tuple[Server, Company, Tablet]):
    server, company, tablet = scene
    walk, one = photo(tablet)
    subjects = {"site": company.site, "inspection": walk, "photo": one}
    placed = []
    for kind, subject in subjects.items():
        body = {"kind": kind, "subject": str(subject), "reason": "投诉 2026-118"}
        answer = ask(server, company.supervisor, "POST", "holds", body)
        assert answer.status_code == 201, answer.text
        assert (answer.json()["photos"], answer.json()["site"]) == (1, str(company.site))
        placed.append(answer.json())
    assert pages(server, company.people["auditor"], "holds") == placed
    path = f"holds/{placed[0]['hold']['id']}/release"
    assert ask(server, company.supervisor, "POST", path).status_code == 403
    done = ask(server, company.people["auditor"], "POST", path)
    assert done.json()["released_by"] == str(company.people["auditor"])
    assert pages(server, company.supervisor, "holds") == placed[1:]
    assert len(pages(server, company.supervisor, "holds?released=true")) == 3


def test_what_is_no_hold_is_refused(scene: tuple[Server, Company, Tablet]):
    server, company, tablet = scene
    walk, _one = photo(tablet)
    stranger = server.do(lambda s: add_person(s, Role.AUDITOR, {company.other_site}))
    body = {"kind": "inspection", "subject": str(walk), "reason": "x"}
    assert ask(server, stranger, "POST", "holds", body).status_code == 404
    for wrong in ({"reason": " "}, {"kind": "result"}, {"reason": "x" * 501}):
        answer = ask(server, company.supervisor, "POST", "holds", body | wrong)
        assert answer.status_code in (400, 422), answer.text
    assert pages(server, stranger, "holds") == []


def test_room_is_told_of_ones_own_sites(scene: tuple[Server, Company, Tablet]):
    server, company, tablet = scene
    photo(tablet)
    photo(tablet)
    photo(tablet, "cd" * 32)
    room = {"photos": 2, "original_bytes": 2000, "derivative_bytes": 0, "damaged": 0, "owed": 0}
    found = ask(server, company.supervisor, "GET", "storage").json()
    assert found["total"] == room
    assert [(one["site"], one["room"]) for one in found["items"]] == [(str(company.site), room)]
    assert found["unnamed"] is None
    head = server.do(lambda s: add_person(s, Role.OPS, None))
    whole = ask(server, head, "GET", "storage").json()
    assert (len(whole["items"]), whole["unnamed"]["photos"]) == (2, 0)
    assert pages(server, head, "storage") == whole["items"]
    nobody = server.do(lambda s: add_person(s, Role.OPS, {uuid7()}))
    assert ask(server, nobody, "GET", "storage").json()["total"]["photos"] == 0


def test_damage_is_no_secret(scene: tuple[Server, Company, Tablet]):
    server, _company, tablet = scene
    photo(tablet)
    server.do(lambda s: checks.failed(s, bytes.fromhex(SHA), 0, "bad", server.clock()))
    ready = server.client.get("/readyz")
    assert (ready.status_code, ready.json()["state"]) == (200, "degraded")
    assert {"name": "photos", "state": "degraded", "why": "1 damaged or missing"} in ready.json()[
        "parts"
    ]
