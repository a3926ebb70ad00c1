"""``fieldops quarantine``: what could not be applied, looked at and put right.

Every decision has a name under it: ``--as LOGIN`` says which supervisor takes it.
"""

from collections import Counter
from typing import Any
from uuid import UUID

import msgspec
import rich_click as click
from click.exceptions import Exit
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, harmless, json_option, pass_shell
from fieldops.flow import quarantine as flow
from fieldops.flow.audience import Audience
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Level
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, detail_in
from fieldops.rules.personal import mask
from fieldops.rules.redaction import masked_op
from fieldops.store import quarantine
from fieldops.store.engine import Store
from fieldops.store.quarantine import Item
from fieldops_sync.wire import Receipt

_STATES = ("open", "replayed", "repaired", "discarded")
_COLUMNS = (
    ("op", "操作", "op"),
    ("reason", "原因", "reason"),
    ("type", "类型", "type"),
    ("site", "项目", "site"),
    ("device", "平板", "device"),
    ("received", "接收时间", "received"),
    ("why", "说明", "why"),
)

as_option = click.option(
    "--as", "login", required=True, help=tr("以哪位主管的身份", "The supervisor who decides")
)
reason_option = click.option("--reason", default="", help=tr("只看此原因", "Only this reason"))
site_option = click.option("--site", default="", help=tr("只看此项目", "Only this site"))


@click.group(
    help=tr("隔离区：查看、重放、修复、丢弃。", "Quarantine: list, show, replay, repair, discard.")
)
def command() -> None:
    """The group's text is its help, above."""


@command.command("list", help=tr("列出隔离的操作。", "List what is in quarantine."))
@click.option("--state", type=click.Choice(_STATES), default="open")
@reason_option
@site_option
@json_option
@pass_shell
def list_(shell: Shell, state: str, reason: str, site: str) -> None:
    def query(session: Session) -> list[dict[str, Any]]:
        codes = {one.id: one.body.get("code", "") for one in names.all_sites(session)}
        return [_row(item, codes, shell.language) for item in _page(session, state, reason, site)]

    shell.table(shell.read(query), _COLUMNS)


def _page(session: Session, state: str, reason: str, site: str) -> list[Item]:
    wanted = names.sites(session, [site]) if site else None
    return quarantine.page(session, state, reason, wanted)


def _row(item: Item, codes: dict[UUID, str], language: str) -> dict[str, Any]:
    why = item.receipt.problem
    site = None if item.site is None else codes.get(item.site) or str(item.site)
    return {
        "op": item.op_id,
        "hash": item.hash.hex(),
        "state": item.state,
        "reason": item.reason,
        "type": mask(item.type, Level.L1),
        "site": site,
        "device": item.device,
        "received": rfc3339(item.received_ms),
        "why": detail_in(why, language) if why else "",
        "note": mask(item.note, Level.L1),
    }


@command.command(help=tr("显示一个操作的原始内容。", "Show an op as it was sent."))
@click.argument("op", type=click.UUID)
@click.option(
    "--as",
    "login",
    default="",
    help=tr(
        "按此人的数据级别显示个人信息，留审计记录",
        "Show personal data at this person's level; audited",
    ),
)
@json_option
@pass_shell
def show(shell: Shell, op: UUID, login: str) -> None:
    found = shell.read(lambda session: quarantine.get(session, op))
    if not found:
        raise ProblemError(operation("unknown-name", str(op)))
    raws = _raws(shell, found, login)
    if shell.as_json:
        rows = zip(found, raws, strict=True)
        shell.show_json([_row(item, {}, shell.language) | {"raw": raw} for item, raw in rows])
        return
    for item, raw in zip(found, raws, strict=True):
        row = _row(item, {}, shell.language)
        for member in (
            "op",
            "state",
            "reason",
            "why",
            "type",
            "site",
            "device",
            "received",
            "note",
        ):
            told = row[member] if row[member] is not None else ""
            click.echo(harmless(f"{member:9} {told}"))
        click.echo(harmless(_pretty(raw)))


def _raws(shell: Shell, items: list[Item], login: str) -> list[str]:
    """The ops as whoever asks may see them: nobody by name is level 1."""
    if not login:
        return [masked_op(item.raw, Level.L1) for item in items]

    def job(session: Session) -> list[str]:
        who = Audience(session, names.person(session, login), shell.now_ms())
        raws = [who.op(item.op_id, item.site, item.raw) for item in items]
        if who.read:
            who.note_read(session)
        return raws

    return shell.write(job)


def _pretty(raw: str) -> str:
    try:
        return msgspec.json.format(raw, indent=2)
    except (msgspec.MsgspecError, UnicodeError):
        return raw


@command.command(
    help=tr("原样重放；不给编号时按原因、项目批量。", "Apply as sent; without ids, in bulk.")
)
@click.argument("ops", nargs=-1, type=click.UUID)
@as_option
@reason_option
@site_option
@json_option
@pass_shell
def replay(shell: Shell, ops: tuple[UUID, ...], login: str, reason: str, site: str) -> None:
    if not (ops or reason or site):
        text = shell.text(
            "请给出操作编号，或 --reason、--site", "Name ops, or say --reason or --site"
        )
        raise click.UsageError(text)

    with shell.store() as store, shell.progress() as progress:
        with store.read() as session:
            names.person(session, login)
            wanted = list(ops) or [item.op_id for item in _page(session, "open", reason, site)]
        bar = progress.add_task(shell.text("重放", "replay"), total=len(wanted))
        rows = []
        for op in wanted:
            rows.append(_replay(shell, store, login, op))
            progress.advance(bar)
    _show_replayed(shell, rows)


def _replay(shell: Shell, store: Store, login: str, op: UUID) -> dict[str, Any]:
    """One op in a transaction of its own: what cannot be applied does not hold up the others."""

    def job(session: Session) -> Receipt:
        return flow.replay(session, names.person(session, login), op, shell.now_ms())

    try:
        return {"op": op, "status": store.write(job).result().status, "why": ""}
    except ProblemError as error:
        found = error.problem
        why = detail_in(found, shell.language) or found.titles.get(shell.language, found.title)
        return {"op": op, "status": "quarantined", "why": why}


def _show_replayed(shell: Shell, rows: list[dict[str, Any]]) -> None:
    counts = Counter(row["status"] for row in rows)
    left = counts.pop("quarantined", 0)
    lines = [f"{row['op']}: {row['why']}" for row in rows if row["why"]]
    shell.show(
        rows,
        "\n".join([*lines, f"已生效 {sum(counts.values())}，仍隔离 {left}"]),
        "\n".join([*lines, f"{sum(counts.values())} applied, {left} still in quarantine"]),
    )
    if left:
        raise Exit(1)


@command.command(
    help=tr("改正成员后作为新操作生效。", "Apply with corrected members, as a new op.")
)
@click.argument("op", type=click.UUID)
@click.option(
    "--set",
    "changes",
    help=tr("JSON 对象：要改的成员", "A JSON object of members to put"),
    required=True,
)
@as_option
@json_option
@pass_shell
def repair(shell: Shell, op: UUID, changes: str, login: str) -> None:
    try:
        changed = msgspec.json.decode(changes.encode(), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError) as error:
        text = shell.text("应为 JSON 对象，如", "must be a JSON object, such as")
        raise click.BadParameter(
            f'{text} {{"payload": {{"outcome": "pass"}}}}', param_hint="--set"
        ) from error

    def job(session: Session) -> Receipt:
        person = names.person(session, login)
        return flow.repair(session, person, op, changed, shell.now_ms())

    receipt = shell.write(job)
    shell.show(receipt, f"已修复：{receipt.status}", f"Repaired: {receipt.status}")


@command.command(
    help=tr("决定不让操作生效；原文保留。", "Decide that it has no effect; bytes are kept.")
)
@click.argument("op", type=click.UUID)
@click.option("--reason", required=True, help=tr("为何丢弃", "Why it is discarded"))
@as_option
@json_option
@pass_shell
def discard(shell: Shell, op: UUID, reason: str, login: str) -> None:
    def job(session: Session) -> Receipt:
        person = names.person(session, login)
        return flow.discard(session, person, op, reason, shell.now_ms())

    receipt = shell.write(job)
    shell.show(receipt, f"已丢弃 {op}", f"Discarded {op}")
