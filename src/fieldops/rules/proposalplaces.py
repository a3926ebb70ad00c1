"""Proposals from what failed where: what rises, what comes back, what fails everywhere, what waits.

Each rule has a least number of cases below which it says nothing.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from fieldops.model.report import Overdue, Place, Proposal
from fieldops.rules.assessment import rounded
from fieldops.rules.proposalfacts import SEVERE, Facts, Pattern, both

FAILED_LEAST = 3
"""An item that failed less often at a place is no pattern."""
RISEN_POINTS = 5
"""By so many points of a percent the share of failures must have risen to be called rising."""
SHARE_PERCENT, PLACES_LEAST = 20, 2
"""What fails in every fifth answer at several places is no matter of one place."""
REPEATS_LEAST = 2


def rising(facts: Facts) -> Iterator[Proposal]:
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
            titles=both(
                f"{zh_where}的“{item['zh-CN']}”不合格率上升",
                f"'{item['en']}' fails more and more at {en_where}",
            ),
            why=both(
                f"本月 {one.answered} 次检查中 {one.failed} 次不合格（{_shown(share)}%），"
                f"上月为 {one.failed_before}/{one.answered_before}（{_shown(before)}%）。",
                f"{one.failed} of {one.answered} checks failed ({_shown(share)} %), "
                f"after {one.failed_before} of {one.answered_before} ({_shown(before)} %) the month"
                " before.",
            ),
            todo=both(
                "在该区域对此项每周加巡一次，指定整改责任人，连续四次合格后恢复原频次。",
                "Walk this item there once more a week with one owner for its rectification, until"
                " it has passed four times in a row.",
            ),
            weight=2 * one.failed * SEVERE[one.severity],
            walks=one.walks,
        )


def recurring(facts: Facts) -> Iterator[Proposal]:
    """What comes again within 30 days was not mended: look for the cause."""
    for one in facts.patterns:
        if one.repeats < REPEATS_LEAST:
            continue
        zh_where, en_where = _where(one.place)
        item = one.titles
        yield Proposal(
            about="recurring",
            titles=both(
                f"{zh_where}的“{item['zh-CN']}”整改后反复发生",
                f"'{item['en']}' at {en_where} comes back after it was put right",
            ),
            why=both(
                f"30 天内同一处同一问题重复 {one.repeats} 次，本月共 {one.failed} 次不合格。",
                f"The same was found again at the same place {one.repeats} times within 30 days;"
                f" it failed {one.failed} times this month.",
            ),
            todo=both(
                "由主管组织一次原因分析，整改须附前后对比照片，关闭前现场复查两次，间隔一周。",
                "Have the supervisor look for the cause; ask for photos before and after, and close"
                " it only after two rechecks a week apart.",
            ),
            weight=3 * one.repeats * SEVERE[one.severity],
            walks=one.walks,
        )


def everywhere(facts: Facts) -> Iterator[Proposal]:
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
            titles=both(
                f"“{item['zh-CN']}”在多处普遍不合格",
                f"'{item['en']}' fails at many places alike",
            ),
            why=both(
                f"{places} 个区域共 {answered} 次检查中 {failed} 次不合格（{_shown(share)}%）。",
                f"{failed} of {answered} checks at {places} places failed ({_shown(share)} %).",
            ),
            todo=both(
                "对该项做一次专题培训并现场示范标准；两个月后若仍高于 20%，由运营修订该项。",
                "Train everybody on this item at a place that shows the standard; if it still fails"
                " in more than 20 % after two months, have the ops team revise the item.",
            ),
            weight=failed * SEVERE[found[0].severity],
            walks=tuple(sorted({walk for one in failing for walk in one.walks})),
        )


def overdue(facts: Facts) -> Iterator[Proposal]:
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
            titles=both(f"{site}的整改逾期", f"Rectifications at {site} are overdue"),
            why=both(
                f"{len(found)} 项整改已过期限，最久 {oldest} 天；其中 {nobody} 项无责任人。",
                f"{len(found)} are past their deadline, the oldest by {oldest} days; {nobody} of"
                " them have no owner.",
            ),
            todo=both(
                "本周内逐项指定责任人和新期限，每周例会通报，逾期超过 14 天的上报总部。",
                "Name an owner and a new deadline for each this week, go through them weekly, and"
                " tell head office of those more than 14 days late.",
            ),
            weight=2 * sum(SEVERE[one.severity] for one in found),
            walks=tuple(sorted({one.walk for one in found if one.walk is not None})),
        )


def _share(part: int, whole: int) -> Fraction:
    return Fraction(100 * part, whole) if whole else Fraction()


def _shown(share: Fraction) -> Decimal:
    return rounded(share).quantize(Decimal("0.1"))


def _where(place: Place) -> tuple[str, str]:
    """A place by name; names are not translated."""
    named = " ".join(filter(None, (place.site, place.area)))
    return named, named
