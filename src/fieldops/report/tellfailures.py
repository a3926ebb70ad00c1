"""What failed most often, where most went wrong, what is overdue."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from fieldops.model.report import Failure, HotSpot, ItemMonth, Overdue, Report
from fieldops.report.behind import ranges
from fieldops.report.document import Chart, Column, Part, Series, Table, Text
from fieldops.report.words import DOMAINS, NONE, SEVERITIES, Speaker
from fieldops.rules.assessment import rounded
from fieldops.rules.recordwords import STATES

_BARS = 8
_NUMBERS_SHOWN = 60
"""Characters of a list of inspections in a cell; all stand in the appendix."""


def failures(report: Report, say: Speaker) -> Part:
    """The items that failed most often."""
    title = say.tr("高频不合格项", "Most frequent failures")
    if not report.failures:
        none = say.tr("本月没有不合格项。", "Nothing failed this month.")
        return Part("failures", title, (Text(none),))
    shown = report.failures[:_BARS]
    chart = Chart(
        kind="across",
        title=title,
        labels=tuple(say.of(one.item.titles) for one in shown),
        series=(
            Series(say.tr("本月", "This month"), tuple(one.item.failed for one in shown)),
            Series(say.tr("上月", "Month before"), tuple(one.item.failed_before for one in shown)),
        ),
        across=say.tr("不合格次数", "Times failed"),
        up=say.tr("检查项", "Item"),
        alt=title
        + ": "
        + "; ".join(f"{say.of(one.item.titles)} {one.item.failed}" for one in shown),
    )
    columns = (
        Column(say.tr("检查项", "Item"), share=4),
        Column(say.tr("专业", "Domain")),
        Column(say.tr("程度", "Severity")),
        Column(say.tr("不合格/检查", "Failed of"), "right"),
        Column(say.tr("不合格率", "Share"), "right"),
        Column(say.tr("较上月（百分点）", "vs. before (pts)"), "right"),
        Column(say.tr("巡检编号", "Inspections"), share=3),
    )
    rows = tuple(_failure(one, say) for one in report.failures)
    return Part("failures", title, (chart, Table(title, columns, rows)))


def _failure(one: Failure, say: Speaker) -> tuple[str | None, ...]:
    item = one.item
    return (
        say.of(item.titles),
        say.word(DOMAINS, one.domain),
        say.word(SEVERITIES, item.severity),
        f"{item.failed} / {item.answered}",
        say.percent(share(item.failed, item.answered)),
        _moved(item),
        short(one.walks),
    )


def _moved(item: ItemMonth) -> str:
    """How the share moved, in points; nothing where nobody looked the month before."""
    if not item.answered_before:
        return NONE
    now, before = share(item.failed, item.answered), share(item.failed_before, item.answered_before)
    assert now is not None
    assert before is not None
    return Speaker.signed(now - before)


def spots(report: Report, say: Speaker) -> Part:
    """The areas where most went wrong."""
    title = say.tr("区域热点", "Hot spots")
    if not report.spots:
        none = say.tr("本月没有热点区域。", "No area stands out this month.")
        return Part("spots", title, (Text(none),))
    shown = report.spots[:_BARS]
    chart = Chart(
        kind="across",
        title=title,
        labels=tuple(say.place(one.place) for one in shown),
        series=(
            Series(say.tr("不合格", "Failed"), tuple(one.failed for one in shown)),
            Series(say.tr("重复发生", "Came again"), tuple(one.repeats for one in shown)),
            Series(say.tr("投诉", "Complaints"), tuple(one.complaints for one in shown)),
        ),
        across=say.tr("次数", "Times"),
        up=say.tr("区域", "Area"),
        alt=title + ": " + "; ".join(f"{say.place(one.place)} {one.weight}" for one in shown),
    )
    columns = (
        Column(say.tr("项目", "Site"), share=3),
        Column(say.tr("区域", "Area"), share=3),
        Column(say.tr("不合格/检查", "Failed of"), "right"),
        Column(say.tr("上月不合格", "Failed before"), "right"),
        Column(say.tr("问题", "Findings"), "right"),
        Column(say.tr("重复", "Again"), "right"),
        Column(say.tr("投诉", "Complaints"), "right"),
        Column(say.tr("巡检编号", "Inspections"), share=3),
    )
    rows = tuple(_spot(one, say) for one in report.spots)
    rule = say.tr(
        "按不合格、重复发生与投诉次数之和排序。",
        "Ordered by the sum of failures, of findings that came again, and of complaints.",
    )
    return Part("spots", title, (chart, Table(title, columns, rows), Text(rule, "small")))


def _spot(one: HotSpot, say: Speaker) -> tuple[str | int | None, ...]:
    return (
        one.place.site,
        say.area(one.place),
        f"{one.failed} / {one.answered}",
        one.failed_before,
        one.findings,
        one.repeats,
        one.complaints,
        short(one.walks),
    )


def overdue(report: Report, say: Speaker) -> Part:
    """Rectifications past their deadline, the oldest first."""
    title = say.tr("逾期整改", "Overdue rectifications")
    if not report.overdue:
        none = say.tr("没有逾期的整改。", "No rectification is overdue.")
        return Part("overdue", title, (Text(none),))
    columns = (
        Column(say.tr("问题", "Finding"), share=4),
        Column(say.tr("地点", "Place"), share=3),
        Column(say.tr("程度", "Severity")),
        Column(say.tr("责任人", "Owner")),
        Column(say.tr("期限", "Deadline"), share=3),
        Column(say.tr("逾期（天）", "Days late"), "right"),
        Column(say.tr("状态", "State")),
    )
    rows = tuple(_late(one, say) for one in report.overdue)
    return Part("overdue", title, (Table(title, columns, rows),))


def _late(one: Overdue, say: Speaker) -> tuple[str | int | None, ...]:
    return (
        say.of(one.titles),
        say.place(one.place),
        say.word(SEVERITIES, one.severity),
        one.owner or one.team or NONE,
        say.minute(one.deadline_ms),
        one.days,
        say.word(STATES, one.state),
    )


def share(part: int, whole: int) -> Decimal | None:
    """A share in percent, rounded as all figures are; None of nothing."""
    return rounded(Fraction(100 * part, whole)) if whole else None


def short(walks: Sequence[int]) -> str:
    """The numbers of inspections as far as a cell holds them."""
    told = ranges(walks, "W")
    if len(told) <= _NUMBERS_SHOWN:
        return told or NONE
    kept = told[:_NUMBERS_SHOWN].rpartition(", ")[0]
    return f"{kept} … ({len(walks)})"
