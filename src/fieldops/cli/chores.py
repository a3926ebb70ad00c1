"""What the worker does beside following the log: jobs of the rooms above ``flow``, put together."""

from fieldops.flow.worker import Job
from fieldops.settings import Settings


def chores(settings: Settings) -> dict[str, Job]:
    """The jobs that these settings want, by the name of their thread."""
    found: dict[str, Job] = {}
    if settings.export.destinations:
        # What writes and carries runs is loaded only where there is somewhere to carry them.
        from fieldops.export.nightly import nightly

        found["exports"] = nightly
    return found
