"""What lies behind a walk: earlier walks in whatever order they arrive, registers as of its day."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import BOOT, enrol_tablet, publish
from tests.flow.following import CHECKLIST, Walk, plugin, reader_of, walking

from fieldops.flow import registers
from fieldops.flow.follow import LogReader
from fieldops.flow.setup import SYSTEM
from fieldops.flow.sheet import Line, Table
from fieldops.model.checklist import Checklist
from fieldops.model.finding import FindingDraft
from fieldops.model.inspection import Inspection
from fieldops.model.register import Column, RegisterSpec
from fieldops_sync.ids import uuid7

TITLES: Any = {"zh-CN": "又坏了", "en": "Broken again"}
ZONES = RegisterSpec(
    name="zones",
    titles={"zh-CN": "分区", "en": "Zones"},
    columns=(Column(name="kind", titles={"zh-CN": "类型", "en": "Kind"}),),
)


@pytest.fixture
def walk(database_url: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def quick_walk(sqlite_database: str, tmp_path: Path) -> Iterator[Walk]:
    """For what does not depend on the database."""
    with walking(sqlite_database, tmp_path) as made:
        yield made


def again(inspection: Inspection, checklist: Checklist) -> Iterator[FindingDraft]:
    """The floor failed now and on earlier walks: how often, and when."""
    if inspection.failed_of("floor"):
        before = [one.date for one in inspection.earlier if one.failed_of("floor")]
        if before:
            evidence = {"dates": ", ".join(before), "checklist": checklist.key}
            yield FindingDraft(rule="again", titles=TITLES, item="floor", evidence=evidence)


def looking_back(days: int = 30) -> LogReader:
    return reader_of(plugin("memory", earlier_days=days, raise_findings=again))


def play(walk: Walk, day: int, floor: str, submits: bool = True, item: str = "floor") -> UUID:
    """A walk of a day of November, pushed now; most recent is the 21st."""
    walk.id = uuid7()
    at = {"wall": f"2026-11-{day:02}T18:00:00+08:00", "mono": 1000, "boot": BOOT}
    walk.start(at=at)
    walk.record(item, floor, at=at)
    if submits:
        walk.submit()
    return walk.id


def dates(walk: Walk, inspection: UUID) -> list[str]:
    walk.id = inspection
    return [one.body["evidence"]["dates"] for one in walk.findings()]


def test_a_walk_sees_those_before_it_and_is_judged_again_when_one_comes_late(walk: Walk) -> None:
    reader = looking_back()
    nineteenth = play(walk, 19, "fail")
    twenty_first = play(walk, 21, "fail")
    walk.follow(reader)
    assert dates(walk, nineteenth) == []
    assert dates(walk, twenty_first) == ["2026-11-19"]
    twentieth = play(walk, 20, "fail")
    walk.follow(reader)
    assert dates(walk, twenty_first) == ["2026-11-20, 2026-11-19"]
    assert dates(walk, twentieth) == ["2026-11-19"]
    walk.id = nineteenth
    walk.record("floor", "pass")
    walk.follow(reader)
    assert dates(walk, twenty_first) == ["2026-11-20"]
    assert dates(walk, twentieth) == []
    walk.void("inspection", twentieth)
    walk.follow(reader)
    assert dates(walk, twenty_first) == []


def test_a_replay_adds_nothing_even_by_a_reader_that_remembers_nothing(walk: Walk) -> None:
    walks = [play(walk, day, "fail") for day in (21, 19, 20)]
    walk.follow(looking_back())
    assert dates(walk, walks[0]) == ["2026-11-20, 2026-11-19"]
    head = walk.head()
    assert walk.replay("memory")
    walk.follow(looking_back())
    assert walk.head() == head


def test_what_is_not_submitted_or_too_old_does_not_count(walk: Walk) -> None:
    reader = looking_back(days=1)
    play(walk, 18, "fail")
    draft = play(walk, 20, "fail", submits=False)
    last = play(walk, 21, "fail")
    walk.follow(reader)
    assert dates(walk, last) == []
    walk.id = draft
    walk.submit()
    walk.follow(reader)
    assert dates(walk, last) == ["2026-11-20"]


RENAMED = CHECKLIST.replace('version = "1.0"', 'version = "2.0"').replace('"floor"', '"ground"')
RENAMED += """
[[migrations]]
from = "1.0"
items = { floor = "ground" }
drop = ["glass"]
"""


def seen_before(inspection: Inspection) -> Iterator[FindingDraft]:
    """Which items earlier walks answered, by version."""
    seen = {f"{one.version}-{one.date}": str(one.results[0].item) for one in inspection.earlier}
    if seen:
        yield FindingDraft(rule="seen", titles=TITLES, evidence=seen)


def test_earlier_walks_of_other_versions_stand_under_the_keys_of_this_one(walk: Walk) -> None:
    reader = reader_of(plugin("keys", earlier_days=30, raise_findings=seen_before))
    play(walk, 18, "fail")
    first = walk.company.definition
    walk.company.definition = publish(walk.server, RENAMED)
    second = play(walk, 19, "fail", item="ground")
    walk.company.definition = first
    third = play(walk, 20, "fail")
    walk.follow(reader)
    walk.id = second
    assert [one.body["evidence"] for one in walk.findings()] == [{"1.0-2026-11-18": "ground"}]
    walk.id = third
    (finding,) = walk.findings()
    assert finding.body["evidence"] == {"1.0-2026-11-18": "floor", "2.0-2026-11-19": "floor"}


def zoned(inspection: Inspection) -> Iterator[FindingDraft]:
    zones = inspection.entries_of("zones")
    lobby = inspection.entry("zones", "lobby")
    if lobby is not None:
        evidence = {"kind": lobby.get("kind"), "in force": str(len(zones))}
        yield FindingDraft(rule="zoned", titles=TITLES, evidence=evidence)


def fill(walk: Walk, *rows: list[str]) -> dict[str, int]:
    table = Table("zones.csv", "", Line(1, ["key", "Kind", "停用"]), [Line(2, row) for row in rows])
    lines = [Line(number, line.cells) for number, line in enumerate(table.rows, 2)]
    table = Table(table.path, "", table.header, lines)

    def job(session: Any) -> dict[str, int]:
        found = registers.plan(session, ZONES, [table], {}, walk.company.site)
        planned = [one for one in found if isinstance(one, registers.Planned)]
        assert len(planned) == len(found), found
        return registers.apply(session, planned, SYSTEM, walk.server.clock())

    return walk.server.do(job)


def test_a_walk_sees_the_register_of_its_day(walk: Walk) -> None:
    reader = reader_of(plugin("zoner", registers=(ZONES,), raise_findings=zoned))
    earlier = play(walk, 20, "pass")
    today = play(walk, 21, "pass")
    walk.follow(reader)
    assert evidence(walk, today) == []
    assert fill(walk, ["lobby", "hall", ""], ["garage", "", ""])["new"] == 2
    walk.follow(reader)
    assert evidence(walk, today) == [{"kind": "hall", "in force": "2"}]
    assert evidence(walk, earlier) == []
    walk.server.clock.forward(24)
    assert fill(walk, ["lobby", "hall of fame", "是"])["changed"] == 1
    company = walk.company
    walk.tablet = enrol_tablet(walk.server, [company.inspector], company.site)
    tomorrow = play(walk, 22, "pass")
    walk.follow(reader)
    assert evidence(walk, tomorrow) == [{"kind": "hall of fame", "in force": "1"}]
    assert evidence(walk, today) == [{"kind": "hall", "in force": "2"}]
    head = walk.head()
    assert walk.replay("zoner")
    walk.follow(reader_of(plugin("zoner", registers=(ZONES,), raise_findings=zoned)))
    assert walk.head() == head


def evidence(walk: Walk, inspection: UUID) -> list[dict[str, str]]:
    walk.id = inspection
    return [one.body["evidence"] for one in walk.findings()]


def test_a_replay_asks_about_each_walk_once(quick_walk: Walk) -> None:
    asked: list[UUID] = []

    def count(inspection: Inspection) -> list[FindingDraft]:
        asked.append(inspection.id)
        return []

    def reader() -> LogReader:
        return reader_of(plugin("memory", earlier_days=30, raise_findings=count))

    walks = []
    for day in (18, 19, 20, 21):
        walks.append(play(quick_walk, day, "fail"))
        quick_walk.follow(reader())
    assert len(asked) == 4
    asked.clear()
    late = play(quick_walk, 17, "fail")
    quick_walk.follow(reader())
    assert sorted(asked) == sorted([late, *walks]), "a late walk concerns all that began after it"
    asked.clear()
    assert quick_walk.replay("memory")
    head = quick_walk.head()
    quick_walk.follow(reader())
    assert asked[:4] == walks
    assert quick_walk.head() == head
