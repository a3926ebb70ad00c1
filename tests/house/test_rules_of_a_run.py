"""What makes a test run fail besides a failing test: skips, emptiness, too little coverage."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tests import servers
from tests.house import gates

pytestmark = pytest.mark.unmeasured
ROOT = Path(__file__).parents[2]
Finished = subprocess.CompletedProcess[str]


def run(folder: Path, text: str, *arguments: str, **variables: str) -> Finished:
    """Run one test file under the rules of ``tests/conftest.py``."""
    (folder / "test_inner.py").write_text(text)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    for name in ("CI", "FIELDOPS_NO_SKIPS", servers.RUN):
        environment.pop(name, None)
    # Only what is tried here is loaded; that saves seconds.
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "xdist"]
    command += ["-p", "tests.conftest", "--rootdir", str(ROOT), *arguments]
    return subprocess.run(
        [*command, str(folder / "test_inner.py")],
        cwd=ROOT,
        env=environment | {"TMPDIR": str(folder)} | variables,
        capture_output=True,
        text=True,
    )


SKIPPED = "import pytest\ndef test_a(): pass\n@pytest.mark.skip('no server')\ndef test_b(): pass\n"


@pytest.mark.parametrize(
    ("variables", "arguments"), [({"FIELDOPS_NO_SKIPS": "1"}, ()), ({"CI": "true"}, ("-n", "1"))]
)
def test_a_skip_fails_where_skips_are_forbidden(tmp_path: Path, variables, arguments):
    done = run(tmp_path, SKIPPED, *arguments, **variables)
    assert done.returncode == 1
    assert "skipped, which counts as failed here" in done.stdout
    assert "no server" in done.stdout


def test_a_skip_is_fine_elsewhere(tmp_path: Path):
    assert run(tmp_path, SKIPPED).returncode == 0


@pytest.mark.parametrize("arguments", [("-k", "nothing"), ("-k", "nothing", "-n", "1")])
def test_a_run_without_tests_fails(tmp_path: Path, arguments):
    assert run(tmp_path, SKIPPED, *arguments).returncode == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_failing_test_fails_the_run(tmp_path: Path):
    assert run(tmp_path, "def test_a(): assert False", FIELDOPS_NO_SKIPS="1").returncode == 1


def test_what_a_killed_run_left_behind_is_swept(tmp_path: Path, monkeypatch):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    folder = tmp_path / f"fieldops-tests-{gone.pid}"
    folder.mkdir()
    note = {"pid": str(left.pid), "started": str(psutil.Process(left.pid).create_time())}
    (folder / "s3.json").write_text(json.dumps(note | {"signal": str(int(signal.SIGKILL))}))
    run_of_this_test = os.environ[servers.RUN]
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    try:
        servers.sweep_dead_runs()
        assert not psutil.pid_exists(left.pid)
    finally:
        left.kill()
    assert not folder.exists()
    assert os.environ[servers.RUN] == run_of_this_test


def test_a_process_id_that_was_given_away_again_is_left_alone():
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        started = psutil.Process(stranger.pid).create_time() - 1000
        servers._stop({"pid": str(stranger.pid), "started": str(started), "signal": "9"})
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def report(percent: float, **missing: list[int]) -> dict[str, object]:
    """A report as coverage.py writes it; ``missing`` gives lines by guard, dots for slashes."""
    names = [f"src/fieldops/{guard}.py" for guard in gates.GUARDS]
    files: dict[str, dict[str, object]] = {
        name: {"missing_lines": [], "missing_branches": []} for name in names
    }
    for name, lines in missing.items():
        files[f"src/fieldops/{name.replace('_', '/')}.py"]["missing_lines"] = lines
    return {"totals": {"percent_covered": percent}, "files": files}


def test_enough_coverage_passes_the_gates():
    assert gates.failures(report(95.0)) == []


def test_too_little_coverage_is_told():
    assert gates.failures(report(94.99)) == [
        "fieldops: 94.99 % of lines and branches, 95.0 are asked"
    ]


def test_an_uncovered_line_or_branch_of_a_guard_is_told():
    (gap,) = gates.failures(report(99, flow_admit=[7]))
    assert "src/fieldops/flow/admit.py: lines [7]" in gap
    given = report(99)
    given["files"]["src/fieldops/web/auth.py"]["missing_branches"] = [[1, 2]]  # type: ignore[index]
    (gap,) = gates.failures(given)
    assert "web/auth" in gap


def test_a_guard_that_moved_away_is_told():
    given = report(99)
    files = given["files"]
    assert isinstance(files, dict)
    del files["src/fieldops/flow/decode.py"]
    files["src/fieldops/flow/upload/lease.py"] = files.pop("src/fieldops/flow/upload.py")
    assert gates.failures(given) == [
        "src/fieldops/flow/decode: not measured; did a guard module move?"
    ]


def test_the_gates_end_with_a_code(tmp_path: Path, capsys):
    file = tmp_path / "coverage.json"
    file.write_text(json.dumps(report(96.5)))
    assert gates.main(str(file)) == 0
    file.write_text(json.dumps(report(10)))
    assert gates.main(str(file)) == 1
    out = capsys.readouterr()
    assert "96.50 %" in out.out
    assert "10.00 %" in out.err
