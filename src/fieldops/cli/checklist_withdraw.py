"""``fieldops checklist withdraw``: no new walk begins on a version."""

import rich_click as click

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError


@click.command(
    "withdraw",
    help=tr(
        "撤回一个版本：不再用于新的巡检；已引用它的结果照常接收、评判，草稿照常完成。",
        "Withdraw a version: no new walk begins on it; results that cite it still land, drafts"
        " finish.",
    ),
)
@click.argument("key")
@click.argument("version")
@click.option("--why", required=True, help=tr("原因（记录在案）", "The reason, which is recorded"))
@json_option
@pass_shell
def command(shell: Shell, key: str, version: str, why: str) -> None:
    """A version withdrawn stays so; publish the same content under a new version instead."""
    from sqlmodel import Session

    from fieldops.flow import setup, standards
    from fieldops.flow.standards import Standing

    def job(session: Session) -> tuple[bool, Standing | None]:
        known = {one.version for one in standards.of_key(session, key)}
        if version not in known:
            raise ProblemError(operation("unknown-name", f"{key} {version}"))
        now_ms = shell.now_ms()
        fresh = standards.withdraw(session, key, version, why, setup.SYSTEM, now_ms)
        return fresh, standards.current(session, key)

    fresh, current = shell.write(job)
    after = None if current is None else current.version
    name = f"{key} {version}"
    zh = f"{name} 已撤回" if fresh else f"{name} 此前已撤回"
    en = f"{name} is withdrawn" if fresh else f"{name} was withdrawn before"
    zh_next = "没有可用于新巡检的版本" if after is None else f"新巡检使用 {after}"
    en_next = "no version is left for new walks" if after is None else f"new walks begin on {after}"
    value = {"key": key, "version": version, "withdrawn": fresh, "current": after}
    shell.show(value, f"{zh}；{zh_next}", f"{en}; {en_next}")
