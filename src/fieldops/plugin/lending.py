"""Photos that are lent to a plugin: files that it may open while its hook runs.

They lie in a folder of their own, locked while its process lives (flock(2)).  Who is killed
cannot clear up: whoever comes next removes the folders that nobody holds any more.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO

import structlog

from fieldops.folderlock import locked

_logger = structlog.get_logger(__name__)

GetPhoto = Callable[[str], BinaryIO]
"""The stored bytes of a photo by SHA-256; raises ``OSError`` if they cannot be had."""
_PREFIX = "fieldops-photos-"
_MAKING_S = 60.0
"""A folder that is younger may not be locked yet by who makes it."""


def no_photo(sha256: str) -> BinaryIO:
    """For plugins that are asked about no photos."""
    raise OSError(f"the photo {sha256} cannot be had")


class Folder:
    """A folder for what is lent, until ``close``."""

    def __init__(self) -> None:
        _sweep()
        self.path = tempfile.mkdtemp(prefix=_PREFIX)
        self._lock = ExitStack()
        self._lock.enter_context(locked(Path(self.path)))

    def close(self) -> None:
        """Remove it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def _sweep() -> None:
    """Remove what killed processes have left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # Another user's, or gone meanwhile, or held: none of these is ours to remove.
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime < _MAKING_S:
                continue
            with locked(folder):
                shutil.rmtree(folder, ignore_errors=True)


class Lent:
    """A photo in a file of its own while the hook runs; no path where it is not to be had."""

    def __init__(self, get_photo: GetPhoto, sha256: str, folder: str) -> None:
        self._file = tempfile.NamedTemporaryFile(dir=folder)  # noqa: SIM115
        try:
            with get_photo(sha256) as source:
                shutil.copyfileobj(source, self._file)
            self._file.flush()
            self.path = self._file.name
        except OSError:
            _logger.exception("photo cannot be lent", sha256=sha256)
            self.path = ""

    def __enter__(self) -> "Lent":
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()
