"""``fieldops checklist show``: one checklist, to read in the terminal."""

import rich_click as click

from fieldops.cli import paper
from fieldops.cli.checklist_names import checklist_of
from fieldops.cli.checklist_page import SPOKEN, Spoken, page
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell

spoken_option = click.option(
    "--lang",
    "spoken",
    type=click.Choice(SPOKEN, case_sensitive=False),
    help=tr("内容的语言", "The language of what is shown"),
)
"""The language of a checklist's texts; that of the command line is ``fieldops --lang``."""


@click.command(
    "show",
    help=tr(
        "以中英文显示检查表：文件、键（最新版）、键@版本，或 SHA-256 的开头。",
        "Show a checklist in both languages: a file, a key (its newest version), key@version,"
        " or a SHA-256.",
    ),
)
@click.argument("name")
@spoken_option
@json_option
@pass_shell
def command(shell: Shell, name: str, spoken: Spoken | None) -> None:
    checklist = checklist_of(shell, name)
    if shell.as_json:
        shell.show_json(checklist)
    else:
        rows = page(checklist)
        paper.put(
            (row.indent, row.style, text) for row in rows for text in row.said(spoken or "both")
        )
