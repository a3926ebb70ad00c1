"""``fieldops plugin``: which plugins there are, how each stands, and stopping one by hand."""

from collections.abc import Callable
from typing import Any

import rich_click as click
from msgspec.structs import asdict
from sqlmodel import Session

from fieldops.cli.language import tr
from fieldops.cli.plugin_new import new
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import plugins
from fieldops.flow.setup import SYSTEM
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


@click.group(help=tr("插件：状态、停下、继续、重放。", "Plugins: how they stand, park, replay."))
def command() -> None:
    """The group's text is its help, above."""


command.add_command(new)


@command.command("list", help=tr("列出插件、位置和故障。", "List plugins, cursors and faults."))
@json_option
@pass_shell
def list_(shell: Shell) -> None:
    def query(session: Session) -> list[PluginState]:
        return plugins.plugin_states(session, shell.settings)

    rows = [asdict(state) for state in shell.read(query)]
    if not shell.as_json:
        rows = [row | {"last_fault": _last_fault(shell, row)} for row in rows]
    shell.table(rows, _COLUMNS)


def _last_fault(shell: Shell, row: dict[str, Any]) -> str:
    """The latest fault while it matters: a plugin that works again has got over it."""
    if not row["faults"] or row["state"] == "running":
        return ""
    fault = row["faults"][-1]
    detail = f" ({fault.detail})" if fault.detail else ""
    return f"{fault.code}: {faults.describe(fault.code, shell.language)}{detail}"


@command.command(
    "show",
    help=tr(
        "显示一个插件：钩子、检查表、位置、故障及处理、各钩子用时、保护。",
        "Show one plugin: hooks, checklists, cursor, faults and what to do, what its hooks cost,"
        " how it is held.",
    ),
)
@click.argument("name")
@json_option
@pass_shell
def show(shell: Shell, name: str) -> None:
    from fieldops.cli import plugin_sheet

    sheet = shell.read(lambda session: plugins.plugin_sheet(session, shell.settings, name))
    if sheet is None:
        raise ProblemError(operation("unknown-name", name))
    plugin_sheet.show(shell, sheet)


@command.command(
    "park",
    help=tr(
        "让插件停在当前位置；用 resume 继续。",
        "Let a plugin stop where it stands, until `resume`.",
    ),
)
@click.argument("name")
@click.option("--why", default="", help=tr("原因，供他人查看", "Why, for others to read"))
@json_option
@pass_shell
def park(shell: Shell, name: str, why: str) -> None:
    def job(session: Session) -> bool:
        return plugins.park(session, name, why, SYSTEM, shell.now_ms())

    _do(shell, name, job)
    shell.show({"parked": name}, f"{name} 已停下", f"{name} is parked")


@command.command("resume", help=tr("让停下的插件继续。", "Let a parked plugin go on."))
@click.argument("name")
@json_option
@pass_shell
def resume(shell: Shell, name: str) -> None:
    def job(session: Session) -> bool:
        return plugins.resume(session, name, SYSTEM, shell.now_ms())

    _do(shell, name, job)
    shell.show({"resumed": name}, f"{name} 将继续", f"{name} goes on")


@command.command(
    "replay",
    help=tr(
        "让插件从某位置起重新读取日志；已有的结论不会重复。",
        "Let a plugin read the log again; what stands already is not raised twice.",
    ),
)
@click.argument("name")
@click.option(
    "--from",
    "position",
    type=click.IntRange(0),
    required=True,
    help=tr("从此位置之后重新读取；0 为全部", "Read again behind this position; 0 for all of it"),
)
@json_option
@pass_shell
def replay(shell: Shell, name: str, position: int) -> None:
    def job(session: Session) -> bool:
        return plugins.replay(session, name, position, SYSTEM, shell.now_ms())

    _do(shell, name, job)
    shell.show(
        {"replayed": name, "from": position},
        f"{name} 将从位置 {position} 起重新读取；用 fieldops plugin list 查看进度",
        f"{name} reads again from position {position}; `fieldops plugin list` shows how far it is",
    )


def _do(shell: Shell, name: str, job: Callable[[Session], bool]) -> None:
    if not shell.write(job):
        raise ProblemError(operation("unknown-name", name))
