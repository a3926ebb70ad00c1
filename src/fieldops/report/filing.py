"""Where the scheduled reports lie: a drawer of the photo store each, which every process reaches.

    report-<month>.<language>.<lease>

Who makes a report puts it into a drawer of its own lease; the one whose lease is on record is the
report, and all others were made by somebody who was cut off, or came too late.
"""

import hashlib
import re
from io import BytesIO

from sqlmodel import Session

from fieldops.flow.worker import Tools
from fieldops.model.problem import ProblemError, problem
from fieldops.report.make import Made
from fieldops.rules.reportschedule import last_month
from fieldops.settings import Settings
from fieldops.store import reports
from fieldops.store.blobs import BlobMissing
from fieldops.store.drawers import drawer_names, open_drawer, remove_drawer
from fieldops.store.reports import Scheduled

_DRAWER = re.compile(r"report-(\d{4}-\d\d)\.([A-Za-z-]+)\.([0-9a-f]+)")


def drawer_of(month: str, language: str, lease: str) -> str:
    """The name of the drawer of whoever makes a report by this lease."""
    return f"report-{month}.{language}.{lease}"


def keep(settings: Settings, drawer: str, made: Made) -> None:
    """Put a report into a drawer, durably.  Raises ``BlobError``."""
    content = made.content
    open_drawer(settings, drawer).put(made.sha256, BytesIO(content), len(content))


def fetch(settings: Settings, row: Scheduled) -> bytes:
    """The report that is on record.

    Raises ``ProblemError`` not-found where it is not made, or nobody has it any more;
    ``BlobStoreDown``.
    """
    if not row.is_made:
        raise ProblemError(problem("not-found"))
    drawer = open_drawer(settings, drawer_of(row.month, row.language, row.lease))
    try:
        with drawer.get(row.sha256) as source:
            content = source.read()
    except BlobMissing as error:
        raise ProblemError(problem("not-found")) from error
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise ProblemError(problem("not-found"))
    return content


def sweep(tools: Tools) -> int:
    """Remove what nobody has on record; how many drawers went.  Raises ``BlobError``."""
    gone = 0
    for name in drawer_names(tools.settings):
        parts = _DRAWER.fullmatch(name)
        if parts is None:
            continue
        with tools.store.read() as session:
            is_orphan = _is_orphan(session, tools, *parts.groups())
        if is_orphan:
            remove_drawer(tools.settings, name)
            gone += 1
    return gone


def _is_orphan(session: Session, tools: Tools, month: str, language: str, lease: str) -> bool:
    """Whether a drawer is of no lease that may still go on record: one that was lost never does.

    A row that is missing was forgotten by a restored database; the last month's may come again.
    What was kept long enough is an orphan where its removal was cut off.
    """
    row = reports.of_month(session, month).get(language)
    if row is None:
        return month != last_month(tools.clock_ms(), tools.settings.timezone)
    return row.lease != lease or row.removed_ms is not None
