"""Jobs of the worker that have failed, a row each; see ``JobFault``."""

from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch


class JobRow(Struct, frozen=True):
    """How a job stands; instants are ms, ``since_ms`` None while it works."""

    job: str
    since_ms: int | None
    last_ms: int
    times: int
    failures: int
    kind: str
    detail: str


_MEMBERS = ", ".join(JobRow.__struct_fields__)


def everything(session: Session) -> list[JobRow]:
    """All that ever failed, by name."""
    rows = batch.run(session, f"SELECT {_MEMBERS} FROM job_fault ORDER BY job")
    return [JobRow(*row) for row in rows]


def get(session: Session, job: str) -> JobRow | None:
    """A job, if it ever failed."""
    rows = batch.run(session, f"SELECT {_MEMBERS} FROM job_fault WHERE job = :job", job=job)
    return JobRow(*rows[0]) if rows else None


def failed(session: Session, row: JobRow) -> None:
    """A job failed again; ``row.failures`` are those that were not told yet."""
    batch.run(
        session,
        f"INSERT INTO job_fault ({_MEMBERS})"
        " VALUES (:job, :since, :last, :times, :failures, :kind, :detail)"
        " ON CONFLICT (job) DO UPDATE SET since_ms = excluded.since_ms, times = excluded.times,"
        " last_ms = excluded.last_ms, failures = job_fault.failures + excluded.failures,"
        " kind = excluded.kind, detail = excluded.detail",
        job=row.job,
        since=row.since_ms,
        last=row.last_ms,
        times=row.times,
        failures=row.failures,
        kind=row.kind,
        detail=row.detail,
    )


def forget(session: Session, before_ms: int) -> None:
    """Clear the marks of jobs that nobody has told of since an instant; their count stays."""
    batch.run(
        session,
        "UPDATE job_fault SET since_ms = NULL, times = 0 WHERE times > 0 AND last_ms < :before"
        " RETURNING 1",
        before=before_ms,
    )


def works(session: Session, job: str) -> bool:
    """A job works again; False if it did before."""
    query = "UPDATE job_fault SET since_ms = NULL, times = 0 WHERE job = :job AND times > 0"
    return bool(batch.run(session, f"{query} RETURNING 1", job=job))
