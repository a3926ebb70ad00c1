"""A night's run comes about once, arrives whole, and is accepted by head office's word."""

import contextlib
import json
import shutil
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.export.delivering import MANIFEST, Office, delivering, folder, sha256
from tests.factories import add_person

from fieldops.export.deliver.folder import FolderShelf
from fieldops.export.deliver.interface import File
from fieldops.export.keeping import drawer_of
from fieldops.export.nightly import nightly
from fieldops.flow.exportalarms import examine
from fieldops.flow.exporttake import acknowledge, redeliver
from fieldops.flow.exportwork import ClaimRun, MoveRun, PlanRun
from fieldops.flow.handin import HandinAnswer, HandinRequest
from fieldops.flow.letters import LetterWriter
from fieldops.flow.react import DirectHandin
from fieldops.flow.setup import SYSTEM
from fieldops.model.access import Role
from fieldops.rules.exportschedule import Night
from fieldops.rules.lettertexts import letter_text
from fieldops.store import exports, letters
from fieldops.store.drawers import drawer_names, remove_drawer
from fieldops.store.letters import Mailbox
from fieldops_sync.ids import uuid7


def test_a_night_is_delivered_and_the_next_one_begins_where_it_was_accepted(
    database_url: str, tmp_path: Path
):
    out = tmp_path / "out"
    with delivering(database_url, tmp_path, folder("office", out)) as office:
        office.step()
        assert office.runs() == []
        day = office.to_next_night()
        office.step()
        (first,) = office.runs("office")
        assert (first.name, first.kind, first.after) == (f"office-{day}-full", "full", 0)
        assert (first.step, first.deliveries) == ("accept", 1)
        manifest = out / first.name / MANIFEST
        assert sha256(manifest) == first.manifest
        told = json.loads(manifest.read_bytes())
        for one in told["resources"]:
            assert sha256(out / first.name / one["path"]) == one["hash"].removeprefix("sha256:")
        assert office.watermark("office") == 0
        # Head office lays its word beside the manifest.
        (out / first.name / "datapackage.json.ack").write_text(f"{first.manifest}\n")
        office.step()
        assert office.watermark("office") == first.until
        office.write(2)
        office.night()
        second = office.runs("office")[1]
        assert (second.kind, second.after) == ("incremental", first.until)
        assert second.until > first.until
        brought = json.loads((out / second.name / MANIFEST).read_bytes())["fieldops"]["datasets"]
        assert brought["sites"]["totals"]["changes"] == {"added": 2}


class Cut(BaseException):
    """Where a test cuts a worker off."""


def cut_off(office: Office, at: str, before: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the worker die once: before it hands in a step, or before it hears that it did."""
    hand_in = DirectHandin(office.server.core.store, office.server.clock)

    def handin(request: HandinRequest) -> HandinAnswer:
        name = getattr(request, "from_", "plan" if isinstance(request, PlanRun) else "")
        if name != at or office.cuts:
            return hand_in(request)
        office.cuts += 1
        if not before:
            hand_in(request)
        raise Cut(at)

    monkeypatch.setattr(office, "handin", handin)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("at", ["plan", "write", "deliver", "verify"])
def test_a_worker_that_is_cut_off_at_a_step_leaves_one_delivery(
    sqlite_database: str, tmp_path: Path, at: str, before: bool, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / "out"
    place = folder("office", out, accept="verified")
    with delivering(sqlite_database, tmp_path, place) as office:
        office.write(2)
        office.to_next_night()
        cut_off(office, at, before, monkeypatch)
        # What a worker does that is killed, but for its lease, which is over only after a while.
        with contextlib.suppress(Cut):
            office.step()
        assert office.cuts == 1
        for _ in range(4):
            office.server.clock.forward(0.05)
            office.step()
        (run,) = office.runs("office")
        assert (run.step, run.lease) == ("done", "")
        acks = office.server.look(lambda s: exports.acks(s, run.id))
        assert [(one.by, one.taken) for one in acks] == [("verified", True)]
        assert office.watermark("office") == run.until
        assert [one.name for one in out.iterdir()] == [run.name]
        assert not [one for one in out.rglob("*") if one.name.endswith(".part")]
        # The workbench is cleared; what was kept is kept for every process.
        assert list(office.tools.settings.export_folder.glob("office/*")) == []
        assert list(drawer_names(office.tools.settings)) == [drawer_of(run.id)]


def test_several_processes_make_one_run_of_a_night(database_url: str, tmp_path: Path):
    out = tmp_path / "out"
    with delivering(database_url, tmp_path, folder("office", out)) as office:
        office.to_next_night()
        threads = [threading.Thread(target=office.step) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (run,) = office.runs("office")
        assert (run.step, run.deliveries) == ("accept", 1)


def test_a_lease_that_is_held_keeps_others_away_until_it_is_over(
    sqlite_database: str, tmp_path: Path
):
    with delivering(sqlite_database, tmp_path, folder("office", tmp_path / "out")) as office:
        office.to_next_night()
        keeper = office.keeper("office")
        assert keeper.plan(Night("2026-11-22", office.server.clock()))
        run = office.runs("office")[0]
        assert office.handin(ClaimRun(run.id, "another", 60_000)).moved
        assert keeper.work(run) == "somebody else works on it"
        office.step()
        assert office.runs("office")[0].step == "write"
        office.server.clock.forward(0.02)
        assert not office.handin(MoveRun(run=uuid7(), lease="x", from_="write", to="accept")).moved
        assert office.keeper("office").work(run) == ""
        late = MoveRun(run=run.id, lease="another", from_="write", to="deliver")
        assert not office.handin(late).moved


def test_a_destination_that_is_away_delays_nobody_and_is_told(sqlite_database: str, tmp_path: Path):
    away = folder("away", tmp_path / "away")
    (tmp_path / "away").rmdir()
    places = away, folder("office", tmp_path / "out", accept="verified")
    with delivering(sqlite_database, tmp_path, *places) as office:
        office.night()
        assert office.runs("office")[0].step == "done"
        failed = office.runs("away")[0]
        assert failed.why.endswith("away is no folder; make it, or mount it")
        assert (failed.attempts, failed.step) == (1, "deliver")
        office.step()
        assert office.runs("away")[0].attempts == 1
        settings = office.tools.settings
        assert office.amiss() == []
        office.server.clock.forward(1.5)
        assert [(one.destination, one.what) for one in office.amiss()] == [("away", "failing")]
        office.server.clock.forward(5)
        assert [one.what for one in office.amiss()] == ["late", "failing"]
        ready = office.server.client.get("/readyz").json()
        parts = {one["name"]: one["state"] for one in ready["parts"]}
        assert (ready["state"], parts["export away"]) == ("degraded", "degraded")
        found = list(office.server.look(lambda s: [*examine(s, settings, office.server.clock())]))
        assert [one.name for one in found] == ["export away", "export away"]
        (tmp_path / "away").mkdir()
        office.step()
        assert office.runs("away")[0].step == "accept"
        assert office.amiss() == []
        # The next nights pass without head office's word: each has its run, so none is late.
        for _ in range(3):
            office.night()
        waiting = office.runs("away")
        assert [one.after for one in waiting] == [0, 0, 0, 0]
        assert [(one.run, one.what) for one in office.amiss()] == [(waiting[0].name, "unanswered")]
        # The newest run holds what the ones before it hold: one word is enough for all.
        newest, now_ms = waiting[-1], office.server.clock()
        office.server.do(
            lambda s: acknowledge(s, newest.id, newest.manifest, "cli", SYSTEM, now_ms)
        )
        assert office.amiss() == []


def test_nights_without_a_worker_are_covered_by_one_run_and_told(
    sqlite_database: str, tmp_path: Path
):
    with delivering(sqlite_database, tmp_path, folder("office", tmp_path / "out")) as office:
        for _ in range(3):
            day = office.to_next_night()
        office.server.clock.forward(7)
        assert [(one.what, one.run) for one in office.amiss()] == [("late", day)]
        # That the next night begins brings nothing: only a run that arrives does.
        next_day = office.to_next_night()
        assert [(one.what, one.run) for one in office.amiss()] == [("late", day)]
        office.step()
        assert [one.night for one in office.runs("office")] == [next_day]
        assert office.amiss() == []


def test_what_has_not_arrived_is_covered_by_the_next_night_and_cleared_away(
    sqlite_database: str, tmp_path: Path
):
    out = tmp_path / "out"
    with delivering(sqlite_database, tmp_path, folder("office", out)) as office:
        out.rmdir()
        office.night()
        out.mkdir()
        (out / office.runs("office")[0].name).mkdir()
        office.night()
        office.step()
        first, second = office.runs("office")
        assert (first.step, second.step) == ("superseded", "accept")
        assert first.removed_ms is not None
        assert [one.name for one in out.iterdir()] == [second.name]


def test_old_runs_go_but_for_the_newest_that_was_accepted(sqlite_database: str, tmp_path: Path):
    out = tmp_path / "out"
    place = folder("office", out, accept="verified", keep_days=2)
    with delivering(sqlite_database, tmp_path, place) as office:
        for _ in range(4):
            office.write()
            office.night()
        assert [one.removed_ms is None for one in office.runs()] == [False, True, True, True]
        office.server.clock.forward(24 * 30)
        office.keeper("office")._tidy()
        assert [one.removed_ms is None for one in office.runs()] == [False, False, False, True]
        assert [one.name for one in out.iterdir()] == [office.runs()[-1].name]


def test_a_run_is_delivered_again_byte_for_byte_also_when_its_files_are_gone(
    sqlite_database: str, tmp_path: Path
):
    out = tmp_path / "out"
    with delivering(sqlite_database, tmp_path, folder("office", out, accept="verified")) as office:
        office.write(2)
        office.night()
        run = office.runs()[0]
        before = {one.name: sha256(one) for one in (out / run.name).iterdir()}
        office.write(2)
        shutil.rmtree(out / run.name)
        remove_drawer(office.tools.settings, drawer_of(run.id))
        office.server.do(lambda s: redeliver(s, run.id, None, office.server.clock()))
        office.step()
        again = office.runs()[0]
        assert (again.step, again.deliveries, again.accepted_ms) == ("done", 2, run.accepted_ms)
        assert {one.name: sha256(one) for one in (out / run.name).iterdir()} == before


def test_what_is_changed_at_the_destination_is_delivered_again(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / "out"
    with delivering(sqlite_database, tmp_path, folder("office", out)) as office:
        put = FolderShelf.put

        def spoil(shelf: FolderShelf, name: str, source: Path, file: File) -> None:
            put(shelf, name, source, file)
            if name.endswith(MANIFEST):
                (out / name).with_name("sites.jsonl").write_bytes(b"eaten")

        monkeypatch.setattr(FolderShelf, "put", spoil)
        office.night()
        run = office.runs()[0]
        assert (run.step, run.why.endswith("is not what was delivered")) == ("deliver", True)
        monkeypatch.undo()
        office.server.clock.forward(0.1)
        office.step()
        assert office.runs()[0].step == "accept"


def test_a_run_whose_totals_do_not_reconcile_is_not_delivered_and_told_at_once(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / "out"
    with delivering(sqlite_database, tmp_path, folder("office", out)) as office:
        monkeypatch.setattr("fieldops.export.parcel._lines", lambda _path: 17)
        office.night()
        assert office.runs()[0].why.startswith("totals do not reconcile: ")
        assert [one.what for one in office.amiss()] == ["unreconciled"]
        assert list(out.iterdir()) == []


def test_another_manifest_acknowledged_by_a_file_is_told_once(sqlite_database: str, tmp_path: Path):
    out = tmp_path / "out"
    with delivering(sqlite_database, tmp_path, folder("office", out)) as office:
        office.night()
        run = office.runs()[0]
        (out / run.name / f"{MANIFEST}.ack").write_text("0" * 64)
        office.step()
        office.step()
        acks = office.server.look(lambda s: exports.acks(s, run.id))
        assert [(one.by, one.taken) for one in acks] == [("file", False)]
        assert [one.what for one in office.amiss()] == ["refused"]
        assert office.watermark("office") == 0


def test_keys_of_another_secret_and_another_life_of_the_log_begin_anew(
    sqlite_database: str, tmp_path: Path
):
    secret = tmp_path / "keys"
    secret.write_text("one secret")
    place = folder("office", tmp_path / "out", accept="verified", pseudonym_file=str(secret))
    with delivering(sqlite_database, tmp_path, place) as office:
        for kind in ("full", "incremental"):
            office.write()
            office.night()
            assert office.runs()[-1].kind == kind
        secret.write_text("another secret")
        office.night()
        assert [one.kind for one in office.runs()] == ["full", "incremental", "full"]
        query = text("UPDATE log_head SET epoch = :epoch")
        office.server.do(lambda s: s.execute(query, {"epoch": uuid7().bytes}))
        office.night()
        assert office.runs()[-1].kind == "full"


def test_the_office_gets_a_letter_about_each_run_that_is_amiss(
    sqlite_database: str, tmp_path: Path
):
    (tmp_path / "out").mkdir()
    place = folder("office", tmp_path / "out")
    with delivering(sqlite_database, tmp_path, place) as office:
        admin = office.server.do(lambda s: add_person(s, Role.ADMINISTRATOR, None))
        box = Mailbox(admin, "admin@example.com", "en")
        office.server.do(lambda s: letters.put_mailbox(s, box))
        office.to_next_night()
        office.server.clock.forward(7)
        core = office.server.core
        writer = LetterWriter(core.settings, core.store, office.handin, office.server.clock)
        for _ in range(3):
            writer.step()
        found = office.server.look(lambda s: letters.due(s, 2**60, 10))
        assert [one.letter.notice for one in found] == ["export-amiss"]
        text_ = letter_text("export-amiss", found[0].letter.facts, "en")
        assert "it has not arrived in its time" in text_.body


def test_the_job_of_the_worker_keeps_every_destination_until_it_stops(
    sqlite_database: str, tmp_path: Path
):
    places = [folder(name, tmp_path / name, accept="verified") for name in ("a", "b")]
    with delivering(sqlite_database, tmp_path, *places, export={"look_s": 1}) as office:
        office.to_next_night()
        thread = threading.Thread(target=nightly, args=(office.tools,))
        thread.start()
        end = time.monotonic() + 60
        while [one.step for one in office.runs()] != ["done", "done"]:
            assert time.monotonic() < end
            time.sleep(0.05)
        office.stop.set()
        thread.join(30)
        assert not thread.is_alive()
