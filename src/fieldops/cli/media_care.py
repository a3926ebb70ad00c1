"""``fieldops media totals|collect|scrub|retire``: the room that photos take, and their care."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import rich_click as click
from click.exceptions import Exit
from sqlmodel import Session

from fieldops import logs
from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow.care import collector, writer
from fieldops.flow.collect import Write
from fieldops.flow.react import DirectHandin
from fieldops.flow.retire import Retirer
from fieldops.flow.scrub import Scrubber
from fieldops.flow.storage import room_of, whole
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.store import checks
from fieldops.store.blobs import BlobError, BlobStore, open_blobs
from fieldops.store.blobs.interface import is_name
from fieldops.store.engine import Store
from fieldops.store.totals import Room

_COLUMNS = (
    ("name", "项目", "site"),
    ("photos", "照片", "photos"),
    ("originals_mb", "原件 MB", "originals MB"),
    ("derivatives_mb", "缩略图 MB", "derivatives MB"),
    ("damaged", "损坏", "damaged"),
    ("owed", "欠传", "owed"),
)

dry_option = click.option(
    "--dry-run", "is_dry", is_flag=True, help=tr("只列出，不删除", "List them and remove nothing")
)
site_option = click.option("--site", default="", help=tr("只看此项目", "Only this site"))


@contextmanager
def cared_for(shell: Shell) -> Iterator[tuple[Store, BlobStore, Write]]:
    """The database, the blob store, and how care writes.  Raises ``ProblemError`` blobs-down."""
    logs.configure(shell.settings.log_level)
    with shell.store() as store:
        try:
            yield store, open_blobs(shell.settings), writer(DirectHandin(store, shell.now_ms))
        except BlobError as error:
            raise ProblemError(operation("blobs-down", str(error))) from error


@click.command(help=tr("每个项目的照片占用多少空间。", "How much room photos take, by site."))
@site_option
@json_option
@pass_shell
def totals(shell: Shell, site: str) -> None:
    def query(session: Session) -> Any:
        return room_of(session, names.sites(session, [site]), False) if site else whole(session)

    found = shell.read(query)
    if shell.as_json:
        shell.show_json(found)
        return
    rows = [_row(one.name or str(one.site), one.room) for one in found.sites]
    rows.append(_row(shell.text("合计（共用的只计一次）", "total (shared ones once)"), found.total))
    if found.unnamed is not None:
        rows.append(_row(shell.text("无记录引用", "named by no record"), found.unnamed))
    shell.table(rows, _COLUMNS)


def _row(name: str, room: Room) -> dict[str, Any]:
    return {
        "name": name,
        "photos": room.photos,
        "originals_mb": f"{room.original_bytes / 1e6:.1f}",
        "derivatives_mb": f"{room.derivative_bytes / 1e6:.1f}",
        "damaged": room.damaged,
        "owed": room.owed,
    }


@click.command(
    help=tr(
        "清理无人引用且宽限期已过的文件。", "Remove bytes that nobody names, after their grace."
    )
)
@dry_option
@json_option
@pass_shell
def collect(shell: Shell, is_dry: bool) -> None:
    with cared_for(shell) as (store, blobs, write):
        one = collector(shell.settings, store, blobs, write)
        if is_dry:
            _list(shell, list(one.orphans(shell.now_ms())))
            return
        with shell.progress() as progress:
            bar = progress.add_task(shell.text("清理", "collect"), total=None)
            done = one.run(shell.now_ms(), lambda count: progress.advance(bar, count))
    _insist_ran(done.ran)
    shell.show(
        done,
        f"已清理 {done.orphans}；新发现的无主文件 {done.strays}；存储未能删除 {done.waiting}",
        f"{done.orphans} removed; {done.strays} strays newly found;"
        f" {done.waiting} that the store would not delete",
    )


@click.command(
    help=tr("移除超过保存期限的照片。", "Remove photos that were kept as long as is set.")
)
@dry_option
@json_option
@pass_shell
def retire(shell: Shell, is_dry: bool) -> None:
    days = shell.settings.care.retention_days
    if not days:
        shell.show(
            {"photos": 0, "retention_days": 0},
            "未设置 care.retention_days：照片永久保存",
            "care.retention_days is not set: photos are kept for ever",
        )
        return
    with cared_for(shell) as (store, blobs, write):
        one = Retirer(store, blobs, write, days)
        due = list(one.due(shell.now_ms()))
        if is_dry:
            _list(shell, due)
            return
        with shell.progress() as progress:
            bar = progress.add_task(shell.text("移除", "retire"), total=len(due))
            done = one.run(shell.now_ms(), lambda count: progress.advance(bar, count))
    _insist_ran(done.ran)
    shell.show(
        done,
        f"已移除 {done.photos} 张；存储未能删除 {done.waiting}",
        f"{done.photos} removed; {done.waiting} that the store would not delete",
    )


@click.command(
    help=tr(
        "重新读取并校验照片；不给参数时校验到期的。",
        "Read photos back and hash them; without arguments those that are due.",
    )
)
@click.argument("hashes", nargs=-1, metavar="[SHA256]…")
@click.option("--all", "is_all", is_flag=True, help=tr("全部", "All of them"))
@site_option
@json_option
@pass_shell
def scrub(shell: Shell, hashes: tuple[str, ...], is_all: bool, site: str) -> None:
    for name in hashes:
        if not is_name(name):
            raise ProblemError(operation("unknown-name", name))
    days = shell.settings.care.scrub_days
    with cared_for(shell) as (store, blobs, write):
        with store.read() as session:
            wanted = _wanted(session, hashes, is_all, site, shell.now_ms() - days * 86_400_000)
        with shell.progress() as progress:
            bar = progress.add_task(shell.text("校验", "scrub"), total=len(wanted))
            one = Scrubber(store, blobs, write, days)
            done = one.run_some(wanted, lambda count: progress.advance(bar, count))
    lines = [*(f"! {sha256}" for sha256 in done.damaged), *(f"+ {one}" for one in done.mended)]
    shell.show(
        done,
        "\n".join(
            [*lines, f"已校验 {done.photos} 张，损坏 {len(done.damaged)}，复原 {len(done.mended)}"]
        ),
        "\n".join(
            [
                *lines,
                f"{done.photos} read, {len(done.damaged)} damaged or missing,"
                f" {len(done.mended)} mended",
            ]
        ),
    )
    if done.damaged:
        raise Exit(1)


def _wanted(
    session: Session, hashes: tuple[str, ...], is_all: bool, site: str, before_ms: int
) -> list[bytes]:
    if hashes:
        return [bytes.fromhex(name) for name in hashes]
    if site:
        return checks.of_site(session, names.sites(session, [site])[0].bytes)
    return checks.overdue(session, None if is_all else before_ms)


def _list(shell: Shell, found: list[str]) -> None:
    lines = "\n".join(found)
    shell.show(found, f"{lines}\n共 {len(found)}".strip(), f"{lines}\n{len(found)} in all".strip())


def _insist_ran(ran: bool) -> None:
    if not ran:
        raise ProblemError(operation("care-running", ""))


COMMANDS = (totals, collect, retire, scrub)
