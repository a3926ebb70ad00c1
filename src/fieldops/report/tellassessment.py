"""Satisfaction by the five dimensions; the four parts of the assessment, and the ranking."""

from collections.abc import Iterator, Sequence

from fieldops.model.assessment import Assessment, Figure, Source, Timing
from fieldops.model.report import Dimension, Report, Standing
from fieldops.report.document import Block, Cell, Chart, Column, Part, Series, Table, Text
from fieldops.report.words import NONE, Speaker
from fieldops.rules.assessmentwords import FIGURES, SOURCES
from fieldops.rules.satisfaction import TARGET_PERCENT


def satisfaction(report: Report, say: Speaker) -> Part:
    """What residents rated, by dimension: satisfied, expected, perceived, the gap."""
    title = say.tr("住户满意度", "Satisfaction of residents")
    score, answers = report.now.own.satisfaction.score, report.now.own.satisfaction.answers
    if not score.cases:
        none = say.tr("本月没有住户评分。", "Residents rated nothing this month.")
        return Part("satisfaction", title, (Text(none),))
    is_met = score.percent is not None and score.percent >= TARGET_PERCENT
    told = Text(
        say.tr(
            f"{score.cases} 个评分中 {say.percent(score.percent)} 为 4 分或 5 分，"
            f"{'达到' if is_met else '未达到'} {TARGET_PERCENT}% 的目标。"
            f"对投诉答复的满意率 {say.percent(answers.percent)}（{answers.cases} 个）。",
            f"{say.percent(score.percent)} of {score.cases} ratings were 4 or 5, which"
            f" {'meets' if is_met else 'misses'} the target of {TARGET_PERCENT} %. With answers to"
            f" complaints {say.percent(answers.percent)} were satisfied ({answers.cases}).",
        )
    )
    blocks: tuple[Block, ...] = (told, _expected(report.dimensions, say), _rated(report, say))
    return Part("satisfaction", title, blocks)


def _expected(rated: Sequence[Dimension], say: Speaker) -> Chart:
    names = tuple(say.tr(*FIGURES[f"satisfaction.{one.name}"]) for one in rated)
    title = say.tr("期望与感知", "Expected and perceived")
    means = "; ".join(
        f"{name} {_mean(one.expected)} / {_mean(one.perceived)}"
        for name, one in zip(names, rated, strict=True)
    )
    return Chart(
        kind="bar",
        title=title,
        labels=names,
        series=(
            Series(say.tr("期望", "Expected"), tuple(one.expected for one in rated)),
            Series(say.tr("感知", "Perceived"), tuple(one.perceived for one in rated)),
        ),
        across=say.tr("维度", "Dimension"),
        up=say.tr("平均分（1–5）", "Mean (1–5)"),
        alt=f"{title}: {means}",
    )


def _mean(one: object) -> str:
    return NONE if one is None else str(one)


def _rated(report: Report, say: Speaker) -> Table:
    columns = (
        Column(say.tr("维度", "Dimension"), share=3),
        Column(say.tr("评分数", "Ratings"), "right"),
        Column(say.tr("满意率", "Satisfied"), "right"),
        Column(say.tr("期望", "Expected"), "right"),
        Column(say.tr("感知", "Perceived"), "right"),
        Column(say.tr("差距", "Gap"), "right"),
        Column(say.tr("可比评分", "Compared"), "right"),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            say.tr(*FIGURES[f"satisfaction.{one.name}"]),
            one.ratings,
            say.percent(one.percent),
            one.expected,
            one.perceived,
            None if one.gap is None else Speaker.signed(one.gap),
            one.compared,
        )
        for one in report.dimensions
    )
    return Table(say.tr("五个维度", "Five dimensions"), columns, rows)


def assessments(report: Report, say: Speaker) -> Part:
    """The four parts from each source, then sites and teams by their total."""
    blocks: list[Block] = [_figures(report.now.own, say)]
    if report.now.third_party.total.cases:
        blocks.append(_figures(report.now.third_party, say))
    if report.by_site:
        blocks.append(_ranking(report.by_site, say.tr("项目排名", "Sites by total"), say))
    if report.by_team:
        blocks.append(_ranking(report.by_team, say.tr("班组排名", "Teams by total"), say))
    if report.by_site or report.by_team:
        few = report.minimum_cases
        note = say.tr(
            f"少于 {few} 个样本不排名；同分同名次。",
            f"With fewer than {few} cases nobody is ranked; equal totals share a place.",
        )
        blocks.append(Text(note, "small"))
    return Part("assessment", say.tr("考核", "Assessment"), tuple(blocks))


def _figures(one: Assessment, say: Speaker) -> Table:
    source: Source = one.source
    columns = (
        Column(say.tr("指标", "Figure"), share=4),
        Column("%", "right"),
        Column(say.tr("样本数", "Cases"), "right"),
        Column(say.tr("说明", "Beside it"), share=5),
    )
    title = say.tr(*FIGURES["total"]) + f" · {say.tr(*SOURCES[source])}"
    return Table(title, columns, tuple(_lines(one, say)))


def _lines(one: Assessment, say: Speaker) -> Iterator[tuple[Cell, ...]]:
    def line(name: str, figure: Figure, beside: str = "") -> tuple[Cell, ...]:
        indent = "  " if "." in name else ""
        return indent + say.tr(*FIGURES[name]), figure.percent, figure.cases, beside

    weights = say.tr("权重：", "weights: ") + ", ".join(
        f"{say.tr(*FIGURES[part])} {weight}" for part, weight in one.weights.items()
    )
    yield line("total", one.total, weights if one.weights else "")
    yield line("satisfaction", one.satisfaction.score)
    for name, figure in one.satisfaction.dimensions.items():
        yield line(f"satisfaction.{name}", figure)
    yield line("satisfaction.answers", one.satisfaction.answers)
    yield line("efficiency", one.efficiency.score)
    for name, timing in one.efficiency.timings.items():
        yield line(f"efficiency.{name}", timing.on_time, _timing(timing, say))
    made = one.conformity
    yield line(
        "conformity",
        made.score,
        say.tr(
            f"得 {made.earned} / {made.possible}，扣 {made.deducted}（{made.deductions} 次，"
            f"撤销 {made.restored} 次），未评分 {made.unscored}",
            f"{made.earned} of {made.possible}, deducted {made.deducted} ({made.deductions}"
            f" times, {made.restored} taken back), not scored {made.unscored}",
        ),
    )
    yield line("handling", one.handling.score)
    for name, figure in one.handling.rates.items():
        yield line(f"handling.{name}", figure)


def _timing(one: Timing, say: Speaker) -> str:
    if one.median_hours is None:
        return say.tr(f"进行中 {one.pending}", f"{one.pending} pending")
    return say.tr(
        f"中位 {one.median_hours} 小时，九成在 {one.p90_hours} 小时内，进行中 {one.pending}，"
        f"按期而迟报 {one.late_receipt}",
        f"median {one.median_hours} h, nine in ten within {one.p90_hours} h, {one.pending}"
        f" pending, {one.late_receipt} on time but told late",
    )


def _ranking(lines: Sequence[Standing], title: str, say: Speaker) -> Table:
    columns = (
        Column(say.tr("名次", "Place"), "right"),
        Column(say.tr("名称", "Name"), share=5),
        Column(say.tr("总分（%）", "Total (%)"), "right"),
        Column(say.tr("样本数", "Cases"), "right"),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.line.place, one.name, one.line.total.percent, one.line.total.cases) for one in lines
    )
    return Table(title, columns, rows)
