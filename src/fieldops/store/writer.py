"""The writer: waiting jobs share one transaction (group commit).

    submit ─→ queue ─→ lane: BEGIN · job · (SAVEPOINT job)* · log positions · COMMIT ─→ futures

A commit costs an fsync, so all that waits goes in together: what waits once the first job is done,
for it may have waited for a lock itself.  On SQLite there is one lane; on PostgreSQL a few.  Only
the first job of a transaction waits for locks (``batch.lock``): one that would, behind others, ends
the group and is first of the next.  So no two lanes wait for each other, and none holds up others'
sites while it waits.  A job that meets a row which it took for new runs again under its savepoint,
and its group stands.  Log positions are drawn as the last work before COMMIT (``log.flush``), so
that the order of positions is the order of commits.  A future resolves only after COMMIT returned.
"""

import queue
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

import psycopg
import sqlcipher3
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlmodel import Session

from fieldops.store import batch, log

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
_THERE_ALREADY, _THERE_ALREADY_WORDS = "23505", "UNIQUE constraint failed"
"""What both say of a row that is there already."""
_AGAIN = "again"
"""Where a session's ``info`` says that its job has failed before."""

DATABASE_ERRORS = (DBAPIError, NoConnection, psycopg.Error, sqlcipher3.dbapi2.Error)
"""What says that the database failed, by way of SQLAlchemy or straight from a driver; or that it
kept all connections busy for too long."""


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
        self.outcome: tuple[bool, Any] | None = None

    def begin(self) -> bool:
        """False if nobody waits any more; from here on nobody can call it off."""
        return self.future.set_running_or_notify_cancel()

    def settle(self) -> None:
        assert self.outcome is not None, "it was run"
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
        self.is_failing = False
        """Whether the database failed the last time, and has kept nothing since."""
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
        left: _Job | None = None
        while (first := left or self._queue.get()) is not None:
            is_wanted = first is left or first.begin()
            left = self._run(first) if is_wanted else None

    def _run(self, first: _Job) -> _Job | None:
        """Run what one transaction takes in; the job that is to begin the next one."""
        group = [first]
        try:
            self._try_twice(group)
        except Exception as error:  # noqa: BLE001  # whatever broke it, each job is tried alone
            for job in group:
                self._run_alone(job, error if len(group) == 1 else None)
            return None
        self.is_failing = False
        left = group.pop() if group[-1].outcome is None else None
        for job in group:
            job.settle()
        return left

    def _run_alone(self, job: _Job, error: Exception | None = None) -> None:
        for _try in range(_TRIES):
            if error is not None and not _is_transient(error):
                break
            try:
                with Session(self._engine, info={**self.info, _AGAIN: True}) as session:
                    job.outcome = (True, job.run(session))
                    log.flush(session)
                    session.commit()
            except Exception as again:  # noqa: BLE001  # the future carries it to whoever waits
                error = again
            else:
                self.is_failing = False
                job.settle()
                return
        self.is_failing = self.is_failing or _is_database(error)
        job.outcome = (False, _translated(error))
        job.settle()

    def _try_twice(self, group: list[_Job]) -> None:
        try:
            self._transact(group, {})
        except DATABASE_ERRORS as error:
            if len(group) > 1 or not _is_there_already(error):
                raise
            self._transact(group, {_AGAIN: True})

    def _transact(self, group: list[_Job], more: dict[Any, Any]) -> None:
        """Run the one job of ``group``, and what waits then; all of it is added to the group.

        The last one has no outcome if it is left for the next transaction.
        """
        with Session(self._engine, info={**self.info, **more}) as session:
            group[0].outcome = (True, group[0].run(session))
            session.flush()  # What it adds must fail as its own.
            session.info.pop(_AGAIN, None)
            session.info[batch.IMPATIENT] = True
            for job in self._waiting_jobs(group[0].weight):
                group.append(job)
                if not _run_under_savepoint(session, job):
                    break
            log.flush(session)
            session.commit()

    def _waiting_jobs(self, weight: int) -> Iterator[_Job]:
        """What waits now, and is still wanted; not what comes meanwhile, or it would never end."""
        for _ in range(self._queue.qsize()):
            if weight >= _GROUP_WEIGHT:
                return
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return
            if job is None:
                # A lane's word to end: it is met again once this transaction is through.
                self._queue.put(None)
                return
            if job.begin():
                weight += job.weight
                yield job


def _run_under_savepoint(session: Session, job: _Job) -> bool:
    """Run one job of a group; what it raises is its own, unless the database itself failed.

    False, and nothing of it is kept, if it would have to wait for a lock.
    """
    try:
        job.outcome = (True, _attempt(session, job))
    except batch.Locked:
        return False
    except Exception as error:  # carried to whoever waits for this job
        if _is_database(error):
            raise
        job.outcome = (False, error)
    return True


def _attempt(session: Session, job: _Job) -> Any:
    try:
        return _saved(session, job)
    except DATABASE_ERRORS as error:
        if not _is_there_already(error):
            raise
    session.info[_AGAIN] = True
    try:
        return _saved(session, job)
    finally:
        del session.info[_AGAIN]


def _saved(session: Session, job: _Job) -> Any:
    """What a job makes, under a savepoint of its own; nothing of it is kept if it raises."""
    mark = log.mark(session)
    savepoint = session.begin_nested()
    session.connection()  # Sets the savepoint: SQLAlchemy waits until somebody asks for it.
    try:
        value = job.run(session)
        savepoint.commit()
    except Exception as error:
        if not _is_database(error) or _is_there_already(error):
            savepoint.rollback()
            log.rewind(session, mark)
        raise
    return value


def _is_transient(error: Exception) -> bool:
    original = getattr(error, "orig", error)
    state = getattr(original, "sqlstate", None)
    return state in _TRANSIENT or _TRANSIENT_WORDS.search(str(original)) is not None


def _is_there_already(error: Exception) -> bool:
    """Whether a job met a row that it took for new: after its savepoint it can look."""
    original = getattr(error, "orig", error)
    state = getattr(original, "sqlstate", None)
    return state == _THERE_ALREADY or _THERE_ALREADY_WORDS in str(original)


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
