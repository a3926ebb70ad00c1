"""``fieldops checklist stats``: how the items did lately, beside what the front line suggests."""

from datetime import datetime
from typing import Any

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, harmless, json_option, pass_shell
from fieldops.flow.statistics import WALKS, Asked, days_until, statistics
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.statistics import ItemStatistics, Statistics

_COLUMNS = (
    ("item", "检查项", "item"),
    ("title", "名称", "title"),
    ("answered", "已答", "answered"),
    ("failed", "不合格", "failed"),
    ("rate", "不合格率", "failure rate"),
    ("trend", "较上期", "trend"),
    ("not_applicable", "不适用", "n/a"),
    ("not_accepted", "未接受", "not accepted"),
    ("said", "建议（人数）", "suggestions (people)"),
)


@click.command(
    "stats",
    help=tr(
        "检查项近期的不合格率及较上期变化，并列一线建议；跨版本按迁移合并。",
        "Failure rates of the items and their trend, beside suggestions from the field, over all"
        " versions.",
    ),
)
@click.argument("key")
@click.option("--site", "site_names", multiple=True, help=tr("项目，可多次", "A site; repeat"))
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help=tr("从这一天起（默认 30 天）", "From this day on; 30 days if left out"),
)
@click.option(
    "--walks",
    type=click.IntRange(1, 100_000),
    default=WALKS,
    show_default=True,
    help=tr("每期最多查看的巡检次数", "How many walks a period are looked at"),
)
@json_option
@pass_shell
def command(
    shell: Shell, /, key: str, site_names: tuple[str, ...], since: datetime | None, walks: int
) -> None:
    """Figures are judged results, by the version that each cites."""
    timezone = shell.settings.timezone
    days = days_until(shell.now_ms(), timezone, since.date() if since else None)

    def query(session: Session) -> Statistics | None:
        sites = names.sites(session, site_names)
        sites = sites or [one.id for one in names.all_sites(session)]
        return statistics(session, Asked(key, sites, days, timezone, walks))

    found = shell.read(query)
    if found is None:
        raise ProblemError(operation("unknown-name", key))
    if shell.as_json:
        shell.show_json(found)
        return
    shell.table([_row(shell, one) for one in found.items], _COLUMNS)
    _notes(shell, found)


def _row(shell: Shell, one: ItemStatistics) -> dict[str, Any]:
    rate = "" if one.failed_percent is None else f"{one.failed_percent} %"
    return {
        "item": one.item,
        "title": one.titles.get(shell.language, one.item),
        "answered": one.answered,
        "failed": one.failed,
        "rate": rate,
        "trend": "" if one.trend is None else f"{one.trend:+}",
        "not_applicable": one.not_applicable,
        "not_accepted": one.not_accepted,
        "said": f"{one.suggested} ({one.suggesters})" if one.suggested else "",
    }


def _notes(shell: Shell, found: Statistics) -> None:
    click.echo(
        shell.text(
            f"{found.since} 至 {found.until}：巡检 {found.walks} 次，上期 {found.walks_before} 次",
            f"{found.since} to {found.until}: {found.walks} walk(s), {found.walks_before} before",
        )
    )
    if not found.complete:
        click.echo(
            shell.text(
                "巡检较多，只统计了其中一部分；可用 --walks 或 --site 调整",
                "There were more walks than were looked at: say --walks or --site",
            )
        )
    for one in found.items:
        for said in one.suggestions:
            about = f"{one.item} ({said.version or '-'}, {said.at[:10]})"
            click.echo(harmless(f"  {about}: {said.text}"))
