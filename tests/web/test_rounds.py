"""Plans, rounds, qualifications and calendars as desks use them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import add_person, sign_in
from tests.flow.following import walking
from tests.flow.patrol import Patrol

from fieldops.model.access import Role
from fieldops.store import audit
from fieldops_sync.ids import uuid7

API = "/api/v1"
PLAN = {
    "checklists": ["daily"],
    "recurrence": {"every": "day", "at": ["13:00"]},
    "start": "2026-11-21",
    "title": "大堂",
}


class Desk:
    """Somebody who is signed in; ``tag`` is the ETag of the last answer."""

    def __init__(self, patrol: Patrol, user: UUID) -> None:
        self._client, self._headers = patrol.server.client, sign_in(patrol.server, user)
        self.tag = ""

    def __call__(
        self, method: str, path: str, body: Any = None, status: int = 200, if_match: str = ""
    ) -> Any:
        headers = {**self._headers, **({"if-match": if_match} if if_match else {})}
        answer = self._client.request(method, f"{API}/{path}", headers=headers, json=body)
        assert answer.status_code == status, answer.text
        self.tag = answer.headers.get("etag", "")
        found = answer.json()
        return found if status < 400 else found["type"].rsplit(":")[-1]


@pytest.fixture
def patrol(sqlite_database: str, tmp_path: Path) -> Iterator[Patrol]:
    with walking(sqlite_database, tmp_path) as walk:
        yield Patrol(walk)


@pytest.fixture
def desk(patrol: Patrol) -> Desk:
    return Desk(patrol, patrol.walk.company.supervisor)


@pytest.fixture
def office(patrol: Patrol) -> Desk:
    return Desk(patrol, patrol.server.do(lambda s: add_person(s, Role.OPS, None)))


def test_rounds_are_planned_paged_changed_and_assigned(patrol: Patrol, desk: Desk) -> None:
    made = desk("POST", f"sites/{patrol.site}/plans", PLAN, 201)["record"]
    desk("POST", f"sites/{patrol.walk.company.other_site}/plans", PLAN, 404)
    assert desk("POST", f"sites/{patrol.site}/plans", {"start": "2026-02-30"}, 400) == "validation"
    patrol.act()
    (plan,) = desk("GET", "plans?state=active")["items"]
    assert (plan["id"], plan["body"]["through"]) == (made["id"], "2026-11-28")
    assert desk("GET", "plans?state=ended")["items"] == []

    found: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = desk("GET", f"rounds?site={patrol.site}&limit=3&cursor={cursor}")
        found, cursor = [*found, *page["items"]], page["cursor"]
    dues = [one["body"]["due"] for one in found]
    assert dues == sorted(dues, reverse=True)
    assert len(set(dues)) == 8
    since, until = 1_795_262_400_000, 1_795_262_400_000 + 2 * 24 * 3_600_000
    span = f"plan={plan['id']}&state=planned&since={since}&until={until}"
    assert len(desk("GET", f"rounds?{span}")["items"]) == 2
    assert desk("GET", f"rounds?plan={uuid7()}")["items"] == []

    path = f"plans/{plan['id']}"
    assert desk("PATCH", path, {"title": "后门"}, 428) == "revision-required"
    tag = f'"{plan["revision"]}"'
    assert desk("PATCH", path, {"title": "后门"}, 200, tag)["record"]["body"]["title"] == "后门"
    assert desk("PATCH", path, {"title": "侧门"}, 412, tag) == "revision-changed"
    patrol.act()
    first = desk("GET", "rounds")["items"][-1]
    assert first["body"]["title"] == "后门"

    round_ = f"rounds/{first['id']}"
    inspector = str(patrol.walk.company.inspector)
    told = desk("POST", f"{round_}/assign", {"team": "night"})["record"]
    assert told["body"]["assigned"] == {"people": None, "team": "night", "post": None}
    told = desk("POST", f"{round_}/handover", {"to": inspector})["record"]
    assert told["body"]["assigned"]["people"] == [inspector]
    assert desk("POST", f"{round_}/withdraw", {"reason": ""}, 400) == "validation"
    assert (
        desk("POST", f"{round_}/withdraw", {"reason": "dug up"})["record"]["state"] == "withdrawn"
    )
    assert desk("POST", f"{round_}/assign", {"team": "day"}, 409) == "transition"
    assert desk("POST", f"rounds/{plan['id']}/assign", {}, 404) == "not-found"


def test_qualifications_are_recorded_and_changed_by_the_office(
    patrol: Patrol, desk: Desk, office: Desk
) -> None:
    inspector = patrol.walk.company.inspector
    card = {"person": str(inspector), "domain": "cleaning", "valid_from": "2026-01-01"}
    assert desk("POST", "qualifications", card, 403) == "forbidden"
    assert desk("GET", "qualifications", None, 403) == "forbidden"
    made = office("POST", "qualifications", card, 201)["record"]
    assert office("POST", "qualifications", card, 409) == "id-reused"
    nobody = {**card, "person": str(uuid7())}
    assert office("POST", "qualifications", nobody, 400) == "validation"
    office("POST", "qualifications", {**card, "domain": "security"}, 201)
    (found,) = office("GET", f"qualifications?person={inspector}&domain=cleaning")["items"]
    assert (found["id"], found["inspection"]) == (made["id"], None)
    page = office("GET", "qualifications?limit=1")
    rest = office("GET", f"qualifications?limit=1&cursor={page['cursor']}")
    assert {one["body"]["domain"] for one in (*page["items"], *rest["items"])} == {
        "cleaning",
        "security",
    }
    assert rest["cursor"] is None
    assert office("GET", f"qualifications?person={uuid7()}")["items"] == []

    path = f"qualifications/{made['id']}"
    until = {"valid_until": "2026-12-31"}
    assert office("PATCH", path, until, 428) == "revision-required"
    assert office("PATCH", path, until, 200, '"1"')["record"]["body"]["valid_until"] == "2026-12-31"
    assert office("PATCH", path, {"valid_until": "2025-01-01"}, 400, office.tag or "*")
    assert office("PATCH", f"qualifications/{uuid7()}", until, 404) == "not-found"
    told = patrol.server.look(lambda s: audit.latest(s, 10, "qualification.set"))
    assert len(told) == 3


def test_calendars_are_shown_and_changed(patrol: Patrol, desk: Desk, office: Desk) -> None:
    path = f"sites/{patrol.site}/calendar"
    assert desk("GET", "calendar")["hours"]["sun"] == ["00:00-24:00"]
    assert desk("PUT", path, {"holidays": []}, 403) == "forbidden"
    hours = {"mon": ["09:00-12:00", "13:00-18:00"]}
    office("PUT", "calendar", {"hours": hours, "holidays": ["2026-12-25"]})
    office("PUT", path, {"holidays": ["2026-12-31"]})
    tag = office.tag
    assert office("PUT", path, {"workdays": ["2026-12-27"]}, 428) == "revision-required"
    office("PUT", path, {"workdays": ["2026-12-27"]}, 200, tag)
    assert office("PUT", path, {"holidays": ["2026-13-01"]}, 400, "*") == "validation"
    shown = desk("GET", f"calendar?site={patrol.site}")
    assert (shown["revision"], shown["hours"]["mon"], shown["hours"]["tue"]) == (
        2,
        ["09:00-12:00", "13:00-18:00"],
        [],
    )
    assert (shown["holidays"], shown["workdays"]) == (["2026-12-31"], ["2026-12-27"])
    assert desk("GET", "calendar")["holidays"] == ["2026-12-25"]
    assert desk("GET", f"calendar?site={patrol.walk.company.other_site}", None, 404)
    assert office("PUT", f"sites/{uuid7()}/calendar", {"holidays": []}, 404) == "not-found"
