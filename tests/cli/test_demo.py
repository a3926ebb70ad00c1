"""The whole demo: a real server, a real walk, and checks that can fail."""

import io
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from random import Random
from types import SimpleNamespace
from uuid import uuid4

import httpx
import msgspec
import pytest
from click.testing import CliRunner
from rich.console import Console

from fieldops.cli import demo as command
from fieldops.cli import demo_ride, demo_server, demo_tablet
from fieldops.cli import demo_walk as walk
from fieldops.cli.demo_camera import NoPictures, own_pictures
from fieldops.cli.demo_check import Checker, await_worker
from fieldops.cli.demo_company import domain_checklists
from fieldops.cli.demo_desk import Desk
from fieldops.cli.demo_differences import differences, expected_findings
from fieldops.cli.demo_folder import RUNS, locked, run_folder
from fieldops.cli.demo_link import Odometer
from fieldops.cli.demo_play import Play
from fieldops.cli.demo_report import Report
from fieldops.cli.demo_ride import Cargo, cargo_of
from fieldops.cli.demo_server import DemoFailed, Home, serving
from fieldops.cli.demo_stage import Stage, SyncBars
from fieldops.cli.demo_story import tell_walk
from fieldops.cli.demo_tablet import App, Orders
from fieldops.cli.root import cli
from fieldops.cli.shell import Shell
from fieldops.model.plugin import ChecklistFile, PluginFault
from fieldops.plugin.isolate import Isolated
from fieldops.store.blobs import open_blobs
from fieldops.store.engine import open_store
from fieldops_sync import Client, Outbox
from fieldops_sync.wire import Limits

CORRUPTED = b"\xff\xd8\xff\xe1 a file that no decoder reads" * 100


def stage() -> Stage:
    return Stage(Console(record=True, width=100, file=sys.stderr), lambda _zh, en: en)


@pytest.fixture(scope="module")
def played(tmp_path_factory) -> Iterator[SimpleNamespace]:
    """A walk that was played, with its server still running; one own photo is damaged."""
    folder = tmp_path_factory.mktemp("demo")
    own = folder / "IMG_0003.jpg"  # The camera will have one of this name, too.
    own.write_bytes(CORRUPTED)
    home, shown = Home(folder / "home"), stage()
    company, is_new = home.company(walk_ms())
    assert is_new
    with serving(home, 0, "en") as url:
        journey, facts = tell_walk(shown, home, company, url, [own])
        play = Play(company, url, folder / "another", shown)
        yield SimpleNamespace(
            home=home, company=company, url=url, play=play, journey=journey, facts=facts
        )


def walk_ms() -> int:
    return Shell.now_ms()


@pytest.fixture
def checker(played) -> Iterator[Checker]:
    store = open_store(played.home.settings.database_url)
    with Desk(played.url, played.journey.cast.zhou_min) as desk:
        yield Checker(store, open_blobs(played.home.settings), desk, played.journey)
    store.close()


def shown_records(played):
    with Desk(played.url, played.journey.cast.zhou_min) as desk:
        view = desk.get(f"inspections/{played.journey.plan.inspection}")
    return view, [one for one in view["records"] if one["state"] != "voided"]


# The walk


def test_everything_arrives_exactly_as_it_was_sent(played):
    facts = played.facts
    assert facts.wrong == []
    assert facts.ops == facts.ops_exact > 90
    assert facts.photos == facts.photos_exact >= 20


def test_the_link_was_bad_and_the_app_was_killed(played):
    ride = played.journey.ride
    assert ride.killed_at_bytes is not None
    assert 0 < ride.killed_at_bytes < ride.cargo.photo_bytes
    assert ride.lives == 2
    assert ride.odometer.photo_bytes >= ride.cargo.photo_bytes
    assert ride.odometer.cuts >= 3
    assert ride.odometer.faults["repeat"] >= 1
    assert played.journey.duplicates > 0


def test_two_people_who_disagree_both_keep_their_value(played):
    assert [value for _, value in played.facts.conflict] == ["0.08", "0.03"]
    assert played.journey.dissent.status == "conflict"


def test_what_could_not_be_applied_was_repaired_and_the_tablet_knows(played):
    journey = played.journey
    assert journey.receipts[journey.bad_op].status == "quarantined"
    assert "perceived" in journey.why_bad
    assert "perceived" in journey.why_bad.zh
    assert journey.why_bad.zh != journey.why_bad
    assert journey.repaired.repaired_by is not None


def test_residents_were_heard_and_a_slip_was_voided(played):
    assert played.facts.feedback == {"rating": 3, "complaint": 1}
    with Desk(played.url, played.journey.cast.zhou_min) as desk:
        voided = desk.records("feedback", played.journey.plan.inspection)
    assert [one["state"] for one in voided].count("voided") == 1


def test_photos_were_owed_while_results_could_be_seen_and_then_no_more(played):
    owed, settled = played.journey.owed, played.journey.settled
    assert owed.owed is not None
    assert owed.owed.photos == owed.here > 5
    assert settled.owed is not None
    assert (settled.owed.photos, settled.here, settled.lost) == (0, 0, 0)
    assert settled.safe == played.facts.photos


def test_a_picture_used_for_two_lifts_is_noted(played):
    [twin] = [one for one in played.facts.notes if one.beside]
    assert {twin.caption, twin.beside} == {"Lift 1: sill", "Lift 4: sill"}
    assert int(twin.bits) <= 8
    assert [one.caption for one in played.facts.notes if one is not twin] == [
        "Busbar joint, infrared"
    ]
    assert played.facts.risk >= twin.weight > 0


def told(played, journey=None, facts=None) -> str:
    report = stage()
    checklist = played.company.checklists["facilities-plant-rooms"]
    Report(report, checklist, journey or played.journey, facts or played.facts).show(1.0)
    return report.console.export_text()


def test_the_report_tells_of_debts_and_notes(played):
    text = told(played)
    assert played.journey.ride.odometer.photo_bytes >= played.journey.ride.cargo.photo_bytes
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    assert "were owed when the first results could be seen" in text
    assert f"none now: all {played.facts.photos} are safe on the server" in text
    assert "Nearly the same picture was used before" in text
    assert "The file cannot be opened as a picture" in text
    assert f"risk in the review queue: {played.facts.risk} of 100" in text


def test_photos_with_the_same_note_are_told_together(played):
    [twin] = [one for one in played.facts.notes if one.beside]
    more = [msgspec.structs.replace(twin, caption=f"Lift {n}: sill") for n in (5, 6)]
    notes = [*played.facts.notes, *more]
    text = told(played, facts=msgspec.structs.replace(played.facts, notes=notes))
    assert text.count("Nearly the same picture was used before") == text.count("↔") - 2 == 1


def test_a_photo_that_nobody_has_is_told(played, checker):
    missing = msgspec.structs.replace(played.journey.settled, safe=23, lost=1)
    journey = msgspec.structs.replace(played.journey, settled=missing)
    assert "1 are neither there nor here" in " ".join(told(played, journey).split())
    checker._journey = journey
    assert any("neither there nor here" in en for _, en in checker.check([], lambda: None).wrong)


def test_a_walk_to_which_a_photo_is_owed_is_not_as_it_was_sent(played, checker, tmp_path):
    (tmp_path / "late.jpg").write_bytes(b"a photo that comes late")
    [picture] = own_pictures([tmp_path / "late.jpg"], tmp_path / "camera")
    late = msgspec.structs.replace(played.journey.evidence[0], picture=picture)
    plan = msgspec.structs.replace(played.journey.plan, inspection=uuid4())
    checker._journey = msgspec.structs.replace(played.journey, plan=plan)
    folder = played.journey.tablets[1]
    with Outbox(folder, clock=walk.clock) as outbox, Client(outbox, played.url) as client:
        walk.sign_in(outbox, played.journey.cast.wang_qiang)
        walk._attach(outbox, plan, late)
        client.push()
        assert checker._check_debts() == [("debts: 1", "debts: 1")]
        client.sync()
    assert checker._check_debts() == []


# Checks that can fail


def test_one_flipped_byte_of_a_stored_photo_is_noticed(played, checker):
    picture = played.journey.evidence[3].picture
    folder = played.home.settings.blob_folder
    [stored] = [path for path in folder.rglob("*") if picture.sha256 in path.name]
    whole = stored.read_bytes()
    stored.chmod(0o600)
    stored.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    try:
        facts = checker.check([], lambda: None)
    finally:
        stored.write_bytes(whole)
    assert facts.photos_exact == facts.photos - 1
    assert any(picture.sha256 in en for _, en in facts.wrong)


def test_a_lost_photo_is_noticed(played, checker):
    picture = played.journey.evidence[4].picture
    folder = played.home.settings.blob_folder
    [stored] = [path for path in folder.rglob("*") if picture.sha256 in path.name]
    away = stored.rename(played.home.folder / "away")
    try:
        facts = checker.check([], lambda: None)
    finally:
        away.rename(stored)
    assert facts.photos_exact == facts.photos - 1


def test_an_op_that_arrived_twice_is_noticed(played, checker, monkeypatch):
    """As two rows for one op: the ledger's, and one of an op that no outbox knows."""
    monkeypatch.setattr("fieldops.cli.demo_check.ledger.of_source", lambda *_: [uuid4()])
    assert any("rows" in en for _, en in checker.check([], lambda: None).wrong)


def test_an_op_that_never_arrived_is_noticed(played, checker):
    journey = played.journey
    with Outbox(journey.tablets[1], clock=walk.clock) as outbox:
        walk.sign_in(outbox, journey.cast.wang_qiang)
        walk.suggest(outbox, journey.plan)
    facts = checker.check([], lambda: None)
    assert facts.ops_exact == facts.ops - 1
    with Outbox(journey.tablets[1]) as outbox, Client(outbox, played.url) as client:
        client.sync()
    assert checker.check([], lambda: None).ops_exact == facts.ops


@pytest.fixture
def known(played):
    """What ``differences`` compares with."""
    store = open_store(played.home.settings.database_url)
    with store.read() as session:
        findings = expected_findings(session, played.journey)
    store.close()
    return played.journey, findings


@pytest.mark.parametrize(
    ("kind", "what"), [("result", "results"), ("finding", "findings"), ("feedback", "feedback")]
)
def test_a_record_that_is_missing_or_doubled_is_noticed(played, known, kind, what):
    view, records = shown_records(played)
    one = next(record for record in records if record["kind"] == kind)
    without = [r for r in records if r is not one]
    assert what in [en.split(":")[0] for _, en in differences(view, without, *known)]
    if kind != "result":
        twice = [*records, one]
        assert what in [en.split(":")[0] for _, en in differences(view, twice, *known)]


def test_another_score_or_another_value_is_noticed(played, known):
    view, records = shown_records(played)
    changed = msgspec.json.decode(msgspec.json.encode(view))
    changed["inspection"]["body"]["score"]["score"] = "99.99"
    wrong = [en for _, en in differences(changed, records, *known)]
    assert any(one.startswith("score") for one in wrong)
    result = next(r for r in records if r["body"].get("item") == "voltage")
    result["body"]["value"] = "380.0"
    wrong = [en for _, en in differences(view, records, *known)]
    assert any(one.startswith("results") for one in wrong)


def test_what_the_domain_plugin_must_find_is_asked_of_it_anew(played, known):
    journey, findings = known
    assert {plugin for plugin, *_ in findings} == {"builtin", "facilities"}
    unpublished = msgspec.structs.replace(
        journey, plan=msgspec.structs.replace(journey.plan, inspection=journey.plan.site)
    )
    store = open_store(played.home.settings.database_url)
    with store.read() as session:
        found = expected_findings(session, unpublished)
    store.close()
    assert {plugin for plugin, *_ in found} == {"builtin"}


def test_a_domain_plugin_that_cannot_be_asked_ends_the_demo(known, played, monkeypatch):
    monkeypatch.setattr(Isolated, "call", lambda *_: PluginFault(plugin="x", code="timeout"))
    store = open_store(played.home.settings.database_url)
    with store.read() as session, pytest.raises(DemoFailed, match="facilities: timeout"):
        expected_findings(session, played.journey)
    store.close()


def test_a_domain_plugin_that_never_loaded_says_nothing(known, played, monkeypatch):
    monkeypatch.setattr("fieldops.cli.demo_differences.plugins.cards", lambda _session: {})
    store = open_store(played.home.settings.database_url)
    with store.read() as session:
        found = expected_findings(session, played.journey)
    store.close()
    assert {plugin for plugin, *_ in found} == {"builtin"}


def test_a_plugin_that_is_off_is_noticed(checker):
    row = SimpleNamespace(name="facilities", state="off")
    assert ("plugin facilities: off", "plugin facilities: off") in checker.check(
        [row], lambda: None
    ).wrong


def test_a_worker_that_does_not_read_is_not_waited_for_for_ever(played, monkeypatch):
    monkeypatch.setattr("fieldops.cli.demo_check.READERS", frozenset({"nobody"}))
    monkeypatch.setattr("fieldops.cli.demo_check.REACT_S", 0.2)
    store = open_store(played.home.settings.database_url)
    with pytest.raises(DemoFailed, match="builtin running"):
        await_worker(store)
    store.close()


# The tablet


def test_the_app_tells_every_event_and_ends_well(played, capfd):
    play, folder = played.play, played.journey.tablets[1]
    with Outbox(folder, clock=walk.clock) as outbox:
        walk.sign_in(outbox, play.cast.wang_qiang)
        outbox.capture(b"a small photo", "image/jpeg", play.plan.site)
        assert cargo_of(outbox).photo_bytes == 13
    orders = Orders(str(folder), played.url, 1, {}, {})
    assert App(orders, httpx.HTTPTransport()).run() == 0
    lines = capfd.readouterr().out.splitlines()
    told = [msgspec.json.decode(line, type=demo_tablet.Told) for line in lines]
    assert told[-1].name == "SyncSummary"
    assert told[-1].odometer.photo_bytes == 13
    assert {"Sent", "PhotoProgress", "PhotoStored"} <= {one.name for one in told}


def test_an_app_without_a_server_gives_up_and_says_so(played, capfd, monkeypatch):
    monkeypatch.setattr(demo_tablet, "PAUSE_SCALE", 0.0)
    orders = Orders(str(played.journey.tablets[1]), played.url, 1, {}, {"cut": 1.0})
    assert App(orders, httpx.HTTPTransport()).run() == 1
    assert "BrokeOff" in capfd.readouterr().out


def test_a_tablet_that_cannot_start_fails_the_demo(played, tmp_path, monkeypatch):
    monkeypatch.setattr(demo_ride, "LIVES_MAX", 1)
    Outbox(tmp_path / "T").close()
    cargo, shown = Cargo(1, {}), stage()
    with shown.bars() as progress:
        bars = SyncBars(shown, progress, 1, 1)
        with pytest.raises(DemoFailed, match="could not send"):
            demo_ride.ride(str(tmp_path / "T"), played.url, Random(1), cargo, bars, print)


def test_an_app_does_not_outlive_the_demo(played):
    orders = Orders(str(played.journey.tablets[1]), played.url, 1, {}, {"cut": 1.0})
    with pytest.raises(KeyError), demo_tablet.running(orders) as tablet:
        raise KeyError("the demo broke")
    assert tablet.close() == -signal.SIGKILL


def test_small_photos_are_no_reason_not_to_kill(played):
    shown = stage()
    with shown.bars() as progress:
        bars = SyncBars(shown, progress, 1, 100)
        watch = demo_ride._Watch(Cargo(1, {"a": 50, "b": 50}), bars)
        whole = {"sha256": "a", "sent_bytes": 50, "size_bytes": 50}
        assert not watch.see(demo_tablet.Told("PhotoProgress", whole, Odometer()))
        assert watch.see(demo_tablet.Told("PhotoProgress", {**whole, "sha256": "b"}, Odometer()))


# The server and the desk


def test_a_server_that_does_not_start_says_why(tmp_path, played):
    port = int(played.url.rsplit(":", 1)[1])
    home = Home(tmp_path / "other")
    with pytest.raises(DemoFailed, match="already in use"), serving(home, port, "en"):
        pass


def test_a_server_that_hangs_is_killed(monkeypatch):
    monkeypatch.setattr(demo_server, "STOP_S", 0.2)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(); signal.pause()"
    process = subprocess.Popen([sys.executable, "-uc", deaf], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    demo_server._stop(process)
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL


def test_a_problem_of_the_api_ends_the_demo_with_its_text(played):
    with (
        Desk(played.url, played.journey.cast.zhou_min) as desk,
        pytest.raises(DemoFailed, match="404"),
    ):
        desk.get("records/00000000-0000-7000-8000-000000000000")


# The command


def run(*arguments: str):
    return CliRunner().invoke(cli, ["--lang", "en", "demo", *arguments])


@pytest.mark.soak
def test_a_second_demo_on_the_same_data_plays_a_new_walk(played, tmp_path, monkeypatch):
    """Also: it goes on serving until Ctrl-C, and says who can sign in."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    again = tmp_path / "again"
    monkeypatch.setattr(signal, "pause", interrupt)
    first = Home(again).company(walk_ms())[0]
    done = run("--data-dir", str(again))
    assert done.exit_code == 0, done.output
    assert "the one in this folder, with a new walk" in done.output
    assert "Everything is exactly as it was sent." in done.output
    assert re.search(r"The console  http://127\.0\.0\.1:\d+", done.output)
    for login, person in first.roster.staff.items():
        assert login in done.output
        assert (person.password or f"PIN {person.pin}") in done.output
    assert done.output.rstrip().endswith("Stopped.")


def test_differences_are_shown_and_fail_the_run(played, tmp_path, monkeypatch):
    facts = msgspec.structs.replace(played.facts, wrong=[("少了一张", "one photo is missing")])
    monkeypatch.setattr(command, "tell_walk", lambda *_: (played.journey, facts))
    monkeypatch.setattr(command, "serving", lambda *_: nullcontext(played.url))
    done = run("--once", "--data-dir", str(tmp_path / "d"))
    assert done.exit_code == 1
    assert "one photo is missing" in done.output


def test_a_folder_without_photos_is_told_before_anything_is_sent(tmp_path, monkeypatch):
    empty = tmp_path / "empty"
    empty.mkdir()
    done = run("--once", "--photos", str(empty))
    assert done.exit_code == 2
    assert ".heic or .heif file" in " ".join(done.output.split())
    assert "[1/9]" not in done.output
    monkeypatch.setattr("fieldops.cli.language.HELP_LANGUAGE", "zh-CN")
    assert "中没有 .jpg" in run("--once", "--photos", str(empty)).output


def test_the_folder_of_another_server_is_left_alone(tmp_path):
    config = tmp_path / "fieldops.toml"
    config.write_text('organisation = "Somebody"\n')
    done = run("--once", "--data-dir", str(tmp_path))
    assert done.exit_code == 1
    assert "is not the demo's" in " ".join(done.output.split())
    assert [path.name for path in tmp_path.iterdir()] == ["fieldops.toml"]


def test_a_folder_that_was_moved_serves_its_own_data(tmp_path):
    Home(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    home = Home(tmp_path / "new")
    assert str(tmp_path / "new" / "data") in home.config.read_text()


def test_once_leaves_nothing_behind():
    with run_folder(None, once=True) as folder:
        (folder / "file").write_text("x")
    assert not folder.exists()


def test_the_last_two_runs_are_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("20260101-000000", "20260102-000000", "20260103-000000"):
        (RUNS / name).mkdir(parents=True)
        (RUNS / name / "demo.lock").touch()
    (RUNS / "20260100-mine").mkdir()
    with locked(RUNS / "20260102-000000"), run_folder(None, once=False) as folder:
        kept = sorted(path.name for path in RUNS.iterdir())
    assert kept == ["20260100-mine", "20260102-000000", "20260103-000000", folder.name]


def test_limits_let_a_whole_walk_go_in_one_push(played):
    assert len(played.journey.receipts) < Limits().batch_ops


# What seldom happens


def test_without_pillow_the_demo_says_what_to_install(played, tmp_path, monkeypatch):
    def missing(*_):
        raise NoPictures("pip install 'fieldops[demo]'")

    monkeypatch.setattr("fieldops.cli.demo_play.take_pictures", missing)
    with pytest.raises(DemoFailed, match="pip install"):
        tell_walk(stage(), Home(tmp_path / "h"), played.company, played.url, [])


def test_what_a_killed_app_had_sent_counts(monkeypatch):
    """Parts that are on their way beside the photo that it is killed in were sent, too."""
    half = {"sha256": "a", "sent_bytes": 50, "size_bytes": 100}
    lines = [
        demo_tablet.Told("PhotoProgress", half, Odometer(photo_bytes=50)),
        demo_tablet.Told("Sent", {}, Odometer(photo_bytes=70)),
    ]
    said = iter(lines)
    tablet = SimpleNamespace(told=lambda: said, kill=lambda: None, close=lambda: -9)
    monkeypatch.setattr(demo_ride, "running", lambda _: nullcontext(tablet))
    shown = stage()
    with shown.bars() as progress:
        watch = demo_ride._Watch(Cargo(1, {"a": 100}), SyncBars(shown, progress, 1, 100))
        assert demo_ride._live(Orders("", "", 1), watch, fatal=True) == -9
    assert watch.odometer.photo_bytes == 70


def test_half_a_line_of_a_killed_app_is_left_out():
    told = demo_tablet.Told("Sent", {}, Odometer())
    tablet = object.__new__(demo_tablet.Tablet)
    whole = msgspec.json.encode(told) + b"\n"
    tablet._process = SimpleNamespace(stdout=io.BytesIO(whole + whole[:20]))  # type: ignore[assignment]
    assert list(tablet.told()) == [told]


def test_what_the_server_says_before_its_url_is_passed_over(tmp_path):
    said = io.BytesIO("早上好\nfieldops is serving on http://127.0.0.1:81\n".encode())
    process = SimpleNamespace(stdout=said)
    url = demo_server._url(process, tmp_path / "log")  # type: ignore[arg-type]
    assert url == "http://127.0.0.1:81"


def test_a_domain_package_with_a_bad_checklist_is_named(monkeypatch):
    bad = ChecklistFile("plant.toml", "key = ")
    monkeypatch.setattr("fieldops.cli.demo_company.read_checklists", lambda *_: (bad,))
    with pytest.raises(ValueError, match=r"plant\.toml: line 1"):
        domain_checklists(["facilities"])


def test_a_ride_without_a_kill_tells_of_none(played):
    calm = msgspec.structs.replace(played.journey.ride, killed_at_bytes=None)
    assert "killed" not in told(played, msgspec.structs.replace(played.journey, ride=calm))
