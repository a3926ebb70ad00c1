"""A checklist by its name: a published version by key, ``key@version`` or SHA-256, or a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from fieldops.cli.checklist_files import examine, refuse
from fieldops.cli.shell import Shell
from fieldops.model.checklist import Checklist
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.rules import checklists

if TYPE_CHECKING:
    from sqlmodel import Session

ADDRESS_DIGITS_MIN = 8
"""Of a SHA-256, this many digits name a version."""


def checklist_of(shell: Shell, name: str) -> Checklist:
    """The checklist in a file, or a published version (``published``).

    A file is what ends in ``.toml``; examples that do not come out are noted, and no more.  Raises
    ``ProblemError`` file, checklist-faults, unknown-name.
    """
    path = Path(name)
    if path.suffix != ".toml":
        return published(shell, name)
    if not path.is_file():
        raise ProblemError(operation("file", name))
    report = examine(path)
    if report.checklist is None:
        refuse(shell, "checklist-faults", report.faults)
    elif report.faults:
        count = len(report.faults)
        shell.note(
            f"注意：此文件有 {count} 处错误，见 lint", f"note: {count} faults here; see lint"
        )
    assert report.checklist is not None
    return report.checklist


def published(shell: Shell, name: str) -> Checklist:
    """A version by ``key`` (the newest), ``key@version``, or the beginning of its SHA-256.

    Raises ``ProblemError`` unknown-name.
    """
    from fieldops.store import definitions

    def query(session: "Session") -> bytes | None:
        known = definitions.listing(session)
        key, at, version = name.partition("@")
        named = [one[3] for one in known if one[0] == key and (not at or one[1] == version)]
        if len(name) >= ADDRESS_DIGITS_MIN:
            named = named or [one[3] for one in known if one[3].hex().startswith(name.lower())]
        return definitions.get(session, named[-1]) if named else None

    body = shell.read(query)
    if body is None:
        raise ProblemError(operation("unknown-name", name))
    return checklists.decode(body)
