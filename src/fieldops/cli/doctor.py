"""``fieldops doctor``: every part, how it stands, what to do next."""

from typing import TYPE_CHECKING, Any

import rich_click as click
from click.exceptions import Exit

from fieldops.cli.language import tr
from fieldops.cli.serve import running_url
from fieldops.cli.shell import Shell, json_option, pass_shell

if TYPE_CHECKING:
    from fieldops.flow.checks import Check

_SIGNS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "bad": ("✗", "red")}


@click.command(
    help=tr(
        "检查版本、数据库、照片存储、磁盘、时钟、插件、备份，并给出建议；有错误时退出码为 1。",
        "Check versions, database, photo store, disk, clock, plugins and backup, and say what to"
        " do; exits with 1 if something is broken.",
    )
)
@json_option
@pass_shell
def command(shell: Shell) -> None:
    from fieldops.flow import doctor

    settings = shell.settings
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    checks: list[Check] = []
    for check in doctor.examine(settings, shell.now_ms()):
        checks.append(check)
        if not shell.as_json:
            _show(shell, check)
    bad = [check.name for check in checks if check.state == "bad"]
    if shell.as_json:
        found: dict[str, Any] = {"ok": not bad, "url": running_url(settings.data_dir)}
        shell.show_json(found | {"checks": checks})
    else:
        _conclude(shell, bad, running_url(settings.data_dir))
    if bad:
        raise Exit(1)


def _show(shell: Shell, check: "Check") -> None:
    sign, colour = _SIGNS[check.state]
    click.echo(f"{click.style(sign, fg=colour)} {check.name}: {check.found}")
    if check.advice:
        click.echo(f"    {check.advice[shell.language]}")


def _conclude(shell: Shell, bad: list[str], url: str) -> None:
    served = shell.text(f"服务运行于 {url}", f"A server runs at {url}")
    idle = shell.text("服务未运行", "No server is running")
    click.echo(served if url else idle)
    if bad:
        names = ", ".join(bad)
        click.echo(shell.text(f"需要处理：{names}", f"To be looked after: {names}"))
