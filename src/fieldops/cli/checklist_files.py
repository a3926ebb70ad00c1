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

paths_argument = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
"""Files, and folders that are searched for ``*.toml``."""


def read_all(shell: Shell, paths: Iterable[Path]) -> list[tuple[Path, Checklist]]:
    """All checklists, or ``ProblemError`` checklist-faults with every fault of all files."""
    good: list[tuple[Path, Checklist]] = []
    faults: list[Fault] = []
    for path in _files(paths):
        found = read(path)
        if isinstance(found, list):
            faults += found
        else:
            good.append((path, found))
    if faults:
        raise faulty(shell, faults)
    if not good:
        detail = shell.text("文件夹中没有 .toml 文件", "the folder holds no .toml file")
        raise ProblemError(operation("file", detail))
    return good


def faulty(shell: Shell, faults: Sequence[Fault]) -> ProblemError:
    """The problem checklist-faults, which tells every fault."""
    lines = [_line(shell, fault) for fault in faults]
    extra = {"faults": [asdict(fault) for fault in faults]}
    return ProblemError(operation("checklist-faults", "\n".join(lines), **extra))


def read(path: Path) -> Checklist | list[Fault]:
    """One file's checklist, or its faults.  Raises ``ProblemError`` file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8"
        raise ProblemError(operation("file", detail)) from error
    return checklists.parse(text, str(path))


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


def _line(shell: Shell, fault: Fault) -> str:
    said, advice = fault.messages[shell.language], fault.advice[shell.language]
    return f"{fault.path}:{fault.line}:{fault.column}: {said} {advice}"
