"""``fieldops migrate``: bring the database to this version's tables."""

import rich_click as click

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell


@click.command(
    help=tr(
        "把数据库升级到此版本（PostgreSQL 需手动运行；SQLite 启动时自动完成）。请先备份。",
        "Bring the database to this version: PostgreSQL waits for this command, SQLite does it at"
        " start.  Make a backup first.",
    )
)
@json_option
@pass_shell
def command(shell: Shell) -> None:
    from fieldops.store import migrate, schema
    from fieldops.store.engine import open_store

    shell.settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(shell.settings.database_url)
    try:
        before = schema.upgrade(store)
    finally:
        store.close()
    now = migrate.newest()
    shell.show({"before": before, "now": now}, *_told(before, now))


def _told(before: str | None, now: str) -> tuple[str, str]:
    if before is None:
        return f"数据库已建立，版本 {now}", f"The database was made, at version {now}"
    if before == now:
        return f"数据库已是版本 {now}，无需升级", f"The database is at version {now} already"
    return f"数据库版本 {before} → {now}", f"The database went from version {before} to {now}"
