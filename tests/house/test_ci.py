"""The CI script: it installs only what is missing and ends as the tests end."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def machine(tmp_path: Path):
    """A machine whose programs note how they were called; the real ones come after them."""
    notes = tmp_path / "notes.txt"

    def program(name: str, code: int = 0) -> None:
        path = tmp_path / name
        path.write_text(f'#!/bin/sh\necho "$CI {name} $*" >> "{notes}"\nexit {code}\n')
        path.chmod(0o755)

    def run() -> tuple[int, list[str]]:
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run([ROOT / ".ci" / "run"], env=os.environ | {"PATH": path})
        return done.returncode, notes.read_text().splitlines()

    for name in ("gcc", "git", "make", "apt-get", "python3", "node", "npm", "chromium", "soffice"):
        program(name)
    (tmp_path / "sudo").write_text('#!/bin/sh\nshift\nexec "$@"\n')
    (tmp_path / "sudo").chmod(0o755)
    return program, run


@pytest.mark.parametrize("code", [0, 1, 5])
def test_it_ends_as_the_tests_end_and_forbids_skips(machine, code: int):
    program, run = machine
    program("make", code)
    ended, notes = run()
    assert notes[-1] == "true make test"
    assert ended == code


def test_it_installs_what_is_missing(machine):
    program, run = machine
    program("gcc", 1)
    ended, notes = run()
    installed = [note for note in notes if "apt-get install" in note]
    assert ended == 0
    assert len(installed) == 1
    assert " gcc" in installed[0]
    assert " git" not in installed[0]


def test_a_machine_that_has_it_all_is_left_alone(machine):
    _, run = machine
    assert not [note for note in run()[1] if "apt-get" in note]
