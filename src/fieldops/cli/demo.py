"""``fieldops demo``: a company made up for it, a real server, one real walk over a bad link."""

import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import rich_click as click
from click.exceptions import Exit
from rich.console import Console

from fieldops.cli.demo_camera import NoPictures, own_files
from fieldops.cli.demo_company import Company
from fieldops.cli.demo_folder import run_folder
from fieldops.cli.demo_report import Report, show_next
from fieldops.cli.demo_server import Home, serving
from fieldops.cli.demo_sheet import CHECKLIST
from fieldops.cli.demo_stage import Stage
from fieldops.cli.demo_story import tell_walk
from fieldops.cli.language import LANGUAGES, Language, tr
from fieldops.cli.shell import Shell, pass_shell


@click.command()
@click.option("--once", is_flag=True, help=tr("演示后退出", "Stop after the walk"))
@click.option(
    "--photos",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=tr("用此文件夹中的 JPEG、HEIC 照片", "Take the JPEG and HEIC files of this folder"),
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help=tr("保存到此文件夹，可再次使用", "Keep everything here; may be used again"),
)
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=0, help=tr("0 为任意端口", "0 takes any")
)
@click.option("--lang", type=click.Choice(LANGUAGES), help=tr("语言", "Language"))
@pass_shell
def demo(
    shell: Shell,
    once: bool,
    photos: Path | None,
    data_dir: Path | None,
    port: int,
    lang: Language | None,
) -> None:
    shell.language = lang or shell.language
    own = _own_files(photos)
    stage = Stage(Console(highlight=False), shell.text)
    with _ending_in_order(), run_folder(data_dir or shell.data_dir, once) as folder:
        home = Home(folder)
        begun_s = time.monotonic()
        company = _found(stage, home)
        with _server(stage, home, port, shell.language) as url:
            journey, facts = tell_walk(stage, home, company, url, own)
            Report(stage, company.checklists[CHECKLIST], journey, facts).show(
                time.monotonic() - begun_s
            )
            if not once:
                show_next(stage, company, url, home.config)
                _keep_serving(stage)
    if facts.wrong:
        raise Exit(1)


demo.help = tr(
    "演示：建一家示例公司，启动真实的服务器，在极差的网络上完成一次真实的巡检，然后继续服务。",
    "Make up a company, start a real server, play one real walk over a bad link, keep serving.",
)


def _own_files(photos: Path | None) -> Sequence[Path]:
    try:
        return own_files(photos) if photos is not None else ()
    except NoPictures as error:
        raise click.BadParameter(str(error), param_hint="--photos") from error


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let SIGTERM end the demo as Ctrl-C does: its server stops before it."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _found(stage: Stage, home: Home) -> Company:
    stage.step("公司", "A company")
    company, is_new = home.company(Shell.now_ms())
    roster = company.roster
    if not is_new:
        stage.say("沿用此文件夹中的公司", "the one in this folder, with a new walk")
    stage.say(
        f"{len(roster.sites)} 个项目、{len(roster.areas)} 个区域、{len(roster.staff)} 个人、"
        f"{len(company.checklists)} 份已发布的检查表",
        f"{len(roster.sites)} sites, {len(roster.areas)} areas, {len(roster.staff)} people, "
        f"{len(company.checklists)} published checklists",
    )
    return company


@contextmanager
def _server(stage: Stage, home: Home, port: int, language: Language) -> Iterator[str]:
    stage.step("服务器与工作进程", "The server and its worker")
    with serving(home, port, language) as url:
        stage.say(f"{url} · SQLite · 照片存于磁盘", f"{url} · SQLite · photos on disk")
        yield url


def _keep_serving(stage: Stage) -> None:
    stage.console.print(stage.text("正在服务，Ctrl-C 停止。", "Serving; Ctrl-C stops it."))
    sys.stdout.flush()
    try:
        signal.pause()
    except KeyboardInterrupt:
        stage.console.print(stage.text("已停止。", "Stopped."))
