"""A company with a walk of this November that has photos, and what followed from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from tests.factories import Company, Server, enrol_tablet, found_company, running
from tests.flow.following import default_reader
from tests.gallery import Gallery, Shot, jpeg

from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.follow import step
from fieldops.flow.handin import Due
from fieldops.flow.react import DirectHandin
from fieldops.flow.walkreader import WalkReader
from fieldops_sync.ids import uuid7

CHECKLIST = """
key = "daily"
version = "1.0"
domain = "facilities"
titles = { zh-CN = "每日", en = "Daily" }
[[sections]]
key = "lobby"
titles = { zh-CN = "大堂", en = "Lobby" }
[[sections.items]]
key = "floor"
titles = { zh-CN = "地面", en = "Floor" }
measure = { zh-CN = "目测。", en = "By eye." }
severity = "major"
[[sections.items]]
key = "exit"
titles = { zh-CN = "出口", en = "Exit" }
measure = { zh-CN = "目测。", en = "By eye." }
severity = "critical"
[[sections.items]]
key = "glass"
titles = { zh-CN = "玻璃", en = "Glass" }
measure = { zh-CN = "目测。", en = "By eye." }
[[sections.items]]
key = "stairs"
titles = { zh-CN = "楼梯", en = "Stairs" }
measure = { zh-CN = "目测。", en = "By eye." }
[[examples]]
titles = { zh-CN = "合格", en = "Clean" }
date = "2026-11-21"
rest = "pass"
score = 100
passed = true
"""
DECODED = {"verdict": "decoded", "format": "JPEG", "width": 1800, "height": 1200}


@dataclass
class November:
    """The company, its one walk and the photos of it by name."""

    server: Server
    company: Company
    gallery: Gallery
    shots: dict[str, Shot]

    def say(self, kind: str, subject: tuple[str, UUID], actor: UUID | None = None, **told: object):
        named = {"kind": subject[0], "id": str(subject[1])}
        given = {"subject": named, "payload": told}
        if actor is not None:
            given["actor"] = actor
        op = self.gallery.tablet.op(kind, **given)
        (receipt,) = self.gallery.tablet.receipts_of([op])
        assert receipt["status"] == "applied", receipt

    def settle(self) -> None:
        """Readers follow what has come, and time acts."""
        handin = DirectHandin(self.server.core.store, self.server.clock)
        for reader in (default_reader(), WalkReader()):
            while step(self.server.core.store, handin, reader, 3) is not None:
                pass
        while handin(Due()).position:
            pass

    def names(self, ids) -> list[str]:
        """The photos of these records, by name."""
        by_record = {shot.record: name for name, shot in self.shots.items()}
        return [by_record[str(one)] for one in ids]


@pytest.fixture(scope="module")
def november(tmp_path_factory: pytest.TempPathFactory) -> Iterator[November]:
    """For tests that leave the clock, the walk and its photos as they are."""
    folder = tmp_path_factory.mktemp("november")
    with running(f"sqlite:///{folder}/november.db", folder) as server:
        yield begun(server)


@pytest.fixture
def own_november(sqlite_database: str, tmp_path: Path) -> Iterator[November]:
    """For a test that lets time pass."""
    with running(sqlite_database, tmp_path) as server:
        yield begun(server)


def begun(server: Server) -> November:
    company = found_company(server, CHECKLIST)
    tablet = enrol_tablet(server, [company.inspector], company.site)
    gallery = Gallery(server, tablet)
    made = November(server, company, gallery, {})
    subject = {"kind": "inspection", "id": gallery.walk}
    cites = {"def": company.definition}
    start = tablet.op("inspection.start@1", subject=subject, **cites)
    ops = [start]
    for item, value in {"floor": "fail", "exit": "fail", "glass": "pass", "stairs": "fail"}.items():
        payload = {"inspection": gallery.walk, "item": item, "value": value}
        ops.append(tablet.op("result.record@1", payload=payload, **cites))
    ops.append(
        tablet.op("inspection.submit@1", subject=subject, base=[start["id"]], payload={}, **cites)
    )
    assert {one["status"] for one in tablet.receipts_of(ops)} == {"applied"}
    _photograph(made)
    made.settle()
    return made


def _photograph(made: November) -> None:
    show = made.gallery

    def shoot(item: str, **more: str) -> Shot:
        return show.shoot(item, data=jpeg(show.count, 360, 240), **more)

    taken = {
        "floor": shoot("floor", caption="门口积水"),
        "exit": shoot("exit", caption="杂物堵塞"),
        "glass": shoot("glass"),
        "twin": shoot("glass"),
        "phone": shoot("stairs", caption="联系 13800138000"),
        "signed": shoot("glass", role="signature"),
        "loose": shoot("elsewhere"),
        "broken": show.give_up(show.send(show.take("exit", b"no picture"))),
    }
    made.shots |= taken
    ops: list[bytes] = []
    for name, shot in taken.items():
        verdict = {"verdict": "undecodable", "reason": "damaged"} if name == "broken" else DECODED
        remarked = name == "twin"
        note = {
            "code": "blurred",
            "titles": {"zh-CN": "模糊", "en": "blurred"},
            "weight": 10,
            "evidence": {},
        }
        told = {"picture": verdict, **({"notes": [note], "risk": 10} if remarked else {})}
        op = server_op("photo.note@1", ("photo", UUID(shot.record)), show.tablet.site, "e", told)
        ops.append(op)
    made.server.do(lambda s: enter_server(s, ops, made.server.clock()))


def new_id() -> UUID:
    """The id of a new record."""
    return uuid7()
