"""What the worker does beside following the log: jobs of the rooms above ``flow``, put together."""

from fieldops.flow.worker import Job, Tools
from fieldops.settings import Settings


def chores(settings: Settings) -> dict[str, Job]:
    """The jobs that these settings want, by the name of their thread."""
    found: dict[str, Job] = {"reports": _reports, "drawers": _drawers}
    if settings.export.destinations:
        # What writes and carries runs is loaded only where there is somewhere to carry them.
        from fieldops.export.nightly import nightly

        found["exports"] = nightly
    return found


def _reports(tools: Tools) -> None:
    """What makes reports is loaded in its own thread: the readers need not wait for it."""
    from fieldops.report.monthly import monthly

    monthly(tools)


def _drawers(tools: Tools) -> None:
    """So is what takes away what nobody needs any more."""
    from fieldops.export import drawercare
    from fieldops.report import filing

    drawercare.drawers(tools, [drawercare.sweep, filing.sweep])
