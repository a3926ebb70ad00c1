"""``fieldops report``: the monthly analysis report of sites, made at once or on schedule.

Whoever runs the server may look at every site; that a report was made is on record all the same.
"""

import os
from pathlib import Path
from typing import get_args

import rich_click as click
from msgspec import to_builtins
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import reportviews
from fieldops.flow.setup import SYSTEM
from fieldops.model.access import Level
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.report import filing
from fieldops.report.build import Asked
from fieldops.report.make import Format, Maker, Order, ask, note_made
from fieldops.rules.reportschedule import last_month
from fieldops.settings import Language
from fieldops.store import records, reports
from fieldops.store.blobs import open_blobs

_PART = ".part"


@click.group(help=tr("月度分析报告。", "The monthly analysis report."))
def command() -> None:
    """The group; its commands stand below."""


@command.command(
    "month",
    help=tr(
        "制作一个月的分析报告：总量、趋势、高频问题、热点、逾期、满意度、考核、照片、建议、依据。",
        "Make a month's report: totals, trend, failures, hot spots, overdue, satisfaction,"
        " assessment, photos, proposals, and the inspections behind every figure.",
    ),
)
@click.option(
    "--month", default="", help=tr("如 2026-10，默认上个月", "Such as 2026-10; by default the last")
)
@click.option(
    "--site",
    "sites",
    multiple=True,
    help=tr("项目（编号或名称），可多次；默认全部", "A site by code or name, repeatable; else all"),
)
@click.option(
    "--language", type=click.Choice(get_args(Language)), help=tr("报告的语言", "Its language")
)
@click.option(
    "--format", "format_", type=click.Choice(get_args(Format)), default="pdf", show_default=True
)
@click.option(
    "--level",
    type=click.IntRange(1, 3),
    default=1,
    show_default=True,
    help=tr("读者的数据级别：高于它的内容不出现", "The readers' data level: nothing above it"),
)
@click.option(
    "--as-of",
    default="",
    help=tr("按当时所知：某日（至当晚）或时刻，默认月末", "As known then; by default at its end"),
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=tr("保存到此文件", "The file to write; by default named by month and site"),
)
@json_option
@pass_shell
def month(
    shell: Shell,
    month: str,
    sites: tuple[str, ...],
    language: Language | None,
    format_: Format,
    level: int,
    as_of: str,
    out: Path | None,
) -> None:
    settings, now_ms = shell.settings, shell.now_ms()
    with shell.store() as store:
        with store.read() as session:
            order = Order(
                month=month or last_month(now_ms, settings.timezone),
                language=language or shell.language,
                format=format_,
                sites=tuple(names.sites(session, sites)),
                as_of=as_of,
                level=Level(level),
            )
            asked = _asked(session, shell, order, now_ms)
        with shell.progress() as progress:
            task = progress.add_task(shell.text("读取项目", "Reading sites"), total=None)
            maker = Maker(store, open_blobs(settings), settings)
            made = maker.make(
                asked, order, lambda done, all_: progress.update(task, completed=done, total=all_)
            )
        # Nothing is handed out that is not on record.
        store.write(lambda s: note_made(s, SYSTEM, asked, order, made, now_ms)).result()
    path = out or Path(made.name)
    _write(path, made.content)
    told = {"file": str(path), "sha256": made.sha256, "position": made.position}
    size_kb = len(made.content) // 1000
    shell.show(
        {**told, "bytes": len(made.content)},
        f"{path}（{size_kb} kB，日志位置 {made.position}）",
        f"{path} ({size_kb} kB, log position {made.position})",
    )


@command.command(
    "fetch",
    help=tr(
        "取回已按时制作的月报（PDF）：任何一台机器都可以，不重新制作。",
        "Fetch the scheduled report of a month (PDF) as it was made, on any machine.",
    ),
)
@click.option(
    "--month", default="", help=tr("如 2026-10，默认上个月", "Such as 2026-10; by default the last")
)
@click.option(
    "--language", type=click.Choice(get_args(Language)), help=tr("报告的语言", "Its language")
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=tr("保存到此文件", "The file to write; by default named by the month"),
)
@json_option
@pass_shell
def fetch(shell: Shell, month: str, language: Language | None, out: Path | None) -> None:
    settings = shell.settings
    named = month or last_month(shell.now_ms(), settings.timezone)
    at = language or shell.language
    with shell.store() as store, store.read() as session:
        row = reports.of_month(session, named).get(at)
    if row is None:
        raise ProblemError(operation("unknown-name", f"{named}.{at}"))
    content = filing.fetch(settings, row)
    path = out or Path(f"report-{named}.{at}.pdf")
    _write(path, content)
    told = {"file": str(path), "sha256": row.sha256, "bytes": len(content)}
    shell.show(told, str(path), str(path))


_COLUMNS = (
    ("month", "月份", "month"),
    ("language", "语言", "language"),
    ("state", "状态", "state"),
    ("made_at", "制作于", "made"),
    ("why", "原因", "why"),
)
_STATES: dict[str, tuple[str, str]] = {
    "made": ("已完成", "made"),
    "removed": ("已过保存期", "removed"),
    "failing": ("失败，将重试", "failing"),
    "due": ("待制作", "due"),
}


@command.command(
    "list",
    help=tr(
        "列出按时制作的月报及待补的月份，最新在前。",
        "List the scheduled reports, and months that are still due; the latest first.",
    ),
)
@json_option
@pass_shell
def list_(shell: Shell) -> None:
    found = shell.read(lambda s: reportviews.listing(s, shell.settings, shell.now_ms()))
    rows = [to_builtins(one) for one in found]
    if not shell.as_json:
        rows = [row | {"state": shell.text(*_STATES[row["state"]])} for row in rows]
    shell.table(rows, _COLUMNS)


@command.command(
    "show",
    help=tr("显示一份按时制作的月报的全部信息。", "Show everything about a scheduled report."),
)
@click.argument("month")
@click.option(
    "--language", type=click.Choice(get_args(Language)), help=tr("报告的语言", "Its language")
)
@json_option
@pass_shell
def show(shell: Shell, month: str, language: Language | None) -> None:
    at = language or shell.language
    found = shell.read(lambda s: reportviews.listing(s, shell.settings, shell.now_ms()))
    one = next((row for row in found if (row.month, row.language) == (month, at)), None)
    if one is None:
        raise ProblemError(operation("unknown-name", f"{month}.{at}"))
    row = to_builtins(one) | {"state": shell.text(*_STATES[one.state])}
    lines = "\n".join(f"{key}: {value}" for key, value in row.items() if value)
    shell.show(one, lines, lines)


def _asked(session: Session, shell: Shell, order: Order, now_ms: int) -> Asked:
    mine = records.site_ids(session)
    return ask(session, order, mine, lambda _site: Level.L3, shell.settings, now_ms)


def _write(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    part = path.with_name(path.name + _PART)
    part.write_bytes(content)
    os.replace(part, path)
