"""The writer: waiting jobs share one transaction (group commit), each under a savepoint.

    submit ─→ queue ─→ lane: BEGIN · (SAVEPOINT job RELEASE)* · log positions · COMMIT ─→ futures

A commit costs an fsync, so all that waits goes in together.  On SQLite there is one lane; on
PostgreSQL a few.  Log positions are drawn as the last work before COMMIT (``log.flush``), so that
the order of positions is the order of commits.  A future resolves only after COMMIT returned.
"""

import queue
import re
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, TypeVar

import psycopg
import sqlcipher3
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from fieldops.store import log

T = TypeVar("T")

_GROUP_WEIGHT = 4000
"""About how many rows one transaction takes in; more waits for the next (p99 over throughput)."""
_TRIES = 4
"""How often a job is run when it loses a deadlock or a lock times out."""
_TRANSIENT = frozenset({"40001", "40P01", "55P03", "23505"})
"""SQLSTATE of serialization failure, deadlock, lock timeout, and a row that is there already:
run again, the job sees it (PostgreSQL, appendix A)."""
_TRANSIENT_WORDS = re.compile("locked|busy|UNIQUE constraint failed")
"""What SQLite says of the same."""
_NOTHING: Mapping[str, Any] = {}
_AGAIN = "again"
"""Where a session's ``info`` says that its job has failed before."""

DATABASE_ERRORS = (DBAPIError, psycopg.Error, sqlcipher3.dbapi2.Error)
"""What says that the database failed, by way of SQLAlchemy or straight from a driver."""


def is_again(session: Session) -> bool:
    """Whether the job was run before and failed: now it must look, and take nothing for granted."""
    return _AGAIN in session.info


class StoreBusy(Exception):
    """The database failed or is busy; nothing of the job was kept; try again later."""


class _Job:
    __slots__ = ("future", "outcome", "run", "weight")

    def __init__(self, run: Callable[[Session], Any], weight: int) -> None:
        self.run = run
        self.weight = weight
        self.future: Future[Any] = Future()
        self.outcome: tuple[bool, Any] = (False, None)

    def begin(self) -> bool:
        """False if nobody waits any more; from here on nobody can call it off."""
        return self.future.set_running_or_notify_cancel()

    def settle(self) -> None:
        worked, value = self.outcome
        if worked:
            self.future.set_result(value)
        else:
            self.future.set_exception(value)


class Writer:
    """Runs jobs on lanes; ``close`` finishes what waits."""

    def __init__(self, engine: Engine, lanes: int) -> None:
        self.info: dict[Any, Any] = {}
        """What every session of the writer has in its ``info``."""
        self._engine = engine
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lanes = [
            threading.Thread(target=self._work, name=f"writer-{n}", daemon=True)
            for n in range(lanes)
        ]
        self._closed = False
        for lane in self._lanes:
            lane.start()

    def submit(self, run: Callable[[Session], T], weight: int = 1) -> "Future[T]":
        """Queue ``run``; the future raises what it raised, or ``StoreBusy``."""
        if self._closed:
            raise StoreBusy("the writer is closed")
        job = _Job(run, weight)
        self._queue.put(job)
        return job.future

    @property
    def waiting(self) -> int:
        """About how many jobs wait."""
        return self._queue.qsize()

    def close(self) -> None:
        """Refuse new jobs, finish the waiting ones, end the lanes."""
        self._closed = True
        for _lane in self._lanes:
            self._queue.put(None)
        for lane in self._lanes:
            lane.join()

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            group, ended = self._gather(first)
            if wanted := [job for job in group if job.begin()]:
                self._run(wanted)
            if ended:
                return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        group, weight = [first], first.weight
        while weight < _GROUP_WEIGHT:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
            weight += job.weight
        return group, False

    def _run(self, group: list[_Job]) -> None:
        try:
            self._transact(group)
        except Exception as error:  # noqa: BLE001  # whatever broke it, each job is tried alone
            if len(group) > 1:
                for job in group:
                    self._run_alone(job)
                return
            self._run_alone(group[0], error)
            return
        for job in group:
            job.settle()

    def _run_alone(self, job: _Job, error: Exception | None = None) -> None:
        for _try in range(_TRIES):
            if error is not None and not _is_transient(error):
                break
            try:
                self._transact([job], {_AGAIN: True})
            except Exception as again:  # noqa: BLE001  # the future carries it to whoever waits
                error = again
            else:
                job.settle()
                return
        job.outcome = (False, _translated(error))
        job.settle()

    def _transact(self, group: list[_Job], more: Mapping[str, Any] = _NOTHING) -> None:
        with Session(self._engine, info={**self.info, **more}) as session:
            for job in group:
                if len(group) == 1:
                    job.outcome = (True, job.run(session))
                else:
                    _run_under_savepoint(session, job)
            log.flush(session)
            session.commit()


def _run_under_savepoint(session: Session, job: _Job) -> None:
    """Run one job of a group; what it raises is its own, unless the database itself failed."""
    mark = log.mark(session)
    savepoint = session.begin_nested()
    session.connection()  # Sets the savepoint: SQLAlchemy waits until somebody asks for it.
    try:
        value = job.run(session)
        savepoint.commit()
    except Exception as error:  # carried to whoever waits for this job
        if _is_database(error):
            raise
        savepoint.rollback()
        log.rewind(session, mark)
        job.outcome = (False, error)
    else:
        job.outcome = (True, value)


def _is_transient(error: Exception) -> bool:
    original = getattr(error, "orig", error)
    state = getattr(original, "sqlstate", None)
    return state in _TRANSIENT or _TRANSIENT_WORDS.search(str(original)) is not None


def _translated(error: Exception | None) -> Exception:
    """A database failure becomes ``StoreBusy``; anything else is the job's own."""
    if _is_database(error):
        busy = StoreBusy("the database failed; nothing was kept")
        busy.__cause__ = error
        return busy
    return error or StoreBusy("the job did not run")


def _is_database(error: Exception | None) -> bool:
    """Whether the database failed; the statements of ``batch`` raise their driver's own errors."""
    return isinstance(error, DATABASE_ERRORS)
