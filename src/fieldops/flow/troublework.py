"""What the worker hands in about its own jobs; ``troubles`` takes it."""

from msgspec import Struct


class JobFailed(Struct, frozen=True, tag="job-failed", omit_defaults=True):
    """A job failed: ``times`` in a row since ``since_ms``, of which ``failures`` were not told yet.

    ``kind`` is a key of ``rules.jobfaults``, ``detail`` the name of a type.
    """

    job: str
    since_ms: int
    last_ms: int
    times: int
    failures: int
    kind: str
    detail: str = ""


class JobWorks(Struct, frozen=True, tag="job-works"):
    """A job works again, or for the first time in this process."""

    job: str
