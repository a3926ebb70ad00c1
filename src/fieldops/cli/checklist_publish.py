"""``fieldops checklist publish``: lint, then publish to every tablet."""

from pathlib import Path
from typing import Any

import rich_click as click

from fieldops.cli.checklist_files import card, paths_argument, read_all
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell


@click.command(
    "publish",
    help=tr(
        "检查后发布给所有平板；相同内容不会重复发布。", "Lint, then publish to every tablet, once."
    ),
)
@paths_argument
@json_option
@pass_shell
def command(shell: Shell, paths: tuple[Path, ...]) -> None:
    from sqlmodel import Session

    from fieldops.flow import setup

    good = read_all(shell, paths)

    def job(session: Session) -> list[bool]:
        now_ms = shell.now_ms()
        return [setup.publish(session, one, setup.SYSTEM, now_ms) for _path, one in good]

    fresh = shell.write(job)
    rows = [
        card(path, one) | {"published": is_new}
        for (path, one), is_new in zip(good, fresh, strict=True)
    ]
    shell.show(
        rows, _told(rows, "已发布", "此前已发布"), _told(rows, "published", "was out before")
    )


def _told(rows: list[dict[str, Any]], new: str, old: str) -> str:
    return "\n".join(
        f"{row['key']} {row['version']}: {new if row['published'] else old} ({row['sha256'][:12]})"
        for row in rows
    )
