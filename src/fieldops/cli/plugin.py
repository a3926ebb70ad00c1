"""``fieldops plugin``: which plugins there are, and how each stands."""

from typing import Any

import rich_click as click
from msgspec.structs import asdict
from sqlmodel import Session

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow.plugins import plugin_states, resume
from fieldops.model.operation import operation
from fieldops.model.plugin import PluginState
from fieldops.model.problem import ProblemError
from fieldops.plugin import faults

_COLUMNS = (
    ("name", "插件", "plugin"),
    ("state", "状态", "state"),
    ("version", "版本", "version"),
    ("domain", "领域", "domain"),
    ("cursor", "位置", "cursor"),
    ("lag", "落后", "lag"),
    ("last_fault", "最近的故障", "last fault"),
)


@click.group(help=tr("插件及其状态。", "Plugins and how they stand."))
def command() -> None:
    """The group's text is its help, above."""


@command.command("list", help=tr("列出插件、位置和故障。", "List plugins, cursors and faults."))
@json_option
@pass_shell
def list_(shell: Shell) -> None:
    def query(session: Session) -> list[PluginState]:
        return plugin_states(session, shell.settings)

    rows = [asdict(state) for state in shell.read(query)]
    if not shell.as_json:
        rows = [row | {"last_fault": _last_fault(shell, row)} for row in rows]
    shell.table(rows, _COLUMNS)


def _last_fault(shell: Shell, row: dict[str, Any]) -> str:
    if not row["faults"]:
        return ""
    fault = row["faults"][-1]
    detail = f" ({fault.detail})" if fault.detail else ""
    return f"{fault.code}: {faults.describe(fault.code, shell.language)}{detail}"


@command.command("resume", help=tr("让停下的插件继续。", "Let a parked plugin go on."))
@click.argument("name")
@click.option(
    "--from",
    "position",
    type=click.IntRange(0),
    help=tr("从此位置重新读取", "Read again from behind this log position"),
)
@json_option
@pass_shell
def resume_(shell: Shell, name: str, position: int | None) -> None:
    def job(session: Session) -> bool:
        return resume(session, name, position)

    if not shell.write(job):
        raise ProblemError(operation("unknown-name", name))
    shell.show({"resumed": name}, f"{name} 将继续", f"{name} goes on")
