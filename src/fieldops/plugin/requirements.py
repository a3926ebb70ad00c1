"""Whether what a plugin's package asks for is installed: known before a line of it runs."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def unmet(point: EntryPoint) -> list[str]:
    """The declared requirements (PEP 508) of an entry point's package that do not hold here.

    Each as it stands in the package, and what is installed instead.  Those of an extra, or of
    another platform, are left aside; what the required packages ask for is theirs to say.
    """
    return list(_unmet(point.dist.requires or [] if point.dist else []))


def _unmet(declared: list[str]) -> Iterator[str]:
    # Here, since the worker and the doctor import this module and never ask.
    from packaging.requirements import InvalidRequirement, Requirement

    for line in declared:
        try:
            asked = Requirement(line)
        except InvalidRequirement:
            yield f"{line}: cannot be read"
            continue
        if asked.marker is None or asked.marker.evaluate({"extra": ""}):
            yield from _against(asked, line)


def _against(asked: "Requirement", line: str) -> Iterator[str]:
    try:
        found = version(asked.name)
    except PackageNotFoundError:
        yield f"{line}: not installed"
        return
    if not asked.specifier.contains(found, prereleases=True):
        yield f"{line}: {found} is installed"
