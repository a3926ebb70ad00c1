"""``fieldops checklist publish``: lint, show what it would meet, then publish to every tablet."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rich_click as click
from sqlmodel import Session

from fieldops.cli.checklist_files import card, faulty, paths_argument, read_all
from fieldops.cli.checklist_impact import as_lines, as_rows
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import impact, setup
from fieldops.flow.impact import Impact
from fieldops.flow.versions import published
from fieldops.flow.view import Shelf
from fieldops.model.checklist import Checklist
from fieldops.model.fault import Fault
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.rules import checklists

_Files = Sequence[tuple[Path, Checklist]]


@click.command(
    "publish",
    help=tr(
        "检查后发布给所有平板；先显示影响：改动、持有旧版本的平板、未提交的巡检。相同内容不会重复发布。",
        "Lint, show what it meets (differences, tablets with older versions, walks under way), then"
        " publish to every tablet, once.",
    ),
)
@paths_argument
@click.option(
    "--dry-run", is_flag=True, help=tr("只显示影响，不发布", "Show only, publish nothing")
)
@click.option("--yes", is_flag=True, help=tr("不再询问", "Do not ask"))
@json_option
@pass_shell
def command(shell: Shell, paths: tuple[Path, ...], dry_run: bool, yes: bool) -> None:
    """At a terminal it asks before it publishes; in a script it does not."""
    good = read_all(shell, paths)
    met = _look(shell, good)
    if not shell.as_json:
        for one in met:
            if one.outcome == "new":
                click.echo("\n".join(as_lines(shell, one)))
    news = any(one.outcome == "new" for one in met)
    if news and not (dry_run or yes or shell.as_json) and sys.stdin.isatty():
        click.confirm(shell.text("发布？", "Publish?"), abort=True, err=True)
    fresh = [False] * len(good) if dry_run else shell.write(lambda s: _publish(shell, s, good))
    rows = [
        card(path, one) | {"published": is_new, "impact": as_rows(seen)}
        for (path, one), is_new, seen in zip(good, fresh, met, strict=True)
    ]
    zh, en = _told(rows, dry_run, zh=True), _told(rows, dry_run, zh=False)
    shell.show(rows, zh, en)


def _look(shell: Shell, good: _Files) -> list[Impact]:
    """What each would meet.  Raises ``ProblemError`` for what cannot be published at all."""
    with shell.progress() as progress, shell.store() as store, store.read() as session:
        task = progress.add_task(shell.text("未提交的巡检", "walks under way"), total=None)

        def tell(done: int, every: int) -> None:
            progress.update(task, completed=done, total=every)

        _check_migrations(shell, session, good)
        met = [impact.preview(session, one, tell) for _path, one in good]
    taken = [f"{one.key} {one.version}" for one in met if one.outcome == "taken"]
    if taken:
        raise ProblemError(operation("checklist-version", "\n".join(taken)))
    return met


def _check_migrations(shell: Shell, session: Session, good: _Files) -> None:
    """Migrations fit the versions that are out, or that are published before in the same run."""
    faults: list[Fault] = []
    for number, (path, one) in enumerate(good):
        known = published(session, one.key, Shelf())
        known += [other for _, other in good[:number] if other.key == one.key]
        text = path.read_text(encoding="utf-8-sig")
        older = [other for other in known if other != one]
        faults += checklists.check_migrations(one, text, str(path), older)
    if faults:
        raise faulty(shell, faults)


def _publish(shell: Shell, session: Session, good: _Files) -> list[bool]:
    now_ms = shell.now_ms()
    return [setup.publish(session, one, setup.SYSTEM, now_ms) for _path, one in good]


def _told(rows: Sequence[dict[str, Any]], dry_run: bool, zh: bool) -> str:
    new = ("未发布（仅预览）", "not published (dry run)") if dry_run else ("已发布", "published")
    words = {"out": ("此前已发布", "was out before"), "new": new}
    return "\n".join(
        f"{row['key']} {row['version']}:"
        f" {words[row['impact']['outcome']][0 if zh else 1]} ({row['sha256'][:12]})"
        for row in rows
    )
