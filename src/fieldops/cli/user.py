"""``fieldops user``: people, what they may do, and how they sign in.

Passwords and PINs are asked for at the terminal, or read from a variable of the environment: on the
command line everybody on the machine could see them.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names, user_sign_in
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.cli.user_mail import command as mail
from fieldops.flow import accounts, columns, setup
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Grant, Level, Role
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said
from fieldops.store import people

PIN_ENV = "FIELDOPS_NEW_PIN"
_EVERYWHERE = "*"
_COLUMNS = (
    ("login", "登录名", "login"),
    ("name", "姓名", "name"),
    ("staff_number", "工号", "staff number"),
    ("team", "班组", "team"),
    ("post", "职务", "post"),
    ("may", "授权", "grants"),
    ("secret", "密码", "password"),
    ("id", "编号", "id"),
)


@click.group(help=tr("人员、授权、密码、PIN。", "People, grants, passwords, PINs."))
def command() -> None:
    """The group's text is its help, above."""


command.add_command(mail)


@command.command("list", help=tr("列出未停用的人员及其授权。", "List active people and grants."))
@json_option
@pass_shell
def list_(shell: Shell) -> None:
    rows = shell.read(lambda session: _rows(session, shell))
    if not shell.as_json:
        rows = [
            row
            | {
                "may": [_summary(one) for one in row["grants"]],
                "secret": _secret(shell, row["password"]),
            }
            for row in rows
        ]
    shell.table(rows, _COLUMNS)


def _rows(session: Session, shell: Shell) -> list[dict[str, Any]]:
    codes = {one.id: one.body.get("code", str(one.id)) for one in names.all_sites(session)}
    return [
        {
            "id": person.id,
            "login": login,
            "name": person.name,
            "staff_number": person.staff_number,
            "team": person.team,
            "post": person.post,
            "grants": [
                _grant(grant_id, grant, codes)
                for grant_id, grant in people.grants(session, person.id)
            ],
            "password": user_sign_in.password_state(session, shell, person.id),
        }
        for login, person in people.everybody(session)
    ]


def _grant(grant_id: UUID, grant: Grant, codes: dict[UUID, str]) -> dict[str, Any]:
    sites = None
    if grant.sites is not None:
        sites = sorted(codes.get(site, str(site)) for site in grant.sites)
    until = None if grant.expires_ms is None else rfc3339(grant.expires_ms)
    role, level = grant.role.value, int(grant.level)
    return {"id": grant_id, "role": role, "sites": sites, "level": level, "until": until}


def _summary(grant: dict[str, Any]) -> str:
    where = _EVERYWHERE if grant["sites"] is None else "+".join(grant["sites"])
    until = f"…{_last_day(grant['until'])}" if grant["until"] else ""
    return f"{grant['role']}@{where} L{grant['level']}{until}"


def _last_day(until: str) -> str:
    """The last day (UTC) before a moment: the one that was given, where a day was."""
    return str((datetime.fromisoformat(until) - timedelta(milliseconds=1)).date())


def _secret(shell: Shell, state: dict[str, Any]) -> str:
    """A password in the list: none, one to be changed, or until when it goes."""
    if not state["has"]:
        return "—"
    if state["due"]:
        return shell.text("须更改", "to be changed")
    until = f"…{state['until'][:10]}" if state["until"] else "✓"
    return f"{until} !" if state["soon"] else until


@command.command(help=tr("添加一个人员。", "Add a person."))
@click.argument("login")
@click.argument("name")
@click.option("--staff-number", default="", help=tr("工号", "The staff number"))
@click.option("--password", "ask_password", is_flag=True, help=tr("询问密码", "Ask a password"))
@click.option("--pin", "ask_pin", is_flag=True, help=tr("询问 PIN", "Ask a PIN for tablets"))
@json_option
@pass_shell
def add(
    shell: Shell, login: str, name: str, staff_number: str, ask_password: bool, ask_pin: bool
) -> None:
    given = {"login": login, "name": name, "staff_number": staff_number}
    columns.check_given("people", given)
    password = user_sign_in.ask_password(shell, login, name) if ask_password else None
    pin = _ask_pin(shell) if ask_pin else None

    def job(session: Session) -> UUID:
        return setup.add_user(
            session, login, name, setup.SYSTEM, shell.now_ms(), staff_number, password, pin
        )

    user = shell.write(job)
    shell.show({"id": user, "login": login}, f"已添加 {login}（{user}）", f"Added {login} ({user})")


@command.command(help=tr("授予角色。", "Grant a role on sites, or on every site."))
@click.argument("login")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--site", "sites", multiple=True, help=tr("项目编码，可多次", "A site; repeatable"))
@click.option("--everywhere", is_flag=True, help=tr("所有项目", "On every site"))
@click.option("--level", type=click.IntRange(1, 3), default=1, help=tr("数据级别", "Data level"))
@click.option("--until", help=tr("到期日 YYYY-MM-DD", "The last day, YYYY-MM-DD (UTC)"))
@json_option
@pass_shell
def grant(
    shell: Shell,
    login: str,
    role: str,
    sites: tuple[str, ...],
    everywhere: bool,
    level: int,
    until: str | None,
) -> None:
    if bool(sites) == everywhere:
        raise click.UsageError(
            shell.text("请给出 --site 或 --everywhere 之一", "Say either --site or --everywhere")
        )
    expires_ms = None if until is None else _end_of_day_ms(shell, until)
    if expires_ms is not None and expires_ms <= shell.now_ms():
        text = shell.text("该日已过", "this day is past")
        raise click.BadParameter(text, param_hint="--until")

    def job(session: Session) -> UUID:
        user = names.person(session, login).id
        where = None if everywhere else frozenset(names.sites(session, sites))
        given = Grant(Role(role), where, Level(level), expires_ms)
        return setup.add_grant(session, user, given, setup.SYSTEM, shell.now_ms())

    made = shell.write(job)
    shell.show({"id": made}, f"已授权 {login}：{role}（{made}）", f"{login} is {role} ({made})")


def _end_of_day_ms(shell: Shell, day: str) -> int:
    try:
        start = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        text = shell.text("日期请写成 2026-12-31", "write the day as 2026-12-31")
        raise click.BadParameter(text, param_hint="--until") from error
    return int(start.timestamp() * 1000) + 24 * 3600 * 1000


@command.command(help=tr("撤销授权（编号见 list --json）。", "End a grant (id: see list --json)."))
@click.argument("grant_id", type=click.UUID)
@json_option
@pass_shell
def revoke(shell: Shell, grant_id: UUID) -> None:
    def job(session: Session) -> bool:
        return setup.revoke_grant(session, grant_id, setup.SYSTEM, shell.now_ms())

    if not shell.write(job):
        raise ProblemError(operation("unknown-name", str(grant_id)))
    shell.show({"revoked": grant_id}, f"已撤销 {grant_id}", f"Revoked {grant_id}")


@command.command(
    "set-pin",
    help=tr(
        f"设置平板 PIN（或取自 {PIN_ENV}）。",
        f"Set the PIN for tablets; asks for it, or takes {PIN_ENV}.",
    ),
)
@click.argument("login")
@json_option
@pass_shell
def set_pin(shell: Shell, login: str) -> None:
    pin = _ask_pin(shell)

    def job(session: Session) -> None:
        user = names.person(session, login).id
        setup.set_pin(session, user, pin, setup.SYSTEM, shell.now_ms())

    shell.write(job)
    shell.show({"login": login}, f"已设置 {login} 的 PIN", f"{login} has a new PIN")


@command.command(
    help=tr("设置班组和职务（计划和考核按此分派）。", "Set team and post, which plans name.")
)
@click.argument("login")
@click.option("--team", help=tr("班组；空为无", "The team; empty for none"))
@click.option("--post", help=tr("职务；空为无", "The post; empty for none"))
@json_option
@pass_shell
def place(shell: Shell, login: str, team: str | None, post: str | None) -> None:
    def job(session: Session) -> tuple[str, str]:
        found = names.person(session, login)
        stands = (
            found.team if team is None else team.strip(),
            found.post if post is None else post.strip(),
        )
        accounts.place(session, found.id, *stands, setup.SYSTEM, shell.now_ms())
        return stands

    now = shell.write(job)
    said = shell.text("，", ", ").join(part for part in now if part) or shell.text("无", "none")
    value = {"login": login, "team": now[0], "post": now[1]}
    shell.show(value, f"{login} 的班组和职务：{said}", f"{login} stands at: {said}")


@command.command(help=tr("停用人员；其平板会得知。", "End a person's access; tablets are told."))
@click.argument("login")
@json_option
@pass_shell
def disable(shell: Shell, login: str) -> None:
    def job(session: Session) -> list[UUID]:
        user = names.person(session, login).id
        return accounts.disable(session, user, setup.SYSTEM, shell.now_ms())

    told = shell.write(job)
    shell.show(
        {"login": login, "devices": told},
        f"已停用 {login}，{len(told)} 台平板将得知",
        f"{login} is disabled; {len(told)} tablet(s) will learn of it",
    )


def _ask_pin(shell: Shell) -> str:
    given = user_sign_in.ask(shell, PIN_ENV, "PIN", "PIN")
    if not re.fullmatch(accounts.PIN_PATTERN, given):
        detail = Said("PIN 为 4 至 12 位数字", "pin: 4 to 12 digits")
        raise ProblemError(problem("validation", detail))
    return given


for _one in user_sign_in.COMMANDS:
    command.add_command(_one)
