"""The play told step by step while it happens, to the check at its end."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from fieldops.cli.demo_camera import OWN, NoPictures
from fieldops.cli.demo_check import Checker, Facts, await_worker
from fieldops.cli.demo_company import Company
from fieldops.cli.demo_desk import Desk
from fieldops.cli.demo_play import Journey, Play
from fieldops.cli.demo_server import DemoFailed, Home
from fieldops.cli.demo_stage import Stage, megabytes
from fieldops.cli.demo_walk import Evidence
from fieldops.model.said import Said
from fieldops.store.blobs import open_blobs
from fieldops.store.engine import open_store
from fieldops_sync.debts import PhotoDebt
from fieldops_sync.wire import Receipt


def tell_walk(
    stage: Stage, home: Home, company: Company, url: str, own: Sequence[Path]
) -> tuple[Journey, Facts]:
    """Play a walk and check it.  Raises ``DemoFailed``."""
    run = home.folder / "walks" / f"{datetime.now():%Y%m%d-%H%M%S-%f}"
    play = Play(company, url, run, stage)
    try:
        evidence = _photograph(stage, play, own)
    except NoPictures as error:
        raise DemoFailed(str(error)) from error
    journey = _journey(stage, play, evidence)
    return journey, _check(stage, home, url, journey)


def _photograph(stage: Stage, play: Play, own: Sequence[Path]) -> tuple[Evidence, ...]:
    stage.step("相机", "The camera")
    evidence = play.photograph(own)
    sizes = sorted(one.picture.size_bytes for one in evidence)
    low, high = megabytes(sizes[0]), megabytes(sizes[-1])
    if not own:
        stage.say(f"每张 {low} 至 {high}，带 EXIF", f"{low} to {high} each, with EXIF")
        return evidence
    made = sum(one.picture.path.parent.name != OWN for one in evidence)
    stage.say(
        f"你的照片 {len(evidence) - made} 张，相机补拍 {made} 张；每张 {low} 至 {high}",
        f"{len(evidence) - made} of your own, {made} by the camera; {low} to {high} each",
    )
    return evidence


def _journey(stage: Stage, play: Play, evidence: tuple[Evidence, ...]) -> Journey:
    first, second = _morning(stage, play)
    bad_op, feedback, owed = _walk(stage, play, first, second, evidence)
    stage.step("傍晚：在极差的网络上同步", "Evening: syncing over a bad link")
    ride = play.evening(first)
    receipts, duplicates = play.receipts(first)
    dissent = play.settle_dissent(second)
    why_bad, repaired = _repair(stage, play, first, bad_op)
    return Journey(
        plan=play.plan,
        cast=play.cast,
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
        owed=owed,
        settled=play.debt(first),
    )


def _morning(stage: Stage, play: Play) -> tuple[Path, Path]:
    stage.step("早上：平板注册并下载检查表", "Morning: two tablets enrol and pull what they need")
    tablets = play.enrol("A-01"), play.enrol("B-02")
    stage.say(
        "项目、区域、人员与检查表已在平板上，可离线使用",
        "sites, areas, people and checklists are on the tablets, for hours without signal",
    )
    return tablets


def _walk(
    stage: Stage, play: Play, first: Path, second: Path, evidence: tuple[Evidence, ...]
) -> tuple[UUID, int, PhotoDebt]:
    li_lei, han_meimei = play.cast.li_lei.plan.name, play.cast.han_meimei.plan.name
    wang_qiang = play.cast.wang_qiang.plan.name
    stage.step("巡检，离线", "The walk, offline")
    play.first_part(first, evidence)
    stage.say(
        f"{li_lei} 检查配电房、发电机与泵房；大堂有信号，首批操作先发出",
        f"{li_lei} signs in by PIN: switch room, generator, pump rooms; "
        "a minute of signal in the lobby sends the first ops",
    )
    owed = play.debt(first)
    stage.say(owed.texts["zh-CN"], owed.texts["en"])
    play.dissent(second)
    stage.say(
        f"{wang_qiang} 在另一台平板上复测余氯，得到另一个值",
        f"{wang_qiang} measures the chlorine again on another tablet, and gets another value",
    )
    bad_op, feedback = play.second_part(first, evidence)
    stage.say(
        f"平板交给 {han_meimei}：8 部电梯、抄表、住户反馈、建议，提交",
        f"the tablet goes to {han_meimei}: 8 lifts, meters, what residents say, "
        "a suggestion; submitted",
    )
    return bad_op, feedback, owed


def _repair(stage: Stage, play: Play, first: Path, bad_op: UUID) -> tuple[Said, Receipt]:
    stage.step("主管修复隔离的操作", "The supervisor repairs what could not be applied")
    why_bad, repaired = play.repair(first, bad_op)
    stage.say(f"原因：{why_bad.zh}", f"it was kept raw, because: {why_bad}")
    return why_bad, repaired


def _check(stage: Stage, home: Home, url: str, journey: Journey) -> Facts:
    stage.step("插件给出问题与得分", "Plugins find what is wrong, and the score")
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
