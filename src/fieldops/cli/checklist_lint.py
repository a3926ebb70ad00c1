"""``fieldops checklist lint``: everything to be said of a file, with line, column and advice."""

from pathlib import Path
from typing import Any

import rich_click as click
from msgspec.structs import asdict

from fieldops.cli.checklist_files import card, examine_all, line_of, paths_argument, refuse
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.model.fault import Fault
from fieldops.rules.checklists import Report


@click.command(
    "lint",
    help=tr(
        "检查文件或文件夹，逐条指出行、列和改法；错误不能发布，提示可以。",
        "Check files or folders, naming line, column and what to write instead. Faults keep a"
        " file from being published, remarks do not.",
    ),
)
@paths_argument
@click.option(
    "--strict", "is_strict", is_flag=True, help=tr("有提示也算失败", "Let remarks fail, too")
)
@json_option
@pass_shell
def command(shell: Shell, paths: tuple[Path, ...], is_strict: bool) -> None:
    reports = examine_all(shell, paths)
    notes = [note for _, report in reports for note in report.notes]
    if any(note.severity == "fault" for note in notes):
        refuse(shell, "checklist-faults", notes)
    if is_strict:
        refuse(shell, "checklist-remarks", notes)
    rows = [_row(path, report) for path, report in reports]
    shell.show(rows, _told(shell, rows, notes), _told(shell, rows, notes))


def _row(path: Path, report: Report) -> dict[str, Any]:
    """A file without fault: what it holds, and its remarks."""
    assert report.checklist is not None
    return card(path, report.checklist) | {"remarks": [asdict(note) for note in report.notes]}


def _told(shell: Shell, rows: list[dict[str, Any]], notes: list[Fault]) -> str:
    lines = [line_of(shell, note) for note in notes]
    for row in rows:
        items = shell.text(f"{row['items']} 项", f"{row['items']} items")
        lines.append(f"{row['path']}: {row['key']} {row['version']}, {items}")
    zh = f"{len(rows)} 个检查表没有错误，{len(notes)} 条提示"
    return "\n".join([*lines, shell.text(zh, f"{len(rows)} without fault, {len(notes)} remarks")])
