"""What the world outside does to exports: strange acknowledgments, clocks that jump, settings that
change while runs are under way, shares that are away."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.export.delivering import MANIFEST, Office, delivering, folder

from fieldops.export.deliver.shipping import Shipping
from fieldops.export.demand import wanted_run
from fieldops.export.keeping import drawer_of
from fieldops.export.lease import Lease
from fieldops.flow import exporttake
from fieldops.flow.exportwork import ClaimRun
from fieldops.flow.setup import SYSTEM
from fieldops.settings import Settings
from fieldops.store import exports, meta
from fieldops.store.drawers import remove_drawer
from fieldops.store.exports import Run
from fieldops_sync.ids import uuid7

_DAY_MS = 24 * 3_600_000
LATER = {"level": 2, "purpose": "contract reporting"}


def accept(office: Office, run: Run) -> Run:
    now_ms = office.server.clock()
    return office.server.do(
        lambda s: exporttake.acknowledge(s, run.id, run.manifest, "api", None, now_ms)
    )


def deliver_again(office: Office, run: Run) -> Run:
    office.server.do(lambda s: exporttake.redeliver(s, run.id, SYSTEM, office.server.clock()))
    office.step()
    found = office.server.look(lambda s: exports.get(s, run.id))
    assert found is not None
    return found


def set_(office: Office, **members: Any) -> None:
    """The settings of the first destination are others from now on."""
    core = office.server.core
    first, *others = core.settings.export.destinations
    places = (first.model_copy(update=members), *others)
    export = core.settings.export.model_copy(update={"destinations": places})
    core.settings = core.settings.model_copy(update={"export": export})
    assert isinstance(core.settings, Settings)


def test_an_acknowledgment_is_read_as_shells_write_it(sqlite_database: str, tmp_path: Path):
    out = tmp_path / "out"
    with delivering(sqlite_database, tmp_path, folder("office", out)) as office:
        office.night()
        run = office.runs()[0]
        for raw in (
            f"{run.manifest}  {MANIFEST}\n".encode(),
            f"\ufeff{run.manifest.upper()}\r\n".encode(),
            f"{run.manifest}\r\n".encode("utf-16"),
        ):
            office.server.do(lambda s: s.execute(text("UPDATE export_run SET step = 'accept'")))
            office.server.do(lambda s: s.execute(text("UPDATE export_run SET accepted_ms = NULL")))
            (out / run.name / f"{MANIFEST}.ack").write_bytes(raw)
            office.step()
            assert office.runs()[0].step == "done", raw


def test_an_acknowledgment_of_anything_is_told_once_and_holds_up_nothing(
    database_url: str, tmp_path: Path
):
    out = tmp_path / "out"
    with delivering(database_url, tmp_path, folder("office", out)) as office:
        for _ in range(2):
            office.write()
            office.night()
        first, second = office.runs()
        (out / first.name / f"{MANIFEST}.ack").write_bytes(b"a\0b\xff" * 50)
        (out / second.name / f"{MANIFEST}.ack").write_text(second.manifest)
        for _ in range(3):
            office.step()
        assert [one.step for one in office.runs()] == ["accept", "done"]
        acks = office.server.look(lambda s: exports.acks(s, first.id))
        assert [(one.taken, len(one.manifest)) for one in acks] == [(False, 64)]


def test_one_that_cannot_be_read_holds_up_no_other_and_removed_runs_are_not_asked_about(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    out = tmp_path / "out"
    with delivering(sqlite_database, tmp_path, folder("office", out, keep_days=2)) as office:
        for _ in range(5):
            office.night()
        runs = office.runs()
        assert [one.removed_ms is None for one in runs] == [False, False, True, True, True]
        (out / runs[3].name / f"{MANIFEST}.ack").mkdir()
        (out / runs[4].name / f"{MANIFEST}.ack").write_text(runs[4].manifest)
        asked: list[str] = []
        find_ack = Shipping.find_ack

        def hear(way: Shipping, run: str) -> str:
            asked.append(run)
            return find_ack(way, run)

        monkeypatch.setattr(Shipping, "find_ack", hear)
        office.step()
        assert asked == [one.name for one in runs[2:]]
        assert office.runs()[4].step == "done"


def test_a_clock_that_ran_ahead_takes_no_night_away_and_hides_no_late_one(
    sqlite_database: str, tmp_path: Path
):
    with delivering(sqlite_database, tmp_path, folder("office", tmp_path / "out")) as office:
        office.night()
        now_ms = office.server.clock()
        office.server.clock.now_ms = now_ms + 400 * _DAY_MS
        office.step()
        office.server.clock.now_ms = now_ms
        days = [office.to_next_night()]
        office.step()
        days.append(office.to_next_night())
        office.step()
        assert [one.night for one in office.runs() if one.night in days] == days
        office.to_next_night()
        office.server.clock.forward(7)
        assert [one.what for one in office.amiss()][:1] == ["late"]


def test_a_destination_that_was_seen_by_a_clock_ahead_begins_now(
    sqlite_database: str, tmp_path: Path
):
    with delivering(sqlite_database, tmp_path, folder("office", tmp_path / "out")) as office:
        ahead = {"ms": office.server.clock() + 400 * _DAY_MS}
        office.server.do(lambda s: s.execute(text("UPDATE export_place SET since_ms = :ms"), ahead))
        office.step()
        office.night()
        assert len(office.runs()) == 1


def test_a_lease_and_a_rest_of_a_clock_ahead_hold_nobody_up(sqlite_database: str, tmp_path: Path):
    out = tmp_path / "out"
    with delivering(sqlite_database, tmp_path, folder("office", out)) as office:
        out.rmdir()
        office.night()
        run = office.runs()[0]
        office.server.clock.forward(24 * 400)
        assert office.handin(ClaimRun(run.id, "killed", 60_000)).moved
        ahead = {"ms": office.server.clock()}
        office.server.do(lambda s: s.execute(text("UPDATE export_run SET next_ms = :ms"), ahead))
        office.server.clock.forward(-24 * 400)
        out.mkdir()
        office.step()
        assert office.runs()[0].step == "accept"


def test_a_run_builds_on_nothing_that_had_another_level_or_fewer_datasets(
    sqlite_database: str, tmp_path: Path
):
    place = folder("office", tmp_path / "out", accept="verified", datasets=["sites"])
    with delivering(sqlite_database, tmp_path, place) as office:
        kinds = []
        for members in ({}, {}, LATER, {}, {"datasets": ("sites", "results")}, {},
                        {"datasets": ("results",)}, {"datasets": ()}, {}):  # fmt: skip
            set_(office, **members)
            office.write()
            office.night()
            kinds.append(office.runs()[-1].kind)
        full, more = "full", "incremental"
        assert kinds == [full, more, full, more, full, more, more, full, more]


def test_a_destination_gets_nothing_above_the_level_that_it_has_by_now(
    sqlite_database: str, tmp_path: Path
):
    out = tmp_path / "out"
    with delivering(sqlite_database, tmp_path, folder("office", out, **LATER)) as office:
        office.write()
        office.night()
        first = accept(office, office.runs()[0])
        out.rename(tmp_path / "away")
        office.write()
        office.night()
        (tmp_path / "away").rename(out)
        set_(office, level=1)
        again = deliver_again(office, first)
        assert (again.step, again.deliveries, "level 2" in again.why) == ("done", 1, True)
        assert office.runs()[1].step == "deliver"
        office.night()
        assert [one.step for one in office.runs()] == ["done", "superseded", "accept"]
        assert office.runs()[2].kind == "full"


def test_a_delivery_that_no_try_can_bring_is_given_up(sqlite_database: str, tmp_path: Path):
    with delivering(sqlite_database, tmp_path, folder("office", tmp_path / "out")) as office:
        office.night()
        waiting = office.runs()[0]
        remove_drawer(office.tools.settings, drawer_of(waiting.id))
        query = text("UPDATE log_head SET epoch = :epoch")
        office.server.do(lambda s: s.execute(query, {"epoch": uuid7().bytes}))
        again = deliver_again(office, waiting)
        assert (again.step, again.failing_ms, again.next_ms) == ("accept", None, 0)
        assert "restored" in again.why


def test_a_backfill_may_reach_to_the_end_of_days(sqlite_database: str, tmp_path: Path):
    with delivering(sqlite_database, tmp_path, folder("office", tmp_path / "out")) as office:
        office.write()
        given = office.server.core.settings.export.destinations[0]
        secret = office.server.look(meta.secret)
        asked = wanted_run(given, secret, SYSTEM, days=(date.min, date.max))
        office.server.do(lambda s: exporttake.plan(s, asked, office.server.clock()))
        office.step()
        assert (office.runs()[0].step, office.runs()[0].totals.rows) == ("accept", 3)


def test_a_word_about_an_earlier_life_of_the_log_moves_nothing_back(
    sqlite_database: str, tmp_path: Path
):
    with delivering(sqlite_database, tmp_path, folder("office", tmp_path / "out")) as office:
        office.night()
        query = text("UPDATE log_head SET epoch = :epoch")
        office.server.do(lambda s: s.execute(query, {"epoch": uuid7().bytes}))
        office.write()
        office.night()
        old, new = office.runs()
        accept(office, new)
        accept(office, old)
        place = office.server.look(lambda s: exports.place(s, "office"))
        assert place is not None
        assert (place.watermark, place.epoch) == (new.until, new.epoch)


def test_what_lies_on_a_share_that_is_away_is_removed_when_it_is_back(
    sqlite_database: str, tmp_path: Path
):
    out = tmp_path / "out"
    place = folder("office", out, accept="verified", keep_days=1)
    with delivering(sqlite_database, tmp_path, place) as office:
        office.night()
        out.rename(tmp_path / "away")
        office.server.clock.forward(24)
        office.night()
        assert office.runs()[0].removed_ms is None
        (tmp_path / "away").rename(out)
        office.server.clock.forward(1)
        office.step()
        office.step()
        assert office.runs()[0].removed_ms is not None
        assert [one.name for one in out.iterdir()] == [office.runs()[1].name]


def test_an_old_run_that_is_delivered_again_is_kept_as_long_as_a_new_one(
    sqlite_database: str, tmp_path: Path
):
    out = tmp_path / "out"
    place = folder("office", out, accept="verified", keep_days=2)
    with delivering(sqlite_database, tmp_path, place) as office:
        for _ in range(5):
            office.write()
            office.night()
        old = office.runs()[0]
        assert old.removed_ms is not None
        deliver_again(office, old)
        office.step()
        assert office.runs()[0].removed_ms is None
        assert (out / old.name / MANIFEST).exists()
        office.server.clock.forward(49)
        office.step()
        assert not (out / old.name).exists()


def test_a_lease_that_was_given_back_is_free(sqlite_database: str, tmp_path: Path):
    out = tmp_path / "out"
    with delivering(
        sqlite_database, tmp_path, folder("office", out), export={"lease_s": 2}
    ) as office:
        out.rmdir()
        office.night()
        run = office.runs()[0]
        with Lease(office.tools, run.id) as lease:
            lease.give_back("no folder", 1000)
            assert not lease._thread.is_alive()
        assert office.runs()[0].lease_ms == 0
