"""Kill -9 of a worker at every step of a run, again and again: one accepted delivery a night."""

import hashlib
import itertools
import multiprocessing
import signal
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from tests.export.delivering import MANIFEST, delivering, folder
from tests.soak.export_worker import MOMENTS, work
from tests.soak.report import report

from fieldops.export.keeping import drawer_of
from fieldops.store import exports

NIGHTS = 20
_DAY_MS = 24 * 3600 * 1000
_BEYOND_LEASE_MS = 3000


class Watcher:
    """Somebody of head office who looks at the folder all the time."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._over = threading.Event()
        self.seen: dict[str, set[int]] = {}
        self.early: list[str] = []
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.002):
            for run in self._out.iterdir():
                whole = (run / MANIFEST).exists()
                names = {one for one in run.iterdir() if not one.name.endswith(".part")}
                for one in names:
                    self.seen.setdefault(f"{run.name}/{one.name}", set()).add(one.stat().st_size)
                if whole and len(names) < 4:
                    self.early.append(run.name)


@pytest.mark.soak
def test_kills_at_every_step_leave_one_accepted_delivery_a_night(database_url: str, tmp_path: Path):
    out = tmp_path / "out"
    place = folder("office", out, accept="verified")
    kills = 0
    with delivering(database_url, tmp_path, place, export={"lease_s": 2}) as office:
        office.write(200)
        # Each worker comes up on the other machine than the one that was killed.
        machines = itertools.cycle(_config(tmp_path, database_url, out, name) for name in "ab")
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.soak.export_worker"])
        office.to_next_night()
        ahead_ms = office.server.clock() - _now_ms()
        with Watcher(out) as watcher:
            for _ in range(NIGHTS):
                for moment in (*MOMENTS, ""):
                    ahead_ms += _BEYOND_LEASE_MS
                    child = context.Process(target=work, args=(next(machines), ahead_ms, moment))
                    child.start()
                    child.join(120)
                    assert child.exitcode == (-signal.SIGKILL if moment else 0), moment
                    kills += bool(moment)
                ahead_ms += _DAY_MS
                office.server.clock.now_ms = _now_ms() + ahead_ms
                office.write(1)
        runs = office.runs("office")
        accepted = [office.server.look(partial(exports.acks, run=one.id)) for one in runs]
    report(
        f"kill-9 of exports {database_url.split(':')[0]}: {kills} kills in {NIGHTS} nights,"
        f" {sum(map(len, accepted))} accepted deliveries,"
        f" {len(watcher.early)} manifests before their files"
    )
    assert [one.step for one in runs] == ["done"] * NIGHTS
    kept = sorted(one.name for one in (tmp_path / "shared" / "made").iterdir())
    assert kept == sorted(drawer_of(one.id) for one in runs)
    assert [len(acks) for acks in accepted] == [1] * NIGHTS
    assert watcher.early == []
    assert {one.name for one in out.iterdir()} == {one.name for one in runs}
    for run in runs:
        found = hashlib.sha256((out / run.name / MANIFEST).read_bytes()).hexdigest()
        assert found == run.manifest
        for file in (out / run.name).iterdir():
            # Nobody ever saw a file of another length than it has now.
            assert watcher.seen[f"{run.name}/{file.name}"] == {file.stat().st_size}


def _config(tmp_path: Path, database_url: str, out: Path, machine: str) -> str:
    """The settings of a machine that shares the database and the photo store, and nothing else."""
    config = tmp_path / f"worker-{machine}.toml"
    config.write_text(
        f'data_dir = "{tmp_path / machine}"\ndatabase_url = "{database_url}"\n'
        f'[blobs]\nfolder = "{tmp_path / "shared"}"\n'
        "[export]\nlease_s = 2\nfirst_pause_s = 1\n"
        f'[[export.destinations]]\nname = "office"\nkind = "folder"\nfolder = "{out}"\n'
        'datasets = ["sites", "inspections", "results"]\nformats = ["jsonl"]\naccept = "verified"\n'
    )
    return str(config)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
