"""The proposals for improvement; where the data is too thin for three, that is said instead."""

from fieldops.model.report import Proposal, Report
from fieldops.report.behind import ranges
from fieldops.report.document import Part, Steps, Text
from fieldops.report.words import Speaker
from fieldops.rules.proposals import PROPOSALS, WALKS_LEAST


def proposals(report: Report, say: Speaker) -> Part:
    """Up to three, the heaviest first."""
    title = say.tr("改进建议", "Proposals for improvement")
    told = [_steps(number, one, say) for number, one in enumerate(report.proposals, 1)]
    missing = PROPOSALS - len(told)
    notes = [Text(_thin(report, missing, say), "notice")] if missing else []
    return Part("proposals", title, (*told, *notes))


def _steps(number: int, one: Proposal, say: Speaker) -> Steps:
    lines = [
        (say.tr("依据", "Why"), say.of(one.why)),
        (say.tr("措施", "What to do"), say.of(one.todo)),
    ]
    if one.walks:
        lines.append((say.tr("巡检", "Inspections"), ranges(one.walks, "W")))
    return Steps(f"{number}. {say.of(one.titles)}", tuple(lines))


def _thin(report: Report, missing: int, say: Speaker) -> str:
    walks = report.now.totals.walks
    if walks < WALKS_LEAST:
        return say.tr(
            f"本月只有 {walks} 次巡检，少于 {WALKS_LEAST} 次，不足以提出建议。",
            f"Only {walks} inspections were made, fewer than {WALKS_LEAST}: too few to propose"
            " anything from.",
        )
    return say.tr(
        f"其余 {missing} 条暂缺：本月数据中没有其他达到样本下限的规律。",
        f"{missing} more would be guesses: nothing else in this month's figures recurs often enough"
        " to act on.",
    )
