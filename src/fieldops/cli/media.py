"""``fieldops media``: photos from the command line; each sub-command has a module of its own.

A module ``media_*`` defines a command; this one imports it and says ``command.add_command``.
"""

import rich_click as click

from fieldops.cli import media_care, media_debts, media_notes, media_pictures, media_show
from fieldops.cli.language import tr
from fieldops.cli.media_hold import hold


@click.group(
    help=tr(
        "照片证据：欠传、图片、疑点、保管、查看。",
        "Photo evidence: what is owed, pictures, notes on evidence, care, and looking at it.",
    )
)
def command() -> None:
    """The group's text is its help, above."""


command.add_command(media_notes.command)
command.add_command(media_pictures.look)
command.add_command(media_show.show)
command.add_command(media_show.fetch)
command.add_command(media_show.sheet)
command.add_command(media_debts.command, "debts")
for _one in (*media_care.COMMANDS, hold):
    command.add_command(_one)
