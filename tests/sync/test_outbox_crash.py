import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

from tests.sync.factories import DEVICE

from fieldops_sync.framing import peek_seq
from fieldops_sync.outbox import Outbox

ROOT = Path(__file__).parents[2]
KILLS = 12


def run_and_kill(folder: Path, lines: int) -> list[str]:
    """Run the tablet until it has promised so many things, kill -9 it, return all promises."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    app = subprocess.Popen(
        [sys.executable, "-m", "tests.sync.crash_tablet", str(folder)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert app.stdout is not None
    promised = [app.stdout.readline().strip() for _ in range(lines)]
    os.kill(app.pid, signal.SIGKILL)
    # What it printed between the last line read and its death was promised as well.
    promised += app.stdout.read().split("\n")[:-1]
    app.stdout.close()
    assert app.wait() == -signal.SIGKILL
    return promised


def promised_of(promised: list[str], kind: str) -> list[str]:
    return [line.split()[1] for line in promised if line.startswith(f"{kind} ")]


def test_nothing_promised_is_lost_by_kill_9(tmp_path: Path) -> None:
    random = Random(20261121)
    promised: list[str] = []
    for _ in range(KILLS):
        promised += run_and_kill(tmp_path, random.randint(2, 40))
        check_outbox(tmp_path, promised)
    assert len(promised_of(promised, "op")) > KILLS


def check_outbox(folder: Path, promised: list[str]) -> None:
    delivered = set((folder / "server").read_text().split())
    with Outbox(folder / "box") as outbox:
        ops = outbox.ops()
        assert {str(op.id) for op in ops} >= set(promised_of(promised, "op"))
        assert {str(op.id) for op in ops if op.state == "kept"} <= delivered
        assert [op.seq for op in ops] == list(range(1, len(ops) + 1))
        unsettled = [op.seq for op in ops if op.state != "kept"]
        assert [peek_seq(raw) for raw in outbox.next_batch().raws] == unsettled
        check_photos(outbox, promised_of(promised, "photo"))
        check_page(outbox, promised_of(promised, "page"))


def check_photos(outbox: Outbox, promised: list[str]) -> None:
    held = {photo.sha256 for photo in outbox.photos()}
    assert held >= set(promised)
    for sha256 in held:
        assert hashlib.sha256(outbox.photo_path(sha256).read_bytes()).hexdigest() == sha256


def check_page(outbox: Outbox, promised: list[str]) -> None:
    cursor = int(outbox.pull_request().cursor or "0")
    assert cursor >= max(map(int, promised), default=0)
    record = outbox.find("finding", DEVICE)
    assert (record.revision if record else 0) == cursor
