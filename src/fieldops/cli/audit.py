"""``fieldops audit``: who did what."""

from typing import Any
from uuid import UUID

import msgspec
import rich_click as click
from sqlmodel import Session

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow.setup import SYSTEM
from fieldops.flow.timing import rfc3339
from fieldops.store import audit, devices, people

_COLUMNS = (
    ("at", "时间", "at"),
    ("action", "动作", "action"),
    ("actor", "人员", "actor"),
    ("device", "平板", "device"),
    ("subject", "对象", "subject"),
    ("detail", "详情", "detail"),
)


@click.group(help=tr("审计记录。", "Who did what."))
def command() -> None:
    """The group's text is its help, above."""


@command.command("list", help=tr("最新的记录在前。", "The newest first."))
@click.option("--action", default="", help=tr("动作的前缀，如 user.", "A prefix, such as user."))
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
@pass_shell
def list_(shell: Shell, action: str, limit: int) -> None:
    def query(session: Session) -> list[dict[str, Any]]:
        logins = {person.id: login for login, person in people.everybody(session)}
        tablets = {one.id: one.name for one in devices.everything(session)}
        found = audit.latest(session, limit, action)
        return [_row(entry, logins | {SYSTEM: "system"}, tablets) for entry in found]

    rows = shell.read(query)
    if not shell.as_json:
        rows = [row | {"detail": msgspec.json.encode(row["detail"]).decode()} for row in rows]
    shell.table(rows, _COLUMNS)


def _row(entry: audit.Entry, logins: dict[UUID, str], tablets: dict[UUID, str]) -> dict[str, Any]:
    return {
        "at": rfc3339(entry.at_ms),
        "action": entry.action,
        "actor": entry.actor and logins.get(entry.actor, str(entry.actor)),
        "device": entry.device and tablets.get(entry.device, str(entry.device)),
        "subject": entry.subject,
        "detail": entry.detail,
    }
