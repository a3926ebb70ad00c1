"""``fieldops checklist list``: the published versions, and how each stands."""

from typing import Any

import rich_click as click

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell

_COLUMNS = (
    ("key", "检查表", "checklist"),
    ("version", "版本", "version"),
    ("domain", "领域", "domain"),
    ("state", "状态", "state"),
    ("since", "自", "since"),
    ("published", "发布时间", "published"),
    ("reason", "撤回原因", "withdrawn because"),
    ("sha256", "SHA-256", "SHA-256"),
)
_STATES = {
    "current": ("现行", "current"),
    "superseded": ("已被取代", "superseded"),
    "withdrawn": ("已撤回", "withdrawn"),
}


@click.command(
    "list",
    help=tr(
        "列出已发布的版本：现行、已被取代或已撤回。",
        "List published versions: current, superseded or withdrawn.",
    ),
)
@json_option
@pass_shell
def command(shell: Shell) -> None:
    from msgspec.structs import asdict

    from fieldops.flow.standards import Standing, standings
    from fieldops.flow.timing import rfc3339

    def row(one: Standing) -> dict[str, Any]:
        times = {"published": rfc3339(one.published_ms), "since": rfc3339(one.since_ms)}
        state = one.state if shell.as_json else shell.text(*_STATES[one.state])
        return asdict(one) | times | {"state": state}

    shell.table([row(one) for one in shell.read(standings)], _COLUMNS)
