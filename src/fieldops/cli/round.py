"""``fieldops round``: who walks what and when, and what came of it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.register import site_option
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.cli.written import like
from fieldops.flow import setup
from fieldops.flow.setup import SYSTEM
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import View
from fieldops.model.said import Said, at
from fieldops.rules.misfits import misfit
from fieldops.rules.zones import zone
from fieldops.store import definitions, deskrows, people, records
from fieldops.store.deskrows import Wanted
from fieldops_sync.ids import uuid7
from fieldops_sync.roundpayloads import Recurrence

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PLANS = (
    ("site", "项目", "site"),
    ("title", "名称", "title"),
    ("checklists", "检查表", "checklists"),
    ("when", "时间", "when"),
    ("who", "由谁", "who"),
    ("state", "状态", "state"),
    ("id", "编号", "id"),
)
_ROUNDS = (
    ("site", "项目", "site"),
    ("due", "应巡时间", "due"),
    ("title", "名称", "title"),
    ("who", "由谁", "who"),
    ("state", "状态", "state"),
    ("offset_minutes", "早晚（分）", "min from due"),
    ("over_minutes", "超时（分）", "min over"),
    ("duration_minutes", "用时（分）", "min taken"),
    ("id", "编号", "id"),
)
_PLANS_MOST = 10_000
_STATES = ("planned", "under-way", "done", "done-late", "missed", "withdrawn")
_who_options = (
    click.option("--person", "logins", multiple=True, help=tr("登录名，可多次", "A login")),
    click.option("--team", default=None, help=tr("班组", "A team")),
    click.option("--post", default=None, help=tr("职务", "A post")),
)


def _who(function: Any) -> Any:
    for option in reversed(_who_options):
        function = option(function)
    return function


@click.group(help=tr("巡检计划与巡检任务。", "Rounds: plans, and what came of them."))
def command() -> None:
    """The group's text is its help, above."""


@command.command(
    help=tr(
        "制定计划：在某项目按检查表定期巡检。例如 round plan CH lobby-daily --every day --at 09:00",
        "Plan rounds of a site by checklists, such as: round plan CH lobby-daily --every day"
        " --at 09:00",
    )
)
@click.argument("site")
@click.argument("checklists", nargs=-1, required=True)
@click.option("--every", type=click.Choice(["day", "week", "month", "hour"]), required=True)
@click.option("--interval", type=int, default=1, help=tr("每几天、周、月、小时", "Every so many"))
@click.option(
    "--at",
    "times",
    multiple=True,
    required=True,
    callback=like(r"([01]\d|2[0-3]):[0-5]\d", "09:00"),
    help=tr("时刻 HH:MM", "HH:MM"),
)
@click.option("--weekday", "weekdays", multiple=True, type=click.Choice(_DAYS))
@click.option("--month-day", type=int, help=tr("每月几日，-1 为末日", "The day, -1 the last"))
@click.option("--nth", type=int, help=tr("每月第几个 --weekday", "The nth --weekday of it"))
@click.option("--within", type=int, default=0, help=tr("其后若干分钟内随机", "Drawn in minutes"))
@click.option("--from", "start", help=tr("首日，默认今天", "The first day, today if left out"))
@click.option("--until", help=tr("末日", "The last day"))
@click.option("--holidays", type=click.Choice(["keep", "skip", "next", "previous"]), default="keep")
@click.option("--early", type=int, help=tr("可提前（分钟）", "Minutes it may begin early"))
@click.option("--late", type=int, help=tr("须在其后（分钟）内提交", "Minutes to submit after"))
@click.option("--wait", type=int, help=tr("再等离线平板（分钟）", "Minutes more for tablets"))
@click.option("--severity", type=click.Choice(["minor", "major", "critical"]), default="minor")
@click.option("--area", default="", help=tr("区域编码", "The code of an area"))
@click.option("--title", default="", help=tr("名称", "What people call it"))
@_who
@json_option
@pass_shell
def plan(shell: Shell, /, site: str, checklists: tuple[str, ...], **given: Any) -> None:
    rule = _rule(given)

    def job(session: Session) -> UUID:
        feed = names.sites(session, [site])[0]
        for key in checklists:
            if not definitions.versions(session, key):
                raise ProblemError(operation("unknown-name", key))
        payload = {
            "checklists": list(checklists),
            "recurrence": rule,
            "start": given["start"] or _today(session, feed, shell.now_ms()),
            **_said(session, feed, given),
        }
        made = uuid7()
        setup.put(session, "plan.set@1", ("plan", made), feed, payload, SYSTEM, shell.now_ms())
        return made

    made = shell.write(job)
    zh, en = (
        f"已制定计划（{made}），服务器随后生成任务",
        f"Planned ({made}); the server makes rounds",
    )
    shell.show({"id": made}, zh, en)


def _rule(given: dict[str, Any]) -> dict[str, Any]:
    """Raises ``ProblemError`` validation for what cannot be meant."""
    weekdays = [_DAYS.index(day) + 1 for day in given["weekdays"]]
    told = {
        "every": given["every"],
        "at": list(given["times"]),
        "interval": given["interval"],
        "weekdays": weekdays,
        "month_day": given["month_day"],
        "nth": given["nth"],
        "within_minutes": given["within"],
    }
    try:
        rule: dict[str, Any] = msgspec.to_builtins(msgspec.convert(told, Recurrence))
    except msgspec.ValidationError as error:
        raise ProblemError(problem("validation", misfit(str(error)))) from error
    return rule


def _said(session: Session, feed: UUID, given: dict[str, Any]) -> dict[str, Any]:
    """The members of a plan that were named."""
    minutes = {name: given[name.removesuffix("_minutes")] for name in _MINUTES}
    told = {
        **minutes,
        **_assigned(session, given),
        "title": given["title"],
        "until": given["until"],
        "on_holiday": given["holidays"],
        "severity": given["severity"],
    }
    if given["area"]:
        areas = {one.body.get("code"): one.id for one in records.of_kind(session, [feed], "area")}
        if given["area"] not in areas:
            raise ProblemError(operation("unknown-name", given["area"]))
        told["area"] = str(areas[given["area"]])
    return {name: value for name, value in told.items() if value is not None}


_MINUTES = ("early_minutes", "late_minutes", "wait_minutes")


def _assigned(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    users = [str(names.person(session, login).id) for login in given["logins"]]
    return {"people": users, "team": given["team"], "post": given["post"]}


def _today(session: Session, feed: UUID, now_ms: int) -> str:
    site = records.get(session, [feed])[feed]
    here = zone(site.body.get("timezone") or "")
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(here).date().isoformat()


@command.command(help=tr("列出计划。", "List plans."))
@site_option
@json_option
@pass_shell
def plans(shell: Shell, site: str) -> None:
    rows = shell.read(lambda session: _rows(session, site, Wanted(kind="plan"), _PLANS_MOST))
    shell.table(rows if shell.as_json else [_plan_row(row) for row in rows], _PLANS)


def _plan_row(row: dict[str, Any]) -> dict[str, Any]:
    rule = row.get("recurrence") or {}
    return {**row, "when": f"{rule.get('every', '')} {' '.join(rule.get('at', ()))}"}


@command.command("list", help=tr("列出最新的任务及结果。", "The latest rounds, what came of them."))
@site_option
@click.option("--state", type=click.Choice(_STATES), help=tr("状态", "Only those that stand so"))
@click.option("--from", "first", default="", help=tr("自某日（UTC）", "From a day on (UTC)"))
@click.option("--until", "last", default="", help=tr("至某日（UTC）", "Up to a day (UTC)"))
@click.option("--limit", type=click.IntRange(1), default=1000, help=tr("最多几行", "Rows at most"))
@json_option
@pass_shell
def list_(shell: Shell, site: str, state: str | None, first: str, last: str, limit: int) -> None:
    wanted = Wanted(
        kind="round",
        states=(state,) if state else (),
        since_ms=_midnight_ms(first, 0),
        until_ms=_midnight_ms(last, 1),
    )
    rows = shell.read(lambda session: _rows(session, site, wanted, limit))
    shell.table(sorted(rows, key=lambda row: (row["due"], str(row["id"]))), _ROUNDS)


def _midnight_ms(day: str, days: int) -> int | None:
    """The begin of a day in UTC, or of so many later.  Raises ``ProblemError`` validation."""
    if not day:
        return None
    try:
        begin = datetime.combine(date.fromisoformat(day), time(), UTC)
    except ValueError as error:
        why = Said("不是日期，如 2026-11-21", "is no day such as 2026-11-21")
        raise ProblemError(problem("validation", at(day, why))) from error
    return int((begin + timedelta(days=days)).timestamp() * 1000)


def _rows(session: Session, site: str, asked: Wanted, limit: int) -> list[dict[str, Any]]:
    known = {one.id: one.body.get("code", "") for one in names.all_sites(session)}
    wanted = names.sites(session, [site]) if site else list(known)
    logins = {person.id: login for login, person in people.everybody(session)}
    return [
        {
            **one.body,
            "site": known[one.site],
            "state": one.state,
            "id": one.id,
            "who": _told(one, logins),
        }
        for one in deskrows.views(session, wanted, asked, None, limit)[1]
    ]


def _told(round_: View, logins: dict[UUID, str]) -> str:
    """Who is to walk, in one cell."""
    body = round_.body.get("assigned") or round_.body
    users = [logins.get(UUID(user), user) for user in body.get("people") or ()]
    return " ".join(users or [part for part in (body.get("team"), body.get("post")) if part])


@command.command(help=tr("停止计划；尚未到时间的任务撤回。", "End a plan; rounds to come go."))
@click.argument("plan_id", type=click.UUID)
@json_option
@pass_shell
def end(shell: Shell, plan_id: UUID) -> None:
    _put(shell, "plan", plan_id, "plan.set@1", lambda _session: {"ended": True})
    shell.show({"ended": plan_id}, f"已停止 {plan_id}", f"Ended {plan_id}")


@command.command(help=tr("改派任务。", "Let somebody else walk a round."))
@click.argument("round_id", type=click.UUID)
@click.option("--note", default="", help=tr("说明", "Why"))
@_who
@json_option
@pass_shell
def assign(shell: Shell, /, round_id: UUID, note: str, **given: Any) -> None:
    def told(session: Session) -> dict[str, Any]:
        return {**_assigned(session, given), "note": note}

    _put(shell, "round", round_id, "round.assign@1", told)
    shell.show({"assigned": round_id}, f"已改派 {round_id}", f"Assigned {round_id}")


def _put(shell: Shell, kind: str, subject: UUID, op_type: str, told: Any) -> None:
    def job(session: Session) -> None:
        state = records.get_one(session, subject)
        if state is None or state.kind != kind:
            raise ProblemError(operation("unknown-name", str(subject)))
        setup.put(
            session, op_type, (kind, subject), state.feed, told(session), SYSTEM, shell.now_ms()
        )

    shell.write(job)
