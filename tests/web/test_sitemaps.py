"""A picture of a site and where it is: what photos and findings are put on."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from tests.factories import Company, Server, add_person, found_company, running, sign_in

from fieldops.model.access import Role
from fieldops.store import audit

EDGES = {"west": 121.47, "south": 31.23, "east": 121.48, "north": 31.24}


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as started:
        yield started


@pytest.fixture
def company(server: Server) -> Company:
    return found_company(server)


def drawn(kind: str = "PNG", colour: str = "white") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (2400, 1200), colour).save(made, kind)
    return made.getvalue()


def ask(server: Server, who: UUID, method: str, path: str, body: Any = None, **more: str) -> Any:
    headers = sign_in(server, who) | {name.replace("_", "-"): text for name, text in more.items()}
    return server.client.request(method, f"/api/v1/sites/{path}", headers=headers, json=body)


def body(picture: bytes, **edges: float) -> dict[str, Any]:
    return {"picture": base64.b64encode(picture).decode(), "edges": EDGES | edges}


def test_a_map_is_set_seen_replaced_and_taken_away(server: Server, company: Company):
    path, ops = f"{company.site}/map", company.people["ops"]
    none = ask(server, company.supervisor, "GET", path)
    assert (none.status_code, none.json()) == (200, None)
    made = ask(server, ops, "PUT", path, body(drawn()))
    assert made.status_code == 200, made.text
    found = ask(server, company.inspector, "GET", path)
    assert found.json() == made.json()
    assert found.json()["edges"] == EDGES
    address = found.json()["picture"].removeprefix("/api/v1/sites/")
    shown = ask(server, company.supervisor, "GET", address)
    assert (shown.headers["content-type"], shown.status_code) == ("image/jpeg", 200)
    assert "immutable" in shown.headers["cache-control"]
    assert "private" in shown.headers["cache-control"]
    assert Image.open(io.BytesIO(shown.content)).size == (1600, 800)
    tag = shown.headers["etag"]
    assert ask(server, ops, "GET", address, if_none_match=tag).status_code == 304
    ask(server, ops, "PUT", path, body(drawn("JPEG", "grey"), north=31.25))
    assert ask(server, ops, "GET", path).json()["edges"]["north"] == 31.25
    assert ask(server, ops, "GET", address).status_code == 404, "the address was that of another"
    assert ask(server, ops, "DELETE", path).json() == {"dropped": True}
    assert ask(server, ops, "DELETE", path).status_code == 404
    rows = server.look(lambda s: audit.latest(s, 5, "site.map"))
    assert {(row.actor, row.subject) for row in rows} == {(ops, company.site)}
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("spoilt", "told"),
    [
        (body(b"GIF89a, or so it says"), "format"),
        (body(drawn()[:100]), "truncated"),
        (body(b"\xff\xd8\xff", west=121.49), "west < east"),
        (body(b"\xff\xd8\xff", south=-91), "south < north"),
        (body(b"\xff\xd8\xff", east=123), "apart at most"),
        ({"picture": "", "edges": EDGES}, "picture"),
    ],
)
def test_what_is_no_map_is_told(sqlite_database: str, tmp_path: Path, spoilt: Any, told: str):
    with running(sqlite_database, tmp_path) as server:
        company = found_company(server)
        answer = ask(server, company.people["ops"], "PUT", f"{company.site}/map", spoilt)
        assert answer.status_code == 400, answer.text
        assert told in answer.json()["detail"]


def test_a_foreign_site_is_absent_and_an_own_one_needs_the_right(server: Server, company: Company):
    mixed = server.do(lambda s: add_person(s, Role.SUPERVISOR, {company.other_site}))
    ops = company.people["ops"]
    assert ask(server, ops, "PUT", f"{company.other_site}/map", body(drawn())).status_code == 404
    assert ask(server, mixed, "GET", f"{company.site}/map").status_code == 404
    assert ask(server, ops, "GET", f"{company.site}/map/nothing").status_code == 404
