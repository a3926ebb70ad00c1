"""``fieldops calendar``: working hours and holidays, of the organisation or of one site."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import rich_click as click
from sqlmodel import Session

from fieldops.cli import importing, names
from fieldops.cli.language import tr
from fieldops.cli.register import site_option
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.cli.written import like
from fieldops.flow import holidays
from fieldops.flow.calendardesk import span_text
from fieldops.flow.calendars import calendar_of, set_calendar
from fieldops.flow.holidays import Planned
from fieldops.flow.setup import SYSTEM
from fieldops.flow.sheet import read_tables
from fieldops.model.calendar import WEEKDAYS, Calendar
from fieldops.model.fault import Fault
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.store import meta

_WEEKDAYS = dict(zip(WEEKDAYS, "一二三四五六日", strict=True))
_SPAN = r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)"


@click.group(
    help=tr(
        "工作日历：工时、节假日、调休。项目未设的部分随组织。",
        "Calendars: hours, holidays, working days made up for.  A site has what it does not say"
        " from the organisation.",
    )
)
def command() -> None:
    """The group's text is its help, above."""


@command.command(
    "import",
    help=tr(
        "从 CSV 或 XLSX 导入节假日和调休（日期、类型、项目）：全部成功或全部不导入，"
        "重复导入不产生变化。类型为空或“节假日”即放假，“调休上班”即上班；项目为空即全组织。",
        "Import holidays and working days made up for from CSV or XLSX (day, type, site): all rows"
        " or none; the same file again changes nothing.  The type is holiday (or nothing) or"
        " workday; a row without a site is for the organisation.",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@site_option
@click.option(
    "--replace",
    is_flag=True,
    help=tr(
        "文件所涉年份的其他日期一并去掉",
        "Take other days of the years that the file names away",
    ),
)
@click.option("--dry-run", is_flag=True, help=tr("只检查，不写入", "Check only; write nothing"))
@json_option
@pass_shell
def import_(shell: Shell, file: Path, site: str, replace: bool, dry_run: bool) -> None:
    tables = read_tables(file)

    def plan(session: Session) -> list[Planned] | list[Fault]:
        known = {one.body.get("code", ""): one.id for one in names.all_sites(session)}
        only = names.sites(session, [site])[0] if site else None
        return holidays.plan(session, tables, known, only, replace)

    def apply(session: Session, planned: list[Planned]) -> dict[str, int]:
        return holidays.apply(session, planned, SYSTEM, shell.now_ms())

    counts = importing.run(shell, tables, plan, None if dry_run else apply, holidays.counts)
    zh = "{calendars} 个日历：新增 {added} 天，去掉 {removed} 天"
    en = "{calendars} calendar(s): {added} days come, {removed} go"
    importing.show_counts(shell, counts, zh, en, is_dry=dry_run)


@command.command(
    help=tr(
        "设置工时，例如 calendar hours mon tue wed thu fri --at 09:00-12:00 --at 13:00-18:00；"
        "未提到的星期不变，不写 --at 即休息。",
        "Set working hours, such as: calendar hours mon tue wed thu fri --at 09:00-12:00"
        " --at 13:00-18:00.  Other weekdays stay; without --at these are free.",
    )
)
@click.argument("days", nargs=-1, type=click.Choice(WEEKDAYS))
@click.option(
    "--at",
    "spans",
    multiple=True,
    callback=like(_SPAN, "09:00-18:00"),
    help=tr("时段 HH:MM-HH:MM", "HH:MM-HH:MM"),
)
@click.option(
    "--always", is_flag=True, help=tr("全天候：不设工时", "Every hour counts, on all days")
)
@site_option
@click.option("--why", default="", help=tr("原因（记录在案）", "The reason, which is recorded"))
@json_option
@pass_shell
def hours(
    shell: Shell, days: tuple[str, ...], spans: tuple[str, ...], always: bool, site: str, why: str
) -> None:
    if always == bool(days) or (always and spans):
        said = Said("写出星期，或者只写 --always", "name weekdays, or --always and nothing else")
        raise ProblemError(problem("validation", said))

    def job(session: Session) -> dict[str, list[str]] | None:
        feed = names.sites(session, [site])[0] if site else meta.organisation(session)
        known = calendar_of(session, feed).hours
        told: dict[str, list[str]] = {
            str(day): [span_text(one) for one in known[day]] for day in known
        }
        for day in days:
            told[day] = [*spans]
        now = None if always else told
        reason = {"reason": why} if why else {}
        set_calendar(session, feed, {"hours": now, **reason}, SYSTEM, shell.now_ms())
        return now

    now = shell.write(job)
    shell.show(
        {"site": site, "hours": now},
        "全天候"
        if now is None
        else "\n".join(f"周{_WEEKDAYS[d]}：{_told(now, d)}" for d in WEEKDAYS),
        "every hour" if now is None else "\n".join(f"{d}: {_told(now, d)}" for d in WEEKDAYS),
    )


def _told(hours: Mapping[str, Sequence[str]], day: str) -> str:
    return ", ".join(hours.get(day, ())) or tr("休", "free")


@command.command(help=tr("显示日历。", "Show what counts as working time."))
@site_option
@json_option
@pass_shell
def show(shell: Shell, site: str) -> None:
    def query(session: Session) -> tuple[UUID, Calendar]:
        feed = names.sites(session, [site])[0] if site else meta.organisation(session)
        return feed, calendar_of(session, feed)

    feed, calendar = shell.read(query)
    value: dict[str, Any] = {
        "feed": feed,
        "timezone": calendar.timezone,
        "hours": {day: [span_text(one) for one in calendar.hours.get(day, ())] for day in WEEKDAYS},
        "holidays": sorted(map(str, calendar.holidays)),
        "workdays": sorted(map(str, calendar.workdays)),
    }
    zh = [f"周{_WEEKDAYS[day]}：{', '.join(told) or '休'}" for day, told in value["hours"].items()]
    en = [f"{day}: {', '.join(told) or 'free'}" for day, told in value["hours"].items()]
    zh += [f"节假日：{', '.join(value['holidays'])}", f"调休上班：{', '.join(value['workdays'])}"]
    en += [f"holidays: {', '.join(value['holidays'])}", f"made up: {', '.join(value['workdays'])}"]
    shell.show(value, "\n".join(zh), "\n".join(en))
