"""The desk's lists: pages without a gap while others write, filters, and nothing foreign."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.factories import (
    HOUR_MS,
    NOON_MS,
    Company,
    Server,
    add_person,
    checklist_text,
    enrol_tablet,
    found_company,
    running,
    sign_in,
)

from fieldops.model.access import Role
from fieldops.store import deskrows, records
from fieldops_sync.ids import result_id, uuid7

API = "/api/v1"
ITEMS = ("floor", "glass", "sign")
FLOOR = {"zh-CN": "地面", "en": "Floor"}


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as started:
        yield started


class Walks:
    """A company whose tablet walks; ``ids`` are its inspections, oldest first."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.company: Company = found_company(server, checklist_text("daily"))
        crew = [self.company.inspector, self.company.supervisor]
        self.tablet = enrol_tablet(server, crew, self.company.site)
        self.boss = sign_in(server, self.company.supervisor)
        self.ids: list[UUID] = []

    def walk(self, fails: str = "", site: UUID | None = None) -> UUID:
        """One walk of three items of which some fail."""
        walk, tablet = uuid7(), self.tablet
        more: dict[str, Any] = {"site": site or tablet.site, "def": self.company.definition}
        subject = {"kind": "inspection", "id": str(walk)}
        ops = [tablet.op("inspection.start@1", subject=subject, **more)]
        for item in ITEMS:
            outcome = "fail" if item == fails else "pass"
            ops.append(
                tablet.op("result.record@1", inspection=walk, item=item, outcome=outcome, **more)
            )
        receipts = tablet.receipts_of(ops)
        assert {one["status"] for one in receipts} == {"applied"}, receipts
        self.ids.append(walk)
        self.server.clock.now_ms += 60_000
        return walk

    def decide(self, type_: str, kind: str, subject: UUID, **payload: Any) -> None:
        state = self.server.look(lambda s: records.get(s, [subject]))[subject]
        named = {"subject": {"kind": kind, "id": str(subject)}, "payload": payload}
        actor, base = self.company.supervisor, [str(one) for one in state.heads]
        op = self.tablet.op(type_, actor=actor, base=base, **named)
        op.pop("seq")
        answer = self.server.client.post(f"{API}/ops", headers=self.boss, json={"ops": [op]})
        assert answer.json()["receipts"][0]["status"] == "applied", answer.text

    def page(self, path: str, **query: Any) -> Any:
        answer = self.server.client.get(f"{API}/{path}", headers=self.boss, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def every(self, path: str, **query: Any) -> list[str]:
        """The ids of all pages, in order."""
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.page(path, cursor=cursor, **query)
            found += [one["id"] for one in page["items"]]
            cursor = page["cursor"]
        return found


@pytest.fixture
def walks(server: Server) -> Walks:
    return Walks(server)


def test_pages_have_no_gap_and_nothing_twice_while_others_write(walks: Walks):
    for _ in range(5):
        walks.walk("floor")
    standing = [str(one) for one in reversed(walks.ids)]
    failed = [str(result_id(UUID(one), "floor", "")) for one in standing]
    seen: dict[str, list[str]] = {"inspections": [], "results?outcome=fail": [], "results": []}
    cursors: dict[str, str | None] = dict.fromkeys(seen, "")
    while any(cursor is not None for cursor in cursors.values()):
        for path, cursor in cursors.items():
            if cursor is not None:
                answer = walks.page(path.split("?")[0], cursor=cursor, limit=2, **_query(path))
                seen[path] += [one["id"] for one in answer["items"]]
                cursors[path] = answer["cursor"]
        if len(walks.ids) < 9:
            new = walks.walk("floor")
            # What was shown already changes meanwhile; that moves nothing.
            walks.decide("record.void@1", "inspection", new, reason="by mistake")
    assert seen["inspections"] == standing
    assert seen["results?outcome=fail"] == failed
    inside = [sorted(str(result_id(UUID(one), item, "")) for item in ITEMS) for one in standing]
    assert seen["results"] == [one for part in inside for one in part]


def _query(path: str) -> dict[str, str]:
    return {"outcome": "fail"} if "?" in path else {}


def test_lists_are_narrowed_by_what_a_desk_asks_for(walks: Walks):
    old, middle, new = walks.walk("floor"), walks.walk("glass"), walks.walk()
    for one in (middle, new):
        walks.decide("inspection.submit@1", "inspection", one)
    walks.decide("review.decide@1", "inspection", new, verdict="approved")
    company, inspector = walks.company, str(walks.company.inspector)
    assert walks.every("inspections") == [str(new), str(middle), str(old)]
    assert walks.every("inspections", state="submitted") == [str(middle)]
    assert walks.every("inspections", state="sealed") == []
    assert walks.every("inspections", site=str(company.other_site)) == []
    assert walks.every("inspections", checklist="daily", limit=1) == [
        str(new),
        str(middle),
        str(old),
    ]
    assert walks.every("inspections", checklist="weekly") == []
    assert walks.every("inspections", person=inspector, until=NOON_MS + 1)
    assert walks.every("inspections", person=str(company.supervisor)) == []
    assert walks.every("inspections", since=NOON_MS + 24 * HOUR_MS) == []
    assert walks.every("reviews") == walks.every("reviews", verdict="approved") == [str(new)]
    assert walks.every("reviews", verdict="returned") == []

    floor = str(result_id(old, "floor", ""))
    assert walks.every("results", outcome="fail", item="floor") == [floor]
    assert walks.every("results", inspection=str(old), outcome="fail") == [floor]
    assert len(walks.every("results", inspection=str(old))) == 3
    assert len(walks.every("results", item="sign", person=inspector, limit=1)) == 3
    assert walks.every("results", inspection=str(uuid7())) == []
    assert walks.every("results", inspection=floor) == []
    assert walks.every("results", checklist="weekly") == []


def test_a_result_that_fails_no_more_is_no_failed_result(walks: Walks):
    walk = walks.walk("floor")
    result = result_id(walk, "floor", "")
    base = [str(one) for one in walks.server.look(lambda s: records.get(s, [result]))[result].heads]
    payload = {"inspection": str(walk), "item": "floor", "outcome": "pass"}
    op = walks.tablet.op("result.record@1", base=base, payload=payload)
    assert walks.tablet.receipts_of([op])[0]["status"] == "applied"
    assert walks.every("results", outcome="fail") == []
    assert str(result) in walks.every("results")


def test_conflicts_are_listed_until_somebody_decides(walks: Walks):
    walk = walks.walk()
    for outcome in ("fail", "na"):
        payload = {"inspection": str(walk), "item": "floor", "outcome": outcome}
        op = walks.tablet.op("result.record@1", payload=payload)
        assert walks.tablet.receipts_of([op])[0]["status"] == "conflict"
    result = result_id(walk, "floor", "")
    for query in ({}, {"kind": "result"}, {"site": str(walks.company.site)}):
        assert walks.every("conflicts", **query) == [str(result)]
    assert walks.every("conflicts", kind="photo") == []
    (dispute,) = walks.page("conflicts/sides")["items"]
    assert (dispute["record"]["id"], dispute["titles"]) == (str(result), FLOOR)
    (member,) = dispute["members"]
    assert [(one["value"], one["stands"], one["base"]) for one in member["sides"]] == [
        ("pass", True, 0),
        ("fail", False, 0),
        ("na", False, 0),
    ]
    assert {one["actor_name"] for one in member["sides"]} == {
        one["name"] for one in walks.page("people", role="inspector")["items"]
    }
    assert (member["name"], member["before"]) == ("outcome", None)
    heads = walks.page(f"records/{result}")["heads"]
    op = walks.tablet.op(
        "conflict.resolve@1",
        subject={"kind": "result", "id": str(result)},
        base=heads,
        payload={"set": {"outcome": "na"}},
    )
    assert walks.tablet.receipts_of([op])[0]["status"] == "applied"
    assert walks.every("conflicts") == []


def test_a_conflict_says_what_both_had_before_them(walks: Walks):
    walk = walks.walk()
    result = result_id(walk, "glass", "")
    (first,) = walks.page(f"records/{result}")["heads"]
    for note in ("wet", "dry"):
        payload = {"inspection": str(walk), "item": "glass", "outcome": "fail", "note": note}
        walks.tablet.receipts_of(
            [walks.tablet.op("result.record@1", base=[first], payload=payload)]
        )
    (member,) = walks.page("conflicts/sides", kind="result")["items"][0]["members"]
    assert (member["name"], member["before"]) == ("note", None)
    assert [(one["value"], one["base"], one["revision"]) for one in member["sides"]] == [
        ("wet", 1, 2),
        ("dry", 1, 3),
    ]
    payload = {"inspection": str(walk), "item": "glass", "outcome": "na"}
    walks.tablet.receipts_of([walks.tablet.op("result.record@1", base=[first], payload=payload)])
    members = walks.page("conflicts/sides")["items"][0]["members"]
    before = {one["name"]: one["before"] for one in members}
    assert before == {"note": None, "outcome": "pass"}


def test_photos_feedback_and_areas_are_lists_too(walks: Walks):
    walk = walks.walk()
    tablet = walks.tablet
    photo = tablet.op("photo.attach@1", inspection=walk, sha256="ab" * 32, item="floor")
    told = tablet.op("feedback.record@1", nature="praise", text="很干净")
    assert {one["status"] for one in tablet.receipts_of([photo, told])} == {"applied"}
    assert walks.every("photos", state="awaiting") == [photo["subject"]["id"]]
    assert walks.every("photos", state="stored") == walks.every("photos", item="x") == []
    assert walks.every("feedback", nature="praise") == [told["subject"]["id"]]
    assert walks.every("records", kind="feedback") == [told["subject"]["id"]]
    assert walks.every("feedback", nature="complaint") == walks.every("areas") == []
    walks.decide("review.decide@1", "photo", UUID(photo["subject"]["id"]), verdict="retake")
    assert walks.every("reviews", verdict="retake") == [photo["subject"]["id"]]


def test_somebody_of_many_sites_sees_them_in_one_order(walks: Walks):
    company = walks.company
    walks.tablet = enrol_tablet(
        walks.server,
        [walks.server.do(lambda s: add_person(s, Role.INSPECTOR, None))],
        company.site,
    )
    for site in (company.site, company.other_site, company.site):
        walks.walk("floor", site)
    walks.boss = sign_in(walks.server, walks.server.do(lambda s: add_person(s, Role.AUDITOR, None)))
    assert walks.every("inspections", limit=1) == [str(one) for one in reversed(walks.ids)]
    assert set(walks.every("sites")) == {str(company.site), str(company.other_site)}
    assert len(walks.every("results", limit=2)) == 9


def test_a_page_of_little_is_short_and_goes_on(walks: Walks, monkeypatch: pytest.MonkeyPatch):
    """What must be searched for is searched for a while, and then the next page goes on."""
    for _ in range(3):
        walks.walk("sign")
    monkeypatch.setattr("fieldops.flow.lists._LOOKED_AT", 4)
    page = walks.page("results", item="nothing")
    assert (page["items"], page["cursor"] is not None) == ([], True)
    assert walks.every("results", item="nothing") == []
    assert len(walks.every("results", item="sign")) == 3


def test_more_ranges_than_one_statement_reads(walks: Walks):
    walk = walks.walk()
    sites = [uuid7() for _ in range(120)]
    wanted = deskrows.Wanted(kind="inspection")
    for known in ([*sites, walks.company.site], [*sites[:3], walks.company.site]):
        found = walks.server.look(lambda s, f=known: deskrows.page(s, f, wanted, None, 2))  # type: ignore[misc]
        assert [row.id for row in found] == [walk]
    assert walks.server.look(lambda s: deskrows.page(s, [], wanted, None, 2)) == []
