"""Three proposals for improvement, drawn from what a month has shown (domain.md, rule 9).

    what failed × where × how it moved ─┐
    deadlines, ratings, rounds ─────────┴─ rules ─ weighed ─→ the three heaviest, of unlike kinds

Each rule looks at one pattern, has a least number of cases below which it says nothing, and names
the figures that it rests on.  Its weight is how many things went wrong by it, failures by severity:
what would spare most comes first.  Nothing is proposed that the figures do not show.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from fieldops.model.answertypes import Titles
from fieldops.model.assessment import Assessment, Figure
from fieldops.model.checklist import Severity
from fieldops.model.report import Dimension, Overdue, Place, Proposal
from fieldops.rules.assessment import rounded
from fieldops.rules.assessmentwords import FIGURES
from fieldops.rules.satisfaction import TARGET_PERCENT

PROPOSALS = 3
WALKS_LEAST = 5
"""With fewer walks a month shows nothing that chance would not."""
FAILED_LEAST = 3
"""An item that failed less often at a place is no pattern."""
RISEN_POINTS = 5
"""By so many points of a percent the share of failures must have risen to be called rising."""
SHARE_PERCENT, PLACES_LEAST = 20, 2
"""What fails in every fifth answer at several places is no matter of one place."""
REPEATS_LEAST = 2
RATINGS_LEAST, TIMED_LEAST, ROUNDS_LEAST = 5, 3, 10
ON_TIME_PERCENT, ROUNDS_PERCENT = Decimal(90), Decimal(95)
"""Shares on time, and of rounds walked, that are aimed at; ours."""
_SEVERE = {"minor": 1, "major": 2, "critical": 4}


class Pattern(Struct, frozen=True, kw_only=True):
    """How one item did at one place; members with ``before`` are of the month before.

    ``repeats`` are findings that came again there; ``walks`` the numbers of those it failed on.
    """

    key: str
    titles: Titles
    place: Place
    severity: Severity
    answered: int
    failed: int
    answered_before: int
    failed_before: int
    repeats: int = 0
    walks: tuple[int, ...] = ()


class Facts(Struct, frozen=True, kw_only=True):
    """What proposals are drawn from: one month of the sites together."""

    walks: int
    patterns: tuple[Pattern, ...]
    overdue: tuple[Overdue, ...]
    dimensions: tuple[Dimension, ...]
    own: Assessment


def propose(facts: Facts) -> tuple[Proposal, ...]:
    """The three heaviest proposals, each of a rule of its own; fewer where the data is too thin."""
    if facts.walks < WALKS_LEAST:
        return ()
    heaviest: dict[str, Proposal] = {}
    for rule in _RULES:
        for one in rule(facts):
            known = heaviest.get(one.about)
            if known is None or one.weight > known.weight:
                heaviest[one.about] = one
    chosen: list[Proposal] = []
    for one in sorted(heaviest.values(), key=lambda found: (-found.weight, found.about)):
        if not any(_same(one, other) for other in chosen):
            chosen.append(one)
    return tuple(chosen[:PROPOSALS])


def _same(one: Proposal, other: Proposal) -> bool:
    """Whether two say the same of the same failures: one visit mends both."""
    return bool(one.walks) and set(one.walks) <= set(other.walks)


def _rising(facts: Facts) -> Iterator[Proposal]:
    """An item that fails more than before at one place: go there more often, for a while."""
    for one in facts.patterns:
        if one.failed < FAILED_LEAST or not one.answered_before:
            continue
        share, before = (
            _share(one.failed, one.answered),
            _share(one.failed_before, one.answered_before),
        )
        if share - before < RISEN_POINTS:
            continue
        zh_where, en_where = _where(one.place)
        item = one.titles
        yield Proposal(
            about="rising",
            titles=_both(
                f"{zh_where}的“{item['zh-CN']}”不合格率上升",
                f"“{item['en']}” fails more and more at {en_where}",
            ),
            why=_both(
                f"本月 {one.answered} 次检查中 {one.failed} 次不合格（{_shown(share)}%），"
                f"上月为 {one.failed_before}/{one.answered_before}（{_shown(before)}%）。",
                f"{one.failed} of {one.answered} checks failed ({_shown(share)} %), "
                f"after {one.failed_before} of {one.answered_before} ({_shown(before)} %) the month"
                " before.",
            ),
            todo=_both(
                "在该区域对此项每周加巡一次，指定整改责任人，连续四次合格后恢复原频次。",
                "Walk this item there once more a week with one owner for its rectification, until"
                " it has passed four times in a row.",
            ),
            weight=2 * one.failed * _SEVERE[one.severity],
            walks=one.walks,
        )


def _recurring(facts: Facts) -> Iterator[Proposal]:
    """What comes again within 30 days was not mended: look for the cause."""
    for one in facts.patterns:
        if one.repeats < REPEATS_LEAST:
            continue
        zh_where, en_where = _where(one.place)
        item = one.titles
        yield Proposal(
            about="recurring",
            titles=_both(
                f"{zh_where}的“{item['zh-CN']}”整改后反复发生",
                f"“{item['en']}” at {en_where} comes back after it was put right",
            ),
            why=_both(
                f"30 天内同一处同一问题重复 {one.repeats} 次，本月共 {one.failed} 次不合格。",
                f"The same was found again at the same place {one.repeats} times within 30 days;"
                f" it failed {one.failed} times this month.",
            ),
            todo=_both(
                "由主管组织一次原因分析，整改须附前后对比照片，关闭前现场复查两次，间隔一周。",
                "Have the supervisor look for the cause; ask for photos before and after, and close"
                " it only after two rechecks a week apart.",
            ),
            weight=3 * one.repeats * _SEVERE[one.severity],
            walks=one.walks,
        )


def _everywhere(facts: Facts) -> Iterator[Proposal]:
    """An item that fails at several places alike: the standard or the training, not the place."""
    by_item: dict[str, list[Pattern]] = {}
    for one in facts.patterns:
        by_item.setdefault(one.key, []).append(one)
    for found in by_item.values():
        failing = [one for one in found if one.failed]
        answered, failed = sum(one.answered for one in found), sum(one.failed for one in found)
        if len(failing) < PLACES_LEAST or failed < FAILED_LEAST:
            continue
        share = _share(failed, answered)
        if share < SHARE_PERCENT:
            continue
        item, places = found[0].titles, len(failing)
        yield Proposal(
            about="everywhere",
            titles=_both(
                f"“{item['zh-CN']}”在多处普遍不合格",
                f"“{item['en']}” fails at many places alike",
            ),
            why=_both(
                f"{places} 个区域共 {answered} 次检查中 {failed} 次不合格（{_shown(share)}%）。",
                f"{failed} of {answered} checks at {places} places failed ({_shown(share)} %).",
            ),
            todo=_both(
                "对该项做一次专题培训并现场示范标准；两个月后若仍高于 20%，由运营修订该项。",
                "Train everybody on this item at a place that shows the standard; if it still fails"
                " in more than 20 % after two months, have the ops team revise the item.",
            ),
            weight=failed * _SEVERE[found[0].severity],
            walks=tuple(sorted({walk for one in failing for walk in one.walks})),
        )


def _overdue(facts: Facts) -> Iterator[Proposal]:
    """Rectifications past their deadline, by site: name who is to end which by when."""
    by_site: dict[str, list[Overdue]] = {}
    for one in facts.overdue:
        by_site.setdefault(one.place.site, []).append(one)
    for site, found in sorted(by_site.items()):
        if len(found) < REPEATS_LEAST:
            continue
        oldest = max(one.days for one in found)
        nobody = sum(not one.owner for one in found)
        yield Proposal(
            about="overdue",
            titles=_both(f"{site}的整改逾期", f"Rectifications at {site} are overdue"),
            why=_both(
                f"{len(found)} 项整改已过期限，最久 {oldest} 天；其中 {nobody} 项无责任人。",
                f"{len(found)} are past their deadline, the oldest by {oldest} days; {nobody} of"
                " them have no owner.",
            ),
            todo=_both(
                "本周内逐项指定责任人和新期限，每周例会通报，逾期超过 14 天的上报总部。",
                "Name an owner and a new deadline for each this week, go through them weekly, and"
                " tell head office of those more than 14 days late.",
            ),
            weight=2 * sum(_SEVERE[one.severity] for one in found),
            walks=tuple(sorted({one.walk for one in found if one.walk is not None})),
        )


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


def _dissatisfied(facts: Facts) -> Iterator[Proposal]:
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
        titles=_both(f"住户对“{zh}”最不满意", f"Residents rate “{en}” lowest"),
        why=_both(
            f"{one.ratings} 个评分中满意率 {one.percent}%，低于目标 {TARGET_PERCENT}%。{zh_gap}",
            f"{one.percent} % of {one.ratings} ratings were satisfied, below the target of"
            f" {TARGET_PERCENT} %.{en_gap}",
        ),
        todo=_both(*_TODO[one.name]),
        weight=unhappy,
    )


def _gap(one: Dimension) -> tuple[str, str]:
    if one.gap is None:
        return "", ""
    return (
        f"感知与期望之差 {one.gap}（{one.compared} 个）。",
        f" Perceived less expected is {one.gap} ({one.compared} ratings).",
    )


def _late(facts: Facts) -> Iterator[Proposal]:
    """Deadlines that are not kept, by what they are of."""
    for name, timing in facts.own.efficiency.timings.items():
        found = _below(timing.on_time, TIMED_LEAST, ON_TIME_PERCENT)
        if found is None:
            continue
        missed, percent = found
        zh, en = FIGURES[f"efficiency.{name}"]
        yield Proposal(
            about="late",
            titles=_both(f"“{zh}”不够及时", f"“{en}” is too often late"),
            why=_both(
                f"{timing.on_time.cases} 件中 {missed} 件超时，按时率 {percent}%（目标 90%）；"
                f"中位 {timing.median_hours} 小时，九成在 {timing.p90_hours} 小时内。",
                f"{missed} of {timing.on_time.cases} were late, {percent} % on time (aim: 90 %);"
                f" median {timing.median_hours} h, nine in ten within {timing.p90_hours} h.",
            ),
            todo=_both(
                "在期限过半时提醒责任人，过四分之三仍未处理的当班转派；每周复盘超时原因。",
                "Remind the owner at half of the time, hand over at three quarters what nobody has"
                " begun, and go through the late ones each week.",
            ),
            weight=2 * missed,
        )


def _missed(facts: Facts) -> Iterator[Proposal]:
    """Rounds that nobody walked."""
    found = _below(facts.own.handling.rates["rounds"], ROUNDS_LEAST, ROUNDS_PERCENT)
    if found is None:
        return
    missed, percent = found
    cases = facts.own.handling.rates["rounds"].cases
    yield Proposal(
        about="missed",
        titles=_both("计划巡检漏巡", "Planned rounds were not walked"),
        why=_both(
            f"{cases} 次计划巡检中漏巡 {missed} 次，完成率 {percent}%（目标 95%）。",
            f"{missed} of {cases} planned rounds were missed; {percent} % were walked (aim: 95 %).",
        ),
        todo=_both(
            "按漏巡时段核对排班，给每个巡检安排替补人；连续漏巡两次由主管当天补巡。",
            "Compare the roster with the hours that were missed and name a stand-in for each round;"
            " after two in a row the supervisor walks it the same day.",
        ),
        weight=2 * missed,
    )


_RULES: Sequence[Callable[[Facts], Iterator[Proposal]]] = (
    _rising,
    _recurring,
    _everywhere,
    _overdue,
    _dissatisfied,
    _late,
    _missed,
)


def _below(one: Figure, least: int, aim: Decimal) -> tuple[int, Decimal] | None:
    """How many missed an aim, with the share that did not; None if it is met or too few tell."""
    if one.percent is None or one.cases < least or one.percent >= aim:
        return None
    kept = rounded(Fraction(one.percent) * one.cases / 100)
    return one.cases - int(kept.to_integral_value()), one.percent


def _share(part: int, whole: int) -> Fraction:
    return Fraction(100 * part, whole) if whole else Fraction()


def _shown(share: Fraction) -> Decimal:
    return rounded(share).quantize(Decimal("0.1"))


def _where(place: Place) -> tuple[str, str]:
    """A place by name; names are not translated."""
    named = " ".join(filter(None, (place.site, place.area)))
    return named, named


def _both(zh: str, en: str) -> Titles:
    return {"zh-CN": zh, "en": en}
