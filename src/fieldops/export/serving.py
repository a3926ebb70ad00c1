"""Files of runs for those who come for them: whole, in parts, or as pages of JSON Lines.

The pages of a pull are cut from the file that was written for the destination, so they are masked
as it is, add up to what its manifest says, and are acknowledged like any other delivery.
"""

from typing import BinaryIO

from msgspec import Struct
from sqlmodel import Session

from fieldops.export import keeping, parcel
from fieldops.export.deliver.interface import File
from fieldops.flow.paging import Ask, Instant, after, cursor, id_of
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import named
from fieldops.settings import Settings
from fieldops.store import exports
from fieldops.store.blobs import BlobMissing
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


def file(settings: Settings, run: Run, path: str) -> File:
    """A file of a run.  Raises ``ProblemError`` not-found, export-removed; ``BlobStoreDown``."""
    try:
        whole, _known = keeping.find(settings, run)
    except parcel.Broken as error:
        raise ProblemError(problem("export-removed", named(run.name))) from error
    # Only what the manifest names.
    found = next((one for one in whole.everything if one.path == path), None)
    if found is None:
        raise ProblemError(problem("not-found"))
    return found


def content(settings: Settings, run: Run, file: File, start: int) -> BinaryIO:
    """The bytes of a file from one on.  Raises ``ProblemError`` export-removed, BlobStoreDown."""
    try:
        return keeping.opened(settings, run.id, file, start)
    except BlobMissing as error:
        raise ProblemError(problem("export-removed", named(run.name))) from error


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
    known = file(settings, run, f"{dataset}.jsonl")
    start = min(offset, known.size_bytes)
    with content(settings, run, known, start) as opened:
        lines = _lines(opened, ask.limit)
    end = offset + len(lines)
    more = cursor(ask, PullPlace(run.id.hex, end)) if end < known.size_bytes else None
    return Page(run, lines, more)


def _lines(opened: BinaryIO, most: int) -> bytes:
    found: list[bytes] = []
    size = 0
    while len(found) < most and size < PAGE_BYTES and (line := opened.readline()):
        found.append(line)
        size += len(line)
    return b"".join(found)
