"""The folder of one run of the demo: named by the user, kept for a while, or gone at once."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

RUNS = Path("var/demo")
"""Where runs are kept if no folder is named: the last one and this one."""
_LOCK = "demo.lock"


@contextmanager
def run_folder(given: Path | None, once: bool) -> Iterator[Path]:
    """The folder of this run: the one named; else a new one, of which ``--once`` leaves nothing."""
    if given is not None:
        yield given
    elif once:
        with tempfile.TemporaryDirectory(prefix="fieldops-demo-") as folder:
            yield Path(folder)
    else:
        folder_of_run = RUNS / f"{datetime.now():%Y%m%d-%H%M%S}"
        folder_of_run.mkdir(parents=True)
        with locked(folder_of_run):
            for old in sorted(RUNS.iterdir())[:-2]:
                _remove(old)
            yield folder_of_run


@contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Mark a run as going on; False if it goes on in another process."""
    with (folder / _LOCK).open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _remove(folder: Path) -> None:
    """Remove an old run, unless it is still going on."""
    if not (folder / _LOCK).exists():
        return
    with locked(folder) as is_ours:
        if is_ours:
            shutil.rmtree(folder)
