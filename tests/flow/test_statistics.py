"""How items did lately: over versions, by site and period, beside what is suggested about them."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import (
    NOON_MS,
    Company,
    Server,
    Tablet,
    add_person,
    checklist_text,
    enrol_tablet,
    found_company,
    publish,
    running,
    sign_in,
)
from tests.flow.test_impact import V1, V2, V3

from fieldops.flow.statistics import Asked, Days, days_until, statistics
from fieldops.model.access import Role
from fieldops.model.statistics import ItemStatistics, Statistics
from fieldops.store import lately, log
from fieldops_sync.ids import uuid7

DAYS = Days(date(2026, 11, 20), date(2026, 11, 21))


class Team:
    """A company with three versions out, and a tablet on each of its sites."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company: Company = found_company(server)
        self.hashes = [publish(server, text) for text in (V1, V2, V3)]
        self.site, self.other = self.company.site, self.company.other_site
        walks_both = server.do(lambda s: add_person(s, Role.INSPECTOR, {self.site, self.other}))
        crew = [self.company.inspector, walks_both]
        self.tablet: Tablet = enrol_tablet(server, crew, self.site)
        self.both = walks_both

    def walk(self, version: int, day: int, submit: bool = True, **answers: Any) -> str:
        """A walk of a November day, by the first, second or third version; its id."""
        walk, cites = str(uuid7()), {"def": self.hashes[version - 1]}
        at = {"wall": f"2026-11-{day}T09:00:00+08:00", "mono": 1, "boot": str(uuid7())}
        site = answers.pop("site", self.site)
        given = {**cites, "at": at, "site": site, "actor": self.both}
        subject = {"kind": "inspection", "id": walk}
        start = self.tablet.op("inspection.start@1", subject=subject, **given)
        ops = [start]
        for item, value in answers.items():
            payload = {"inspection": walk, "item": item, "value": value}
            ops.append(self.tablet.op("result.record@1", payload=payload, **given))
        if submit:
            more = {"subject": subject, "base": [start["id"]], **given}
            ops.append(self.tablet.op("inspection.submit@1", payload={"results": 1}, **more))
        assert {one["status"] for one in self.tablet.receipts_of(ops)} == {"applied"}
        return walk

    def suggest(self, item: str, text: str, actor: UUID | None = None, **given: Any) -> str:
        actor = actor or self.company.inspector
        payload = {"item": item, "text": text}
        payload |= {name: given.pop(name) for name in ("inspection",) if name in given}
        op = self.tablet.op("suggestion.make@1", payload=payload, actor=actor, **given)
        assert self.tablet.receipts_of([op])[0]["status"] == "applied"
        return str(op["id"])

    def ask(self, **given: Any) -> Statistics:
        asked = Asked(**{"key": "daily", "sites": [self.site], "days": DAYS, **given})
        found = self.server.look(lambda s: statistics(s, asked))
        assert found is not None
        return found

    def items(self, **given: Any) -> dict[str, ItemStatistics]:
        return {one.item: one for one in self.ask(**given).items}


@pytest.fixture
def team(sqlite_database: str, tmp_path: Path) -> Iterator[Team]:
    with running(sqlite_database, tmp_path) as server:
        yield Team(server)


def test_failures_are_counted_over_versions_and_compared_with_the_period_before(team: Team):
    team.walk(1, 21, floor="fail", odour="fail", zone="hall")
    team.walk(2, 20, floor_clean="pass", zone="lift")
    team.walk(3, 21, clean="fail", zone="nowhere")
    team.walk(3, 20, clean="pass", ok="na")
    team.walk(1, 19, floor="pass")
    team.walk(2, 18, floor_clean="pass")
    team.walk(3, 21, submit=False, clean="fail")
    team.walk(3, 17, clean="fail")
    team.walk(3, 21, site=team.other, clean="fail")
    found = team.ask()
    assert (found.version, found.since, found.until) == ("3.0", "2026-11-20", "2026-11-21")
    assert (found.walks, found.walks_before, found.complete) == (4, 2, True)
    items = {one.item: one for one in found.items}
    assert items.keys() == {"ok", "clean", "zone"}
    clean = items["clean"]
    assert (clean.answered, clean.failed, clean.failed_percent) == (4, 2, Decimal("50.0"))
    assert clean.trend == Decimal("50.0")
    assert clean.titles["zh-CN"] == "项"
    zone = items["zone"]
    assert (zone.answered, zone.not_accepted, zone.failed_percent) == (2, 1, Decimal("0.0"))
    assert (items["ok"].answered, items["ok"].failed_percent, zone.trend) == (0, None, None)


def test_only_so_many_walks_are_looked_at_from_each_site_in_turn(team: Team):
    for _ in range(3):
        team.walk(3, 21, clean="pass")
    team.walk(3, 21, site=team.other, clean="fail")
    found = team.ask(most=2, sites=[team.site, team.other])
    assert (found.walks, found.complete) == (2, False)
    clean = next(one for one in found.items if one.item == "clean")
    assert (clean.answered, clean.failed) == (2, 1)
    assert team.ask(most=3).complete


def test_suggestions_stand_beside_the_item_they_are_about_now(team: Team):
    walk = team.walk(1, 21, floor="pass")
    cites: dict[str, Any] = {"def": team.hashes[0]}
    team.suggest("floor", "量三点就够", **cites)
    team.suggest("floor", "先拖后量", inspection=walk)
    team.suggest("floor", "加一张照片", actor=team.both, inspection=walk)
    team.suggest("odour", "of an item that has gone", **cites)
    team.suggest("floor", "about which checklist?")
    foreign: dict[str, Any] = {"def": publish(team.server, checklist_text("other"))}
    team.suggest("floor", "of another checklist", **foreign)
    op = team.tablet.op("suggestion.make@1", payload={"item": "floor", "text": "no"}, **cites)
    team.tablet.receipts_of([op])
    gone = {"subject": op["subject"], "base": [op["id"]], "payload": {"reason": "by mistake"}}
    team.tablet.receipts_of([team.tablet.op("record.void@1", **gone)])
    clean = team.items()["clean"]
    assert (clean.suggested, clean.suggesters) == (3, 2)
    assert [(one.text, one.version) for one in clean.suggestions] == [
        ("加一张照片", ""),
        ("先拖后量", ""),
        ("量三点就够", "1.0"),
    ]
    assert sum(one.suggested for one in team.items(sites=[team.other]).values()) == 0


def test_a_checklist_that_was_never_published_has_none(team: Team):
    asked = Asked("nothing", [team.site], DAYS)
    assert team.server.look(lambda s: statistics(s, asked)) is None


def test_the_period_is_thirty_days_unless_somebody_says():
    usual = days_until(NOON_MS, "Asia/Shanghai")
    assert (usual.first, usual.last) == (date(2026, 10, 23), date(2026, 11, 21))
    assert usual.before == Days(date(2026, 9, 23), date(2026, 10, 22))
    longest = days_until(NOON_MS, "Asia/Shanghai", date(1, 1, 1))
    assert (longest.last - longest.first).days == 3659
    one_day = days_until(NOON_MS, "Asia/Shanghai", date(2027, 1, 1))
    assert one_day == Days(date(2026, 11, 21), date(2026, 11, 21))


def test_a_moment_is_found_in_the_log(team: Team):
    ends: list[tuple[int, int]] = []
    for _ in range(6):
        team.server.clock.forward(2)
        team.tablet.renew()
        team.walk(3, 21, ok="pass")
        ends.append((team.server.clock(), team.server.look(log.counter)))

    def position(at_ms: int) -> int:
        return team.server.look(lambda s: lately.position_at(s, at_ms))

    # What came then or later lies behind it, and nothing older than the time before.
    assert [position(at_ms) for at_ms, _ in ends[1:]] == [end for _, end in ends[:-1]]
    assert position(ends[-1][0] + 10**9) == ends[-1][1]
    assert position(0) == 0


def test_who_may_ask_sees_only_their_own_sites(team: Team):
    team.walk(3, 21, clean="fail")
    team.walk(3, 21, site=team.other, clean="fail")
    client = team.server.client
    address = "/api/v1/checklists/daily/statistics?since=2026-11-20"
    headers = sign_in(team.server, team.company.supervisor)

    def failed(path: str) -> int:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        return sum(one["failed"] for one in answer.json()["items"])

    assert failed(address) == failed(f"{address}&site={team.site}") == 1
    assert failed(f"{address}&site={team.other}") == 0
    wrong = address.replace("daily", "nothing")
    assert client.get(wrong, headers=headers).status_code == 404
    assert client.get(address.replace("2026-11-20", "soon"), headers=headers).status_code == 400
    inspector = sign_in(team.server, team.company.inspector)
    assert client.get(address, headers=inspector).status_code == 403
