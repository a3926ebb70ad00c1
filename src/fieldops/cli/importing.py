"""``fieldops import``: sites, areas and people from CSV or XLSX."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import rich_click as click
from msgspec.structs import asdict
from sqlmodel import Session

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import importing
from fieldops.flow.columns import KINDS, Kind
from fieldops.flow.setup import SYSTEM
from fieldops.flow.sheet import Table, read_tables
from fieldops.model.fault import Fault
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError

_NAMES = {"sites": ("项目", "sites"), "areas": ("区域", "areas"), "people": ("人员", "people")}
_Counts = dict[str, dict[str, int]]
P = TypeVar("P")
"""What one row comes to."""


@click.command(
    help=tr(
        "从 CSV 或 XLSX 导入项目、区域、人员：全部成功或全部不导入，重复导入不产生变化。"
        "首行写中文或英文列名；XLSX 可含多张工作表。",
        "Import sites, areas or people from CSV or XLSX: all rows or none, and the same file again"
        " changes nothing.  The first line names the columns, in English or Chinese; a workbook"
        " may hold a sheet of each.",
    )
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), help=tr("内容，默认自动识别", "What they hold"))
@click.option("--dry-run", is_flag=True, help=tr("只检查，不写入", "Check only; write nothing"))
@json_option
@pass_shell
def command(shell: Shell, files: tuple[Path, ...], kind: Kind | None, dry_run: bool) -> None:
    tables = [table for file in files for table in read_tables(file)]

    def checked(session: Session) -> importing.Plan:
        return _checked(shell, importing.plan(session, tables, kind, shell.now_ms()))

    with shell.store() as store:
        with store.read() as session:
            planned = checked(session)
        if dry_run:
            _show(shell, planned.counts(), is_dry=True)
            return
        with shell.progress() as progress:
            text = shell.text("加密密码", "hash passwords")
            bar = progress.add_task(text, total=len(planned.people) or None)
            secrets = importing.hash_secrets(planned, lambda n: progress.advance(bar, n))

        def job(session: Session) -> _Counts:
            # Planned again, since somebody may have written in the meantime.
            return importing.apply(session, checked(session), secrets, SYSTEM, shell.now_ms())

        counts = store.write(job, _weight(tables)).result()
    _show(shell, counts, is_dry=False)


def _weight(tables: Sequence[Table]) -> int:
    return 1 + sum(len(table.rows) for table in tables)


def _checked(shell: Shell, found: importing.Plan | list[Fault]) -> importing.Plan:
    if isinstance(found, importing.Plan):
        return found
    raise rows_problem(shell, found)


def run(
    shell: Shell,
    tables: Sequence[Table],
    plan: Callable[[Session], Sequence[P | Fault]],
    apply: Callable[[Session, list[P]], dict[str, int]] | None,
    counts: Callable[[list[P]], dict[str, int]],
) -> dict[str, int]:
    """Import what tables say, all rows or none; how many of each.

    ``plan`` gives what is to be written, or every fault; without ``apply`` nothing is written.
    Raises ``ProblemError`` rows with every fault.
    """

    def planned(session: Session) -> list[P]:
        found = plan(session)
        faults = [one for one in found if isinstance(one, Fault)]
        if faults:
            raise rows_problem(shell, faults)
        return [one for one in found if not isinstance(one, Fault)]

    with shell.store() as store:
        if apply is not None:
            write = apply
            job = store.write(lambda session: write(session, planned(session)), _weight(tables))
            return job.result()
        with store.read() as session:
            return counts(planned(session))


def show_counts(shell: Shell, counts: dict[str, int], zh: str, en: str, *, is_dry: bool) -> None:
    """Say what came of an import, in words that name the counts."""
    zh, en = zh.format(**counts), en.format(**counts)
    if is_dry:
        zh, en = f"{zh}；未写入任何内容", f"{en}; nothing was written"
    shell.show({"dry_run": is_dry, "counts": counts}, zh, en)


def rows_problem(shell: Shell, faults: Sequence[Fault]) -> ProblemError:
    """The problem that names every fault of a file."""
    lines = [
        f"{one.path}:{one.line}:{one.column}: {one.messages[shell.language]}"
        f" {one.advice[shell.language]}"
        for one in faults
    ]
    extra = {"faults": [asdict(one) for one in faults]}
    return ProblemError(operation("rows", "\n".join(lines), **extra))


def _show(shell: Shell, counts: _Counts, is_dry: bool) -> None:
    zh, en = [], []
    for kind, count in counts.items():
        names = _NAMES[kind]
        zh.append(f"{names[0]}：新增 {count['new']}，更改 {count['changed']}，不变 {count['same']}")
        en.append(
            f"{names[1]}: {count['new']} new, {count['changed']} changed, {count['same']} the same"
        )
    if not counts:
        zh.append("首行以下没有数据行")
        en.append("There are no rows below the first line")
    elif is_dry:
        zh.append("检查通过；未写入任何内容")
        en.append("All rows are fine; nothing was written")
    shell.show({"dry_run": is_dry, "counts": counts}, "\n".join(zh), "\n".join(en))
