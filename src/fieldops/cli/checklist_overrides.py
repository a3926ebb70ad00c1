"""``fieldops checklist overrides``: what sites have changed, who did it, and why."""

from typing import Any

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import overrides
from fieldops.flow.overrides import Step
from fieldops.flow.setup import SYSTEM
from fieldops.flow.timing import rfc3339
from fieldops.store import people

_COLUMNS = (
    ("site", "项目", "site"),
    ("checklist", "检查表", "checklist"),
    ("item", "检查项", "item"),
    ("change", "调整", "change"),
    ("reason", "原因", "reason"),
    ("by", "经手人", "by"),
    ("at", "时间", "at"),
)


@click.command(
    "overrides",
    help=tr(
        "列出项目对检查表的调整：谁、何时、为何。",
        "What sites have changed about checklists: who, when and why.",
    ),
)
@click.argument("site", default="")
@click.option(
    "--history",
    "with_history",
    is_flag=True,
    help=tr("列出每一次调整", "Every change, not only what stands"),
)
@json_option
@pass_shell
def command(shell: Shell, site: str, with_history: bool) -> None:
    """Without a site, of all sites."""

    def query(session: Session) -> list[dict[str, Any]]:
        known = names.all_sites(session)
        codes = {one.id: one.body.get("code") or str(one.id) for one in known}
        wanted = names.sites(session, [site]) if site else [one.id for one in known]
        look = overrides.steps if with_history else overrides.standing
        found = [step for one in wanted for step in look(session, one)]
        persons = people.people(session, {step.actor for step in found})
        known_names = {user: person.name for user, person in persons.items()}
        known_names[SYSTEM] = shell.text("命令行", "command line")
        return [
            _row(step)
            | {
                "site": codes[step.site],
                "by": known_names.get(step.actor, str(step.actor)),
                "change": _change(shell, step),
            }
            for step in found
        ]

    shell.table(shell.read(query), _COLUMNS)


def _row(step: Step) -> dict[str, Any]:
    return {
        "checklist": step.checklist,
        "item": step.item,
        "values": step.values,
        "reason": step.reason,
        "actor": step.actor,
        "at": rfc3339(step.at_ms),
    }


def _change(shell: Shell, step: Step) -> str:
    if step.values is None:
        return shell.text("恢复为发布的内容", "as published")
    words = {
        "weight": shell.text("权重", "weight"),
        "pass_min": shell.text("合格下限", "pass from"),
        "pass_max": shell.text("合格上限", "pass up to"),
        "threshold_percent": shell.text("合格线", "threshold"),
    }
    told = [
        f"{word} {step.values[name]}"
        for name, word in words.items()
        if step.values.get(name) is not None
    ]
    if step.values.get("applies", True) is False:
        told.append(shell.text("不适用", "not applicable"))
    return shell.text("，", ", ").join(told)
