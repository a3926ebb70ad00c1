"""Coverage looks away where it was told to, and nowhere else."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests import measuring

ROOT = Path(__file__).parents[2]

PROGRAM = """
import json, os, subprocess, sys
from coverage import Coverage
running = Coverage(data_file=None, config_file=False, include="*/seen.py")
running.start()
os.environ["COVERAGE_PROCESS_CONFIG"] = "as it was"
from tests.measuring import unmeasured
import seen
seen.before()
with unmeasured():
    seen.meanwhile()
    assert "COVERAGE_PROCESS_CONFIG" not in os.environ
try:
    with unmeasured():
        raise KeyError
except KeyError:
    seen.after()
assert os.environ["COVERAGE_PROCESS_CONFIG"] == "as it was"
running.stop()
print(running.analysis2(seen.__file__)[3])
"""
SEEN = "def before():\n    1\ndef meanwhile():\n    1\ndef after():\n    1\n"


def test_coverage_sees_what_it_is_to_see(tmp_path: Path):
    (tmp_path / "seen.py").write_text(SEEN)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": f"{ROOT}:{tmp_path}"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "[4]\n", done.stderr


def test_without_coverage_nothing_happens():
    program = "from tests.measuring import unmeasured\nwith unmeasured(): print('done')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "done\n", done.stderr


def test_both_engines_are_tried_and_one_is_measured(
    database_url: str, request: pytest.FixtureRequest
):
    assert measuring.is_measured(request.node) == database_url.startswith("sqlite")


def test_what_asks_for_postgresql_is_measured(
    postgres_database: str, request: pytest.FixtureRequest
):
    assert measuring.is_measured(request.node)


@pytest.mark.unmeasured
def test_a_test_can_say_that_it_is_not_measured(request: pytest.FixtureRequest):
    assert not measuring.is_measured(request.node)


def test_the_folders_that_are_not_measured_are_there():
    assert all((ROOT / folder).is_dir() for folder in measuring.UNMEASURED)
