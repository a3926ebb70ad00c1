"""``fieldops`` itself: global options, commands on demand, and problems instead of tracebacks.

Exit codes: 0 done, 1 a problem (it says what to do next), 2 wrong usage.
"""

import errno
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import rich_click as click
from click.exceptions import Exit

from fieldops.cli import clickwords
from fieldops.cli.commands import COMMANDS
from fieldops.cli.language import LANGUAGES, choose, tr
from fieldops.cli.shell import Shell, show_problem
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, named
from fieldops_sync.wire import Problem

clickwords.speak()
DEBUG = "FIELDOPS_DEBUG"
"""Set to 1, an unexpected error also shows its traceback, for a report to the makers."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_FULL_SAID = ("No space left on device", "Disk quota exceeded", "database or disk is full")
"""What a full disk says through a database or a photo store."""


class Root(click.RichGroup):
    """Loads a command when it is used; ``--help`` imports none of them."""

    _listing = False

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if self._listing:
            return click.RichCommand(name=cmd_name, short_help=entry.help, hidden=entry.hidden)
        return entry.load()

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self._listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._listing = False

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, Exit, click.Abort, BrokenPipeError):
            raise
        except ProblemError as error:
            show_problem(ctx.find_object(Shell), error.problem)
        except Exception as error:  # noqa: BLE001  # Shown as a problem, and the run has failed.
            _show_unexpected(ctx.find_object(Shell), error)
        raise Exit(1)


def _show_unexpected(shell: Shell | None, error: Exception) -> None:
    """Database, blob store and file errors have their own problem; the rest is our mistake."""
    if os.environ.get(DEBUG) == "1":
        traceback.print_exception(error, file=sys.stderr)
    found = _problem_of(error)
    try:
        show_problem(shell, found)
    except OSError:
        # What cannot take JSON is standard output; what went wrong is said all the same.
        show_problem(Shell(shell.language if shell else "en"), found)


def _problem_of(error: Exception) -> Problem:
    names = {kind.__name__ for kind in type(error).__mro__}
    cause = error.__cause__ if "StoreBusy" in names else None
    said = str(getattr(cause or error, "orig", cause or error)).partition("\n")[0]
    if getattr(error, "errno", None) in _FULL or any(one in said for one in _FULL_SAID):
        place = getattr(error, "filename", None)
        return operation("disk-full", place or said)
    if "StoreBusy" in names:
        return problem("database-busy", named(said if cause else ""))
    if names & {"DBAPIError", "OperationalError"}:
        # What was not asked anything failed while it was opened.
        is_down = getattr(error, "statement", None) is None
        return operation("database-down", said) if is_down else problem("database-busy")
    if "BlobStoreDown" in names:
        return operation("blobs-down", said)
    if isinstance(error, OSError):
        slug = "file-denied" if error.errno in _DENIED else "file"
        detail = f"{error.filename or ''}: {error.strerror or type(error).__name__}"
        return operation(slug, detail.removeprefix(": "))
    name = type(error).__name__
    hint = Said(f"{name}；{DEBUG}=1 可显示出处", f"{name}; {DEBUG}=1 shows where")
    return operation("internal", hint)


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help=tr("设置文件，默认为当前目录的 fieldops.toml", "Settings, by default ./fieldops.toml"),
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help=tr("数据目录，覆盖设置", "Where data is kept, whatever the settings say"),
)
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES, case_sensitive=False),
    help=tr("消息语言，默认取自 LANG", "Language of messages, by default that of LANG"),
)
@click.version_option(package_name="fieldops", prog_name="fieldops")
@click.pass_context
def cli(ctx: click.Context, config: Path | None, data_dir: Path | None, lang: str | None) -> None:
    # click shows this text as help, so it is set below in the language of this process.
    ctx.obj = Shell(choose(lang, os.environ), config, data_dir)


cli.help = tr(
    "fieldops：移动巡检的服务器、离线同步与插件。",
    "fieldops: field inspections, synced from tablets that work offline.",
)


def main() -> None:
    """The entry point of the command ``fieldops``."""
    cli(prog_name="fieldops")
