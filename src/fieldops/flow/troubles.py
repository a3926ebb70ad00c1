"""Jobs of the worker that fail again and again: kept on record, told, and cleared.

    job ─ fails ─ kind, since when, how often ─ hand-in ─→ row ─→ /readyz, doctor, /metrics
        └ works again ───────────────────────── hand-in ─→ its mark goes, its count stays

A process knows its own jobs; of what another one left behind it asks once, when a job first works.
"""

from collections.abc import Callable, Iterator

import structlog
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from fieldops.flow.checks import Check, amiss, both, ok
from fieldops.flow.handin import Handin, HandinDown
from fieldops.flow.plugins import Still
from fieldops.flow.timing import rfc3339
from fieldops.flow.troublework import JobFailed, JobWorks
from fieldops.model.answertypes import Titles
from fieldops.rules.jobfaults import AGAIN, CATALOGUE
from fieldops.store import jobs
from fieldops.store.blobs import BlobError
from fieldops.store.engine import Store
from fieldops.store.jobs import JobRow
from fieldops.store.writer import StoreBusy

_logger = structlog.get_logger(__name__)
STALE_MS = 2 * 24 * 3600 * 1000
"""Every job that fails is tried, and told of, at least once a day."""
_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (StoreBusy, "database"),
    (HandinDown, "server"),
    (BlobError, "photo-store"),
    (SQLAlchemyError, "database"),
    (OSError, "disk"),
    (MemoryError, "memory"),
)


class Trouble(Struct, frozen=True):
    """A job that fails again and again."""

    job: str
    since_ms: int
    times: int
    kind: str
    detail: str

    @property
    def titles(self) -> Titles:
        """What is wrong, in both languages, with the time since when and how often."""
        since, of = rfc3339(self.since_ms), CATALOGUE.get(self.kind, CATALOGUE["fault"]).titles
        inside = f" ({self.detail})" if self.detail else ""
        return {
            "zh-CN": f"自 {since} 起连续失败 {self.times} 次：{of['zh-CN']}{inside}",
            "en": f"failed {self.times} times in a row since {since}: {of['en']}{inside}",
        }


class Troubles:
    """What one process knows of its jobs.  Each job is told of by one thread only."""

    def __init__(self, store: Store, handin: Handin, clock_ms: Callable[[], int]) -> None:
        self._store, self._handin, self._clock_ms = store, handin, clock_ms
        self._failing: dict[str, JobFailed] = {}
        self._known: set[str] = set()

    def tell(self, job: str, error: Exception | None) -> None:
        """How the last step of a job went: None if it worked.  Never raises."""
        if error is None:
            self._works(job)
        else:
            self._failed(job, error)

    def _failed(self, job: str, error: Exception) -> None:
        kind = next((name for type_, name in _KINDS if isinstance(error, type_)), "fault")
        now_ms, last = self._clock_ms(), self._failing.get(job)
        told = JobFailed(
            job=job,
            since_ms=last.since_ms if last else now_ms,
            last_ms=now_ms,
            times=last.times + 1 if last else 1,
            failures=last.failures + 1 if last else 1,
            kind=kind,
            detail=type(error).__name__ if kind in ("fault", "database") else "",
        )
        self._known.add(job)
        # Who cannot hand in cannot hand in that either: it goes with the next one.
        is_told = kind != "server" and self._try(told)
        self._failing[job] = replace(told, failures=0 if is_told else told.failures)

    def _works(self, job: str) -> None:
        if job in self._known and job not in self._failing:
            return
        last = self._failing.get(job)
        try:
            if last is not None and last.failures:
                is_done = self._try(last) and self._try(JobWorks(job))
            elif last is not None or self._is_marked(job):
                is_done = self._try(JobWorks(job))
            else:
                is_done = True
        except StoreBusy as error:
            _logger.warning("a job's mark cannot be read", job=job, why=str(error))
            return
        if is_done:
            self._known.add(job)
            self._failing.pop(job, None)

    def _is_marked(self, job: str) -> bool:
        with self._store.read() as session:
            row = jobs.get(session, job)
        return row is not None and row.since_ms is not None

    def _try(self, told: JobFailed | JobWorks) -> bool:
        try:
            self._handin(told)
        except Exception as error:  # noqa: BLE001 - what fails is told of here, and no more
            _logger.warning("a job's fault is not on record", job=told.job, why=str(error))
            return False
        return True


def take(session: Session, request: JobFailed | JobWorks) -> bool:
    """Keep what was handed in, inside the caller's transaction."""
    if isinstance(request, JobWorks):
        return jobs.works(session, request.job)
    jobs.failed(
        session,
        JobRow(
            request.job,
            request.since_ms,
            request.last_ms,
            request.times,
            request.failures,
            request.kind,
            request.detail,
        ),
    )
    return True


def sweep(session: Session, now_ms: int) -> None:
    """Forget what is told of no more: its plugin, endpoint or destination is there no longer."""
    jobs.forget(session, now_ms - STALE_MS)


def troubles(session: Session) -> Iterator[Trouble]:
    """The jobs that have failed ``AGAIN`` times in a row, by name."""
    for row in jobs.everything(session):
        if row.since_ms is not None and row.times >= AGAIN:
            yield Trouble(row.job, row.since_ms, row.times, row.kind, row.detail)


def standing_still(session: Session) -> Iterator[Still]:
    """What ``/readyz`` names: the server goes on without them."""
    for one in troubles(session):
        yield Still("job", one.job, one.titles["en"], one.titles)


def examine(session: Session) -> Iterator[Check]:
    """One line for each job that fails again and again, or one for all."""
    found = list(troubles(session))
    for one in found:
        advice = CATALOGUE.get(one.kind, CATALOGUE["fault"]).advice
        yield amiss(
            f"job {one.job}", "warn", one.titles, advice["zh-CN"], advice["en"],
        )  # fmt: skip
    if not found:
        yield ok("jobs", both("没有一再失败的任务", "none fails again and again"))
