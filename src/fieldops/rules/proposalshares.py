"""Proposals from shares that miss their aim: how residents rate, what is late, rounds not walked.

Each rule has a least number of cases below which it says nothing.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from fieldops.model.assessment import Figure, Timing
from fieldops.model.report import Dimension, Proposal
from fieldops.rules.assessment import rounded
from fieldops.rules.assessmentwords import FIGURES
from fieldops.rules.proposalfacts import Facts, both
from fieldops.rules.satisfaction import TARGET_PERCENT

RATINGS_LEAST, TIMED_LEAST, ROUNDS_LEAST = 5, 3, 10
ON_TIME_PERCENT, ROUNDS_PERCENT = Decimal(90), Decimal(95)
"""Shares on time, and of rounds walked, that are aimed at; ours."""

_TODO: dict[str, tuple[str, str]] = {
    "tangibles": (
        "针对设施与环境，先处理本月不合格最多的三个公共区域，并在现场公示整改前后对比。",
        "Mend the three common areas with the most failures first, and show residents before and"
        " after.",
    ),
    "reliability": (
        "对外公布的服务时间和承诺逐条核对，做不到的先改承诺；每周抽查十条兑现情况。",
        "Check each promised time and service against what is done; change promises that cannot be"
        " kept, and sample ten a week.",
    ),
    "responsiveness": (
        "报事当天回复进度，由首问负责人在 24 小时内回访一次。",
        "Tell residents the same day how their matter stands; whoever took it calls back within"
        " 24 hours.",
    ),
    "assurance": (
        "对一线做服务规范与业务知识培训，合格率达到 85% 后方可独立上岗。",
        "Train the front line in conduct and in what they are asked about; who works alone has"
        " passed with 85 %.",
    ),
    "empathy": (
        "每位管家每月上门走访评分低的住户，记录诉求并在下月回访。",
        "Let each housekeeper visit residents who rated low, note what they need, and visit again"
        " next month.",
    ),
}


def dissatisfied(facts: Facts) -> Iterator[Proposal]:
    """The dimension that residents rated lowest, below the target."""
    rated = [
        one
        for one in facts.dimensions
        if one.percent is not None and one.ratings >= RATINGS_LEAST and one.percent < TARGET_PERCENT
    ]
    if not rated:
        return
    one = min(rated, key=lambda found: (found.percent or Decimal(0), found.name))
    zh, en = FIGURES[f"satisfaction.{one.name}"]
    zh_gap, en_gap = _gap(one)
    unhappy = one.ratings - int(one.ratings * (one.percent or Decimal(0)) / 100)
    yield Proposal(
        about="dissatisfied",
        titles=both(f"住户对“{zh}”最不满意", f"Residents rate '{en}' lowest"),
        why=both(
            f"{one.ratings} 个评分中满意率 {one.percent}%，低于目标 {TARGET_PERCENT}%。{zh_gap}",
            f"{one.percent} % of {one.ratings} ratings were satisfied, below the target of"
            f" {TARGET_PERCENT} %.{en_gap}",
        ),
        todo=both(*_TODO[one.name]),
        weight=unhappy,
    )


def _gap(one: Dimension) -> tuple[str, str]:
    if one.gap is None:
        return "", ""
    return (
        f"感知与期望之差 {one.gap}（{one.compared} 个）。",
        f" Perceived less expected is {one.gap} ({one.compared} ratings).",
    )


def late(facts: Facts) -> Iterator[Proposal]:
    """Deadlines that are not kept, by what they are of."""
    for name, timing in facts.own.efficiency.timings.items():
        found = _below(timing.on_time, TIMED_LEAST, ON_TIME_PERCENT)
        if found is None:
            continue
        missed, percent = found
        zh, en = FIGURES[f"efficiency.{name}"]
        zh_hours, en_hours = _hours(timing)
        yield Proposal(
            # What is late to be put right and what is overdue are one thing.
            about="overdue" if name == "finding-rectify" else "late",
            titles=both(f"“{zh}”不够及时", f"'{en}' is too often late"),
            why=both(
                f"{timing.on_time.cases} 件中 {missed} 件超时，"
                f"按时率 {percent}%（目标 90%）{zh_hours}。",
                f"{missed} of {timing.on_time.cases} were late, {percent} % on time (aim:"
                f" 90 %){en_hours}.",
            ),
            todo=both(
                "在期限过半时提醒责任人，过四分之三仍未处理的当班转派；每周复盘超时原因。",
                "Remind the owner at half of the time, hand over at three quarters what nobody has"
                " begun, and go through the late ones each week.",
            ),
            weight=2 * missed,
        )


def _hours(one: Timing) -> tuple[str, str]:
    """How long it took, where anything was done at all."""
    if one.median_hours is None:
        return "；没有一件完成", "; none of them was done"
    return (
        f"；中位 {one.median_hours} 小时，九成在 {one.p90_hours} 小时内",
        f"; median {one.median_hours} h, nine in ten within {one.p90_hours} h",
    )


def missed(facts: Facts) -> Iterator[Proposal]:
    """Rounds that nobody walked."""
    found = _below(facts.own.handling.rates["rounds"], ROUNDS_LEAST, ROUNDS_PERCENT)
    if found is None:
        return
    missed, percent = found
    cases = facts.own.handling.rates["rounds"].cases
    yield Proposal(
        about="missed",
        titles=both("计划巡检漏巡", "Planned rounds were not walked"),
        why=both(
            f"{cases} 次计划巡检中漏巡 {missed} 次，完成率 {percent}%（目标 95%）。",
            f"{missed} of {cases} planned rounds were missed; {percent} % were walked (aim: 95 %).",
        ),
        todo=both(
            "按漏巡时段核对排班，给每个巡检安排替补人；连续漏巡两次由主管当天补巡。",
            "Compare the roster with the hours that were missed and name a stand-in for each round;"
            " after two in a row the supervisor walks it the same day.",
        ),
        weight=2 * missed,
    )


def _below(one: Figure, least: int, aim: Decimal) -> tuple[int, Decimal] | None:
    """How many missed an aim, with the share that did not; None if it is met or too few tell."""
    if one.percent is None or one.cases < least or one.percent >= aim:
        return None
    kept = rounded(Fraction(one.percent) * one.cases / 100)
    return one.cases - int(kept.to_integral_value()), one.percent
