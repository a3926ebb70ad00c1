"""Every command: where it is, and the line that stands for it in ``fieldops --help``.

A command's module is imported when the command is used, so that ``--help`` answers at once.
"""

from importlib import import_module

import rich_click as click
from msgspec import Struct

from fieldops.cli.language import tr


class Entry(Struct, frozen=True):
    """``place`` is ``module:attribute`` below ``fieldops.cli``; an entry may be hidden."""

    place: str
    help: str
    hidden: bool = False

    def load(self) -> click.Command:
        """The command itself."""
        module, _, attribute = self.place.partition(":")
        found: click.Command = getattr(import_module(f"fieldops.cli.{module}"), attribute)
        return found


COMMANDS: dict[str, Entry] = {
    "serve": Entry("serve:serve", tr("运行服务器和工作进程", "Run the server and its worker")),
    "worker": Entry(
        "serve:worker", tr("只运行工作进程（插件、定时任务）", "Run a worker only: plugins, chores")
    ),
    "web": Entry(
        "serve:web",
        tr("只运行服务器进程（不含工作进程）", "Run a server only, without its worker"),
    ),
    "demo": Entry(
        "demo:demo", tr("演示一次真实的巡检", "Play one real site walk on a company made up for it")
    ),
    "import": Entry(
        "importing:command",
        tr("从 CSV 或 XLSX 导入项目、区域、人员", "Import sites, areas or people from CSV or XLSX"),
    ),
    "site": Entry("site:command", tr("项目：列出、添加", "Sites: list, add")),
    "register": Entry(
        "register:command",
        tr("台账：资产、巡更点，二维码标牌", "Registers: assets, patrol points, QR nameplates"),
    ),
    "user": Entry("user:command", tr("人员、授权、密码、PIN", "People, grants, passwords, PINs")),
    "device": Entry(
        "device:command",
        tr(
            "平板：注册、列出、吊销、导入离线数据", "Tablets: enrol, list, revoke, import an outbox"
        ),
    ),
    "checklist": Entry(
        "checklist:command", tr("检查表：检查、发布、查看", "Checklists: lint, publish, list, show")
    ),
    "policy": Entry(
        "policy:command",
        tr("时限与规则：整改、投诉的期限", "Policies: deadlines of findings and complaints"),
    ),
    "assess": Entry(
        "assess:command",
        tr("考核：项目、班组、人员的得分、排名、趋势", "How sites, teams and people did"),
    ),
    "report": Entry(
        "report:command",
        tr("月度分析报告：PDF、HTML、XLSX", "The monthly analysis report: PDF, HTML, XLSX"),
    ),
    "round": Entry("round:command", tr("巡检计划与任务", "Rounds: plans, and what came of them")),
    "qualification": Entry(
        "qualification:command", tr("资质：导入、列出", "Qualifications: import, list, withdraw")
    ),
    "calendar": Entry(
        "calendar:command", tr("工作日历：节假日、调休", "Calendars: holidays, working hours")
    ),
    "quarantine": Entry(
        "quarantine:command",
        tr("隔离区：查看、重放、修复、丢弃", "Quarantine: list, show, replay, repair, discard"),
    ),
    "feedback": Entry(
        "feedback:command",
        tr("住户反馈：公开表单、海报、同意书", "Residents: public forms, posters, consent"),
    ),
    "media": Entry(
        "media:command",
        tr("照片证据：欠传、疑点、保管", "Photo evidence: what is owed, notes, care"),
    ),
    "plugin": Entry("plugin:command", tr("插件及其状态", "Plugins and how they stand")),
    "webhook": Entry(
        "webhook:command",
        tr("Webhook：把发生的事告知其他系统", "Webhooks: tell other systems what happens"),
    ),
    "export": Entry(
        "export:command",
        tr("向总部导出：运行、核对、确认", "Exports to head office: run, verify, acknowledge"),
    ),
    "audit": Entry("audit:command", tr("审计记录", "Who did what")),
    "backup": Entry("backup:command", tr("备份：创建、验证", "Backups: create, verify")),
    "restore": Entry("backup:restore", tr("从备份恢复", "Restore a backup")),
    "migrate": Entry(
        "migrate:command", tr("把数据库升级到此版本", "Bring the database to this version")
    ),
    "desk": Entry(
        "desk:command", tr("办公端列表：核对、重建", "What desks list by: check, rebuild")
    ),
    "doctor": Entry(
        "doctor:command", tr("检查各部分并给出建议", "Check every part and say what to do")
    ),
}
"""In the order of ``--help``."""
