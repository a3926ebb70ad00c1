"""Alarms are heard: when one begins and when it is over, once each, by who looks after exports."""

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import Raw
from tests.consumers import consumer
from tests.export.delivering import Office, delivering, folder
from tests.factories import add_person, enrol_tablet, sign_in
from tests.flow.telling import drain

from fieldops.flow import alarms, endpoints
from fieldops.flow.alarms import AlarmTeller
from fieldops.flow.alarmwork import Tell
from fieldops.flow.courier import Courier
from fieldops.flow.exporttake import redeliver
from fieldops.flow.handin import Handin, HandinAnswer, HandinDown, HandinRequest
from fieldops.flow.setup import SYSTEM
from fieldops.model.access import Role
from fieldops.store import log
from fieldops_sync.endpointpayloads import EndpointSet


def teller(office: Office, handin: Handin | None = None) -> AlarmTeller:
    core = office.server.core
    return AlarmTeller(core.settings, core.store, handin or office.handin, office.server.clock)


def news(office: Office) -> list[bytes]:
    """The ops that a teller would hand in now."""
    settings, now_ms = office.tools.settings, office.server.clock()
    return office.server.look(lambda s: list(alarms.news(s, settings, now_ms)))


def courier(office: Office, url: str) -> Courier:
    """The courier of an endpoint that is told of alarms from now on."""
    given, clock = office.tools.settings.webhooks, office.server.clock
    fields = EndpointSet(url=url, kinds=["alarm"], reason="a test")
    made = office.server.do(lambda s: endpoints.add(s, given, fields, SYSTEM, clock()))
    return Courier(made.id, office.server.core.store, office.handin, given, clock)


def signed_in(office: Office, role: Role, site: UUID | None = None) -> dict[str, str]:
    """Somebody who holds a role on one site, or on all."""
    where = None if site is None else {site}
    return sign_in(office.server, office.server.do(lambda s: add_person(s, role, where)))


def heard(events: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Type and state of each event, and what an alarm that began is about."""
    found: list[tuple[str, ...]] = []
    for one in events:
        data = one["data"]
        values = [data["values"][name] for name in ("name", "what") if name in data["values"]]
        found.append((data["type"], data["state"], *values))
    return found


def test_an_alarm_is_heard_once_when_it_begins_and_once_when_it_is_over(
    database_url: str, tmp_path: Path
):
    place = tmp_path / "out"
    hooks = {"http": True, "networks": ["127.0.0.0/8"], "connect_s": 2, "read_s": 2}
    with consumer() as ear:
        given = folder("office", place, accept="verified")
        hooks["ports"] = [ear.port]
        with delivering(database_url, tmp_path, given, webhooks=hooks) as office:
            line = courier(office, ear.url)
            place.rmdir()
            office.night()
            teller(office).step()
            drain(line)
            assert ear.events == []
            office.server.clock.forward(1.5)
            for _ in range(3):
                teller(office).step()
            drain(line)
            assert heard(ear.events) == [("alarm.raise", "raised", "office", "failing")]
            run = office.runs()[0]
            data = ear.events[0]["data"]
            assert (data["values"]["about"], data["values"]["of"]) == (run.name, "export")
            assert "site" not in data
            place.mkdir()
            office.step()
            for _ in range(2):
                teller(office).step()
            drain(line)
            assert heard(ear.events)[1:] == [("alarm.clear", "cleared")]
            assert ear.events[1]["data"]["subject"] == data["subject"]


def test_a_night_stays_late_when_its_run_is_made_and_a_report_when_it_fails(
    sqlite_database: str, tmp_path: Path
):
    given = folder("office", tmp_path / "out")
    with delivering(sqlite_database, tmp_path, given) as office:
        day = office.to_next_night()
        office.server.clock.forward(7)
        (raised,) = [msgspec.json.decode(one) for one in news(office)]
        assert raised["payload"] == {
            "of": "export", "name": "office", "what": "late", "about": day
        }  # fmt: skip
        teller(office).step()
        (tmp_path / "out").rmdir()
        office.step()
        assert office.runs()[0].why
        assert [one.what for one in office.amiss()] == ["late"]
        assert news(office) == []


def test_the_same_alarm_that_comes_back_is_another_beginning(database_url: str, tmp_path: Path):
    given = folder("office", tmp_path / "out", ack_hours=1)
    with delivering(database_url, tmp_path, given) as office:
        office.night()
        run, told = office.runs()[0], []
        for _ in range(2):
            office.server.clock.forward(1.1)
            told += news(office)
            teller(office).step()
            # Delivered once more, it waits for its word anew.
            office.server.do(lambda s: redeliver(s, run.id, SYSTEM, office.server.clock()))
            office.step()
            told += news(office)
            teller(office).step()
            assert news(office) == []
        ops = [msgspec.json.decode(one) for one in told]
        types = [one["type"] for one in ops]
        assert types == ["alarm.raise@1", "alarm.clear@1", "alarm.raise@1", "alarm.clear@1"]
        assert len({one["subject"]["id"] for one in ops}) == 1
        causes = [one["payload"].get("cause") for one in ops]
        assert causes == [None, *(one["id"] for one in ops[:-1])]


def test_what_is_cut_off_is_told_and_not_told_twice(database_url: str, tmp_path: Path):
    with delivering(database_url, tmp_path, folder("office", tmp_path / "out")) as office:
        office.to_next_night()
        office.server.clock.forward(7)
        before = office.server.look(log.counter)

        def lost(request: HandinRequest) -> HandinAnswer:
            raise HandinDown("before it came")

        def unheard(request: HandinRequest) -> HandinAnswer:
            office.handin(request)
            raise HandinDown("after it was kept")

        for cut in (lost, unheard):
            with pytest.raises(HandinDown):
                teller(office, cut).step()
        teller(office, lost).step()
        assert office.server.look(log.counter) == before + 1


def test_of_two_workers_one_is_heard_and_who_is_late_is_dropped(database_url: str, tmp_path: Path):
    with delivering(database_url, tmp_path, folder("office", tmp_path / "out")) as office:
        office.to_next_night()
        office.server.clock.forward(7)
        told = Tell([Raw(one) for one in news(office)])
        assert [office.handin(told).position for _ in range(2)] == [1, 0]
        office.step()
        teller(office).step()
        # Seen before it was over, handed in afterwards.
        assert office.handin(told).position == 0
        assert news(office) == []


def test_alarms_are_for_the_office_and_no_tablet(database_url: str, tmp_path: Path):
    with delivering(database_url, tmp_path, folder("office", tmp_path / "out")) as office:
        server, company = office.server, office.company
        office.to_next_night()
        server.clock.forward(7)
        tablet = enrol_tablet(server, [company.inspector], company.site)
        before = server.look(log.counter)
        op = msgspec.json.decode(news(office)[0])
        teller(office).step()
        subject = op["subject"]["id"]
        assert all(one["kind"] != "alarm" for one in tablet.pull_all()[0])
        may = {
            (Role.OPS, None): True,
            (Role.ADMINISTRATOR, None): True,
            (Role.EXPORTER, None): True,
            (Role.AUDITOR, None): False,
            (Role.INSPECTOR, None): False,
            (Role.OPS, company.site): False,
            (Role.EXPORTER, company.site): False,
        }
        seen = {}
        for role, site in may:
            headers = signed_in(office, role, site)
            answers = [
                server.client.get(f"/api/v1/records/{subject}{end}", headers=headers).status_code
                for end in ("", "/history")
            ]
            assert set(answers) in ({200}, {404})
            told = server.client.get(
                "/api/v1/events", headers=headers | {"last-event-id": str(before)}
            )
            seen[role, site] = answers == [200, 200], subject in told.text
        assert seen == {who: (is_seen, is_seen) for who, is_seen in may.items()}


def test_head_offices_account_hears_of_nothing_else(sqlite_database: str, tmp_path: Path):
    with delivering(sqlite_database, tmp_path) as office:
        server, before = office.server, office.server.look(log.counter)
        office.write(2)
        headers = signed_in(office, Role.EXPORTER)
        after = {"last-event-id": str(before)}
        told = server.client.get("/api/v1/events", headers=headers | after)
        assert told.status_code == 200
        assert "event: change" not in told.text
        found = server.client.get(f"/api/v1/records/{office.company.site}", headers=headers)
        assert found.status_code == 404
