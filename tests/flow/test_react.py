"""Readers of the log: findings raised and withdrawn, scores, seals, cursors, failures."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text
from sqlmodel import Session
from tests.factories import make_op
from tests.flow.following import (
    CHECKLIST,
    Walk,
    default_reader,
    keeper,
    plugin,
    reader_of,
    walking,
)
from tests.plugin.packages import Packages

from fieldops.flow.handin import Advance, HandinAnswer, Introduce, Sweep
from fieldops.flow.hold import HOLD_MS
from fieldops.flow.plugins import plugin_states
from fieldops.flow.view import Shelf, build
from fieldops.model.finding import FindingDraft, Objection, PhotoNote, Score
from fieldops.model.inspection import Inspection
from fieldops.plugin.bounds import Bounds
from fieldops.plugin.isolate import Isolated
from fieldops.plugin.probe import probe
from fieldops.store import debts, ledger, log, media, quarantine, readers
from fieldops_sync.ids import result_id, uuid7

TITLES: Any = {"zh-CN": "问题", "en": "Problem"}
NOON = "2026-11-21T12:00:00.000Z"
SHA = "ab" * 32


@pytest.fixture
def walk(database_url: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def quick_walk(sqlite_database: str, tmp_path: Path) -> Iterator[Walk]:
    """For what does not depend on the database."""
    with walking(sqlite_database, tmp_path) as made:
        yield made


def draft(rule: str = "odd", **members: Any) -> FindingDraft:
    return FindingDraft(rule=rule, titles=TITLES, **members)


# What becomes of results


def test_failed_result_raises_a_finding_and_a_corrected_one_withdraws_it(walk: Walk) -> None:
    reader = default_reader()
    walk.start()
    walk.record("floor", "fail", note="水渍")
    walk.record("glass", "pass")
    walk.follow(reader)
    (finding,) = walk.findings()
    assert finding.body["result"] == str(result_id(walk.id, "floor"))
    assert finding.body["severity"] == "major"
    assert finding.body["titles"] == {"zh-CN": "地面", "en": "Floor"}
    assert finding.body["evidence"] == {"note": "水渍"}
    assert finding.body["deadline"] == "2026-11-23T12:00:00Z"
    assert (finding.body["plugin"], finding.body["plugin_version"]) == ("builtin", "1")
    walk.record("floor", "pass")
    walk.follow(reader)
    assert (walk.rules(), walk.rules("withdrawn")) == ([], ["builtin:failed"])
    walk.record("floor", "fail")
    walk.follow(reader)
    assert [one.id for one in walk.findings()] == [finding.id]


def test_replayed_log_adds_nothing(walk: Walk) -> None:
    reader = default_reader()
    walk.start()
    walk.record("floor", "fail")
    walk.submit(results=1)
    walk.follow(reader, keeper())
    before = walk.head()
    assert walk.replay("builtin")
    assert walk.replay("keeper")
    walk.follow(reader, keeper(), default_reader())
    assert walk.head() == before


def test_same_hand_in_twice_changes_nothing(walk: Walk) -> None:
    walk.start()
    walk.record("floor", "fail")
    sent: list[Any] = []
    direct = walk.handin

    def keep(request: Any) -> Any:
        sent.append(request)
        return direct(request)

    walk.handin = keep
    walk.follow(default_reader())
    before = walk.head()
    answers = [direct(request) for request in sent]
    assert not any(answer.moved for answer in answers)
    ops = [request for request in sent if request.ops]
    again = msgspec.structs.replace(ops[0], reader="other", from_=0, to=1)
    assert direct(again).moved, "the cursor is another reader's"
    assert walk.head() == before, "but the ops are those that stand"


def test_only_one_of_two_workers_hands_in(walk: Walk) -> None:
    walk.start()
    walk.record("floor", "fail")
    gate = threading.Barrier(2)
    answers: list[Any] = []
    direct = walk.handin

    def together(request: Any) -> Any:
        gate.wait(10)
        answers.append(direct(request))
        return answers[-1]

    walk.handin = together
    workers = [threading.Thread(target=walk.step, args=(default_reader(),)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(answer.moved for answer in answers) == [False, True]
    assert len(walk.findings()) == 1


def test_voided_result_and_voided_inspection_withdraw_their_findings(quick_walk: Walk) -> None:
    reader = default_reader()
    quick_walk.start()
    quick_walk.record("floor", "fail")
    quick_walk.record("glass", "fail")
    quick_walk.follow(reader)
    quick_walk.void("result", result_id(quick_walk.id, "floor"))
    quick_walk.follow(reader)
    assert [one.body["item"] for one in quick_walk.findings()] == ["glass"]
    quick_walk.void("inspection", quick_walk.id)
    quick_walk.follow(reader)
    assert quick_walk.findings() == []


def test_walk_is_scored_when_submitted_and_again_when_corrected(quick_walk: Walk) -> None:
    reader = default_reader()
    quick_walk.start()
    quick_walk.record("floor", "fail")
    quick_walk.record("glass", "pass")
    quick_walk.follow(reader)
    assert "score" not in quick_walk.inspection.body
    quick_walk.submit(results=2)
    quick_walk.follow(reader)
    score = quick_walk.inspection.body["score"]
    assert (score["score"], score["earned"], score["possible"]) == ("75", "3", "4")
    assert (score["scorer"], score["sections"]) == ("builtin", {"lobby": "75"})
    quick_walk.record("floor", "pass")
    quick_walk.follow(reader)
    assert quick_walk.inspection.body["score"]["score"] == "100"


def test_walk_that_is_voided_while_it_is_judged_leaves_nothing_to_decide(quick_walk: Walk) -> None:
    quick_walk.start()
    quick_walk.record("floor", "fail")
    quick_walk.submit(results=1)
    direct = quick_walk.handin

    def late(request: Any) -> Any:
        if getattr(request, "scores", ()) and quick_walk.inspection.state != "voided":
            quick_walk.void("inspection", quick_walk.id)
        return direct(request)

    quick_walk.handin = late
    quick_walk.follow(default_reader())
    assert quick_walk.inspection.state == "voided"
    assert quick_walk.findings() == []
    query = text("SELECT count(*) FROM quarantine")
    assert quick_walk.server.look(lambda session: session.execute(query).scalar()) == 0


def test_nothing_is_judged_before_its_checklist_is_published(
    sqlite_database: str, tmp_path: Path
) -> None:
    with walking(sqlite_database, tmp_path, checklist="") as walk:
        walk.record("floor", "fail", **{"def": None})
        walk.follow(default_reader())
        assert walk.findings() == []


def test_result_is_judged_by_the_version_that_it_cites(quick_walk: Walk) -> None:
    from tests.factories import publish

    stricter = CHECKLIST.replace('"1.0"', '"2.0"').replace(
        'severity = "major"', 'severity = "critical"'
    )
    newer = publish(quick_walk.server, stricter)
    quick_walk.start()
    quick_walk.record("floor", "fail", **{"def": newer})
    quick_walk.record("glass", "fail")
    quick_walk.follow(default_reader())
    found = {one.body["item"]: one.body["severity"] for one in quick_walk.findings()}
    assert found == {"floor": "critical", "glass": "minor"}


def test_results_before_the_start_are_judged_by_what_they_cite(quick_walk: Walk) -> None:
    quick_walk.record("floor", "fail")
    quick_walk.follow(default_reader())
    assert [one.body["item"] for one in quick_walk.findings()] == ["floor"]


# The view that plugins get


def view_of(walk: Walk) -> Inspection:
    case = walk.server.look(lambda s: build(s, walk.company.site, walk.id, Shelf()))
    assert case is not None
    return case.inspection


@pytest.mark.parametrize(
    ("wall", "day"),
    [
        ("2026-11-21T23:30:00+08:00", "2026-11-21"),
        ("2026-11-22T00:30:00+08:00", "2026-11-22"),
        ("1970-01-01T00:00:00+08:00", "2026-11-21"),
        ("2036-01-01T00:00:00+08:00", "2026-11-21"),
        ("yesterday", "2026-11-21"),
        ("2026-11-20T10:00:00", "2026-11-21"),
    ],
)
def test_day_of_a_walk_is_that_of_the_site_and_no_clock_spoils_it(
    quick_walk: Walk, wall: str, day: str
) -> None:
    at = {"wall": wall, "mono": 5, "boot": "b"}
    quick_walk.start(at=at)
    assert view_of(quick_walk).date == day
    quick_walk.record("floor", "pass", at=at)
    view = view_of(quick_walk)
    assert view.date == day
    assert view.results[0].recorded_at.startswith(day)


def test_time_corrected_by_the_boot_counts_before_the_claimed_one(quick_walk: Walk) -> None:
    boot = {"wall": "1970-01-01T00:00:00+08:00", "mono": 7_200_000, "boot": "b"}
    op = quick_walk.tablet.op(
        "result.record@1",
        inspection=str(quick_walk.id),
        item="floor",
        site=quick_walk.company.site,
        value="pass",
        at={**boot, "mono": 3_600_000},
        **{"def": quick_walk.company.definition},
    )
    quick_walk.tablet.receipts_of([op], now=boot)
    assert view_of(quick_walk).results[0].recorded_at == "2026-11-21T19:00:00+08:00"


def attach(walk: Walk, sha256: str = SHA, **given: Any) -> UUID:
    subject = uuid7()
    walk.push(
        "photo.attach@1",
        subject={"kind": "photo", "id": str(subject)},
        inspection=str(walk.id),
        sha256=sha256,
        **given,
    )
    return subject


def test_photos_count_once_whether_the_result_or_the_photo_names_them(quick_walk: Walk) -> None:
    quick_walk.start()
    quick_walk.record("floor", "pass", photos=[SHA, "cd" * 32])
    attach(quick_walk, item="floor", role="before", caption="东侧")
    voided = attach(quick_walk, "ef" * 32, item="floor")
    quick_walk.void("photo", voided)
    view = view_of(quick_walk)
    assert view.results[0].photo_count == 2
    (photo,) = view.photos_of("floor")
    assert (photo.role, photo.caption, photo.state) == ("before", "东侧", "awaiting")
    assert view.of_items("floor") == view.results[:1]
    assert view.find("floor", "nowhere") is None


def test_case_of_something_else_is_none(quick_walk: Walk) -> None:
    assert quick_walk.server.look(lambda s: build(s, uuid7(), uuid7(), Shelf())) is None


def test_definition_that_cannot_be_read_is_as_one_not_published(quick_walk: Walk) -> None:
    from fieldops.store import definitions

    sha256 = bytes(32)
    quick_walk.server.do(lambda s: definitions.add(s, sha256, "k", "1", "d", b"[]", 0))
    shelf = Shelf()
    assert quick_walk.server.look(lambda s: shelf.get(s, sha256.hex())) is None
    assert quick_walk.server.look(lambda s: shelf.get(s, sha256.hex())) is None


def test_clock_that_says_no_zone_is_read_in_the_sites_own(quick_walk: Walk) -> None:
    from fieldops.flow import setup

    def settle(timezone: str) -> None:
        site, now_ms = quick_walk.company.site, quick_walk.server.clock()
        payload = {"timezone": timezone}
        quick_walk.server.do(lambda s: setup.put_site(s, site, payload, setup.SYSTEM, now_ms))

    quick_walk.server.clock.forward(hours=6)
    quick_walk.tablet.renew()
    quick_walk.start(at={"wall": "no clock", "mono": 5, "boot": "b"})
    assert view_of(quick_walk).date == "2026-11-21"
    settle("Asia/Shanghai")
    assert view_of(quick_walk).date == "2026-11-22"
    settle("Nowhere/Land")
    assert view_of(quick_walk).date == "2026-11-21"


# Plugins


def test_what_a_plugin_returns_stands_and_what_it_no_longer_returns_goes(quick_walk: Walk) -> None:
    given = [[draft("a"), draft("b", section="lobby", evidence={"n": "1"})]]
    reader = reader_of(plugin("odd", raise_findings=lambda: given[0]))
    quick_walk.start()
    quick_walk.follow(reader)
    assert quick_walk.rules() == ["odd:a", "odd:b"]
    assert quick_walk.findings()[1].body["evidence"] == {"n": "1", "section": "lobby"}
    given[0] = [draft("b", section="lobby", evidence={"n": "2"})]
    quick_walk.record("floor", "pass")
    quick_walk.follow(reader)
    assert quick_walk.rules() == ["odd:b"]
    assert quick_walk.findings()[0].body["evidence"]["n"] == "2"
    assert quick_walk.rules("withdrawn") == ["odd:a"]


def test_plugin_is_asked_about_its_own_domain_only(quick_walk: Walk) -> None:
    quick_walk.start()
    every: Any = {"raise_findings": lambda: [draft()]}
    quick_walk.follow(
        reader_of(plugin("fire", domain="security", **every)),
        reader_of(plugin("own", domain="cleaning", **every)),
        reader_of(plugin("all", domain="", **every)),
    )
    assert sorted(quick_walk.rules()) == ["all:odd", "own:odd"]


def test_objections_become_findings_about_the_answer_or_the_walk(quick_walk: Walk) -> None:
    def check_answer(answer: Any, item: Any) -> Any:
        if answer.outcome == "fail":
            yield Objection(rule="note-missing", titles=item.titles, severity="major")

    def check_inspection(inspection: Any) -> Any:
        return [Objection(rule="too-short", titles=TITLES)]

    reader = reader_of(plugin("odd", check_answer=check_answer, check_inspection=check_inspection))
    quick_walk.start()
    quick_walk.record("floor", "fail")
    quick_walk.follow(reader)
    (found,) = quick_walk.findings()
    assert (found.body["rule"], found.body["item"]) == ("check.note-missing", "floor")
    quick_walk.submit(results=1)
    quick_walk.follow(reader)
    assert quick_walk.rules() == ["odd:check.note-missing", "odd:check.too-short"]


def store_photo(walk: Walk, photo: UUID) -> None:
    from fieldops.flow.enter import enter_server, server_op

    row = media.MediaRow(bytes.fromhex(SHA), 4, "image/jpeg", "stored", walk.server.clock())
    payload = {"sha256": SHA, "size_bytes": 4}
    site = walk.company.site
    op = server_op("media.stored@1", ("photo", photo), site, "media", payload)

    def job(session: Session) -> None:
        debts.prove(session, row.sha256, [site])
        media.put(session, row)
        enter_server(session, [op], walk.server.clock())

    walk.server.do(job)


def test_photo_is_looked_at_once_its_bytes_are_stored_and_its_notes_stay(quick_walk: Walk) -> None:
    looked: list[str] = []

    def check_photo(photo: Any, item: Any, open_photo: Any) -> Any:
        with open_photo(photo) as source:
            looked.append(source.read().decode())
        return [PhotoNote(rule="blurred", titles=TITLES)]

    reader = reader_of(plugin("odd", check_photo=check_photo), lambda _sha: io.BytesIO(b"jpeg"))
    quick_walk.start()
    photo = attach(quick_walk, item="floor")
    quick_walk.follow(reader)
    assert looked == []
    store_photo(quick_walk, photo)
    quick_walk.follow(reader)
    quick_walk.record("floor", "pass")
    quick_walk.follow(reader)
    assert looked == ["jpeg"]
    (found,) = quick_walk.findings()
    assert (found.body["rule"], found.body["evidence"]) == ("photo.blurred", {"photo": str(photo)})
    quick_walk.void("photo", photo)
    quick_walk.follow(reader)
    assert quick_walk.rules() == []


def test_plugin_of_the_domain_scores_in_place_of_the_default(quick_walk: Walk) -> None:
    from decimal import Decimal

    score = Score(score=Decimal("66.666"), earned=Decimal(2), possible=Decimal(3))
    given: list[Any] = [score]
    scoring = plugin("odd", score_inspection=lambda: given[0])
    reader = reader_of(scoring)
    quick_walk.handin(Introduce("odd", scoring.card))
    quick_walk.start()
    quick_walk.record("floor", "fail")
    quick_walk.submit(results=1)
    quick_walk.follow(default_reader())
    assert "score" not in quick_walk.inspection.body
    quick_walk.follow(reader)
    found = quick_walk.inspection.body["score"]
    assert (found["score"], found["scorer"]) == ("66.67", "odd")
    given[0] = None
    quick_walk.record("glass", "pass")
    quick_walk.follow(reader)
    assert quick_walk.inspection.body["score"]["score"] == "75"
    given[0] = 3
    quick_walk.record("floor", "pass")
    quick_walk.follow(reader)
    found = quick_walk.inspection.body["score"]
    assert (found["score"], found["marks"]) == ("100", ["default-score:odd"])
    state = quick_walk.state_of("odd")
    assert (state.state, [one.code for one in state.faults]) == ("running", ["wrong-result"])


def test_deadline_is_the_plugins_or_by_severity_and_an_open_finding_keeps_it(
    quick_walk: Walk,
) -> None:
    given: list[Any] = ["2026-12-01T00:00:00+08:00"]
    severity: list[Any] = ["minor"]
    reader = reader_of(
        plugin(
            "odd",
            raise_findings=lambda inspection: [
                draft(severity=severity[0], evidence={"n": str(len(inspection.results))})
            ],
            set_deadline=lambda: given[0],
        )
    )
    quick_walk.start()
    quick_walk.follow(reader)
    assert quick_walk.findings()[0].body["deadline"] == "2026-12-01T00:00:00+08:00"
    given[0] = "2027-01-01T00:00:00+08:00"
    quick_walk.record("floor", "pass")
    quick_walk.follow(reader)
    assert quick_walk.findings()[0].body["deadline"] == "2026-12-01T00:00:00+08:00"
    severity[0], given[0] = "major", None
    quick_walk.record("floor", "fail")
    quick_walk.follow(reader)
    assert quick_walk.findings()[0].body["deadline"] == "2026-11-23T12:00:00Z"
    severity[0], given[0] = "critical", 7
    quick_walk.record("floor", "pass")
    quick_walk.follow(reader)
    assert quick_walk.findings()[0].body["deadline"] == "2026-11-22T12:00:00Z"
    assert [one.hook for one in quick_walk.state_of("odd").faults] == ["set_deadline"]


def test_an_item_says_how_soon_its_failure_is_to_be_put_right(
    sqlite_database: str, tmp_path: Path
) -> None:
    urgent = CHECKLIST.replace('severity = "major"', 'severity = "major"\nrectify_hours = 2')
    with walking(sqlite_database, tmp_path, urgent) as walk:
        walk.start()
        walk.record("floor", "fail")
        walk.record("glass", "fail")
        walk.follow(default_reader())
        deadlines = {one.body["item"]: one.body["deadline"] for one in walk.findings()}
    assert deadlines["floor"] == "2026-11-21T14:00:00+00:00"
    assert deadlines["glass"] == "2026-11-24T12:00:00Z"


@pytest.mark.parametrize(
    "drafts",
    [[draft(item="nowhere")], [draft(section="nowhere")], [draft(), draft()]],
    ids=["unknown item", "unknown section", "twice"],
)
def test_finding_about_nothing_or_twice_is_a_fault(
    quick_walk: Walk, drafts: list[FindingDraft]
) -> None:
    quick_walk.start()
    quick_walk.follow(reader_of(plugin("odd", raise_findings=lambda: drafts)))
    state = quick_walk.state_of("odd")
    assert (state.state, state.faults[-1].code) == ("parked", "wrong-result")
    assert quick_walk.findings() == []


def test_every_change_is_heard_in_order(quick_walk: Walk) -> None:
    heard: list[int] = []
    listening = plugin("odd", domain="", on_change=lambda change: heard.append(change.position))
    quick_walk.start()
    quick_walk.record("floor", "pass")
    quick_walk.follow(reader_of(listening))
    assert heard == list(range(1, quick_walk.head() + 1))


# Failures


def test_plugin_is_parked_after_three_attempts_and_the_others_go_on(walk: Walk) -> None:
    def fail(inspection: Inspection) -> Any:
        return 1 / 0 if inspection.find("floor") and inspection.failed else []

    reader = reader_of(plugin("odd", check_inspection=fail, raise_findings=fail))
    walk.start()
    walk.follow(reader)
    fine = walk.head()
    walk.record("floor", "fail")
    states = [answer.state for answer in iter(lambda: walk.step(reader), None) if answer]
    assert states == ["waiting", "waiting", "parked"]
    state = walk.state_of("odd")
    assert (state.state, state.attempts, state.cursor) == ("parked", 3, fine)
    assert [fault.code for fault in state.faults] == ["raised"] * 3
    assert {fault.position for fault in state.faults} == {fine + 1}
    assert walk.inspection.body["score"]["marks"] == ["unchecked:odd"]
    walk.submit(results=1)
    walk.follow(default_reader(), keeper())
    assert walk.rules() == ["builtin:failed"]
    assert walk.inspection.state == "sealed"
    assert walk.inspection.body["score"]["marks"][-1] == "unchecked:odd"
    assert state.lag == 0 or walk.state_of("odd").lag > 0


def test_parked_plugin_goes_on_where_it_stopped_when_resumed(quick_walk: Walk) -> None:
    broken = [True]

    def raise_findings(inspection: Inspection) -> Any:
        return [draft()] if not broken[0] else 3

    reader = reader_of(plugin("odd", raise_findings=raise_findings))
    quick_walk.start()
    quick_walk.follow(reader)
    assert quick_walk.step(reader) is None
    broken[0] = False
    assert quick_walk.resume("odd")
    assert not quick_walk.resume("nobody")
    quick_walk.follow(reader)
    assert quick_walk.rules() == ["odd:odd"]
    assert quick_walk.inspection.body["score"].get("marks", []) == []


def test_work_before_a_failing_change_is_kept(quick_walk: Walk) -> None:
    def fail(inspection: Inspection) -> Any:
        return 1 / 0 if inspection.id != quick_walk.id else [draft()]

    reader = reader_of(plugin("odd", raise_findings=fail))
    quick_walk.start()
    first = quick_walk.head()
    other = uuid7()
    quick_walk.push(
        "inspection.start@1",
        subject={"kind": "inspection", "id": str(other)},
        **{"def": quick_walk.company.definition},
    )
    answer = quick_walk.step(reader)
    assert answer is not None
    assert (answer.position, answer.state) == (first, "waiting")
    assert quick_walk.rules() == ["odd:odd"]


def test_failing_listener_waits_at_its_change(quick_walk: Walk) -> None:
    def on_change(change: Any) -> None:
        assert change.kind != "inspection"

    quick_walk.start()
    quick_walk.follow(reader_of(plugin("odd", on_change=on_change)))
    state = quick_walk.state_of("odd")
    assert (state.state, state.faults[-1].hook) == ("parked", "on_change")


def test_page_ends_before_too_many_inspections(quick_walk: Walk, monkeypatch: Any) -> None:
    monkeypatch.setattr("fieldops.flow.page.PAGE_INSPECTIONS", 2)
    for _ in range(5):
        quick_walk.id = uuid7()
        quick_walk.start()
    reader = default_reader()
    answers = list(iter(lambda: quick_walk.step(reader), None))
    assert len(answers) == 3
    assert answers[-1] is not None
    assert answers[-1].position == quick_walk.head()


def test_isolated_plugin_that_kills_its_process_is_parked_and_its_renewal_tried_again(
    walk: Walk, packages: Packages
) -> None:
    packages.install(
        "odd", "@hookimpl\ndef raise_findings(inspection):\n    import os; os._exit(9)"
    )
    found = probe("odd")
    assert found.card is not None
    walk.handin(Introduce("odd", found.card))
    caller = Isolated(found.card, {}, Bounds(budget_s=5))
    walk.start()
    walk.record("floor", "fail")
    walk.follow(reader_of(caller), default_reader())  # type: ignore[arg-type]
    state = walk.state_of("odd")
    assert (state.state, [one.code for one in state.faults]) == ("parked", ["crashed"] * 3)
    assert walk.rules() == ["builtin:failed"]
    caller.close()
    again = walk.handin(Introduce("odd", found.card))
    assert again.state == "parked", "the same version is not tried again by itself"
    packages.rewrite(
        "odd",
        "@hookimpl\ndef raise_findings(inspection):\n"
        "    return [FindingDraft(rule='odd', titles={'zh-CN': 'x', 'en': 'x'})]",
        version="1.1",
    )
    renewed = probe("odd")
    assert renewed.card is not None
    assert walk.handin(Introduce("odd", renewed.card)).state == "running"
    caller = Isolated(renewed.card, {}, Bounds(budget_s=5))
    walk.follow(reader_of(caller))  # type: ignore[arg-type]
    caller.close()
    assert walk.rules() == ["builtin:failed", "odd:odd"]


def test_plugin_that_cannot_load_is_off_with_its_faults_until_it_can(quick_walk: Walk) -> None:
    from fieldops.model.plugin import PluginFault

    fault = PluginFault(plugin="odd", code="import-failed")
    quick_walk.handin(Introduce("odd", None, (fault,)))
    state = quick_walk.state_of("odd")
    assert (state.state, state.faults[0].code) == ("off", "import-failed")
    assert state.faults[0].at_ms == quick_walk.server.clock()
    assert not quick_walk.handin(Advance("odd", 0, 1)).moved, "nobody moves a reader that is off"
    assert quick_walk.handin(Introduce("odd", plugin("odd").card)).state == "running"


def test_installed_plugins_are_listed_before_they_ever_ran(quick_walk: Walk) -> None:
    states = quick_walk.server.look(lambda s: plugin_states(s, quick_walk.settings))
    assert {one.name: one.state for one in states}["cleaning"] == "new"
    assert "keeper" not in {one.name for one in states}


def test_only_the_latest_faults_are_kept(quick_walk: Walk) -> None:
    from fieldops.model.plugin import PluginFault

    for number in range(25):
        fault = PluginFault(plugin="odd", code="raised", detail=str(number))
        quick_walk.handin(Advance("odd", number, number + 1, faults=(fault,)))
    details = [one.detail for one in quick_walk.state_of("odd").faults]
    assert details == [str(number) for number in range(5, 25)]


def test_op_of_a_reader_that_cannot_be_applied_goes_to_quarantine(quick_walk: Walk) -> None:
    op = make_op("finding.raise@1", quick_walk.company.site, uuid7(), rule="x")
    raw = msgspec.Raw(msgspec.json.encode(op))
    assert quick_walk.handin(Advance("odd", 0, 0, [raw])).moved
    found = quick_walk.server.look(lambda s: quarantine.find(s, [UUID(op["id"])]))
    assert len(found[UUID(op["id"])]) == 1


# The keeper


def test_submitted_walk_is_sealed_when_all_that_was_announced_is_there(walk: Walk) -> None:
    reader = keeper()
    walk.start()
    walk.record("floor", "pass", photos=[SHA])
    walk.submit(results=2, photos=1)
    walk.follow(reader)
    assert walk.inspection.state == "submitted"
    walk.record("glass", "pass")
    photo = attach(walk, item="floor")
    walk.follow(reader)
    assert walk.inspection.state == "submitted", "the photo's bytes are still on their way"
    store_photo(walk, photo)
    walk.follow(reader)
    assert walk.inspection.state == "sealed"


def test_waived_photo_is_owed_no_more(quick_walk: Walk) -> None:
    from fieldops.flow.enter import desk_op, enter_desk

    quick_walk.start()
    photo = attach(quick_walk, item="floor")
    quick_walk.submit(photos=1)
    quick_walk.follow(keeper())
    assert quick_walk.inspection.state == "submitted"
    site, supervisor = quick_walk.company.site, quick_walk.company.supervisor
    now_ms = quick_walk.server.clock()
    state = quick_walk.get(photo)
    assert state is not None
    payload = {"reason": "相机损坏"}
    op = desk_op("photo.waive@1", ("photo", photo), site, supervisor, payload, now_ms, state.heads)
    quick_walk.server.do(lambda s: enter_desk(s, [op], supervisor, now_ms))
    quick_walk.follow(keeper())
    assert quick_walk.inspection.state == "sealed"


def test_reopened_walk_is_sealed_again(quick_walk: Walk) -> None:
    quick_walk.start()
    quick_walk.submit()
    quick_walk.follow(keeper())
    reopen(quick_walk)
    assert quick_walk.inspection.state == "draft"
    quick_walk.submit()
    quick_walk.follow(keeper())
    assert quick_walk.inspection.state == "sealed"


@pytest.mark.parametrize("meanwhile", ["reopen", "handover", "resubmit"])
def test_a_seal_that_meets_a_change_is_not_made_and_nobody_is_asked(
    walk: Walk, meanwhile: str
) -> None:
    """The keeper has looked and not handed in yet; it looks again, and decides by what it finds."""
    walk.start()
    walk.submit()
    direct = walk.handin

    def handin(request: Any) -> HandinAnswer:
        walk.handin = direct
        if meanwhile == "handover":
            subject = {"kind": "inspection", "id": str(walk.id)}
            base = [str(head) for head in walk.inspection.heads]
            to = str(walk.company.inspector)
            walk.push("inspection.handover@1", subject=subject, base=base, to=to)
        else:
            reopen(walk)
        if meanwhile == "resubmit":
            walk.submit(photos=1)
        return direct(request)

    walk.handin = handin
    walk.follow(keeper())
    expected = {"reopen": "draft", "handover": "sealed", "resubmit": "submitted"}
    assert walk.inspection.state == expected[meanwhile]
    assert walk.inspection.conflict == {}
    assert walk.server.look(quarantine.page) == []


def reopen(walk: Walk) -> None:
    """A supervisor gives the walk back."""
    from fieldops.flow.enter import desk_op, enter_desk

    site, supervisor, now_ms = walk.company.site, walk.company.supervisor, walk.server.clock()
    subject, heads = ("inspection", walk.id), walk.inspection.heads
    op = desk_op(
        "inspection.reopen@1", subject, site, supervisor, {"reason": "漏项"}, now_ms, heads
    )
    walk.server.do(lambda s: enter_desk(s, [op], supervisor, now_ms))


def test_sweep_settles_what_was_held_too_long(walk: Walk) -> None:
    op = walk.tablet.op(
        "result.record@1",
        inspection=str(walk.id),
        item="floor",
        site=walk.company.site,
        value="pass",
        needs=[str(uuid7())],
    )
    (receipt,) = walk.tablet.receipts_of([op])
    assert receipt["status"] == "held"
    assert walk.handin(Sweep()).position == 0
    walk.server.clock.now_ms += HOLD_MS
    assert walk.handin(Sweep()).position == 1
    entry = walk.server.look(lambda s: ledger.find(s, [UUID(op["id"])]))
    assert entry[UUID(op["id"])].receipt.status == "conflict"


def test_readers_stand_at_gap_free_positions(quick_walk: Walk) -> None:
    quick_walk.start()
    quick_walk.record("floor", "fail")
    quick_walk.follow(default_reader())
    row = quick_walk.server.look(lambda s: readers.get(s, "builtin"))
    changes = quick_walk.server.look(lambda s: log.read(s, 0, 1000))
    assert row is not None
    assert row.position == len(changes) == changes[-1].position
