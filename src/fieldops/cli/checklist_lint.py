"""``fieldops checklist lint``: every fault of a file, with line, column and advice."""

from pathlib import Path

import rich_click as click

from fieldops.cli.checklist_files import card, paths_argument, read_all
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell


@click.command(
    "lint",
    help=tr(
        "检查文件或文件夹，逐条指出行、列和改法。",
        "Check files or folders, naming line and column.",
    ),
)
@paths_argument
@json_option
@pass_shell
def command(shell: Shell, paths: tuple[Path, ...]) -> None:
    good = read_all(shell, paths)
    rows = [card(path, checklist) for path, checklist in good]
    names = "\n".join(f"{row['path']}: {row['key']} {row['version']}" for row in rows)
    shell.show(
        rows, f"{names}\n{len(rows)} 个检查表没有错误", f"{names}\n{len(rows)} without fault"
    )
