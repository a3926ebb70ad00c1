"""The files of a run belong to the company: every process that reaches the photo store has them."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.export.delivering import MANIFEST, Office, delivering, folder, sha256
from tests.store.stores import section

from fieldops.export import keeping, parcel, serving
from fieldops.export.deliver.interface import Differs
from fieldops.export.drawercare import sweep
from fieldops.export.nightly import Keeper
from fieldops.flow.exporttake import redeliver
from fieldops.flow.exportwork import MoveRun
from fieldops.flow.handin import HandinAnswer, HandinRequest
from fieldops.flow.paging import Ask
from fieldops.flow.worker import Tools
from fieldops.settings import Settings
from fieldops.store.blobs import BlobStoreDown
from fieldops.store.drawers import drawer_names, open_drawer, remove_drawer
from fieldops.store.exports import Run
from fieldops_sync.ids import uuid7

DAY_MS = 24 * 3600 * 1000


@pytest.fixture(params=["sqlite+disk", "postgres+s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, dict[str, Any]]:
    """A database, and the photo store that goes with it."""
    kind = str(request.param).partition("+")[0]
    url: str = request.getfixturevalue(f"{kind}_database")
    if kind == "sqlite":
        return url, {"folder": str(tmp_path / "shared")}
    server, bucket = request.getfixturevalue("s3_server"), request.getfixturevalue("s3_bucket")
    return url, section(server, bucket, prefix="a/b")


def another_machine(office: Office, tmp_path: Path) -> Tools:
    """A worker that shares nothing with the first one but the database and the photo store."""
    blobs = office.tools.settings.blobs
    if blobs.kind == "disk":
        assert blobs.folder == tmp_path / "shared"
    settings = office.tools.settings.model_copy(update={"data_dir": tmp_path / "elsewhere"})
    return replace(office.tools, settings=settings)


def work(tools: Tools, run: Run) -> str:
    given = tools.settings.export.destination(run.destination)
    assert given is not None
    return Keeper(tools, given).work(run)


def files_of(out: Path) -> dict[str, str]:
    return {one.name: sha256(one) for one in out.iterdir()}


def read_back(settings: Settings, run: Run) -> bytes:
    known = serving.file(settings, run, "sites.jsonl")
    with serving.content(settings, run, known, 0) as opened:
        return opened.read()


def test_another_machine_serves_delivers_again_and_removes_a_run(
    place: tuple[str, dict[str, Any]], tmp_path: Path
):
    url, blobs = place
    out = tmp_path / "out"
    given = folder("office", out, accept="verified", keep_days=1)
    with delivering(url, tmp_path, given, blobs=blobs) as office:
        office.write(3)
        office.night()
        (run,) = office.runs()
        before = files_of(out / run.name)
        other = another_machine(office, tmp_path)
        # It serves the very bytes, whole and page by page.
        assert sha256(out / run.name / "sites.jsonl") == _hash(read_back(other.settings, run))
        ask = Ask(serving.PULL, ["office", "sites"], "", 2)
        page = serving.page(other.settings, run, "sites", 0, ask)
        assert read_back(other.settings, run).startswith(page.lines)
        assert page.cursor is not None
        # It delivers them again without writing a row anew: the log has moved on meanwhile.
        office.write(2)
        for path in (out / run.name).iterdir():
            path.unlink()
        office.server.do(lambda s: redeliver(s, run.id, None, office.server.clock()))
        assert work(other, office.runs()[0]) == ""
        assert (files_of(out / run.name), office.runs()[0].deliveries) == (before, 2)
        assert list(other.settings.export_folder.rglob("*.jsonl")) == []
        # What is removed on one is removed everywhere, but for the newest that was accepted.
        office.write()
        office.night()
        office.server.clock.forward(48)
        office.keeper("office").step()
        newest = office.runs()[-1]
        kept = {keeping.drawer_of(one.id) for one in office.runs() if one.removed_ms is None}
        assert set(drawer_names(other.settings)) == kept
        assert keeping.drawer_of(newest.id) in kept
        with pytest.raises(parcel.Broken, match="is not kept"):
            keeping.find(other.settings, run)


class Cut(BaseException):
    """Where a test cuts a worker off."""


def test_another_machine_goes_on_where_a_worker_was_cut_off(
    place: tuple[str, dict[str, Any]], tmp_path: Path
):
    url, blobs = place
    out = tmp_path / "out"
    given = folder("office", out, accept="verified")
    with delivering(url, tmp_path, given, blobs=blobs) as office:
        office.write(2)
        office.to_next_night()
        hand_in = office.handin

        def handin(request: HandinRequest) -> HandinAnswer:
            if isinstance(request, MoveRun) and request.from_ == "write":
                hand_in(request)
                raise Cut
            return hand_in(request)

        office.handin = handin
        with pytest.raises(Cut):
            office.step()
        office.handin = hand_in
        office.server.clock.forward(0.05)
        other = another_machine(office, tmp_path)
        assert work(other, office.runs()[0]) == ""
        (run,) = office.runs()
        assert (run.step, sha256(out / run.name / MANIFEST)) == ("done", run.manifest)
        # What the first one left on its own machine goes when it looks again.
        bench = office.tools.settings.export_folder / "office"
        assert [one.name for one in bench.iterdir()] == [run.name]
        office.step()
        assert list(bench.iterdir()) == []


def test_a_kept_file_that_is_eaten_is_told_and_made_anew(sqlite_database: str, tmp_path: Path):
    given = {"name": "local", "kind": "pull", "schedule": "30 2 * * *", "formats": ["jsonl"]}
    with delivering(sqlite_database, tmp_path, given) as office:
        office.write(2)
        office.night()
        (run,) = office.runs()
        settings = office.tools.settings
        whole, _known = keeping.find(settings, run)
        (eaten,) = settings.blob_folder.rglob(whole.files[0].sha256)
        eaten.unlink()
        office.server.do(lambda s: redeliver(s, run.id, None, office.server.clock()))
        # Some of it is missing: all of it is written again, with the same bytes.
        office.step()
        assert eaten.exists()
        assert office.runs()[0].step == "accept"
        remove_drawer(settings, keeping.drawer_of(run.id))
        with pytest.raises(Differs, match="is not kept"):
            keeping_verified(office, run)


def keeping_verified(office: Office, run: Run) -> None:
    """Read back a run of which nothing is kept any more."""
    from fieldops.export.lease import Lease
    from fieldops.export.steps import Work

    office.server.do(lambda s: redeliver(s, run.id, None, office.server.clock()))
    tools, given = office.tools, office.tools.settings.export.destination("local")
    assert given is not None
    with Lease(tools, run.id) as lease:
        asked = MoveRun(run=run.id, lease=lease.token, from_="deliver", to="verify")
        assert tools.handin(asked).moved
        Work(tools, given, office.runs()[0], lease).go()


def test_drawers_that_nobody_needs_are_swept(place: tuple[str, dict[str, Any]], tmp_path: Path):
    url, blobs = place
    given = folder("office", tmp_path / "out", accept="verified", keep_days=1)
    with delivering(url, tmp_path, given, blobs=blobs) as office:
        office.night()
        office.night()
        office.server.clock.forward(48)
        office.keeper("office").step()
        settings, tools = office.tools.settings, office.tools
        gone = next(one for one in office.runs() if one.removed_ms is not None)
        kept = set(drawer_names(settings))
        now_ms = office.server.clock()
        # A worker that had lost its lease, a database that was restored, and what is none of ours.
        old_ms = now_ms - (settings.orphan_grace_days + 1) * DAY_MS
        forgotten = UUID(int=(old_ms << 80) | (uuid7().int & ((1 << 80) - 1)))
        fresh = UUID(int=(now_ms << 80) | (uuid7().int & ((1 << 80) - 1)))
        names = [keeping.drawer_of(one) for one in (gone.id, forgotten, fresh)]
        others = ["run-of-somebody", "another"]
        for name in (*names, *others):
            put(settings, name, b"late")
        assert sweep(tools) == 1
        assert set(drawer_names(settings)) == kept | {names[0], names[2], *others}
        office.server.clock.forward(25)
        assert sweep(tools) == 1
        assert set(drawer_names(settings)) == kept | {names[2], *others}


def test_runs_of_a_destination_that_is_no_more_go_after_a_while(
    sqlite_database: str, tmp_path: Path
):
    given = folder("office", tmp_path / "out")
    with delivering(sqlite_database, tmp_path, given) as office:
        office.night()
        run, core = office.runs()[0], office.server.core
        export = core.settings.export.model_copy(update={"destinations": ()})
        core.settings = core.settings.model_copy(update={"export": export})
        assert sweep(office.tools) == 0
        office.server.clock.forward(24 * core.settings.orphan_grace_days + 1)
        assert sweep(office.tools) == 1
        assert keeping.drawer_of(run.id) not in drawer_names(core.settings)
        assert office.runs()[0].removed_ms == office.server.clock()


def test_names_lead_nowhere_else(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    for name in ("", "..", "a/b", ".hidden", "a" * 121, "a\n"):
        with pytest.raises(ValueError, match="no name of a drawer"):
            open_drawer(settings, name)
    assert list(drawer_names(settings)) == []


def test_a_folder_that_cannot_be_read_is_a_store_that_is_down(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    settings.blob_folder.mkdir(parents=True)
    (settings.blob_folder / "made").write_bytes(b"no folder")
    with pytest.raises(BlobStoreDown):
        list(drawer_names(settings))


def put(settings: Settings, name: str, content: bytes) -> None:
    import io

    open_drawer(settings, name).put(_hash(content), io.BytesIO(content), len(content))


def _hash(content: bytes) -> str:
    from hashlib import sha256 as hashed

    return hashed(content).hexdigest()
