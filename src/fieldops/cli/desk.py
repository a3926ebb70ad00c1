"""``fieldops desk check|rebuild``: whether desks list what the records say, and making it so."""

from collections.abc import Callable

import rich_click as click
from click.exceptions import Exit

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import deskcare
from fieldops.flow.deskcare import Care, Tell
from fieldops.store.engine import Store


@click.group(
    help=tr(
        "办公端列表所依据的行：由记录得出，可核对、可重建。",
        "The rows that desks list by: they follow from the records, and can be made anew.",
    )
)
def command() -> None:
    """The group's text is its help, above."""


@command.command(
    help=tr(
        "核对全部记录，不改动任何内容；有差异时退出码为 1。",
        "Compare all records with their rows and change nothing; exits with 1 if rows are amiss.",
    )
)
@json_option
@pass_shell
def check(shell: Shell) -> None:
    found = _run(shell, ("核对", "check"), deskcare.check)
    shell.show(
        found,
        f"已核对 {_sum(found.records)} 条记录，{_counts(shell, found)}",
        f"{_sum(found.records)} records looked at: {_counts(shell, found)}",
    )
    if found.amiss:
        raise Exit(1)


@command.command(
    help=tr(
        "按记录重建缺少、多余或有误的行；服务可继续运行，可重复执行。",
        "Make rows that are missing, too many or wrong anew from the records; the server may serve"
        " meanwhile, and it may be run again at any time.",
    )
)
@json_option
@pass_shell
def rebuild(shell: Shell) -> None:
    def work(store: Store, tell: Tell) -> Care:
        return deskcare.rebuild(store, tell, shell.now_ms())

    done = _run(shell, ("重建", "rebuild"), work)
    shell.show(
        done,
        f"已核对 {_sum(done.records)} 条记录，修复 {done.mended} 行（{_counts(shell, done)}）",
        f"{_sum(done.records)} records looked at, {done.mended} rows mended:"
        f" {_counts(shell, done)}",
    )


def _run(shell: Shell, named: tuple[str, str], work: Callable[[Store, Tell], Care]) -> Care:
    with shell.store() as store, shell.progress() as progress:
        bar = progress.add_task(shell.text(*named), total=None)
        return work(store, lambda count: progress.advance(bar, count))


def _counts(shell: Shell, care: Care) -> str:
    missing, extra, wrong = map(_sum, (care.missing, care.extra, care.wrong))
    return shell.text(
        f"缺少 {missing}，多余 {extra}，有误 {wrong}",
        f"{missing} missing, {extra} too many, {wrong} wrong",
    )


def _sum(by_kind: dict[str, int]) -> int:
    return sum(by_kind.values())
