"""The scheduled report comes about once a month, goes on record, and what keeps it is told."""

import hashlib
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from tests.factories import Server, add_person, found_company, on_loopback, running

from fieldops.cli.chores import chores
from fieldops.flow.handin import (
    Handin,
    HandinAnswer,
    HandinDown,
    HandinRequest,
    HttpHandin,
    open_door,
)
from fieldops.flow.letters import LetterWriter
from fieldops.flow.react import DirectHandin
from fieldops.flow.reportalarms import examine
from fieldops.flow.reporttake import ACTOR, MADE, REMOVED
from fieldops.flow.reportviews import listing
from fieldops.flow.reportwork import ClaimReport, MadeReport
from fieldops.flow.worker import Tools
from fieldops.model.access import Role
from fieldops.model.problem import ProblemError
from fieldops.report import filing
from fieldops.report.build import Asked, Progress
from fieldops.report.make import Made, Maker, Order
from fieldops.report.monthly import LEASE_MS, Monthly
from fieldops.rules.lettertexts import letter_text
from fieldops.store import audit, letters, reports
from fieldops.store.blobs import BlobStoreDown
from fieldops.store.drawers import drawer_names
from fieldops.store.letters import Mailbox
from fieldops.store.reports import Scheduled
from fieldops_sync.ids import actor_id

DAY_MS = 86_400_000
MONTH = "2026-11"
EN = f"report-{MONTH}.en.pdf"


class Press(Maker):
    """Prints at once, ``faults`` first; each copy is another."""

    def __init__(self, server: Server) -> None:
        core = server.core
        super().__init__(core.store, core.blobs, core.settings)
        self.faults: list[Exception] = []
        self.printed = 0

    def make(
        self, asked: Asked, order: Order, progress: Progress = lambda _done, _all: None
    ) -> Made:
        progress(1, 1)
        if self.faults:
            raise self.faults.pop(0)
        self.printed += 1
        content = f"{asked.period.name} {order.language} {self.printed}".encode()
        sha256 = hashlib.sha256(content).hexdigest()
        return Made(name="", mime="", content=content, sha256=sha256, position=1)


def tools(server: Server, handin: Handin | None = None) -> Tools:
    core = server.core
    handin = handin or DirectHandin(core.store, server.clock)
    return Tools(core.settings, core.store, core.blobs, handin, threading.Event(), server.clock)


def keeper(server: Server, press: Press, handin: Handin | None = None) -> Monthly:
    return Monthly(tools(server, handin), press)


def begin(server: Server) -> None:
    """Something happens in November, and it is the evening of 1 December."""
    found_company(server)
    server.clock.now_ms += 10 * DAY_MS


def files(server: Server) -> list[str]:
    """What is on record and can be fetched."""
    made = server.look(lambda s: reports.of_month(s, MONTH)).values()
    return sorted(
        f"report-{one.month}.{one.language}.pdf" for one in made if content_of(server, one)
    )


def content_of(server: Server, row: Scheduled) -> bytes:
    return filing.fetch(server.core.settings, row) if row.is_made else b""


def content(server: Server, language: str = "en") -> bytes:
    rows = server.look(lambda s: reports.of_month(s, MONTH))
    return content_of(server, rows[language])


def drawers(server: Server) -> list[str]:
    return list(drawer_names(server.core.settings))


def on_record(server: Server) -> list[audit.Entry]:
    return server.look(lambda s: audit.latest(s, 9, MADE))


def told(server: Server) -> list[str]:
    """What ``/readyz`` says of reports."""
    parts = server.client.get("/readyz").json()["parts"]
    return [one["why"] for one in parts if one["name"] == f"report {MONTH}.en"]


def test_last_months_report_is_made_by_the_servers_hand_and_not_again(
    sqlite_database: str, tmp_path: Path
):
    with running(sqlite_database, tmp_path, languages=("en",)) as server, on_loopback(server) as at:
        found_company(server)
        server.core.door = open_door(tmp_path / "data", at)
        ours = Monthly(tools(server, HttpHandin(tmp_path / "data")))
        ours.step()  # October has nothing: the server is new.
        assert drawers(server) == []
        server.clock.now_ms += 10 * DAY_MS
        ours.step()
        assert files(server) == [EN]
        assert content(server).startswith(b"%PDF")
        (line,) = on_record(server)
        assert line.detail["sha256"] == hashlib.sha256(content(server)).hexdigest()
        assert (line.actor, line.detail["month"]) == (actor_id(ACTOR), MONTH)
        ours.step()
        assert len(on_record(server)) == 1


def test_a_month_that_a_clock_ahead_took_for_over_is_made_anew_when_it_is(
    database_url: str, tmp_path: Path
):
    with running(database_url, tmp_path, languages=("en",)) as server:
        press, now_ms = Press(server), server.clock()
        found_company(server)
        server.clock.now_ms = now_ms + 20 * DAY_MS
        keeper(server, press).step()
        early = content(server)
        server.clock.now_ms = now_ms + 10 * DAY_MS
        assert [one.stands(server.clock()) for one in server.look(reports.everything)] == [False]
        for _ in range(2):
            keeper(server, press).step()
        assert (press.printed, len(on_record(server))) == (2, 2)
        assert content(server) != early


def test_several_processes_make_one_report_in_each_language(database_url: str, tmp_path: Path):
    with running(database_url, tmp_path) as server:
        begin(server)
        press = Press(server)
        threads = [threading.Thread(target=keeper(server, press).step) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert files(server) == [EN, f"report-{MONTH}.zh-CN.pdf"]
        lines = on_record(server)
        assert sorted(one.detail["language"] for one in lines) == ["en", "zh-CN"]
        for one in lines:
            found = content(server, str(one.detail["language"]))
            assert hashlib.sha256(found).hexdigest() == one.detail["sha256"]


def test_a_failure_is_told_and_tried_again(database_url: str, tmp_path: Path):
    with running(database_url, tmp_path, languages=("en",)) as server:
        begin(server)
        server.clock.forward(-17.5)  # Half past two in the night.
        press = Press(server)
        ours = keeper(server, press)
        press.faults = [
            ValueError("a fault"),
            BlobStoreDown("gone"),
            OSError(28, "No space left", "here"),
        ]
        ours.step()
        ours.step()  # It rests.
        assert (press.printed, len(press.faults)) == (0, 2)
        assert told(server) == []
        server.clock.forward(1)
        assert told(server) == ["a fault of ours (ValueError)"]
        ours.step()
        assert told(server) == ["the photo store does not answer"]
        server.clock.forward(1)
        ours.step()
        assert told(server) == ["here: No space left"]
        server.clock.forward(1)
        ours.step()
        assert files(server) == [EN]
        assert told(server) == []
        assert len(on_record(server)) == 1


def test_a_report_that_nobody_makes_is_told_by_the_doctor(sqlite_database: str, tmp_path: Path):
    with running(sqlite_database, tmp_path, languages=("en",)) as server:
        begin(server)
        server.clock.forward(6)
        settings = server.core.settings
        (found,) = server.look(lambda s: [*examine(s, settings, server.clock())])
        assert (found.name, found.state) == (f"report {MONTH}.en", "warn")
        assert found.found["en"] == "late: not made: does the worker run?"
        keeper(server, Press(server)).step()
        (found,) = server.look(lambda s: [*examine(s, settings, server.clock())])
        assert (found.name, found.state) == ("reports", "ok")
        # The first night of January is not far enough.
        server.clock.now_ms = 1_798_738_200_000  # 2027-01-01T01:30+08:00
        keeper(server, Press(server)).step()
        assert files(server) == [EN]


def test_the_office_gets_a_letter_about_a_report_that_does_not_come(
    sqlite_database: str, tmp_path: Path
):
    """Once when it is late, once when it fails; in the words of who reads it."""
    with running(sqlite_database, tmp_path, languages=("en",)) as server:
        begin(server)
        admin = server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None))
        server.do(lambda s: letters.put_mailbox(s, Mailbox(admin, "admin@example.com", "en")))
        core = server.core
        handin = DirectHandin(core.store, server.clock)
        writer = LetterWriter(core.settings, core.store, handin, server.clock)
        for _ in range(3):
            writer.step()
        press = Press(server)
        press.faults = [ValueError("a fault")]
        keeper(server, press).step()
        server.clock.forward(1)
        writer.step()
        found = [one.letter for one in server.look(lambda s: letters.due(s, 2**60, 10))]
        assert [one.notice for one in found] == ["report-amiss"] * 2
        english, chinese = (
            " ".join(letter_text("report-amiss", one.facts, language).body for one in found)
            for language in ("en", "zh-CN")
        )
        assert "it was not made six hours after it was due" in english
        assert "it fails again and again" in english
        assert f"Month: {MONTH}\nLanguage: English" in english
        assert "反复失败" in chinese
        assert "语言：英文" in chinese


def test_missed_months_are_made_up_for_the_last_one_first(sqlite_database: str, tmp_path: Path):
    """A worker was away from December to March; so many months count as the settings say."""
    given = {"catch_up_months": 2, "keep_days": 400}
    with running(sqlite_database, tmp_path, languages=("en",), reports=given) as server:
        begin(server)
        server.clock.now_ms += 100 * DAY_MS  # 11 March 2027
        assert [one["name"] for one in server.client.get("/readyz").json()["parts"]][-2:] == [
            "report 2027-02.en",
            "report 2027-01.en",
        ]
        press = Press(server)
        press.faults = [ValueError("the first that is tried")]
        ours = keeper(server, press)
        ours.step()
        made = [(one.month, one.is_made) for one in server.look(reports.everything)]
        assert made == [("2027-02", False), ("2027-01", True)]
        server.clock.forward(1)
        ours.step()
        assert [one.detail["month"] for one in on_record(server)] == ["2027-02", "2027-01"]
        assert drawers(server) == [
            filing.drawer_of(one.month, one.language, one.lease)
            for one in reversed(server.look(reports.everything))
        ]


def test_a_report_is_removed_when_it_was_kept_long_enough(database_url: str, tmp_path: Path):
    given = {"catch_up_months": 1, "keep_days": 45}
    with running(database_url, tmp_path, languages=("en",), reports=given) as server:
        begin(server)
        ours = keeper(server, Press(server))
        ours.step()
        (row,) = server.look(reports.everything)
        server.clock.now_ms += 40 * DAY_MS
        ours.step()  # December's is made, November's is still kept.
        assert len(drawers(server)) == 2
        server.clock.now_ms += 10 * DAY_MS
        ours.step()
        ours.step()
        assert [one.split(".")[0] for one in drawers(server)] == ["report-2026-12"]
        (line,) = server.look(lambda s: audit.latest(s, 9, REMOVED))
        assert line.actor == actor_id(ACTOR)
        assert line.detail == {"month": MONTH, "language": "en", "sha256": row.sha256}
        views = server.look(lambda s: listing(s, server.core.settings, server.clock()))
        assert [(one.month, one.state) for one in views] == [
            ("2026-12", "made"),
            (MONTH, "removed"),
        ]
        assert views[1].removed_at
        with pytest.raises(ProblemError):
            content(server)


class Cut(BaseException):
    """Where a test cuts a worker off."""


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_worker_cut_off_at_the_record_leaves_the_file_that_is_on_record(
    sqlite_database: str, tmp_path: Path, before: bool
):
    with running(sqlite_database, tmp_path, languages=("en",)) as server:
        begin(server)
        hand_in = DirectHandin(server.core.store, server.clock)

        def cut(request: HandinRequest) -> HandinAnswer:
            if not isinstance(request, MadeReport):
                return hand_in(request)
            if not before:
                hand_in(request)
            raise Cut

        press = Press(server)
        with pytest.raises(Cut):
            keeper(server, press, cut).step()
        assert len(drawers(server)) == 1
        keeper(server, press).step()  # Its lease is held.
        assert press.printed == 1
        server.clock.now_ms += LEASE_MS
        keeper(server, press).step()
        assert files(server) == [EN]
        (line,) = on_record(server)
        assert hashlib.sha256(content(server)).hexdigest() == line.detail["sha256"]
        assert press.printed == len(drawers(server)) == (2 if before else 1)
        # What the one that was cut off had put down is swept, and nothing else.
        assert filing.sweep(tools(server)) == press.printed - 1
        assert (len(drawers(server)), files(server)) == (1, [EN])


def test_who_is_too_late_leaves_nothing_and_a_lost_answer_changes_nothing(
    sqlite_database: str, tmp_path: Path
):
    with running(sqlite_database, tmp_path, languages=("en",)) as server:
        begin(server)
        hand_in = DirectHandin(server.core.store, server.clock)
        twice: list[HandinAnswer] = []

        def slow(request: HandinRequest) -> HandinAnswer:
            """Another takes over before it is done."""
            if isinstance(request, MadeReport):
                server.clock.now_ms += LEASE_MS
                keeper(server, press, lose).step()
            return hand_in(request)

        def lose(request: HandinRequest) -> HandinAnswer:
            if isinstance(request, MadeReport):
                twice.append(hand_in(request))
            return hand_in(request)

        press = Press(server)
        keeper(server, press, slow).step()
        assert [one.moved for one in twice] == [True]
        assert files(server) == [EN]
        assert content(server) == b"2026-11 en 2"
        assert len(drawers(server)) == 1
        assert len(on_record(server)) == 1
        assert not hand_in(ClaimReport(MONTH, "en", "another", 1)).moved


def test_a_server_that_is_away_keeps_the_lease_and_a_worker_that_stops_gives_it_back(
    sqlite_database: str, tmp_path: Path
):
    with running(sqlite_database, tmp_path, languages=("en",)) as server:
        begin(server)
        hand_in = DirectHandin(server.core.store, server.clock)
        away = [True]

        def handin(request: HandinRequest) -> HandinAnswer:
            if isinstance(request, MadeReport) and away:
                raise HandinDown("away")
            return hand_in(request)

        press = Press(server)
        given = tools(server, handin)
        ours = Monthly(given, press)
        with pytest.raises(HandinDown):
            ours.step()
        given.stop.set()
        ours.step()
        (row,) = server.look(lambda s: reports.of_month(s, MONTH)).values()
        assert (row.lease, row.lease_ms, row.attempts, row.why) == ("", 0, 0, "")
        away.clear()
        keeper(server, press).step()
        assert files(server) == [EN]
        # What is not there any more, or not what it was, is not handed out.
        (row,) = server.look(lambda s: reports.of_month(s, MONTH)).values()
        settings = server.core.settings
        (kept,) = settings.blob_folder.rglob(row.sha256)
        kept.write_bytes(b"eaten")
        for _ in range(2):
            with pytest.raises(ProblemError):
                filing.fetch(settings, row)
            kept.unlink(missing_ok=True)
        # A restored database has forgotten it: it may be made again, an older one is not.
        server.do(lambda s: s.execute(text("DELETE FROM scheduled_report")))
        assert filing.sweep(given) == 0
        server.clock.now_ms += 31 * DAY_MS
        with pytest.raises(ProblemError):
            filing.fetch(settings, replace(row, made_ms=None))
        assert (filing.sweep(given), drawers(server)) == (2, [])


def test_the_job_waits_while_the_server_is_away_and_ends_with_its_worker(
    sqlite_database: str, tmp_path: Path
):
    with running(sqlite_database, tmp_path, languages=("en",)) as server:
        begin(server)
        asked: list[HandinRequest] = []

        def handin(request: HandinRequest) -> HandinAnswer:
            asked.append(request)
            given.stop.set()
            raise HandinDown("away")

        given = tools(server, handin)
        chores(given.settings)["reports"](given)
        assert [type(one) for one in asked] == [ClaimReport]
