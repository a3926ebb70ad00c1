"""What publishing meets: tablets with older versions, walks under way, answers that do not map."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import (
    Company,
    Server,
    Tablet,
    enrol_tablet,
    found_company,
    publish,
    running,
)

from fieldops.flow import impact, setup, standards
from fieldops.flow.impact import Impact
from fieldops.flow.view import Case, Shelf, build
from fieldops.model.checklist import Checklist
from fieldops.rules.checklists import parse
from fieldops.store import batch, pulled
from fieldops.store.tables import UNDER_WAY
from fieldops_sync.ids import uuid7

HEAD = """
key = "daily"
domain = "cleaning"
titles = { zh-CN = "检查表", en = "Checklist" }
"""
SECTION = """[[sections]]
key = "lobby"
titles = { zh-CN = "大堂", en = "Lobby" }
"""
TEXTS = """titles = { zh-CN = "项", en = "Item" }
measure = { zh-CN = "量", en = "Measured" }
required = false
"""
EXAMPLE = """[[examples]]
titles = { zh-CN = "例", en = "Example" }
date = "2026-11-21"
rest = "pass"
score = 100
passed = true
"""


def version(number: str, *items: str, more: str = "") -> str:
    """A checklist: each item is TOML that begins with its key."""
    text = f'version = "{number}"' + HEAD + SECTION
    text += "".join(f"[[sections.items]]\nkey = {item}\n{TEXTS}" for item in ('"ok"', *items))
    return text + EXAMPLE + more


LIMIT = '"gloss"\nanswer = {{ type = "number", max = {} }}'
ZONE = '"zone"\nanswer = {{ type = "single", choices = [{}] }}'
CHOICE = '{{ key = "{}", titles = {{ zh-CN = "区", en = "Zone" }} }}'


def zone(*keys: str) -> str:
    return ZONE.format(", ".join(CHOICE.format(key) for key in keys))


V1 = version("1.0", '"floor"', '"odour"', LIMIT.format(100), zone("hall", "lift"))
V2 = version(
    "2.0",
    '"floor_clean"',
    LIMIT.format(60),
    zone("lobby", "lift"),
    more='[[migrations]]\nfrom = "1.0"\nitems = { floor = "floor_clean" }\n'
    'choices = { "zone.hall" = "lobby" }\n',
)
V3 = version(
    "3.0",
    '"clean"',
    zone("lobby", "lift"),
    more='[[migrations]]\nfrom = "2.0"\nitems = { floor_clean = "clean" }\ndrop = ["gloss"]\n',
)


def parsed(text: str) -> Checklist:
    read = parse(text, "test.toml")
    assert isinstance(read, Checklist), read
    return read


@pytest.fixture
def server(sqlite_database: str, tmp_path: Path) -> Iterator[Server]:
    with running(sqlite_database, tmp_path) as started:
        yield started


def preview(server: Server, text: str) -> Impact:
    return server.look(lambda s: impact.preview(s, parsed(text)))


class Out:
    """A tablet on the way: what it begins it begins on the version that it knows."""

    def __init__(self, server: Server, company: Company) -> None:
        self.tablet: Tablet = enrol_tablet(server, [company.inspector], company.site)
        self.cursor: str | None = None
        self.versions: list[str] = []
        self.walks: dict[str, tuple[str, dict[str, Any]]] = {}

    @property
    def id(self) -> UUID:
        return self.tablet.device

    def pull(self, times: int = 2) -> None:
        """Pull to the end; the second time the server learns that the first one arrived."""
        for _ in range(times):
            changes, self.cursor = self.tablet.pull_all(self.cursor)
            self.versions += [
                one["body"]["sha256"] for one in changes if one["kind"] == "checklist"
            ]

    def begin(self, sha256: str, **answers: Any) -> str:
        """Begin a walk and answer; nothing of it is submitted."""
        walk = str(uuid7())
        start = self.tablet.op(
            "inspection.start@1", subject={"kind": "inspection", "id": walk}, **{"def": sha256}
        )
        self.walks[walk] = (sha256, start)
        self.push([start, *(self.answer(walk, item, value) for item, value in answers.items())])
        return walk

    def answer(self, walk: str, item: str, value: Any) -> dict[str, Any]:
        sha256 = self.walks[walk][0]
        members = {"inspection": walk, "item": item, "value": value, "def": sha256}
        return self.tablet.op("result.record@1", **members)

    def submit(self, walk: str) -> dict[str, Any]:
        subject, start = {"kind": "inspection", "id": walk}, self.walks[walk][1]
        return self.tablet.op("inspection.submit@1", subject=subject, base=[start["id"]])

    def push(self, ops: list[dict[str, Any]]) -> None:
        assert {one["status"] for one in self.tablet.receipts_of(ops)} <= {"applied", "merged"}


def test_a_first_version_meets_tablets_that_have_none(server: Server):
    company = found_company(server)
    tablet = Out(server, company)
    seen = preview(server, V1)
    assert (seen.outcome, seen.before, seen.differences, seen.drafts) == ("new", "", (), ())
    assert [(one.device, one.version) for one in seen.tablets] == [(tablet.id, "")]


def test_a_tablet_has_what_it_was_sent_once_it_comes_back(server: Server):
    company = found_company(server, V1)
    tablet, gone = Out(server, company), Out(server, company)
    server.do(lambda s: setup.revoke_device(s, gone.id, setup.SYSTEM, server.clock()))

    def known() -> list[tuple[str, str]]:
        return [(one.version, one.sent) for one in preview(server, V3).tablets]

    assert known() == [("", "")]
    tablet.pull(1)
    assert known() == [("1.0", "")], "a bootstrap ends in a page of deltas, which confirms it"
    publish(server, V2)
    tablet.pull(1)
    assert known() == [("1.0", "2.0")]
    tablet.pull(1)
    assert known() == [("2.0", "")]
    assert [one.version for one in preview(server, V2).tablets] == []
    assert preview(server, V2).outcome == "out"
    assert preview(server, V2.replace("60", "61")).outcome == "taken"
    before = server.look(lambda s: pulled.get(s, tablet.id))
    server.clock.forward(0.5)
    tablet.pull(2)
    assert server.look(lambda s: pulled.get(s, tablet.id)) == before, "nothing new: nothing written"


def test_walks_under_way_are_named_with_the_answers_that_would_be_lost(server: Server):
    company = found_company(server, V1)
    tablet, other = Out(server, company), Out(server, company)
    walk = tablet.begin(company.definition, floor="pass", odour="fail", gloss="70", zone="hall")
    done = other.begin(company.definition, floor="pass")
    other.push([other.submit(done)])
    second = publish(server, V2)
    later = other.begin(second, gloss="50")
    told: list[tuple[int, int]] = []
    seen = server.look(
        lambda s: impact.preview(s, parsed(V2), lambda *numbers: told.append(numbers))
    )
    (draft,) = seen.drafts
    assert (str(draft.inspection), draft.version, draft.answered) == (walk, "1.0", 4)
    assert (draft.site_name, draft.inspector, draft.devices) == (
        "翠湖花园",
        "inspector",
        (tablet.id,),
    )
    assert {one.item: one.reason for one in draft.lost} == {"odour": "gone", "gloss": "range"}
    assert {one.device: one.drafts for one in seen.tablets} == {tablet.id: 1, other.id: 0}
    assert told == [(1, 1)]
    third = {str(one.inspection): one for one in preview(server, V3).drafts}
    assert third.keys() == {walk, later}
    assert {one.item: one.reason for one in third[walk].lost} == {
        "odour": "gone",
        "gloss": "dropped",
    }
    assert {one.item: one.reason for one in third[later].lost} == {"gloss": "dropped"}
    codes = {one.code for one in preview(server, V3).differences}
    assert codes, "what changes is told in words"


def test_a_walk_whose_start_is_on_its_way_is_named_by_what_it_answers(server: Server):
    company = found_company(server, V1)
    tablet = Out(server, company)
    walk = str(uuid7())
    tablet.walks[walk] = (company.definition, {})
    tablet.push([tablet.answer(walk, "floor", "pass")])
    (draft,) = preview(server, V2).drafts
    assert (str(draft.inspection), draft.inspector, draft.answered) == (walk, "inspector", 1)


def test_walks_under_way_are_found_by_their_index(server: Server):
    plan = server.look(
        lambda s: batch.run(
            s, f"EXPLAIN QUERY PLAN SELECT id FROM record WHERE {UNDER_WAY} ORDER BY feed, id"
        )
    )
    assert "record_draft" in str(plan)


def test_three_versions_are_published_while_fifty_tablets_are_out(server: Server):
    publish_three(server, tens=5)


@pytest.mark.soak
def test_three_versions_are_published_while_three_hundred_are_out(
    database_url: str, tmp_path: Path
):
    with running(database_url, tmp_path) as server:
        publish_three(server, tens=30)


def publish_three(server: Server, tens: int) -> None:
    """Every result lands against its own version, drafts finish, exactly those tablets are named.

    Of fifty that stay out, twenty do since the first version and thirty since the second, forty of
    them with a walk under way; four come home each time.
    """
    company = found_company(server)
    out, home = ([Out(server, company) for _ in range(count)] for count in (10 * tens, 4))
    early = 4 * tens
    first, second, third = (out[:early], out[early : 2 * early], home[:1])
    hashes: list[str] = []
    drafts: dict[str, tuple[Out, int]] = {}
    waves = ((V1, [*out, *home], first), (V2, [*out[early:], *home], second), (V3, home, third))
    for number, (text, coming, beginning) in enumerate(waves, 1):
        hashes.append(publish(server, text))
        for one in coming:
            one.pull()
            assert one.versions == hashes
        for one in beginning:
            drafts[one.begin(hashes[-1], zone="lift")] = (one, number)

    seen = preview(server, V3)
    assert {one.device: one.version for one in seen.tablets} == {
        **{one.id: "1.0" for one in out[:early]},
        **{one.id: "2.0" for one in out[early:]},
    }
    assert {str(one.inspection): (one.version, one.devices) for one in seen.drafts} == {
        walk: (f"{number}.0", (one.id,)) for walk, (one, number) in drafts.items() if number < 3
    }
    assert {draft.lost for draft in seen.drafts} == {()}
    assert sum(one.drafts for one in seen.tablets) == 2 * early
    server.do(lambda s: standards.withdraw(s, "daily", "1.0", "old", setup.SYSTEM, server.clock()))

    own = {1: ("odour", "pass"), 2: ("gloss", "55"), 3: ("clean", "pass")}
    for walk, (one, number) in drafts.items():
        one.push([one.answer(walk, *own[number]), one.submit(walk)])
    for walk, (_, number) in drafts.items():
        case = judged(server, company.site, UUID(walk))
        assert case.checklist is not None
        assert (case.inspection.state, case.checklist.version) == ("submitted", f"{number}.0")
        answered = {one.item: one.outcome for one in case.inspection.results if one.answered}
        assert answered.keys() == {"zone", own[number][0]}
        assert None not in answered.values()
    assert preview(server, V3).drafts == ()


def judged(server: Server, site: UUID, walk: UUID) -> Case:
    case = server.look(lambda s: build(s, site, walk, Shelf()))
    assert case is not None
    return case
