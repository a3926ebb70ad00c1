"""What every command works with: settings, the store, the language, and how things are shown."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import rich_click as click

from fieldops.cli.language import Language, tr
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, detail_in
from fieldops_sync.wire import Problem

if TYPE_CHECKING:
    from rich.progress import Progress
    from sqlmodel import Session

    from fieldops.settings import Settings
    from fieldops.store.engine import Store

T = TypeVar("T")
Column = tuple[str, str, str]
"""The member that a column shows, and its heading in Chinese and in English."""

_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
del _CONTROL[ord("\n")], _CONTROL[ord("\t")]
_CONTROL_IN_JSON = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}
"""Below U+0020 JSON writes them so by itself."""
_PIPE_COLUMNS = 400
"""The width of a table that no terminal shows: nothing is cut off."""


class Shell:
    """One run of ``fieldops``."""

    def __init__(
        self, language: Language = "en", config: Path | None = None, data_dir: Path | None = None
    ) -> None:
        self.language: Language = language
        self.as_json = False
        self.config = config
        self.data_dir = data_dir

    @cached_property
    def settings(self) -> "Settings":
        """The settings of this machine.  Raises ``ProblemError`` settings."""
        from fieldops.settings import SettingsError, load_settings

        given = {} if self.data_dir is None else {"data_dir": self.data_dir}
        try:
            return load_settings(self.config, **given)
        except SettingsError as error:
            raise ProblemError(operation("settings", str(error))) from error

    @contextmanager
    def store(self) -> Iterator["Store"]:
        """The database, at this version's tables.  On SQLite it may be in use by a server."""
        from fieldops.flow import auditkey
        from fieldops.store import schema
        from fieldops.store.engine import open_store

        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        store = open_store(self.settings.database_url)
        try:
            schema.prepare(store)
            if auditkey.equip(store, self.settings) is None:
                self.note(
                    "此处没有审计密钥：请从运行服务的机器复制 audit.key",
                    "The audit key is not here: copy audit.key from where fieldops serves",
                )
            yield store
        finally:
            store.close()

    def write(self, job: "Callable[[Session], T]") -> T:
        """Run one transaction on the database."""
        with self.store() as store:
            return store.write(job).result()

    def read(self, query: "Callable[[Session], T]") -> T:
        """Ask one question of the database."""
        with self.store() as store, store.read() as session:
            return query(session)

    @staticmethod
    def now_ms() -> int:
        """The clock: ms since 1970 UTC."""
        return time.time_ns() // 1_000_000

    def text(self, zh: str, en: str) -> str:
        """One of two texts, by language."""
        return zh if self.language == "zh-CN" else en

    def note(self, zh: str, en: str) -> None:
        """Say something beside the result, on standard error; not where JSON was asked for."""
        if not self.as_json:
            click.echo(harmless(self.text(zh, en)), err=True)

    def show(self, value: Any, zh: str, en: str) -> None:
        """The result: ``value`` as JSON where that was asked for, else the text."""
        if self.as_json:
            self.show_json(value)
        else:
            click.echo(harmless(self.text(zh, en)))

    def show_json(self, value: Any) -> None:
        """A result as JSON, indented, with members in a fixed order."""
        raw = msgspec.json.encode(value, order="deterministic")
        click.echo(msgspec.json.format(raw, indent=2).decode().translate(_CONTROL_IN_JSON))

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> None:
        """Rows as a table, or as a JSON list with all their members."""
        if self.as_json:
            self.show_json(list(rows))
            return
        from rich import box
        from rich.console import Console
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for _member, zh, en in columns:
            table.add_column(self.text(zh, en), overflow="fold")
        for row in rows:
            table.add_row(*(_cell(row.get(member)) for member, _zh, _en in columns))
        wide = None if sys.stdout.isatty() else _PIPE_COLUMNS
        Console(width=wide, highlight=False, markup=False, soft_wrap=False).print(table)
        if not rows:
            self.note("（没有内容）", "(nothing)")

    @contextmanager
    def progress(self) -> Iterator["Progress"]:
        """A progress display on standard error; silent where nobody looks at a terminal."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        console = Console(stderr=True)
        silent = self.as_json or not console.is_terminal
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console, disable=silent, transient=True) as progress:
            yield progress


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return harmless(", ".join(map(str, value)))
    return harmless(str(value))


def harmless(text: str) -> str:
    """What others wrote, for a terminal: its control characters are shown, not obeyed.

    A tablet's model, an op in quarantine or a suggestion may hold sequences that clear the screen,
    write over what stands there, or set the clipboard of whoever looks at them.
    """
    return text.translate(_CONTROL)


def show_problem(shell: Shell | None, found: Problem) -> None:
    """A problem: as JSON on standard output where that was asked for, else on standard error."""
    shell = shell or Shell()
    if shell.as_json:
        shell.show_json(found)
        return
    title = found.titles.get(shell.language, found.title)
    click.secho(
        title, fg="red", err=True, color=None if os.environ.get("NO_COLOR") is None else False
    )
    for line in detail_in(found, shell.language).splitlines():
        click.echo(f"  {harmless(line)}", err=True)


def _set_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    shell = ctx.find_object(Shell)
    if shell is not None and value:
        shell.as_json = True


json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_set_json,
    help=tr("以 JSON 输出，供脚本使用", "Print JSON, for scripts"),
)
"""Every command that a script may want gives its result as JSON."""

pass_shell = click.make_pass_decorator(Shell)
