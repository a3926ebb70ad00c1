"""``fieldops register``: assets, patrol points, zones: what walks of a site refer to."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import rich_click as click
from sqlmodel import Session

from fieldops.cli import importing, names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import registers
from fieldops.flow.setup import SYSTEM
from fieldops.flow.sheet import read_tables
from fieldops.model.fault import Fault
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.record import State
from fieldops.model.register import Column, RegisterSpec
from fieldops.rules import registers as rules
from fieldops.store import plugins, records
from fieldops.store.engine import Store

_KINDS = (
    ("name", "台账", "register"),
    ("title", "名称", "title"),
    ("plugin", "插件", "plugin"),
    ("columns", "列数", "columns"),
    ("coded", "二维码", "QR code"),
)
_COLUMNS = (
    ("name", "列", "column"),
    ("title", "名称", "title"),
    ("type", "内容", "holds"),
    ("required", "必填", "wanted"),
    ("level", "数据级别", "data level"),
)
_TYPES = {
    "text": ("文字", "text"),
    "integer": ("整数", "whole number"),
    "decimal": ("数字", "number"),
    "date": ("日期，如 2026-11-21", "date, such as 2026-11-21"),
    "time": ("时刻，如 08:30", "time, such as 08:30"),
}
site_option = click.option("--site", default="", help=tr("项目编码或名称", "A site's code or name"))


@click.group(
    help=tr(
        "台账：资产、巡更点等，按项目登记，供巡检对照。",
        "Registers: assets, patrol points and the like, which a site's walks refer to.",
    )
)
def command() -> None:
    """The group's text is its help, above."""


@command.command(help=tr("插件声明了哪些台账。", "Which registers plugins declare."))
@json_option
@pass_shell
def kinds(shell: Shell) -> None:
    with shell.store() as store:
        found = _declared(shell, store)
    rows = [
        {
            "name": spec.name,
            "title": spec.titles[shell.language],
            "plugin": plugin,
            "columns": len(rules.columns_of(spec, with_site=True)),
            "coded": shell.text("有", "yes") if spec.coded else "",
        }
        for spec, plugin in found.values()
    ]
    shell.table(rows, _KINDS)


@command.command(help=tr("一个台账有哪些列，各填什么。", "The columns of a register."))
@click.argument("name")
@json_option
@pass_shell
def show(shell: Shell, name: str) -> None:
    with shell.store() as store:
        spec = _spec(shell, store, name)
    rows = [
        {
            "name": one.name,
            "title": one.titles[shell.language],
            "type": _holds(shell, one),
            "required": shell.text("是", "yes") if one.required else "",
            "level": one.level,
        }
        for one in rules.columns_of(spec, with_site=True)
    ]
    shell.table(rows, _COLUMNS)


def _holds(shell: Shell, column: Column) -> str:
    if column is rules.RETIRED:
        return shell.text("是 / 否", "yes / no")
    return " / ".join(column.choices) or shell.text(*_TYPES[column.type])


@command.command(
    help=tr(
        "生成空白 CSV，首行是列名，用 Excel 填写后导入。",
        "Write an empty CSV whose first line names the columns; fill it in, then import it.",
    )
)
@click.argument("name")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@pass_shell
def template(shell: Shell, name: str, out: Path) -> None:
    with shell.store() as store:
        spec = _spec(shell, store, name)
    heads = [one.titles[shell.language] for one in rules.columns_of(spec, with_site=True)]
    # Excel takes a CSV for UTF-8 only where a mark says so.
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerow(heads)
    shell.show(
        {"path": str(out), "columns": heads},
        f"{out}：{len(heads)} 列；各列填法见 fieldops register show {name}",
        f"{out}: {len(heads)} columns; `fieldops register show {name}` says what they hold",
    )


def _declared(shell: Shell, store: Store) -> dict[str, tuple[RegisterSpec, str]]:
    """The registers by name, with their plugin; a plugin never seen by a worker is asked itself."""
    from fieldops.plugin import entry
    from fieldops.plugin.probe import probe

    with store.read() as session:
        cards = plugins.cards(session)
    for name in entry.chosen(shell.settings.plugins):
        if name not in cards and (card := probe(name).card) is not None:
            cards[name] = card
    return {spec.name: (spec, name) for name, card in cards.items() for spec in card.registers}


def _spec(shell: Shell, store: Store, name: str) -> RegisterSpec:
    found = _declared(shell, store)
    if name not in found:
        known = ", ".join(sorted(found)) or shell.text("无", "none")
        raise ProblemError(operation("unknown-name", f"{name} ({known})"))
    return found[name][0]


@command.command(
    "import",
    help=tr(
        "从 CSV 或 XLSX 登记：全部成功或全部不导入，重复导入不产生变化。",
        "Fill a register from CSV or XLSX: all rows or none; the same file again changes nothing.",
    ),
)
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@site_option
@click.option(
    "--retire-missing",
    is_flag=True,
    help=tr("文件中没有的条目改为停用", "Retire the entries that the file does not name"),
)
@click.option("--dry-run", is_flag=True, help=tr("只检查，不写入", "Check only; write nothing"))
@json_option
@pass_shell
def import_(
    shell: Shell, name: str, file: Path, site: str, retire_missing: bool, dry_run: bool
) -> None:
    tables = read_tables(file)
    with shell.store() as store:
        spec = _spec(shell, store, name)

        def planned(session: Session) -> list[registers.Planned]:
            known = {one.body.get("code", ""): one.id for one in names.all_sites(session)}
            only = names.sites(session, [site])[0] if site else None
            found = registers.plan(session, spec, tables, known, only, retire_missing)
            return _checked(shell, found)

        def job(session: Session) -> dict[str, int]:
            return registers.apply(session, planned(session), SYSTEM, shell.now_ms())

        if dry_run:
            with store.read() as session:
                counts = registers.counts(planned(session))
        else:
            counts = store.write(job, 1 + sum(len(table.rows) for table in tables)).result()
    zh = "新增 {new}，更改 {changed}，不变 {same}，停用 {retired}".format(**counts)
    en = "{new} new, {changed} changed, {same} the same, {retired} retired".format(**counts)
    if dry_run:
        zh, en = f"{zh}；未写入任何内容", f"{en}; nothing was written"
    shell.show({"dry_run": dry_run, "counts": counts}, zh, en)


def _checked(shell: Shell, found: list[registers.Planned] | list[Fault]) -> list[registers.Planned]:
    faults = [one for one in found if isinstance(one, Fault)]
    if faults:
        raise importing.rows_problem(shell, faults)
    return [one for one in found if isinstance(one, registers.Planned)]


@command.command("list", help=tr("列出一个台账的条目。", "List the entries of a register."))
@click.argument("name")
@site_option
@json_option
@pass_shell
def list_(shell: Shell, name: str, site: str) -> None:
    with shell.store() as store:
        spec = _spec(shell, store, name)
        with store.read() as session:
            found = _entries(session, spec, site)
    columns = [
        ("site", "项目", "site"),
        ("key", "编号", "key"),
        *((one.name, one.titles["zh-CN"], one.titles["en"]) for one in spec.columns),
        ("retired", "停用", "retired"),
    ]
    rows = [_row(shell, code, state) for code, state in found]
    shell.table(rows, columns)


def _entries(session: Session, spec: RegisterSpec, site: str) -> list[tuple[str, State]]:
    """The entries of a register with their site's code, by code and key."""
    known = {one.id: one.body.get("code", "") for one in names.all_sites(session)}
    wanted: Sequence[UUID] = names.sites(session, [site]) if site else list(known)
    found = [
        (known[one], state)
        for one in wanted
        for state in records.registers(session, one)
        if state.body["register"] == spec.name
    ]
    return sorted(found, key=lambda one: (one[0], one[1].body["key"]))


def _row(shell: Shell, code: str, state: State) -> Mapping[str, Any]:
    body = state.body
    retired = shell.text("是", "yes") if body.get("retired") else ""
    return {**(body.get("values") or {}), "site": code, "key": body["key"], "retired": retired}


@command.command(
    help=tr("生成可打印的二维码标牌（HTML）。", "Make QR nameplates to be printed (one HTML file).")
)
@click.argument("name")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@site_option
@json_option
@pass_shell
def labels(shell: Shell, name: str, out: Path, site: str) -> None:
    from fieldops.cli.register_labels import sheet

    with shell.store() as store:
        spec = _spec(shell, store, name)
        with store.read() as session:
            found = [one for one in _entries(session, spec, site) if not one[1].body.get("retired")]
    out.write_text(sheet(spec, found, shell.language), encoding="utf-8")
    count = len(found)
    zh, en = (
        f"{out}：{count} 个标牌，用浏览器打开后打印",
        f"{out}: {count} plates; print it from a browser",
    )
    shell.show({"path": str(out), "labels": count}, zh, en)
