"""``fieldops doctor``: every part, how it stands, what to do next."""

from typing import TYPE_CHECKING, Any

import rich_click as click
from click.exceptions import Exit

from fieldops.cli.language import tr
from fieldops.cli.serve import running_url
from fieldops.cli.shell import Shell, harmless, json_option, pass_shell

if TYPE_CHECKING:
    from fieldops.flow.checks import Check

_SIGNS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "bad": ("✗", "red")}
_ZH = {
    "audit": "审计", "backup": "备份", "blobs": "照片存储", "bucket": "存储桶", "clock": "时钟",
    "collection": "清理", "database": "数据库", "desk lists": "列表", "disk": "磁盘",
    "export": "导出", "exports": "导出", "hook budgets": "钩子时限", "job": "任务", "jobs": "任务",
    "legal holds": "依法保留", "mail": "邮件", "photos": "照片", "photos owed": "欠交照片",
    "pictures": "图片处理", "plugin": "插件", "quarantine": "隔离区", "report": "月报",
    "reports": "月报", "retention": "保留期", "scrub": "读回核对", "spool": "暂存区",
    "sqlite": "SQLite", "versions": "版本", "webhook": "Webhook", "webhooks": "Webhook",
}  # fmt: skip
"""Parts by name; behind some stands which one it is, as in ``plugin cleaning``."""


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
    found, colon = check.found[shell.language], shell.text("：", ": ")
    click.echo(
        f"{click.style(sign, fg=colour)} {_title(shell, check.name)}{colon}{harmless(found)}"
    )
    if check.advice:
        click.echo(f"    {check.advice[shell.language]}")


def _title(shell: Shell, name: str) -> str:
    """The name of a part in the language of the shell."""
    part, _, which = (name, "", "") if name in _ZH else name.partition(" ")
    return shell.text(f"{_ZH[part]} {which}".strip(), name)


def _conclude(shell: Shell, bad: list[str], url: str) -> None:
    served = shell.text(f"服务运行于 {url}", f"A server runs at {url}")
    idle = shell.text(
        "此数据文件夹没有 fieldops serve 在运行", "fieldops serve does not run on this data folder"
    )
    click.echo(served if url else idle)
    if bad:
        names = shell.text("、", ", ").join(_title(shell, name) for name in bad)
        click.echo(shell.text(f"需要处理：{names}", f"To be looked after: {names}"))
