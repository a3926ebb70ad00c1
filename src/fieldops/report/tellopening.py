"""The first page in figures, and how they moved over the months."""

from collections.abc import Sequence
from decimal import Decimal

from fieldops.model.assessment import PARTS, Figure
from fieldops.model.report import Month, Report
from fieldops.report.document import Chart, Column, Key, Keys, Part, Series, Table, Text
from fieldops.report.words import NONE, Speaker
from fieldops.rules.assessmentwords import FIGURES

_COUNTED: tuple[tuple[str, str, str], ...] = (
    ("walks", "巡检", "Inspections"),
    ("items", "检查项结果", "Items checked"),
    ("failed", "不合格", "Failed"),
    ("photos", "照片", "Photos"),
    ("findings", "问题", "Findings"),
    ("feedback", "住户反馈", "Feedback"),
    ("complaints", "投诉", "Complaints"),
)
"""Members of ``Totals`` in the order in which they are shown."""


def summary(report: Report, say: Speaker) -> Part:
    """What the month came to, beside the month before."""
    now, before = report.now, report.before
    keys = [
        _key(say.tr(zh, en), getattr(now.totals, name), getattr(before.totals, name), say)
        for name, zh, en in _COUNTED
    ]
    score = now.own.total
    keys.append(
        Key(
            say.tr("考核总分", "Assessment"),
            NONE if score.percent is None else str(score.percent),
            say.tr(f"{score.cases} 个样本", f"{score.cases} cases"),
        )
    )
    told = [
        Text(_sentence(report, say)),
        Text(
            say.tr(
                "只计数据截至时服务器已收到的内容；迟到的离线数据进入之后重做的报告。",
                "What the server had received by then is counted; what tablets send later stands"
                " in a report that is made again.",
            ),
            "small",
        ),
    ]
    return Part("summary", say.tr("概览", "Summary"), (Keys(tuple(keys)), *told))


def _key(label: str, now: int | None, before: int | None, say: Speaker) -> Key:
    change = "" if now is None or before is None else Speaker.signed(now - before)
    return Key(
        label, NONE if now is None else f"{now:,}", say.tr("较上月 ", "vs. before ") + change
    )


def _sentence(report: Report, say: Speaker) -> str:
    now, late = report.now, len(report.overdue)
    third = now.totals.third_party
    return say.tr(
        f"本月共 {now.totals.walks} 次巡检（其中第三方 {third} 次），"
        f"{now.totals.items} 项结果中 {now.totals.failed} 项不合格；"
        f"{_satisfied(report, say)}；{late} 项整改逾期。",
        f"Inspections: {now.totals.walks}, of these {third} by a third party; {now.totals.failed}"
        f" of {now.totals.items} results failed; {_satisfied(report, say)};"
        f" overdue rectifications: {late}.",
    )


def _satisfied(report: Report, say: Speaker) -> str:
    score = report.now.own.satisfaction.score
    if not score.cases:
        return say.tr("没有住户评分", "no ratings")
    share = say.percent(score.percent)
    return say.tr(
        f"住户满意率 {share}（{score.cases} 个评分）",
        f"{share} of {score.cases} ratings were satisfied",
    )


def trend(report: Report, say: Speaker) -> Part:
    """The months before and this one: the four parts as lines, all figures as a table."""
    months = report.months
    labels = tuple(one.name for one in months)
    title = say.tr("近六个月考核得分", "Assessment over six months")
    lines = Chart(
        kind="line",
        title=title,
        labels=labels,
        series=tuple(
            Series(say.tr(*FIGURES[name]), tuple(_score(one, name) for one in months))
            for name in ("total", *PARTS)
        ),
        across=say.tr("月份", "Month"),
        up=say.tr("得分（%）", "Score (%)"),
        alt=_alt(months, title, say),
    )
    # Six months without a single score would be an empty frame.
    is_scored = any(value is not None for one in lines.series for value in one.values)
    drawn = (lines,) if is_scored else ()
    return Part(
        "trend", say.tr("趋势", "Trend"), (*drawn, _scores(months, say), _counts(months, say))
    )


def _score(month: Month, name: str) -> Decimal | None:
    one: Figure = month.own.total if name == "total" else getattr(month.own, name).score
    return one.percent


def _alt(months: Sequence[Month], title: str, say: Speaker) -> str:
    named = "; ".join(f"{one.name}: {say.percent(one.own.total.percent)}" for one in months)
    return f"{title}: {named}"


def _scores(months: Sequence[Month], say: Speaker) -> Table:
    columns = [Column(say.tr("月份", "Month"))]
    columns += [Column(say.tr(*FIGURES[name]), "right") for name in ("total", *PARTS)]
    columns.append(Column(say.tr("样本数", "Cases"), "right"))
    rows = tuple(
        (one.name, *(_score(one, name) for name in ("total", *PARTS)), one.own.total.cases)
        for one in months
    )
    return Table(say.tr("考核得分（自查，%）", "Assessment (own, %)"), tuple(columns), rows)


def _counts(months: Sequence[Month], say: Speaker) -> Table:
    shown = [one for one in _COUNTED if one[0] not in ("items", "failed", "photos")]
    columns = [Column(say.tr("月份", "Month"))]
    columns += [Column(say.tr(zh, en), "right") for _name, zh, en in shown]
    rows = tuple(
        (one.name, *(getattr(one.totals, name) for name, _zh, _en in shown)) for one in months
    )
    return Table(say.tr("每月总量", "Totals by month"), tuple(columns), rows)
