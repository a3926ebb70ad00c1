"""Webhooks at the desk and on the command line."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.cli.helping import Line
from tests.consumers import consumer
from tests.factories import Server, add_person, sign_in
from tests.flow.telling import Telling, drain, telling

from fieldops.flow import doctornotices
from fieldops.model.access import Role
from fieldops.store import audit

API = "/api/v1/webhooks"


@pytest.fixture
def line(sqlite_database: str, tmp_path: Path) -> Line:
    """The command line on a database of its own."""
    return Line(tmp_path / "data", sqlite_database)


class Desk:
    """An administrator of every site."""

    def __init__(self, server: Server) -> None:
        user = server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None))
        self.server, self.headers = server, sign_in(server, user)

    def __call__(self, method: str, path: str, status: int = 200, **body: Any) -> Any:
        sent = body if method != "GET" else None
        url = f"{API}{path}"
        answer = self.server.client.request(method, url, headers=self.headers, json=sent)
        assert answer.status_code == status, answer.text
        return answer.json()


def test_an_administrator_sets_up_an_endpoint_and_puts_it_right(database_url: str, tmp_path: Path):
    with consumer() as one, telling(database_url, tmp_path, one, refusals=1) as told:
        desk = Desk(told.server)
        made = desk("POST", "", 201, url=one.url, reason="our ERP", from_position=0)
        assert made["secret"].startswith("whsec_")
        path = f"/{made['id']}"
        assert desk("POST", f"{path}/test") | {"ms": 0} == {"status": 200, "why": "", "ms": 0}
        assert one.events[0]["type"] == "webhook.test"
        courier = told.courier(UUID(made["id"]))
        one.answers.append(413)
        drain(courier)
        (letter,) = desk("GET", f"{path}/dead")
        assert (letter["status"], letter["position"]) == (413, 1)
        assert desk("GET", f"{path}/dead?after=1") == []
        assert desk("POST", f"{path}/dead/retry") == {"again": 1}
        drain(courier)
        seen = desk("GET", path)
        assert (seen["state"], seen["dead"], seen["url"]) == ("running", 0, one.url)
        assert "secret" not in str(seen["secrets"][0].keys() - {"made_at", "ends_at"})
        desk("PATCH", path, 428, reason="holidays", enabled=False)
        desk.headers["if-match"] = '"7"'
        desk("PATCH", path, 412, reason="holidays", enabled=False)
        desk.headers["if-match"] = f'"{seen["revision"]}"'
        assert desk("PATCH", path, reason="holidays", enabled=False)["state"] == "paused"
        assert desk("POST", f"{path}/resume", reason="over")["state"] == "running"
        assert desk("POST", f"{path}/replay", position=0)["position"] == 0
        assert desk("POST", f"{path}/rotate")["secret"] != made["secret"]
        (listed,) = desk("GET", "")
        assert len(listed["secrets"]) == 2
        assert (listed["reason"], listed["revision"]) == ("over", 3)
        noted = told.server.look(lambda s: audit.latest(s, 20, "endpoint."))
        assert {one.action for one in noted} >= {"endpoint.set", "endpoint.rotate"}
        assert "key=1" not in str([one.detail for one in noted])


def test_what_is_not_there_and_what_cannot_be(sqlite_database: str, tmp_path: Path):
    with telling(sqlite_database, tmp_path) as told:
        desk = Desk(told.server)
        desk("GET", "/01923456-0000-7000-8000-000000000000", 404)
        desk("POST", "", 400, url="https://example.com/", reason="x", from_position=10**6)
        desk("POST", "", 400, reason="x", surprise=1)
        site = told.company.site
        # An endpoint is no record for everybody, nor one of a feed that tablets read.
        made = desk("POST", "", 201, url="https://example.com/", reason="x", sites=[str(site)])
        answer = told.server.client.get(f"/api/v1/records/{made['id']}", headers=desk.headers)
        assert answer.status_code == 404


def test_who_stands_still_is_named_and_the_server_goes_on(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one, refusals=1) as told:
        suspended, failing, refusing = told.add(one), told.add(one), told.add(one)
        one.answers.append(410)
        drain(suspended)
        one.answers.append(500)
        drain(failing)
        one.answers.append(422)
        drain(refusing)
        settings, clock = told.server.core.settings, told.clock

        def amiss() -> list[str]:
            answer = told.server.client.get("/readyz")
            assert answer.status_code == 200
            parts = answer.json()["parts"]
            return [part["why"] for part in parts if part["name"].startswith("webhook ")]

        lag = told.head()
        why = f"suspended at position 0, {lag} behind: answered 410: it wants no more"
        assert amiss() == [why, "1 events refused"]
        clock.forward(hours=1)
        assert amiss()[1] == "failing since 2026-11-21T12:00:00.000Z: answered 500"
        checks = told.server.look(lambda s: [*doctornotices.examine(s, settings, clock())])
        assert [check.state for check in checks] == ["warn", "warn", "warn", "ok"]
        assert "key=1" not in str(checks)
        assert f"webhook resume {suspended.endpoint}" in checks[0].advice["en"]


def test_a_person_gets_letters_where_the_command_line_says(line: Line):
    line("user", "add", "mei", "Mei")
    assert "gets letters at mei@example.com" in line("user", "mail", "mei", "mei@example.com")
    assert line.json("user", "mail", "mei", "", "--language", "en")["address"] == ""
    assert line.problem("user", "mail", "mei", "no address") == "validation"


def of_line(told: Telling, folder: Path) -> Line:
    settings = told.server.core.settings
    given = settings.webhooks
    environment = {
        "FIELDOPS_WEBHOOKS__HTTP": "true",
        "FIELDOPS_WEBHOOKS__NETWORKS": '["127.0.0.0/8"]',
        "FIELDOPS_WEBHOOKS__PORTS": str([*given.ports]),
    }
    return Line(folder, settings.database_url, **environment)


def test_the_command_line_does_the_same(sqlite_database: str, tmp_path: Path):
    with consumer() as one, telling(sqlite_database, tmp_path, one, refusals=1) as told:
        line = of_line(told, tmp_path / "data")
        site = str(told.company.site)
        made = line.json(
            *("webhook", "add", one.url, "--site", site, "--level", 1, "--from", 0, "--why", "ERP")
        )
        name, courier = made["id"][:13], told.courier(UUID(made["id"]))
        assert "it was taken (200)" in line("webhook", "test", one.url)
        one.answers.append(422)
        drain(courier)
        assert [row["status"] for row in line.json("webhook", "dead", "list", name)] == [422]
        assert line.json("webhook", "dead", "retry", name) == {"again": 1}
        assert "goes on" in line("webhook", "resume", name, "--why", "mended")
        assert "is paused" in line("webhook", "pause", name, "--why", "holidays")
        assert "goes on" in line("webhook", "resume", name, "--why", "over")
        assert "is told again from 0" in line("webhook", "replay", name, "--from", 0)
        assert "whsec_" in line("webhook", "rotate", name)
        assert "is changed" in line("webhook", "set", name, "--kind", "area", "--why", "less")
        assert "kinds: ['area']" in line("webhook", "show", name)
        assert one.url in line("webhook", "list")
        one.answers.extend([500, 500])
        assert line.problem("webhook", "test", name) == "webhook-failed"
        assert line.problem("webhook", "show", "nothing") == "unknown-name"
        assert "https://" in line.wrong_usage("webhook", "add", "nothing", "--why", "x")
        line("webhook", "add", one.url, "--why", "twice")
        assert line.problem("webhook", "show", one.url) == "ambiguous-name"
