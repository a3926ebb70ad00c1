"""Checklist files on the command line: reading them, and telling their faults."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import rich_click as click
from msgspec.structs import asdict

from fieldops.cli.shell import Shell
from fieldops.model.checklist import Checklist
from fieldops.model.fault import Fault
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.rules import checklists
from fieldops.rules.checklists import Report

paths_argument = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
"""Files, and folders that are searched for ``*.toml``."""


def read_all(shell: Shell, paths: Iterable[Path]) -> list[tuple[Path, Checklist]]:
    """All checklists, or ``ProblemError`` checklist-faults with every fault of all files."""
    reports = examine_all(shell, paths)
    refuse(shell, "checklist-faults", [note for _, one in reports for note in one.faults])
    return [(path, one.checklist) for path, one in reports if one.checklist is not None]


def examine_all(shell: Shell, paths: Iterable[Path]) -> list[tuple[Path, Report]]:
    """Every file looked through.  Raises ``ProblemError`` file, also where there is none."""
    reports = [(path, examine(path)) for path in _files(paths)]
    if not reports:
        detail = shell.text("文件夹中没有 .toml 文件", "the folder holds no .toml file")
        raise ProblemError(operation("file", detail))
    return reports


def refuse(shell: Shell, slug: str, notes: Sequence[Fault]) -> None:
    """Raises ``ProblemError`` with the notes, if there are any."""
    if notes:
        raise faulty(shell, notes, slug)


def faulty(shell: Shell, notes: Sequence[Fault], slug: str = "checklist-faults") -> ProblemError:
    """The problem that tells every note."""
    lines = "\n".join(line_of(shell, note) for note in notes)
    extra = {"faults": [asdict(note) for note in notes]}
    return ProblemError(operation(slug, lines, **extra))


def examine(path: Path) -> Report:
    """One file looked through.  Raises ``ProblemError`` file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8"
        raise ProblemError(operation("file", detail)) from error
    return checklists.examine(text, str(path))


def line_of(shell: Shell, note: Fault) -> str:
    """A note as editors and terminals know how to jump to it."""
    said, advice = note.messages[shell.language], note.advice[shell.language]
    mark = shell.text("提示：", "remark: ") if note.severity == "remark" else ""
    return f"{note.path}:{note.line}:{note.column}: {mark}{said} {advice}"


def card(path: Path, checklist: Checklist) -> dict[str, Any]:
    """What a file holds, as a row of ``--json``."""
    return {
        "path": str(path),
        "key": checklist.key,
        "version": checklist.version,
        "domain": checklist.domain,
        "items": sum(len(section.items) for section in checklist.sections),
        "sha256": checklists.address(checklist),
    }


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.toml")) if path.is_dir() else [path]
    return found
