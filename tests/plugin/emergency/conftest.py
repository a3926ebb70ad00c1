"""The fifth domain: written by ``fieldops plugin new``, filled in by the texts of this folder.

It is installed nowhere: its package lies in a folder of the run, with its entry point in sight.
"""

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from fieldops.cli.root import cli
from fieldops.testing import installed

HERE = Path(__file__).parent
STEPS = (HERE / "steps.sh").read_text(encoding="utf-8").splitlines()
"""What an author types, as the tutorial shows it."""


def write_package(parent: Path) -> Path:
    """Write the package below a folder; its own."""
    _, *new = shlex.split(STEPS[0])
    done = CliRunner().invoke(cli, [*new, "--dir", str(parent)])
    assert done.exit_code == 0, done.output
    folder = parent / "emergency"
    shutil.copy(HERE / "package.txt", folder / "src/fieldops_emergency/__init__.py")
    shutil.copy(HERE / "rules.py", folder / "src/fieldops_emergency/rules.py")
    shutil.copy(HERE / "test_emergency.py", folder / "tests/test_emergency.py")
    (folder / "checklists/emergency/emergency-walk.toml").unlink()
    shutil.copy(HERE / "emergency-readiness.toml", folder / "checklists/emergency")
    return folder


@pytest.fixture
def emergency(tmp_path: Path) -> Iterator[Path]:
    """The folder of the package, which is importable meanwhile."""
    folder = write_package(tmp_path / "plugins")
    with installed(folder):
        yield folder


@pytest.fixture(autouse=True)
def _installed(request: pytest.FixtureRequest) -> None:
    """The tests of the package itself find it installed, as its author's do."""
    if request.path.name == "test_emergency.py":
        request.getfixturevalue("emergency")
