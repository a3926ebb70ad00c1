"""The worker's job that makes the scheduled report: of everything, a PDF in each language.

    due? ─ claim ─ make ─ name.<lease>.part ─ on record ─ renamed into the folder ``reports``

Several processes may do this at once: a report has one lease, goes on record once, and the file is
the one whose hash is on record.  One that is cut off before the last step takes it when it looks
again.
"""

import os
import secrets
from pathlib import Path

import structlog

from fieldops.flow.handin import HandinDown
from fieldops.flow.reportalarms import due_month
from fieldops.flow.reportwork import ClaimReport, MadeReport, RestReport
from fieldops.flow.worker import Tools
from fieldops.model.access import Level
from fieldops.report.make import Made, Maker, Order, ask, facts
from fieldops.rules.reportschedule import last_month
from fieldops.store import records, reports
from fieldops.store.reports import Scheduled
from fieldops.store.writer import StoreBusy

_logger = structlog.get_logger(__name__)
_DOWN = (StoreBusy, HandinDown)
FOLDER = "reports"
"""Below the data folder."""
LOOK_S = 60
LEASE_MS = 30 * 60_000
"""Many times what a report takes; one that is cut off is made by another after this."""
_PAUSE_MS = 60_000
"""After a failure; it doubles with each."""
_PAUSE_MOST_MS = 3_600_000


class _Stopped(Exception):
    """The worker is to stop."""


def monthly(tools: Tools) -> None:
    """Make what is due until the worker stops."""
    keeper = Monthly(tools)
    while not tools.stop.is_set():
        try:
            keeper.step()
        except _DOWN as down:
            _logger.warning("report waits", why=str(down))
        tools.stop.wait(LOOK_S)


class Monthly:
    """One process that makes reports.  ``step`` is to be called again and again."""

    def __init__(self, tools: Tools, maker: Maker | None = None) -> None:
        self._tools = tools
        self._maker = maker or Maker(tools.store, tools.blobs, tools.settings)
        self._lease = secrets.token_hex(8)
        self.folder = Path(tools.settings.data_dir) / FOLDER

    def step(self) -> None:
        """Make the reports of the last month that are missing."""
        settings, now_ms = self._tools.settings, self._tools.clock_ms()
        month = last_month(now_ms, settings.timezone)
        with self._tools.store.read() as session:
            begun = reports.of_month(session, month)
            is_done = all(one in begun and begun[one].is_made for one in settings.languages)
            if not is_done and not due_month(session, settings, now_ms):
                return
        for language in settings.languages:
            self._look_after(Order(month=month, language=language), begun.get(language))

    def _look_after(self, order: Order, row: Scheduled | None) -> None:
        if row is not None and row.is_made:
            self._settle(order, row.lease)
        elif row is None or self._is_free(row):
            month, language = order.month, order.language
            if self._tools.handin(ClaimReport(month, language, self._lease, LEASE_MS)).moved:
                self._try(order, row.attempts if row else 0)

    def _is_free(self, row: Scheduled) -> bool:
        now_ms = self._tools.clock_ms()
        return row.next_ms <= now_ms and (row.lease == self._lease or row.lease_ms <= now_ms)

    def _try(self, order: Order, attempts: int) -> None:
        try:
            self._make(order)
        except _DOWN:
            raise
        except _Stopped:
            self._rest(order)
        except OSError as error:
            self._rest(order, f"{error.filename or 'disk'}: {error.strerror}", attempts)
        except Exception as error:
            _logger.exception("report failed", month=order.month, language=order.language)
            self._rest(order, f"a fault of ours ({type(error).__name__})", attempts)

    def _rest(self, order: Order, why: str = "", attempts: int = 0) -> None:
        rest_ms = min(_PAUSE_MS * 2 ** min(attempts, 16), _PAUSE_MOST_MS)
        self._tools.handin(RestReport(order.month, order.language, self._lease, why, rest_ms))

    def _make(self, order: Order) -> None:
        settings = self._tools.settings
        with self._tools.store.read() as session:
            mine = records.site_ids(session)
            now_ms = self._tools.clock_ms()
            asked = ask(session, order, mine, lambda _site: Level.L1, settings, now_ms)
        made = self._maker.make(asked, order, self._beat)
        self._put_down(order, made)
        if self._tools.handin(MadeReport(self._lease, facts(asked, order, made))).moved:
            self._settle(order, self._lease)
        else:
            self._part(order, self._lease).unlink(missing_ok=True)

    def _beat(self, _done: int, _all: int) -> None:
        if self._tools.stop.is_set():
            raise _Stopped

    def _put_down(self, order: Order, made: Made) -> None:
        """The whole file, safe on disk, under a name that nobody takes for a report."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob(f"{self._file(order).name}.*.part"):
            old.unlink(missing_ok=True)
        with self._part(order, self._lease).open("wb") as out:
            out.write(made.content)
            out.flush()
            os.fsync(out.fileno())

    def _settle(self, order: Order, lease: str) -> None:
        """What is on record gets its name, if it lies here without."""
        part = self._part(order, lease)
        if part.exists():
            part.replace(self._file(order))

    def _file(self, order: Order) -> Path:
        return self.folder / f"report-{order.month}.{order.language}.pdf"

    def _part(self, order: Order, lease: str) -> Path:
        return self.folder / f"{self._file(order).name}.{lease}.part"
