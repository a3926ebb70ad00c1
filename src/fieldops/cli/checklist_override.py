"""``fieldops checklist override``: what one site changes about a checklist, with the reason."""

from typing import Any
from uuid import UUID

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import overridedesk, overrides, setup
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.figures import read_figure, show_figure
from fieldops.rules.overrides import OverrideFields


def _figure(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """A number as the wire carries it: decimal text in one notation."""
    if value is None:
        return None
    figure = read_figure(value)
    if figure is None:
        raise click.BadParameter(tr(f"{value} 不是数字", f"{value} is not a number"))
    return show_figure(figure)


@click.command(
    "override",
    help=tr(
        "某项目对检查表的调整：检查项的权重、界限、是否适用；不写检查项则为合格线。",
        "What a site changes about a checklist: an item's weight, limits or applicability; without"
        " an item the threshold.",
    ),
)
@click.argument("site")
@click.argument("key")
@click.argument("item", default="")
@click.option("--weight", callback=_figure, help=tr("权重", "The item's weight"))
@click.option("--not-applicable", is_flag=True, help=tr("此项不适用", "The item does not apply"))
@click.option("--pass-min", callback=_figure, help=tr("合格下限", "The least that passes"))
@click.option("--pass-max", callback=_figure, help=tr("合格上限", "The most that passes"))
@click.option(
    "--threshold",
    callback=_figure,
    help=tr("合格线（百分数）", "The score that passes, in percent"),
)
@click.option("--remove", is_flag=True, help=tr("恢复为发布的内容", "Back to what is published"))
@click.option("--why", required=True, help=tr("原因（记录在案）", "The reason, which is recorded"))
@json_option
@pass_shell
def command(
    shell: Shell, /, site: str, key: str, item: str, why: str, remove: bool, **given: Any
) -> None:
    """In force for walks that begin from now on; each score that it changes is marked."""
    values = None if remove else _values(given)
    fields = OverrideFields(checklist=key, item=item, values=values, reason=why)

    def job(session: Session) -> UUID:
        (where,) = names.sites(session, [site])
        _check(session, fields)
        overrides.set_override(session, where, fields, setup.SYSTEM, shell.now_ms())
        return where

    where = shell.write(job)
    row = {"site": where, "checklist": key, "item": item, "values": values, "reason": why}
    zh, en = ("已恢复", "is as published again") if remove else ("已调整", "is changed")
    name = f"{site} {key} {item}".strip()
    shell.show(
        row,
        f"{name} {zh}；此后开始的巡检按此评判",
        f"{name} {en}, for walks that begin from now on",
    )


def _values(given: dict[str, Any]) -> dict[str, Any]:
    named = {"weight": "weight", "pass_min": "pass_min", "pass_max": "pass_max"}
    named |= {"threshold": "threshold_percent"}
    values = {member: given[name] for name, member in named.items() if given[name] is not None}
    return values | ({"applies": False} if given["not_applicable"] else {})


def _check(session: Session, fields: OverrideFields) -> None:
    """A checklist that is out, an item that it has, and a change that changes something."""
    if name := overridedesk.unknown(session, fields):
        raise ProblemError(operation("unknown-name", name))
    if wrong := overridedesk.idle(session, fields):
        raise ProblemError(problem("validation", wrong))
