"""The worker's job that makes the scheduled reports: of everything, a PDF in each language.

    due? ─ claim ─ make ─ into the drawer of the lease (``filing``) ─ on record

Several processes may do this at once: a report has one lease, goes on record once, and the file is
the one that lies in the drawer of the lease on record.  Months that were missed are made up for,
the last one first; what was kept long enough is removed.
"""

import secrets

import structlog

from fieldops.flow.handin import HandinDown
from fieldops.flow.reportalarms import due_months
from fieldops.flow.reportwork import ClaimReport, MadeReport, RemoveReport, RestReport
from fieldops.flow.worker import Tools
from fieldops.model.access import Level
from fieldops.report import filing
from fieldops.report.make import Maker, Order, ask, facts
from fieldops.store import records, reports
from fieldops.store.blobs import BlobError
from fieldops.store.drawers import remove_drawer
from fieldops.store.reports import Scheduled
from fieldops.store.writer import StoreBusy

_logger = structlog.get_logger(__name__)
_DOWN = (StoreBusy, HandinDown)
_JOB = "reports"
LOOK_S = 60
LEASE_MS = 30 * 60_000
"""Many times what a report takes; one that is cut off is made by another after this."""
_PAUSE_MS = 60_000
"""After a failure; it doubles with each."""
_PAUSE_MOST_MS = 3_600_000
_DAY_MS = 86_400_000


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
            tools.tell(_JOB, down)
        else:
            tools.tell(_JOB, None)
        tools.stop.wait(LOOK_S)


class Monthly:
    """One process that makes reports.  ``step`` is to be called again and again."""

    def __init__(self, tools: Tools, maker: Maker | None = None) -> None:
        self._tools = tools
        self._maker = maker or Maker(tools.store, tools.blobs, tools.settings)
        self._leases: dict[tuple[str, str], str] = {}

    def step(self) -> None:
        """Make the reports that are missing, and remove those that are too old."""
        settings, now_ms = self._tools.settings, self._tools.clock_ms()
        with self._tools.store.read() as session:
            due = [
                (month, reports.of_month(session, month))
                for month in due_months(session, settings, now_ms)
            ]
        for month, begun in due:
            for language in settings.languages:
                self._look_after(Order(month=month, language=language), begun.get(language))
        self._tidy()

    def _tidy(self) -> None:
        """Remove reports that are old enough; one that cannot go now goes with a later step."""
        settings = self._tools.settings
        before_ms = self._tools.clock_ms() - settings.reports.keep_days * _DAY_MS
        with self._tools.store.read() as session:
            old = reports.outdated(session, before_ms)
        for row in old:
            try:
                remove_drawer(settings, filing.drawer_of(row.month, row.language, row.lease))
            except BlobError as error:
                _logger.warning("an old report stays for now", month=row.month, why=str(error))
                continue
            self._tools.handin(RemoveReport(row.month, row.language, row.sha256))

    def _look_after(self, order: Order, row: Scheduled | None) -> None:
        if row is not None and (row.stands(self._tools.clock_ms()) or not self._is_free(row)):
            return
        lease = self._lease_for(order, row)
        claim = ClaimReport(order.month, order.language, lease, LEASE_MS)
        if self._tools.handin(claim).moved:
            self._try(order, lease, row.attempts if row else 0)

    def _lease_for(self, order: Order, row: Scheduled | None) -> str:
        """The lease that is still ours, or a new one: none comes back that was given up or lost."""
        named = order.month, order.language
        held = self._leases.get(named)
        if held is None or row is None or row.lease != held:
            held = self._leases[named] = secrets.token_hex(8)
        return held

    def _is_free(self, row: Scheduled) -> bool:
        now_ms = self._tools.clock_ms()
        is_mine = row.lease == self._leases.get((row.month, row.language))
        return not _is_to_come(row.next_ms, now_ms) and (
            is_mine or not _is_to_come(row.lease_ms, now_ms)
        )

    def _try(self, order: Order, lease: str, attempts: int) -> None:
        try:
            self._make(order, lease)
        except _DOWN:
            raise
        except _Stopped:
            self._rest(order, lease)
        except BlobError:
            self._rest(order, lease, "the photo store does not answer", attempts)
        except OSError as error:
            self._rest(order, lease, f"{error.filename or 'disk'}: {error.strerror}", attempts)
        except Exception as error:
            _logger.exception("report failed", month=order.month, language=order.language)
            self._rest(order, lease, f"a fault of ours ({type(error).__name__})", attempts)

    def _rest(self, order: Order, lease: str, why: str = "", attempts: int = 0) -> None:
        rest_ms = min(_PAUSE_MS * 2 ** min(attempts, 16), _PAUSE_MOST_MS)
        self._tools.handin(RestReport(order.month, order.language, lease, why, rest_ms))

    def _make(self, order: Order, lease: str) -> None:
        settings = self._tools.settings
        with self._tools.store.read() as session:
            mine = records.site_ids(session)
            now_ms = self._tools.clock_ms()
            asked = ask(session, order, mine, lambda _site: Level.L1, settings, now_ms)
        made = self._maker.make(asked, order, self._beat)
        drawer = filing.drawer_of(order.month, order.language, lease)
        filing.keep(settings, drawer, made)
        if not self._tools.handin(MadeReport(lease, facts(asked, order, made))).moved:
            remove_drawer(settings, drawer)

    def _beat(self, _done: int, _all: int) -> None:
        if self._tools.stop.is_set():
            raise _Stopped


def _is_to_come(at_ms: int, now_ms: int) -> bool:
    """Whether the end of a lease or a rest is ahead, and no clock that ran ahead has set it."""
    return now_ms < at_ms <= now_ms + reports.AHEAD_MS
