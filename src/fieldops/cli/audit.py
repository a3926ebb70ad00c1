"""``fieldops audit``: who did what, and the proof that nobody changed it since."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import rich_click as click
from sqlmodel import Session

from fieldops.cli import audit_proof, names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import auditsearch, exporttake, land, pictures, reporttake
from fieldops.flow.paging import LIMIT_MAX, Turn
from fieldops.flow.setup import SYSTEM
from fieldops.flow.timing import rfc3339
from fieldops.store import devices, people
from fieldops.store.audit import Found, Wanted
from fieldops_sync.ids import actor_id

_COLUMNS = (
    ("at", "时间", "at"),
    ("action", "动作", "action"),
    ("actor", "人员", "actor"),
    ("device", "平板", "device"),
    ("subject", "对象", "subject"),
    ("detail", "详情", "detail"),
)
_SERVER_ACTORS = (land.ACTOR, pictures.NAME, exporttake.ACTOR, reporttake.ACTOR)
"""Those of the server's own actors that the audit names."""


@click.group(help=tr("审计记录：查询、验证、导出。", "Who did what: search, verify, export."))
def command() -> None:
    """The group's text is its help, above."""


command.add_command(audit_proof.verify)
command.add_command(audit_proof.export)
command.add_command(audit_proof.key)


@command.command("list", help=tr("最新的记录在前。", "The newest first."))
@click.option("--action", default="", help=tr("动作的前缀，如 user.", "A prefix, such as user."))
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@pass_shell
def list_(shell: Shell, action: str, limit: int) -> None:
    _show(shell, shell.read(lambda session: _named(session, Wanted(_actions(action)), limit)))


def _actions(action: str) -> tuple[str, ...]:
    return (action,) if action else ()


@command.command(
    help=tr(
        "按人员、对象、动作、时间查询；--reads 只看谁看到或带走了未遮盖的数据。",
        "By whom, about what, which, when.  --reads: who saw data in the clear, or took it along.",
    )
)
@click.option("--by", default="", help=tr("谁做的：登录名", "Who did it: a login"))
@click.option("--device", default="", help=tr("哪台平板：名称或 id", "Which tablet: name or id"))
@click.option(
    "--about",
    multiple=True,
    help=tr("关于谁或什么：登录名或记录 id，可多次", "A login, or a record's id; may be repeated"),
)
@click.option(
    "--contact",
    is_flag=True,
    help=tr("关于某位住户：随后输入电话或房号", "A resident: asks for a phone number or unit"),
)
@click.option("--action", default="", help=tr("动作的前缀，如 user.", "A prefix, such as user."))
@click.option("--reads", is_flag=True, help=tr("只看读取与导出", "Only reads and exports"))
@click.option("--since", type=click.DateTime(), help=tr("从何时起", "Not before"))
@click.option("--until", type=click.DateTime(), help=tr("到何时止（不含）", "Before"))
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True)
@json_option
@pass_shell
def search(
    shell: Shell,
    by: str,
    device: str,
    about: tuple[str, ...],
    contact: bool,
    action: str,
    reads: bool,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> None:
    # It is typed and not an argument: those stand in the shell's history.
    resident = click.prompt(shell.text("电话或房号", "Phone or unit"), err=True) if contact else ""

    def query(session: Session) -> list[dict[str, Any]]:
        wanted = Wanted(
            actions=_actions(action) or (auditsearch.READS if reads else ()),
            actor=names.user(session, by) if by else None,
            device=names.device(session, device).id if device else None,
            about=_about(session, about, resident),
            since_ms=_ms(shell, since),
            until_ms=_ms(shell, until),
        )
        return [] if contact and not wanted.about else _named(session, wanted, limit)

    _show(shell, shell.read(query))


def _about(session: Session, given: tuple[str, ...], resident: str) -> tuple[UUID, ...]:
    ids = [names.as_id(one) or names.user(session, one) for one in given]
    if resident:
        ids += auditsearch.household(session, resident)
    return tuple(ids)


def _ms(shell: Shell, moment: datetime | None) -> int | None:
    """A date or time on the organisation's clock."""
    if moment is None:
        return None
    zone = ZoneInfo(shell.settings.timezone)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp() * 1000)


def _named(session: Session, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
    """As many lines as are wanted, a page after the other, with names instead of ids."""
    logins = {person.id: login for login, person in people.everybody(session)}
    logins |= {SYSTEM: "system"} | {actor_id(name): name for name in _SERVER_ACTORS}
    tablets = {one.id: one.name for one in devices.everything(session)}
    rows: list[dict[str, Any]] = []
    cursor = ""
    while len(rows) < limit:
        turn = Turn(cursor, min(LIMIT_MAX, limit - len(rows)))
        page = auditsearch.page(session, wanted, turn)
        rows += [_row(found, logins, tablets) for found in page.items]
        if page.cursor is None:
            break
        cursor = page.cursor
    return rows


def _show(shell: Shell, rows: list[dict[str, Any]]) -> None:
    if not shell.as_json:
        rows = [row | {"detail": msgspec.json.encode(row["detail"]).decode()} for row in rows]
    shell.table(rows, _COLUMNS)


def _row(found: Found, logins: dict[UUID, str], tablets: dict[UUID, str]) -> dict[str, Any]:
    return {
        "no": found.no,
        "chain": found.chain,
        "at": rfc3339(found.at_ms),
        "action": found.action,
        "actor": found.actor and logins.get(found.actor, str(found.actor)),
        "device": found.device and tablets.get(found.device, str(found.device)),
        "subject": found.subject,
        "detail": found.detail,
    }
