"""``fieldops media hold``: photos that nothing may delete.

Every decision has a name under it: ``--as LOGIN`` says who takes it.
"""

from typing import Any, cast
from uuid import UUID

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import holds as flow
from fieldops.flow.paging import every
from fieldops.flow.timing import rfc3339
from fieldops.store.holds import Kind

_COLUMNS = (
    ("hold", "编号", "hold"),
    ("kind", "范围", "of"),
    ("subject", "对象", "subject"),
    ("site", "项目", "site"),
    ("photos", "照片", "photos"),
    ("placed", "时间", "placed"),
    ("reason", "原因", "reason"),
    ("released", "解除", "released"),
)

as_option = click.option("--as", "login", required=True, help=tr("以谁的身份", "Who decides"))


@click.group(help=tr("保全：登记、列出、解除。", "Legal holds: photos that nothing may delete."))
def hold() -> None:
    """The group's text is its help, above."""


@hold.command(help=tr("保全一个项目、巡检或照片。", "Hold a site, an inspection or a photo."))
@click.argument("kind", type=click.Choice(["site", "inspection", "photo"]))
@click.argument("subject")
@click.option("--reason", required=True, help=tr("原因", "Why"))
@as_option
@json_option
@pass_shell
def place(shell: Shell, kind: str, subject: str, reason: str, login: str) -> None:
    def job(session: Session) -> flow.Placed:
        who = names.person(session, login)
        found = names.sites(session, [subject])[0] if kind == "site" else names.as_id(subject)
        # What is no id is answered like an id that is unknown.
        wanted = found or UUID(int=0)
        return flow.place(session, who, cast(Kind, kind), wanted, reason, shell.now_ms())

    done = shell.write(job)
    shell.show(
        _row(done),
        f"已保全 {done.photos} 张照片（{done.hold.id}）",
        f"{done.photos} photos are held ({done.hold.id})",
    )


@hold.command("list", help=tr("列出保全。", "List the holds."))
@click.option("--released", is_flag=True, help=tr("包括已解除的", "With those that ended"))
@as_option
@json_option
@pass_shell
def list_(shell: Shell, released: bool, login: str) -> None:
    def query(session: Session) -> list[flow.Placed]:
        who = names.person(session, login)
        return every(lambda turn: flow.listing(session, who, released, turn, shell.now_ms()))

    shell.table([_row(one) for one in shell.read(query)], _COLUMNS)


@hold.command(help=tr("解除保全。", "End a hold."))
@click.argument("number", type=click.UUID, metavar="HOLD")
@as_option
@json_option
@pass_shell
def release(shell: Shell, number: UUID, login: str) -> None:
    def job(session: Session) -> Any:
        return flow.release(session, names.person(session, login), number, shell.now_ms())

    done = shell.write(job)
    shell.show(done, f"已解除 {done.id}", f"{done.id} is released")


def _row(one: flow.Placed) -> dict[str, Any]:
    row = one.hold
    return {
        "hold": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "site": one.site,
        "photos": one.photos,
        "absent": one.absent,
        "placed": rfc3339(row.placed_ms),
        "reason": row.reason,
        "released": None if row.released_ms is None else rfc3339(row.released_ms),
    }
