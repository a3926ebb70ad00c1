"""``fieldops export``: runs for head office, where they go, how they fare, putting them right.

A run is named by its name, by its id, or by the beginning of one (8 digits or more).
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from msgspec import to_builtins
from sqlmodel import Session

from fieldops.cli import export_work as work
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import exporttake, exportviews
from fieldops.flow.paging import Ask
from fieldops.flow.setup import SYSTEM
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, slug_of

if TYPE_CHECKING:
    from fieldops.flow.exportviews import RunView

_RUNS = (
    ("name", "导出", "run"),
    ("state", "状态", "state"),
    ("until", "至位置", "until"),
    ("rows", "行数", "rows"),
    ("files", "文件", "files"),
    ("made_at", "创建时间", "made"),
    ("accepted_at", "确认时间", "accepted"),
    ("why", "原因", "why"),
)
_PLACES = (
    ("name", "目标", "destination"),
    ("place", "地址", "place"),
    ("schedule", "计划", "schedule"),
    ("next_at", "下次", "next"),
    ("watermark", "已确认至", "accepted to"),
    ("behind", "落后", "behind"),
    ("last", "最近一次", "last run"),
)
_STATES = {
    "write": ("待写入", "to be written"),
    "deliver": ("待送达", "to be delivered"),
    "verify": ("待核对", "to be verified"),
    "accept": ("待总部确认", "awaits head office"),
    "done": ("已确认", "accepted"),
    "superseded": ("已被取代", "superseded"),
}
_Day = click.DateTime(["%Y-%m-%d"])


@click.group(
    help=tr(
        "向总部导出：运行、查看、核对、重新送达、确认。",
        "Exports to head office: run, look, verify, deliver again, acknowledge.",
    )
)
def command() -> None:
    """The group's text is its help, above."""


@command.command(
    "run", help=tr("现在导出到一个目标。", "Make a run for a destination now, and deliver it.")
)
@click.argument("destination")
@click.option("--full", is_flag=True, help=tr("全部数据", "Everything, not what is new"))
@click.option("--from", "first", type=_Day, help=tr("补导：起始日", "Of these days: the first"))
@click.option("--to", "last", type=_Day, help=tr("补导：截止日（含）", "The last, included"))
@json_option
@pass_shell
def run(
    shell: Shell,
    destination: str,
    full: bool,
    first: datetime | None,
    last: datetime | None,
) -> None:
    if (first is None) != (last is None) or (full and first is not None):
        raise click.UsageError(
            shell.text("--from 与 --to 须同用，且不与 --full 同用", "--from goes with --to alone")
        )
    days = (first.date(), last.date()) if first and last else None
    _result(shell, work.make(shell, destination, full, days))


@command.command("list", help=tr("列出各次导出，最新在前。", "List runs, the newest first."))
@click.option("--destination", default="", help=tr("只列此目标", "Of this destination only"))
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@json_option
@pass_shell
def list_(shell: Shell, destination: str, limit: int) -> None:
    ask = Ask(exportviews.LIST, destination, "", limit)
    page = shell.read(lambda s: exportviews.listing(s, destination, ask))
    shell.table([_row(shell, one) for one in page.items], _RUNS)


@command.command(
    "destinations", help=tr("列出导出目标及其进度。", "List where runs go, and how far they are.")
)
@json_option
@pass_shell
def destinations(shell: Shell) -> None:
    found = shell.read(lambda s: exportviews.destinations(s, shell.settings, shell.now_ms()))
    rows = [to_builtins(one) for one in found]
    if not shell.as_json:
        rows = [row | {"last": row["last"] and row["last"]["name"]} for row in rows]
    shell.table(rows, _PLACES)


@command.command("show", help=tr("显示一次导出的全部信息。", "Show everything about a run."))
@click.argument("run")
@json_option
@pass_shell
def show(shell: Shell, run: str) -> None:
    found = shell.read(lambda s: exportviews.show(s, work.find(s, run).id))
    row: dict[str, Any] = to_builtins(found)
    acks = [
        f"  {one['at']} {one['by']} {one['manifest_sha256']}: {_word(shell, one['taken'])}"
        for one in row.pop("acks")
    ]
    row["state"] = _state(shell, found.step)
    lines = "\n".join([*(f"{key}: {value}" for key, value in row.items() if value), *acks])
    shell.show(found, lines, lines)


@command.command(
    "verify",
    help=tr("在目标处读回并核对哈希。", "Read back what lies at the destination, and hash it."),
)
@click.argument("run", required=False)
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=tr("核对此文件夹中的一次导出", "Look at the run in this folder instead"),
)
@click.option(
    "--trust",
    multiple=True,
    help=tr("审计公钥（十六进制）", "The audit's public key, hexadecimal; repeatable"),
)
@json_option
@pass_shell
def verify(shell: Shell, run: str | None, folder: Path | None, trust: tuple[str, ...]) -> None:
    if (run is None) == (folder is None):
        raise click.UsageError(shell.text("请给出 RUN 或 --folder", "give RUN or --folder"))
    told = (
        work.verify_folder(shell, folder, trust) if folder else work.verify(shell, str(run), trust)
    )
    shell.show(
        told,
        f"{told['run']}：{told['files']} 个文件均相符\n清单 SHA-256：{told['manifest_sha256']}",
        f"{told['run']}: all {told['files']} files are right\n"
        f"SHA-256 of the manifest: {told['manifest_sha256']}",
    )
    if audit := told["audit"]:
        shell.note(
            f"审计检查点：第 {audit['last']} 行（{audit['at']}），由公钥 {audit['fingerprint']}"
            " 签名；保存此清单，可用 fieldops audit verify --against 比对",
            f"Checkpoint of the audit: line {audit['last']} at {audit['at']}, signed by key"
            f" {audit['fingerprint']}; keep the manifest for fieldops audit verify --against",
        )


@command.command("redeliver", help=tr("原样重新送达。", "Deliver it once more, byte for byte."))
@click.argument("run")
@json_option
@pass_shell
def redeliver(shell: Shell, run: str) -> None:
    _result(shell, work.again(shell, run))


@command.command(
    "ack", help=tr("代总部确认已加载。", "Say on head office's behalf that it was loaded.")
)
@click.argument("run")
@click.argument("manifest_sha256")
@json_option
@pass_shell
def ack(shell: Shell, run: str, manifest_sha256: str) -> None:
    def accept(session: Session) -> "RunView":
        found, now_ms = work.find(session, run), shell.now_ms()
        exporttake.acknowledge(session, found.id, manifest_sha256, "cli", SYSTEM, now_ms)
        return exportviews.show(session, found.id)

    def refuse(session: Session) -> None:
        found, now_ms = work.find(session, run), shell.now_ms()
        exporttake.refuse_ack(session, found.id, manifest_sha256, "cli", SYSTEM, now_ms)

    try:
        done = shell.write(accept)
    except ProblemError as error:
        if slug_of(error.problem) == "manifest-mismatch":
            shell.write(refuse)
        raise
    shell.show(done, f"{done.name} 已确认", f"{done.name} is accepted")


@command.command(
    "schema", help=tr("列出数据集，或其中一个的列。", "List datasets, or the columns of one.")
)
@click.argument("dataset", required=False)
@json_option
@pass_shell
def schema(shell: Shell, dataset: str | None) -> None:
    work.show_schema(shell, dataset)


def _result(shell: Shell, done: "RunView") -> None:
    """A run that has arrived, or why it has not."""
    if done.step not in exporttake.ARRIVED or done.why:
        raise ProblemError(operation("export-failed", f"{done.name}: {done.why}"))
    state = _state(shell, done.step)
    shell.show(
        done,
        f"{done.name}：{done.rows} 行，{done.files} 个文件，{state}\n"
        f"清单 SHA-256：{done.manifest_sha256}",
        f"{done.name}: {done.rows} rows in {done.files} files, {state}\n"
        f"SHA-256 of the manifest: {done.manifest_sha256}",
    )


def _row(shell: Shell, one: "RunView") -> dict[str, Any]:
    row: dict[str, Any] = to_builtins(one)
    return row if shell.as_json else row | {"state": _state(shell, one.step)}


def _word(shell: Shell, is_taken: bool) -> str:
    return shell.text("已确认", "taken") if is_taken else shell.text("清单不符", "another manifest")


def _state(shell: Shell, step: str) -> str:
    return shell.text(*_STATES[step])
