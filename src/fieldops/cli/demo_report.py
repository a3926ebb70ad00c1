"""What the demo says at its end: what arrived, who can sign in, what to try next."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from rich.cells import set_cell_size
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fieldops.cli.demo_check import Facts
from fieldops.cli.demo_company import Company
from fieldops.cli.demo_notes import Noted
from fieldops.cli.demo_play import Journey, statuses
from fieldops.cli.demo_sheet import DISPUTED
from fieldops.cli.demo_stage import Stage, megabytes
from fieldops.model.access import Role
from fieldops.model.checklist import Checklist
from fieldops.rules.inspections import find_item
from fieldops_sync.wire import OwedPhotos

SEVERITIES = {
    "critical": ("严重", "critical", "bold red"),
    "major": ("较大", "major", "yellow"),
    "minor": ("一般", "minor", ""),
}
NATURES = {
    "rating": ("评分", "rating"),
    "complaint": ("投诉", "complaint"),
    "praise": ("表扬", "praise"),
    "suggestion": ("建议", "suggestion"),
}
_SEVERITY_CELLS, _WEIGHT_CELLS = 10, 5
ROLES = {
    Role.INSPECTOR: ("巡检员", "inspector"),
    Role.SUPERVISOR: ("主管", "supervisor"),
    Role.OPS: ("运营", "ops team"),
    Role.AUDITOR: ("审计", "auditor"),
    Role.EXPORTER: ("总部导出", "exporter"),
    Role.ADMINISTRATOR: ("管理员", "administrator"),
}


class Report:
    """The report of one journey."""

    def __init__(self, stage: Stage, checklist: Checklist, journey: Journey, facts: Facts) -> None:
        self._stage, self._tr = stage, stage.text
        self._checklist, self._journey, self._facts = checklist, journey, facts

    def show(self, seconds: float) -> None:
        """Everything in one table, then whether it is exactly what was sent."""
        tr = self._tr
        title = tr(f"结果 · 用时 {seconds:.1f} 秒", f"What arrived · {seconds:.1f} s in all")
        self._stage.console.print()
        self._stage.console.print(Rule(title, characters="-", style="cyan"))
        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for name, lines in self._sections():
            for number, line in enumerate(lines):
                table.add_row(name if number == 0 else "", line)
        self._stage.put(table)
        self._stage.console.print()
        self._show_verdict()

    def _show_verdict(self) -> None:
        console, tr = self._stage.console, self._tr
        if not self._facts.wrong:
            text = tr("一切与发送时完全一致。", "Everything is exactly as it was sent.")
            console.print(Text(text, "bold green"))
            return
        console.print(Text(tr("与发送不一致：", "Not as it was sent:"), "bold red"))
        for one in self._facts.wrong:
            console.print(Text("  " + tr(*one), "red"))

    def _sections(self) -> Iterator[tuple[str, Iterable[Text | str]]]:
        tr = self._tr
        yield tr("操作", "Ops"), self._ops()
        yield tr("照片", "Photos"), self._photos()
        yield tr("欠传", "Debts"), self._debts()
        yield tr("疑点", "Notes"), self._notes()
        yield tr("链路", "Link"), self._link()
        yield tr("得分", "Score"), self._score()
        yield tr("问题", "Findings"), self._findings()
        yield tr("冲突", "Conflict"), self._conflict()
        yield tr("住户反馈", "Feedback"), self._feedback()
        yield tr("隔离区", "Quarantine"), self._quarantine()

    def _ops(self) -> Iterator[str]:
        facts, journey = self._facts, self._journey
        yield self._tr(
            f"{facts.ops} 条，服务器上恰好一次的 {facts.ops_exact} 条",
            f"{facts.ops} recorded on two tablets, {facts.ops_exact} at the server exactly once",
        )
        counts = statuses(journey.receipts) + Counter([journey.dissent.status])
        yield " · ".join(f"{status} {count}" for status, count in counts.most_common())
        yield self._tr(
            f"其中 {journey.duplicates} 条因应答丢失而重发（duplicate），没有一条重复生效",
            f"{journey.duplicates} of them were sent again after a lost answer (duplicate): "
            "none took effect twice",
        )

    def _photos(self) -> Iterator[str]:
        facts, cargo = self._facts, self._journey.ride.cargo
        yield self._tr(
            f"{facts.photos} 张（{megabytes(cargo.photo_bytes)}），"
            f"逐字节与相机所写一致的 {facts.photos_exact} 张",
            f"{facts.photos} taken ({megabytes(cargo.photo_bytes)}), "
            f"{facts.photos_exact} stored byte for byte as the camera wrote them",
        )

    def _debts(self) -> Iterator[str]:
        owed, settled = self._journey.owed.owed or OwedPhotos(), self._journey.settled
        size = megabytes(owed.bytes)
        yield self._tr(
            f"首批结果可见时，尚有 {owed.photos} 张照片（{size}）未到",
            f"{owed.photos} photos ({size}) were owed when the first results could be seen",
        )
        if settled.here or settled.lost:
            yield self._tr(settled.texts["zh-CN"], settled.texts["en"])
            return
        yield self._tr(
            f"现在没有：{settled.safe} 张都已安全存于服务器",
            f"none now: all {settled.safe} are safe on the server",
        )

    def _notes(self) -> Iterator[Text | str]:
        found, risk = self._facts.notes, self._facts.risk
        yield self._tr(
            f"{len(found)} 处；此次巡检在审核队列中的风险值：{risk} / 100",
            f"{len(found)}; the walk's risk in the review queue: {risk} of 100",
        )
        for _, alike in groupby(found, key=lambda one: (one.weight, one.titles["en"])):
            photos = list(alike)
            for one in photos:
                yield self._noted(one)
            yield self._tr(photos[0].titles["zh-CN"], photos[0].titles["en"])

    def _noted(self, one: Noted) -> Text:
        line = Text(set_cell_size(f"+{one.weight}", _WEIGHT_CELLS), "yellow")
        line.append(one.caption, "not bold default")
        if one.beside:
            line.append(f" ↔ {one.beside}", "not bold default")
        if one.bits:
            bits = f"  64 位中相差 {one.bits} 位", f"  {one.bits} of 64 bits differ"
            line.append(self._tr(*bits), "dim")
        return line

    def _link(self) -> Iterator[str]:
        ride = self._journey.ride
        odometer, needed = ride.odometer, ride.cargo.photo_bytes
        again = max(0, odometer.photo_bytes - needed)
        yield self._tr(
            f"共发送 {megabytes(odometer.sent_bytes)}，其中照片重发 {megabytes(again)}",
            f"{megabytes(odometer.sent_bytes)} sent, of it {megabytes(again)} of photos again",
        )
        cut, lost, twice = (odometer.faults.get(name, 0) for name in ("cut", "lose", "repeat"))
        yield self._tr(
            f"请求中断 {cut} 次 · 应答丢失 {lost} 次 · 重复送达 {twice} 次",
            f"requests cut off: {cut} · answers lost: {lost} · arrived twice: {twice}",
        )
        if ride.killed_at_bytes is not None:
            size = megabytes(ride.killed_at_bytes)
            yield self._tr(
                f"应用被强制结束 1 次（{size} 处），从发件箱续传",
                f"the app was killed once, at {size}, and went on from its outbox",
            )

    def _score(self) -> Iterator[str]:
        expected, score = self._journey.expected, self._facts.score
        limit = self._checklist.threshold_percent
        passed = self._tr("合格", "passed") if expected.passed else self._tr("不合格", "not passed")
        veto = "critical" in score.get("marks", [])
        why = self._tr("（严重项一票否决）", " (a critical item failed)") if veto else ""
        yield f"{score.get('score')} % / {limit} % · {passed}{why}"

    def _findings(self) -> Iterator[Text | str]:
        found = sorted(self._facts.findings, key=_by_severity)
        counts = Counter(one["body"]["severity"] for one in found)
        shown = [(counts[key], *texts) for key, texts in SEVERITIES.items()]
        yield self._tr(
            f"{len(found)} 个：" + " · ".join(f"{zh} {count}" for count, zh, _, _ in shown),
            f"{len(found)}: " + " · ".join(f"{count} {en}" for count, _, en, _ in shown),
        )
        for one in found:
            yield self._finding(one["body"])

    def _finding(self, body: dict[str, Any]) -> Text:
        zh, en, style = SEVERITIES[body["severity"]]
        title = self._tr(body["titles"]["zh-CN"], body["titles"]["en"])
        line = Text(set_cell_size(self._tr(zh, en), _SEVERITY_CELLS), style)
        line.append(f"{title}  ", "not bold default")
        return line.append(f"{body['plugin']}:{body['rule']}", "dim")

    def _conflict(self) -> Iterator[str]:
        item = self._disputed_title()
        for number, (who, value) in enumerate(self._facts.conflict):
            stands = self._tr("（暂以此为准）", " (stands for now)") if number == 0 else ""
            yield f"{item} = {value}  {who}{stands}"

    def _disputed_title(self) -> str:
        item = find_item(self._checklist, DISPUTED)
        return self._tr(item.titles["zh-CN"], item.titles["en"]) if item else DISPUTED

    def _feedback(self) -> Iterator[str]:
        parts = [
            f"{self._tr(*NATURES[nature])} {count}"
            for nature, count in self._facts.feedback.most_common()
        ]
        note = self._tr("；另有 1 条误录已作废", "; one more, recorded by mistake, is voided")
        yield " · ".join(parts) + note

    def _quarantine(self) -> Iterator[str]:
        bad, repaired = self._journey.receipts[self._journey.bad_op], self._journey.repaired
        why = self._journey.why_bad
        yield f"feedback.record · {bad.reason} · {self._tr(why.zh, why)}"
        who = self._journey.cast.zhou_min.plan.name
        yield self._tr(
            f"由 {who} 修复；平板已得知：{repaired.status}",
            f"repaired by {who}; the tablet has heard of it: {repaired.status}",
        )


def show_next(stage: Stage, company: Company, url: str, config: Path) -> None:
    """Who can sign in, and what to try."""
    tr, console = stage.text, stage.console
    console.print()
    console.print(Rule(tr("接下来", "What next"), characters="-", style="cyan"))
    console.print(Text(f"{tr('控制台', 'The console')}  {url}/", "bold"))
    stage.put(
        tr(
            "用浏览器打开它，以 zhou.min（主管）登录，看这次巡检之后要做的事；"
            "chen.yun 和 admin 看到别的页面。",
            "Open it in a browser and sign in as zhou.min, the supervisor, to see what the walk has"
            " left to do; chen.yun and admin see other pages.",
        )
    )
    console.print()
    stage.put(_people(stage, company))
    console.print()
    for zh, en, command in _commands(company, url, config):
        console.print(Text("# " + tr(zh, en), "dim"))
        console.print(Text(command), soft_wrap=True)
    console.print()


def _people(stage: Stage, company: Company) -> Table:
    table = Table.grid(padding=(0, 2))
    heads = [("登录名", "login"), ("姓名", "name"), ("角色", "role"), ("密码 / PIN", "sign in by")]
    table.add_row(*(Text(stage.text(*head), "dim") for head in heads))
    for login, one in company.roster.staff.items():
        secret = one.password or f"PIN {one.pin}"
        table.add_row(login, one.plan.name, stage.text(*ROLES[one.plan.role]), secret)
    return table


def _commands(company: Company, url: str, config: Path) -> Iterator[tuple[str, str, str]]:
    program = f"{_shown(Path(sys.argv[0]))} --config {_shown(config)}"
    boss = company.roster.staff["zhou.min"]
    members = {"login": boss.plan.login, "password": boss.password, "kind": "bearer"}
    login = msgspec.json.encode(members).decode()
    yield "各部分是否正常", "is every part well?", f"{program} doctor"
    yield "插件进度", "how far has each plugin read?", f"{program} plugin list"
    yield "谁做了什么", "who did what?", f"{program} audit list"
    yield (
        "以主管身份登录，查看冲突的两个值",
        "sign in as the supervisor and look at the conflict",
        f"TOKEN=$(curl -s {url}/api/v1/session -d '{login}' | sed 's/.*\"token\":\"//;s/\".*//')\n"
        f'curl -s -H "Authorization: Bearer $TOKEN" {url}/api/v1/conflicts',
    )


def _shown(path: Path) -> str:
    """A path as short as it can be typed from here."""
    here = Path.cwd()
    whole = path.absolute()
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)


def _by_severity(finding: dict[str, Any]) -> tuple[int, str, str]:
    body = finding["body"]
    return list(SEVERITIES).index(body["severity"]), body["plugin"], body.get("item", "")
