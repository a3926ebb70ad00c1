"""``fieldops checklist list``: the published versions."""

import rich_click as click

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell

_COLUMNS = (
    ("key", "检查表", "checklist"),
    ("version", "版本", "version"),
    ("domain", "领域", "domain"),
    ("published", "发布时间", "published"),
    ("sha256", "SHA-256", "SHA-256"),
)


@click.command("list", help=tr("列出已发布的版本。", "List published versions."))
@json_option
@pass_shell
def command(shell: Shell) -> None:
    from fieldops.flow.timing import rfc3339
    from fieldops.store import definitions

    members = ("key", "version", "domain", "sha256", "published")
    rows = [
        dict(zip(members, (key, version, domain, sha.hex(), rfc3339(at_ms)), strict=True))
        for key, version, domain, sha, at_ms in shell.read(definitions.listing)
    ]
    shell.table(rows, _COLUMNS)
