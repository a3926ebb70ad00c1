"""``fieldops policy``: the figures that sites work by, and who changed them why."""

from typing import Any
from uuid import UUID

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import policies, policysetting, setup
from fieldops.flow.timing import rfc3339
from fieldops.rules.policies import POLICIES
from fieldops.store import meta

_COLUMNS = (
    ("policy", "规则", "policy"),
    ("key", "项", "key"),
    ("value", "值", "value"),
    ("set_by", "来自", "set by"),
)
_STEPS = (
    ("policy", "规则", "policy"),
    ("values", "调整", "changed to"),
    ("reason", "原因", "reason"),
    ("actor", "经手人", "by"),
    ("at", "时间", "at"),
)
_policy = click.argument("policy", type=click.Choice(sorted(POLICIES)))
_site = click.option(
    "--site", default="", help=tr("某一项目（不写则为全公司）", "One site; without it, every site")
)


@click.group(help=tr("时限与规则：查看、调整。", "Policies (deadlines, escalation): show, set."))
def command() -> None:
    """The group's text is its help, above."""


@command.command(help=tr("现行的数值，及其来自何处。", "What is in force, and who said it."))
@_site
@click.option(
    "--history", is_flag=True, help=tr("列出每一次调整", "Every change: who, when and why")
)
@json_option
@pass_shell
def show(shell: Shell, site: str, history: bool) -> None:
    def rows(session: Session) -> list[dict[str, Any]]:
        scope = _scope(session, site)
        if history:
            return [_step(one) for one in policies.steps(session, scope)]
        return [
            {"policy": one.policy, "key": key, "value": value, "set_by": one.set_by[key]}
            for one in policies.standing(session, scope)
            for key, value in one.values.items()
        ]

    shell.table(shell.read(rows), _STEPS if history else _COLUMNS)


@command.command(
    "set",
    help=tr(
        "调整一条规则，如 `policy set findings minor_hours=96`；以前的调整由此取代。",
        "Change a policy, as in `policy set findings minor_hours=96`; it replaces what was changed"
        " before.",
    ),
)
@_policy
@click.argument("values", nargs=-1, metavar="KEY=VALUE...")
@_site
@click.option("--remove", is_flag=True, help=tr("恢复默认值", "Back to the defaults"))
@click.option("--why", required=True, help=tr("原因（记录在案）", "The reason, which is recorded"))
@json_option
@pass_shell
def set_(
    shell: Shell, policy: str, values: tuple[str, ...], site: str, remove: bool, why: str
) -> None:
    if bool(values) == remove:
        raise click.UsageError(tr("请写 键=值，或 --remove", "Give KEY=VALUE, or --remove"))
    changed = None if remove else dict(map(_pair, values))

    def job(session: Session) -> policies.PolicyView:
        scope, now_ms = _scope(session, site), shell.now_ms()
        return policysetting.set_policy(session, scope, policy, changed, why, setup.SYSTEM, now_ms)

    done = shell.write(job)
    told = ", ".join(f"{key}={value}" for key, value in done.values.items())
    shell.show(done, f"{policy}：此后为 {told}", f"{policy}: from now on {told}")


def _scope(session: Session, site: str) -> UUID:
    return names.sites(session, [site])[0] if site else meta.organisation(session)


def _pair(text: str) -> tuple[str, str]:
    key, mark, value = text.partition("=")
    if not (key and mark and value):
        raise click.BadParameter(tr(f"{text} 不是 键=值", f"{text} is not KEY=VALUE"))
    return key, value


def _step(one: policies.PolicyStep) -> dict[str, Any]:
    values = one.values or {}
    return {
        "policy": one.policy,
        "values": ", ".join(f"{key}={value}" for key, value in values.items()) or "–",
        "reason": one.reason,
        "actor": one.actor,
        "at": rfc3339(one.at_ms),
    }
