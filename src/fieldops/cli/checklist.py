"""``fieldops checklist``: write, lint, publish, look up the standards.

A module ``checklist_*`` defines one sub-command as its ``command``; this one lists them.
"""

import rich_click as click

from fieldops.cli import (
    checklist_diff,
    checklist_import,
    checklist_lint,
    checklist_list,
    checklist_override,
    checklist_overrides,
    checklist_publish,
    checklist_schema,
    checklist_show,
    checklist_stats,
    checklist_try,
    checklist_withdraw,
)
from fieldops.cli.language import tr

_COMMANDS = (
    checklist_lint,
    checklist_import,
    checklist_show,
    checklist_try,
    checklist_diff,
    checklist_schema,
    checklist_publish,
    checklist_list,
    checklist_withdraw,
    checklist_override,
    checklist_overrides,
    checklist_stats,
)


@click.group(
    help=tr(
        "检查表：导入、检查、查看、比较、发布。",
        "Checklists: import, lint, show, compare, publish.",
    )
)
def command() -> None:
    """The group's text is its help, above."""


for _module in _COMMANDS:
    command.add_command(_module.command)
