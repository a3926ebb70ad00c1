"""``fieldops user``: passwords, and who is signed in where."""

import getpass
import os
import warnings
from typing import Any

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import passwords, sessions, setup, signin, signon
from fieldops.flow.sessions import Lifetimes
from fieldops.flow.signin import PasswordState, Terms
from fieldops.flow.timing import rfc3339
from fieldops.model.problem import ProblemError
from fieldops.store import meta
from fieldops.store import passwords as store_passwords
from fieldops_sync.wire import Problem

PASSWORD_ENV, OLD_ENV = "FIELDOPS_NEW_PASSWORD", "FIELDOPS_OLD_PASSWORD"
_COLUMNS = (
    ("seen", "最近使用", "last used"),
    ("made", "登录时间", "signed in"),
    ("kind", "方式", "kind"),
    ("way", "凭据", "by"),
    ("address", "网络", "network"),
    ("agent", "浏览器", "browser"),
    ("id", "编号", "id"),
)


def terms_of(shell: Shell, secret: bytes = b"") -> Terms:
    """What the settings ask of passwords and sessions."""
    settings = shell.settings
    return Terms(
        secret=secret,
        lifetimes=Lifetimes.of(settings.sessions.hours, settings.sessions.idle_minutes),
        profile=settings.password_profile,
        organisation=settings.organisation,
        once_days=settings.sessions.once_days,
    )


def ask_password(shell: Shell, *context: str) -> str:
    """A new password that fits the profile.  Raises ``ProblemError`` password-unfit."""
    given = ask(shell, PASSWORD_ENV, "新密码", "New password")
    passwords.require(given, terms_of(shell), context)
    return given


def ask(shell: Shell, variable: str, zh: str, en: str, again: bool = True) -> str:
    """A secret from the terminal, or from a variable of the environment."""
    if variable in os.environ:
        return os.environ[variable]
    # Without a terminal getpass warns that what is typed can be seen: nobody types.
    with warnings.catch_warnings(action="ignore", category=getpass.GetPassWarning):
        given: str = click.prompt(
            shell.text(zh, en), hide_input=True, confirmation_prompt=again, err=True
        )
    return given


def password_state(session: Session, shell: Shell, user: Any) -> dict[str, Any]:
    """For lists: whether there is a password, and until when it goes."""
    kept = store_passwords.by_user(session, user)
    if kept is None or kept.hash is None:
        return {"has": False}
    state = signin.password_state(kept, terms_of(shell), shell.now_ms())
    until = None if state.expires_ms is None else rfc3339(state.expires_ms)
    return {"has": True, "once": kept.once, "due": state.due, "soon": state.soon, "until": until}


@click.command(
    "set-password",
    help=tr(
        f"设置密码（或取自 {PASSWORD_ENV}）。",
        f"Set a password; asks for it, or takes {PASSWORD_ENV}.",
    ),
)
@click.argument("login")
@json_option
@pass_shell
def set_password(shell: Shell, login: str) -> None:
    found = shell.read(lambda session: names.person(session, login))
    hashed = passwords.hashed(ask_password(shell, login, found.name))

    def job(session: Session) -> None:
        terms = terms_of(shell, meta.secret(session))
        passwords.set_password(session, found.id, hashed, terms, setup.SYSTEM, shell.now_ms())

    shell.write(job)
    shell.show({"login": login}, f"已设置 {login} 的密码", f"{login} has a new password")


@click.command(
    "change-password",
    help=tr("用原密码更改自己的密码。", "Change your own password; asks for the old one."),
)
@click.argument("login")
@json_option
@pass_shell
def change_password(shell: Shell, login: str) -> None:
    old = ask(shell, OLD_ENV, "当前密码", "Your password", again=False)
    new = ask(shell, PASSWORD_ENV, "新密码", "New password")

    def begin(session: Session) -> tuple[passwords.Change, Terms]:
        terms, user = terms_of(shell, meta.secret(session)), names.person(session, login).id
        return passwords.begin_change(session, user, terms, shell.now_ms()), terms

    change, terms = shell.write(begin)
    judged = passwords.judge(change, old, new, terms)

    def finish(session: Session) -> PasswordState | Problem:
        now_ms = shell.now_ms()
        return passwords.finish_change(session, change, judged, terms, now_ms)

    done = shell.write(finish)
    if isinstance(done, Problem):
        raise ProblemError(done)
    shell.show({"login": login}, "密码已更改；请重新登录", "Password changed; sign in anew")


@click.command(
    "reset-password",
    help=tr("生成一次性密码，首次登录须更改。", "Make a password for one sign-in."),
)
@click.argument("login")
@json_option
@pass_shell
def reset_password(shell: Shell, login: str) -> None:
    made = passwords.make_once()
    hashed = passwords.hashed(made)

    def job(session: Session) -> int:
        terms, user = terms_of(shell, meta.secret(session)), names.person(session, login).id
        return passwords.reset(session, user, hashed, terms, setup.SYSTEM, shell.now_ms())

    until = rfc3339(shell.write(job))
    shell.show(
        {"login": login, "password": made, "until": until},
        f"{made}\n{login} 首次登录时须更改；{until} 前有效",
        f"{made}\n{login} must change it at the first sign-in, before {until}",
    )


@click.command("sessions", help=tr("列出登录会话。", "List where a person is signed in."))
@click.argument("login")
@json_option
@pass_shell
def list_sessions(shell: Shell, login: str) -> None:
    def query(session: Session) -> list[sessions.SessionView]:
        user = names.person(session, login).id
        return sessions.listing(session, user, terms_of(shell).lifetimes, shell.now_ms())

    rows = [
        {
            "id": one.id,
            "kind": one.kind,
            "way": one.way,
            "made": rfc3339(one.made_ms),
            "seen": rfc3339(one.seen_ms),
            "until": rfc3339(one.expires_ms),
            "agent": one.agent,
            "address": one.address,
        }
        for one in shell.read(query)
    ]
    shell.table(rows, _COLUMNS)


@click.command("sign-out", help=tr("结束其全部登录会话。", "End all sessions of a person."))
@click.argument("login")
@json_option
@pass_shell
def sign_out(shell: Shell, login: str) -> None:
    def job(session: Session) -> int:
        user = names.person(session, login).id
        return sessions.revoke_all(session, user, setup.SYSTEM, shell.now_ms(), "asked")

    ended = shell.write(job)
    told = {"login": login, "ended": ended}
    shell.show(told, f"已结束 {ended} 个会话", f"Ended {ended} session(s)")


@click.command("unlink", help=tr("解除单点登录关联。", "End links to single sign-on."))
@click.argument("login")
@json_option
@pass_shell
def unlink(shell: Shell, login: str) -> None:
    def job(session: Session) -> int:
        user = names.person(session, login).id
        return signon.unlink(session, user, setup.SYSTEM, shell.now_ms())

    ended = shell.write(job)
    shell.show({"login": login, "ended": ended}, f"已解除 {ended} 个关联", f"Ended {ended} link(s)")


COMMANDS = (set_password, change_password, reset_password, list_sessions, sign_out, unlink)
