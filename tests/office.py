"""LibreOffice without a window: what people open our files with."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

UTF8_CSV = "Text - txt - csv (StarCalc):44,34,76,1"
"""How its dialogue opens a CSV: commas, quotes, UTF-8 (76), from the first line on."""
_TIMEOUT_S = 120


def soffice_path() -> str:
    """The machine's LibreOffice; skips without one, which fails where skips are forbidden."""
    found = shutil.which("soffice")
    if found is None:
        pytest.skip("no LibreOffice here: install Debian's package libreoffice-calc-nogui")
    return found


def opened_and_saved(files: Sequence[Path], folder: Path, infilter: str = "") -> list[Path]:
    """Open files as its own, and save each as XLSX in ``folder``; their new places."""
    profile = (folder / "profile").as_uri()
    command = [soffice_path(), f"-env:UserInstallation={profile}", "--headless", "--norestore"]
    command += [f"--infilter={infilter}"] if infilter else []
    command += ["--convert-to", "xlsx", "--outdir", str(folder), *map(str, files)]
    environment = os.environ | {"HOME": str(folder), "LC_ALL": "C.UTF-8"}
    subprocess.run(command, check=True, timeout=_TIMEOUT_S, env=environment, capture_output=True)
    return [folder / f"{one.stem}.xlsx" for one in files]
