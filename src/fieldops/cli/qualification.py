"""``fieldops qualification``: who may walk which domain; nobody is refused, walks are marked."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import rich_click as click
from sqlmodel import Session

from fieldops.cli import importing, names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import qualifications
from fieldops.flow.qualifications import Planned
from fieldops.flow.setup import SYSTEM
from fieldops.flow.sheet import read_tables
from fieldops.model.fault import Fault
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.store import people, records

_COLUMNS = (
    ("login", "登录名", "login"),
    ("domain", "检查领域", "domain"),
    ("certificate", "证书编号", "certificate"),
    ("valid_from", "有效期自", "from"),
    ("valid_until", "有效期至", "until"),
    ("withdrawn", "撤销", "withdrawn"),
    ("id", "编号", "id"),
)


@click.group(
    help=tr(
        "资质：谁可以检查哪个领域。无资质者仍可巡检，但巡检会被标记。",
        "Qualifications: who may walk which domain.  Nobody is refused; the walk is marked.",
    )
)
def command() -> None:
    """The group's text is its help, above."""


@command.command(
    "import",
    help=tr(
        "从 CSV 或 XLSX 导入（登录名、检查领域、证书编号、有效期自、有效期至）："
        "全部成功或全部不导入，重复导入不产生变化。",
        "Import from CSV or XLSX (login, domain, certificate, valid_from, valid_until): all rows or"
        " none; the same file again changes nothing.",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help=tr("只检查，不写入", "Check only; write nothing"))
@json_option
@pass_shell
def import_(shell: Shell, file: Path, dry_run: bool) -> None:
    tables = read_tables(file)

    def plan(session: Session) -> list[Planned] | list[Fault]:
        return qualifications.plan(session, tables)

    def apply(session: Session, planned: list[Planned]) -> dict[str, int]:
        return qualifications.apply(session, planned, SYSTEM, shell.now_ms())

    counts = importing.run(shell, tables, plan, None if dry_run else apply, qualifications.counts)
    zh = "新增 {new}，更改 {changed}，不变 {same}"
    en = "{new} new, {changed} changed, {same} the same"
    importing.show_counts(shell, counts, zh, en, is_dry=dry_run)


@command.command("list", help=tr("列出资质。", "List qualifications."))
@click.option("--person", "login", default="", help=tr("登录名", "A login"))
@click.option("--domain", default="", help=tr("检查领域", "A domain"))
@json_option
@pass_shell
def list_(shell: Shell, login: str, domain: str) -> None:
    def query(session: Session) -> list[dict[str, Any]]:
        logins = {person.id: name for name, person in people.everybody(session)}
        wanted: Sequence[UUID] = [names.user(session, login)] if login else sorted(logins)
        return [
            {**one.body, "login": logins.get(one.feed, login), "id": one.id}
            for one in qualifications.of_people(session, wanted)
            if domain in ("", one.body["domain"])
        ]

    members = [member for member, _zh, _en in _COLUMNS]
    rows = [{name: row.get(name) for name in members} for row in shell.read(query)]
    shell.table(rows, _COLUMNS)


@command.command(help=tr("撤销误录的资质。", "Withdraw one that was recorded by mistake."))
@click.argument("qualification", type=click.UUID)
@click.argument("reason")
@json_option
@pass_shell
def withdraw(shell: Shell, qualification: UUID, reason: str) -> None:
    def job(session: Session) -> None:
        state = records.get_one(session, qualification)
        if state is None or state.kind != "qualification":
            raise ProblemError(operation("unknown-name", str(qualification)))
        named = {name: state.body[name] for name in ("person", "domain")}
        payload = {**named, "withdrawn": reason}
        qualifications.record(session, state.id, state.feed, payload, SYSTEM, shell.now_ms())

    shell.write(job)
    shell.show({"withdrawn": qualification}, f"已撤销 {qualification}", f"Withdrew {qualification}")
