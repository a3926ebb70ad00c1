"""``fieldops checklist show``: one checklist, to read."""

from collections.abc import Iterable

import rich_click as click

from fieldops.cli.checklist_names import checklist_of
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.model.checklist import Checklist
from fieldops.rules import checklists


@click.command("show", help=tr("显示文件或已发布的版本。", "Show a file or a published version."))
@click.argument("name")
@json_option
@pass_shell
def command(shell: Shell, name: str) -> None:
    """By file, key (the newest version), ``key@version``, or the beginning of its SHA-256."""
    checklist = checklist_of(shell, name)
    if shell.as_json:
        shell.show_json(checklist)
    else:
        click.echo("\n".join(_outline(shell, checklist)))


def _outline(shell: Shell, checklist: Checklist) -> Iterable[str]:
    title = checklist.titles[shell.language]
    yield f"{title} ({checklist.key} {checklist.version}, {checklist.domain})"
    yield checklists.address(checklist)
    for section in checklist.sections:
        yield f"\n{section.titles[shell.language]}"
        for item in section.items:
            kind = type(item.answer).__name__.lower()
            yield f"  {item.key}: {item.titles[shell.language]} [{kind}]"
