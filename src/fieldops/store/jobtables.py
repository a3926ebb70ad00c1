"""The table of the worker's jobs that have failed: its readers, its couriers, and the others."""

from sqlmodel import Field, SQLModel

from fieldops.store.columns import big


class JobFault(SQLModel, table=True):
    """A job that has failed at least once; ``since_ms`` is None while it works.

    ``times`` are those in a row, ``failures`` all that ever were; ``kind`` is a key of
    ``rules.jobfaults`` and ``detail`` a type's name, never what it worked on.
    """

    __tablename__ = "job_fault"
    job: str = Field(primary_key=True)
    since_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    last_ms: int = Field(sa_column=big())
    times: int = 0
    failures: int = Field(default=0, sa_column=big())
    kind: str = ""
    detail: str = ""
