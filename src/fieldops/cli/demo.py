"""``fieldops demo``: a company made up for it, a real server, one real walk over a bad link."""

import fcntl
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import rich_click as click
from click.exceptions import Exit
from rich.console import Console

from fieldops.cli.demo_camera import NoPictures, own_files
from fieldops.cli.demo_check import Checker, Facts, await_worker
from fieldops.cli.demo_company import Company
from fieldops.cli.demo_desk import Desk
from fieldops.cli.demo_play import Journey, Play
from fieldops.cli.demo_report import Report, show_next
from fieldops.cli.demo_server import DemoFailed, Home, serving
from fieldops.cli.demo_sheet import CHECKLIST
from fieldops.cli.demo_stage import Stage, megabytes
from fieldops.cli.language import LANGUAGES, Language, tr
from fieldops.cli.shell import Shell, pass_shell
from fieldops.store.blobs import open_blobs
from fieldops.store.engine import open_store

RUNS = Path("var/demo")
"""Where runs are kept if no folder is named: the last one and this one."""


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
    with _ending_in_order(), _folder(data_dir or shell.data_dir, once) as folder:
        home = Home(folder)
        begun_s = time.monotonic()
        company = _found(stage, home)
        with _server(stage, home, port, shell.language) as url:
            journey, facts = _walk(stage, home, company, url, own)
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


@contextmanager
def _folder(given: Path | None, once: bool) -> Iterator[Path]:
    """The folder of this run: the one named; else a new one, of which ``--once`` leaves nothing."""
    if given is not None:
        yield given
    elif once:
        with tempfile.TemporaryDirectory(prefix="fieldops-demo-") as folder:
            yield Path(folder)
    else:
        folder_of_run = RUNS / f"{datetime.now():%Y%m%d-%H%M%S}"
        folder_of_run.mkdir(parents=True)
        with _locked(folder_of_run):
            for old in sorted(RUNS.iterdir())[:-2]:
                _remove(old)
            yield folder_of_run


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Mark a run as going on; False if it goes on in another process."""
    with (folder / "demo.lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _remove(folder: Path) -> None:
    """Remove an old run, unless it is still going on."""
    if not (folder / "demo.lock").exists():
        return
    with _locked(folder) as is_ours:
        if is_ours:
            shutil.rmtree(folder)


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


def _walk(
    stage: Stage, home: Home, company: Company, url: str, photos: Sequence[Path]
) -> tuple[Journey, Facts]:
    run = home.folder / "walks" / f"{datetime.now():%Y%m%d-%H%M%S-%f}"
    try:
        return _play(stage, Play(company, url, run, stage), home, url, photos)
    except NoPictures as error:
        raise DemoFailed(str(error)) from error


def _play(
    stage: Stage, play: Play, home: Home, url: str, photos: Sequence[Path]
) -> tuple[Journey, Facts]:
    cast = play.cast
    stage.step("相机", "The camera")
    evidence = play.photograph(photos)
    sizes = sorted(one.picture.size_bytes for one in evidence)
    low, high = megabytes(sizes[0]), megabytes(sizes[-1])
    stage.say(f"每张 {low} 至 {high}，带 EXIF", f"{low} to {high} each, with EXIF")

    stage.step("早上：平板注册并下载检查表", "Morning: two tablets enrol and pull what they need")
    first, second = play.enrol("A-01"), play.enrol("B-02")
    stage.say(
        "项目、区域、人员与检查表已在平板上，可离线使用",
        "sites, areas, people and checklists are on the tablets, for hours without signal",
    )

    stage.step("巡检，离线", "The walk, offline")
    play.first_part(first, evidence)
    stage.say(
        f"{cast.li_lei.plan.name} 检查配电房、发电机与泵房；大堂有信号，首批操作先发出",
        f"{cast.li_lei.plan.name} signs in by PIN: switch room, generator, pump rooms; "
        "a minute of signal in the lobby sends the first ops",
    )
    play.dissent(second)
    stage.say(
        f"{cast.wang_qiang.plan.name} 在另一台平板上复测余氯，得到另一个值",
        f"{cast.wang_qiang.plan.name} measures the chlorine again on another tablet, "
        "and gets another value",
    )
    bad_op, feedback = play.second_part(first, evidence)
    stage.say(
        f"平板交给 {cast.han_meimei.plan.name}：8 部电梯、抄表、住户反馈、建议，提交",
        f"the tablet goes to {cast.han_meimei.plan.name}: 8 lifts, meters, what residents say, "
        "a suggestion; submitted",
    )

    stage.step("傍晚：在极差的网络上同步", "Evening: syncing over a bad link")
    ride = play.evening(first)
    receipts, duplicates = play.receipts(first)
    dissent = play.settle_dissent(second)

    stage.step("主管修复隔离的操作", "The supervisor repairs what could not be applied")
    why_bad, repaired = play.repair(first, bad_op)
    stage.say(f"原因：{why_bad}", f"it was kept raw, because: {why_bad}")

    stage.step("插件给出问题与得分", "Plugins find what is wrong, and the score")
    journey = Journey(
        plan=play.plan,
        cast=cast,
        entries=play.entries,
        evidence=evidence,
        expected=play.expect(len(evidence)),
        tablets=(first, second),
        bad_op=bad_op,
        feedback=feedback,
        ride=ride,
        receipts=receipts,
        duplicates=duplicates,
        dissent=dissent,
        why_bad=why_bad,
        repaired=repaired,
    )
    return journey, _check(stage, home, url, journey)


def _check(stage: Stage, home: Home, url: str, journey: Journey) -> Facts:
    store = open_store(home.settings.database_url)
    try:
        readers = await_worker(store)
        names = ", ".join(row.name for row in readers)
        stage.say(f"已读完全部变更：{names}", f"every change read by: {names}")
        stage.step("逐项核对", "Everything is read back and compared")
        with stage.bars() as progress:
            task = progress.add_task(
                stage.text("重新计算哈希的照片", "photos hashed again"), total=len(journey.evidence)
            )
            with Desk(url, journey.cast.zhou_min) as desk:
                checker = Checker(store, open_blobs(home.settings), desk, journey)
                return checker.check(readers, lambda: progress.advance(task))
    finally:
        store.close()


def _keep_serving(stage: Stage) -> None:
    stage.console.print(stage.text("正在服务，Ctrl-C 停止。", "Serving; Ctrl-C stops it."))
    sys.stdout.flush()
    try:
        signal.pause()
    except KeyboardInterrupt:
        stage.console.print(stage.text("已停止。", "Stopped."))
