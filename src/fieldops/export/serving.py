"""Files of runs for those who come for them: whole, in parts, or as pages of JSON Lines.

The pages of a pull are cut from the file that was written for the destination, so they are masked
as it is, add up to what its manifest says, and are acknowledged like any other delivery.
"""

from pathlib import Path

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.export import parcel
from fieldops.export.deliver.interface import File
from fieldops.export.orders import Order
from fieldops.flow.paging import Ask, Instant, after, cursor, id_of
from fieldops.model.problem import ProblemError, problem
from fieldops.settings import Settings
from fieldops.store import exports
from fieldops.store.exports import Run

PULL = "export-pull"
PAGE_BYTES = 4 * 1024 * 1024
"""About how much a page holds at most; one line is always whole."""


class PullPlace(Struct, frozen=True, array_like=True):
    """Where a pull goes on: behind so many bytes of a run's file."""

    run: str
    offset: Instant


class Page(Struct, frozen=True):
    """Some lines of a run's file; ``cursor`` asks for those behind them, None at the end."""

    run: Run
    lines: bytes
    cursor: str | None


def level_of(run: Run) -> int:
    """The data level of what a run holds."""
    return msgspec.json.decode(run.wanted, type=Order).level


def file(settings: Settings, run: Run, path: str) -> tuple[File, Path]:
    """A file of a run, and where it lies.  Raises ``ProblemError`` not-found, export-removed."""
    try:
        whole, _known = parcel.find(run.id, run.name, parcel.folder_of(settings, run))
    except parcel.Broken as error:
        raise ProblemError(problem("export-removed", run.name)) from error
    # Only what the manifest names: a path from outside never reaches the file system.
    found = next((one for one in whole.everything if one.path == path), None)
    if found is None:
        raise ProblemError(problem("not-found"))
    return found, whole.folder / found.path


def newest(session: Session, destination: str, ask: Ask) -> tuple[Run, int]:
    """The run that a pull is about, and how far into its file it is.

    Without a cursor it is the newest run that is ready.  Raises ``ProblemError`` not-found where
    there is none yet, validation for a cursor that nobody gave.
    """
    place = after(ask, PullPlace)
    if place is None:
        run = exports.newest_ready(session, destination)
    else:
        run = exports.get(session, id_of(place.run))
    if run is None or run.destination != destination:
        raise ProblemError(problem("not-found"))
    return run, 0 if place is None else place.offset


def page(settings: Settings, run: Run, dataset: str, offset: int, ask: Ask) -> Page:
    """The next lines of a dataset.  Raises ``ProblemError`` not-found, export-removed."""
    known, path = file(settings, run, f"{dataset}.jsonl")
    lines = _lines(path, min(offset, known.size_bytes), ask.limit)
    end = offset + len(lines)
    more = cursor(ask, PullPlace(run.id.hex, end)) if end < known.size_bytes else None
    return Page(run, lines, more)


def _lines(path: Path, offset: int, most: int) -> bytes:
    found: list[bytes] = []
    size = 0
    with path.open("rb") as opened:
        opened.seek(offset)
        while len(found) < most and size < PAGE_BYTES and (line := opened.readline()):
            found.append(line)
            size += len(line)
    return b"".join(found)
