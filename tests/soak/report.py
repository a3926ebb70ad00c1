"""One line of figures a suite, shown at the end of the run, by whichever of its processes made."""

import os
from pathlib import Path

from tests import servers


def report(line: str) -> None:
    """Say the figures of a suite, e.g. ``power-loss FULL: 100 crashes, lost 0``."""
    with _kept().open("a", encoding="utf-8") as file:
        file.write(f"soak {line}\n")


def lines() -> list[str]:
    """What the suites of this run have said until now."""
    return _kept().read_text(encoding="utf-8").splitlines() if _kept().exists() else []


def _kept() -> Path:
    return Path(os.environ[servers.RUN]) / "figures.txt"
