"""``fieldops backup`` and ``fieldops restore``."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from fieldops.cli.language import tr
from fieldops.cli.serve import is_used
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, detail_in
from fieldops.model.said import Said, at

if TYPE_CHECKING:
    from fieldops.flow.backup import Watch
    from fieldops.store.engine import Store

_TERMINATED = 128 + signal.SIGTERM
"""The exit code that shells know."""
_PHASES = {
    "database": ("数据库", "database"),
    "files": ("校验文件", "files"),
    "ops": ("校验操作", "ops"),
    "audit": ("校验审计", "audit"),
    "photos": ("照片", "photos"),
}
_COLUMNS = (
    ("snapshot", "快照", "snapshot"),
    ("made_at", "时间", "made at"),
    ("engine", "数据库", "database"),
    ("position", "位置", "position"),
    ("blobs", "照片", "photos"),
    ("bytes", "照片字节", "photo bytes"),
    ("why", "说明", "why"),
)
_NO_FOLDER = Said("没有此文件夹", "there is no such folder")
dest_argument = click.argument(
    "dest", type=click.Path(path_type=Path, file_okay=False, resolve_path=True)
)
snapshot_option = click.option(
    "--snapshot", default="", help=tr("快照名，默认最新", "Which one, by default the newest")
)


@click.group(help=tr("备份：创建、验证、列出。", "Backups: create, verify, list."))
def command() -> None:
    """The group's text is its help, above."""


@command.command(
    help=tr(
        "把数据库和照片备份到文件夹（服务可继续运行；照片只复制新增的）。随后请运行 verify。",
        "Copy the database and photos into a folder while the server runs; only new photos are"
        " copied.  Then run verify.",
    )
)
@dest_argument
@json_option
@pass_shell
def create(shell: Shell, dest: Path) -> None:
    from fieldops.flow import backup
    from fieldops.store.blobs import open_blobs

    with _database(shell) as store, _watching(shell) as watch:
        done = backup.create(store, open_blobs(shell.settings), dest, shell.now_ms(), watch)
    facts = done.manifest
    shell.show(
        done,
        f"快照 {done.snapshot}：位置 {facts.database.position}，照片 {facts.blobs}"
        f"（新复制 {done.copied}）\n请运行：fieldops backup verify {dest}",
        f"Snapshot {done.snapshot}: position {facts.database.position}, {facts.blobs} photos"
        f" ({done.copied} copied)\nNow run: fieldops backup verify {dest}",
    )
    if facts.remade:
        shell.note(
            f"{len(facts.remade)} 个缩略图或预览图不在照片库中，将自动重新生成；未列入此快照",
            f"Derivatives that the photo store has lost: {len(facts.remade)}; they will be made"
            " again and are not in this snapshot",
        )
    if done.removed:
        shell.note(
            f"备份期间有 {done.removed} 个文件到期移除，未列入此快照",
            f"Removed in due course meanwhile: {done.removed}; not in this snapshot",
        )


@contextmanager
def _database(shell: Shell) -> "Iterator[Store]":
    """The database as it is: a backup is made before a migration."""
    from fieldops.flow import auditkey
    from fieldops.store.engine import open_store

    shell.settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(shell.settings.database_url)
    keys = auditkey.read(shell.settings)
    store.mark_with(None if keys is None else keys.marking)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _tidy() -> Iterator[None]:
    """A SIGTERM ends the command as Ctrl-C does: what it made for a while is removed."""
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(_TERMINATED))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _watching(shell: Shell) -> "Iterator[Watch]":
    with _tidy(), shell.progress() as progress:
        bars = {}

        def watch(phase: str, done: int, total: int) -> None:
            if phase not in bars:
                bars[phase] = progress.add_task(shell.text(*_PHASES[phase]))
            progress.update(bars[phase], completed=done, total=total)

        yield watch


@command.command(
    help=tr(
        "演练：重读全部内容，恢复到临时位置并检查；成功后平板才可遗忘已备份的数据。",
        "The drill: re-read everything, restore to a scratch place, check it.  Only then may"
        " tablets forget what the backup holds.",
    )
)
@dest_argument
@snapshot_option
@click.option("--scratch", default="", help=tr("演练用的 PostgreSQL", "A PostgreSQL to drill on"))
@click.option("--detached", is_flag=True, help=tr("不记录到数据库", "Do not record the result"))
@json_option
@pass_shell
def verify(shell: Shell, dest: Path, snapshot: str, scratch: str, detached: bool) -> None:
    from fieldops.flow import auditkey, drill

    now_ms, url = shell.now_ms(), scratch or shell.settings.database_url
    with _watching(shell) as watch:
        keys = auditkey.read(shell.settings)
        done = drill.verify(dest, snapshot, url, now_ms, watch, keys)
    if not detached:
        with shell.store() as store:
            done = drill.record(store, dest, done, now_ms)
    if not done.ok:
        extra = {"drill": done}
        told = Said("\n".join(done.faults_zh), "\n".join(done.faults))
        raise ProblemError(operation("backup-bad", told, **extra))
    effort = _size(done.bytes), _time(done.seconds)
    shell.show(
        done,
        f"备份完好：操作 {done.ops:,}，照片 {done.blobs:,}，审计 {done.audit_lines:,} 行，"
        f"位置 {done.position:,}；重读 {effort[0]}，用时 {effort[1]}",
        f"The backup is whole: {done.ops:,} ops, {done.blobs:,} photos,"
        f" {done.audit_lines:,} lines of the audit, position {done.position:,};"
        f" {effort[0]} read in {effort[1]}",
    )
    if not done.audit_marks:
        shell.note(
            "此处没有审计密钥，未核对审计行的标记（见 fieldops audit key）",
            "The audit's key is not here, so its marks were not looked at (see fieldops audit key)",
        )
    if not (done.recorded or detached):
        shell.note(
            "但它不是当前数据库的备份，未作记录",
            "It is none of this database's own past, so nothing was recorded",
        )


def _size(bytes_: int) -> str:
    """Such as 1.4 GB."""
    return f"{bytes_ / 1e9:,.1f} GB" if bytes_ >= 1e9 else f"{bytes_ / 1e6:,.1f} MB"


def _time(seconds: float) -> str:
    """Minutes from one on."""
    return f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.1f} s"


@command.command("list", help=tr("列出快照。", "List the snapshots."))
@dest_argument
@json_option
@pass_shell
def list_(shell: Shell, dest: Path) -> None:
    from fieldops.flow import backup

    if not dest.is_dir():
        raise ProblemError(operation("file", at(str(dest), _NO_FOLDER)))
    rows = [_row(shell, dest, name) for name in backup.snapshots(dest)]
    shell.table(rows, _COLUMNS)


def _row(shell: Shell, dest: Path, name: str) -> dict[str, Any]:
    """A snapshot; one that cannot be read says why, and hides none of the others."""
    from fieldops.flow import backup

    try:
        manifest = backup.find(dest, name)[1]
    except ProblemError as error:
        return {"snapshot": name, "why": detail_in(error.problem, shell.language)}
    return {
        "snapshot": name,
        "made_at": manifest.made_at,
        "engine": manifest.database.dialect,
        "position": manifest.database.position,
        "blobs": manifest.blobs,
        "bytes": manifest.blob_bytes,
        "why": "",
    }


@click.command(
    help=tr(
        "从备份恢复数据库和照片。目标须为空，否则需 --force；请先停止服务。",
        "Restore database and photos from a backup.  The target must be empty unless --force; stop"
        " the server first.",
    )
)
@dest_argument
@snapshot_option
@click.option("--into", default="", help=tr("目标数据库", "The database, by default the settings'"))
@click.option("--force", is_flag=True, help=tr("替换现有内容", "Replace what is there"))
@json_option
@pass_shell
def restore(shell: Shell, dest: Path, snapshot: str, into: str, force: bool) -> None:
    from fieldops.flow import auditkey, recover
    from fieldops.settings import URLS
    from fieldops.store.blobs import open_blobs

    settings = shell.settings
    if into and not into.startswith(URLS):
        text = shell.text(
            f"应以 {URLS[0]} 或 {URLS[1]} 开头", f"begins with {URLS[0]} or {URLS[1]}"
        )
        raise click.BadParameter(text, param_hint="--into")
    if is_used(settings.data_dir):
        raise ProblemError(operation("server-running", str(settings.data_dir)))
    with _watching(shell) as watch:
        done = recover.recover(
            dest,
            snapshot,
            into or settings.database_url,
            open_blobs(settings),
            shell.now_ms(),
            force,
            watch,
            auditkey.read(settings),
        )
    shell.show(
        done,
        f"已恢复快照 {done.snapshot}：{done.rows} 行，照片 {done.blobs}（新复制 {done.copied}）",
        f"Restored {done.snapshot}: {done.rows} rows, {done.blobs} photos ({done.copied} copied)",
    )
    shell.note(
        "启动服务后，平板首次联系时会补发备份之后的数据",
        "Start the server: tablets send again what came after the backup, at their first contact",
    )
