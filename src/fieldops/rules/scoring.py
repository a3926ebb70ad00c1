"""Score a sheet in percent, and name what failed.

    item score    = mean over its repeats of points / points_max   (not-applicable ones left out)
    section score = Σ weight x item score / Σ weight               (items that count)
    score         = the same over all items, or, where sections have weights,
                    Σ section weight x section score / Σ section weight

A repeat group weighs the same whether a site has one lift or forty.  Not-applicable items, unscored
items and optional items left open do not count; required ones left open count and earn nothing, so
that nobody scores better by leaving out.  Fractions are exact; only the result is rounded (half up,
two places).
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from fieldops.model.answer import Failure, Judgement, Line, Reading, ScoreSheet, Sheet
from fieldops.model.answertypes import LANGUAGES, Bounded, Calculated, Score
from fieldops.model.checklist import Checklist, Item, ItemOverride, Overrides, Section
from fieldops.rules.branching import read_sheet

_NO_OVERRIDES = Overrides()
_EARNED_PLACES = 4
"""Decimal places of ``earned`` and ``possible`` as they are reported."""


class _Share(Struct, frozen=True):
    earned: Fraction
    possible: Fraction


_ZERO = Fraction()
_NOTHING = _Share(_ZERO, _ZERO)


def apply_overrides(checklist: Checklist, overrides: Overrides) -> Checklist:
    """The checklist as a site has changed it: weights, thresholds, items that do not apply.

    An override that does not fit (an unknown item, ``pass_max`` for a text) changes nothing.
    """
    sections = tuple(_override_section(section, overrides) for section in checklist.sections)
    threshold = overrides.threshold_percent
    if threshold is None:
        threshold = checklist.threshold_percent
    return replace(checklist, sections=sections, threshold_percent=threshold)


def _override_section(section: Section, overrides: Overrides) -> Section:
    items = [
        _override_item(item, overrides.items.get(item.key, ItemOverride()))
        for item in section.items
        if overrides.items.get(item.key, ItemOverride()).applies
    ]
    return replace(section, items=tuple(items))


def _override_item(item: Item, change: ItemOverride) -> Item:
    answer = item.answer
    if isinstance(answer, Bounded):
        low = answer.pass_min if change.pass_min is None else change.pass_min
        high = answer.pass_max if change.pass_max is None else change.pass_max
        answer = replace(answer, pass_min=low, pass_max=high)
    if isinstance(answer, Score) and change.pass_min is not None:
        answer = replace(answer, pass_min=change.pass_min)
    weight = change.weight if change.weight is not None and change.weight > 0 else item.weight
    return replace(item, answer=answer, weight=weight)


def score_sheet(
    checklist: Checklist, sheet: Sheet, overrides: Overrides = _NO_OVERRIDES
) -> ScoreSheet:
    """The weighted score of a sheet, as the site has changed the checklist."""
    changed = apply_overrides(checklist, overrides)
    return score_reading(changed, read_sheet(changed, sheet), override_marks(checklist, overrides))


def override_marks(checklist: Checklist, overrides: Overrides) -> tuple[str, ...]:
    """Overrides are never silent: each leaves a mark on the score, also one that does not fit."""
    items = _items(checklist)
    marks = [] if overrides.threshold_percent is None else ["override:threshold"]
    for key, change in sorted(overrides.items.items()):
        item = items.get(key)
        fits = item is not None and (not change.applies or _override_item(item, change) != item)
        marks.append(f"override:{key}" if fits else f"override-unused:{key}")
    return tuple(marks)


def score_reading(
    checklist: Checklist, reading: Reading, marks: tuple[str, ...] = ()
) -> ScoreSheet:
    """The score of a sheet that was read already, by the same checklist."""
    judged = _by_item(reading.lines)
    shares = {s.key: _section_share(s, judged) for s in checklist.sections}
    counted = {key: share for key, share in shares.items() if share.possible}
    whole = _whole(checklist, counted)
    score = _percent(whole) if whole.possible else None
    veto = checklist.critical_veto and _has_critical(checklist, reading)
    marks += ("critical",) * veto + ("incomplete",) * _is_incomplete(checklist, reading)
    return ScoreSheet(
        score=score,
        earned=_decimal(whole.earned, _EARNED_PLACES),
        possible=_decimal(whole.possible, _EARNED_PLACES),
        passed=None if score is None else score >= checklist.threshold_percent and not veto,
        threshold_percent=checklist.threshold_percent,
        sections={key: _percent(share) for key, share in counted.items()},
        marks=marks,
    )


def repeat_scores(checklist: Checklist, reading: Reading) -> dict[str, dict[str, Decimal]]:
    """The score in percent of each repeat that counts, by section key and the repeat's name."""
    found: dict[str, dict[str, Decimal]] = {}
    for section in checklist.sections:
        lines = [line for line in reading.lines if line.section == section.key and line.repeat]
        for repeat in dict.fromkeys(line.repeat for line in lines):
            own = tuple(line for line in lines if line.repeat == repeat)
            share = _section_share(section, _by_item(own))
            if share.possible:
                found.setdefault(section.key, {})[repeat] = _percent(share)
    return found


def _decimal(fraction: Fraction, places: int) -> Decimal:
    """Half up without passing through a float or a rounded quotient."""
    scaled = fraction * 10**places + Fraction(1, 2)
    return Decimal(scaled.numerator // scaled.denominator).scaleb(-places)


def _percent(share: _Share) -> Decimal:
    return _decimal(100 * share.earned / share.possible, 2)


def _by_item(lines: tuple[Line, ...]) -> dict[str, list[Judgement]]:
    judged: dict[str, list[Judgement]] = {}
    for line in lines:
        judged.setdefault(line.item, []).append(line.judgement)
    return judged


def _section_share(section: Section, judged: dict[str, list[Judgement]]) -> _Share:
    items = [item for item in section.items if item.scored]
    shares = [_item_share(item, judged.get(item.key, [])) for item in items]
    return _Share(_sum(share.earned for share in shares), _possible(shares))


def _possible(shares: Iterable[_Share]) -> Fraction:
    return _sum(share.possible for share in shares)


def _sum(fractions: Iterable[Fraction]) -> Fraction:
    """Whole numbers, which weights mostly are, are added as such."""
    given = list(fractions)
    whole = sum(one.numerator for one in given if one.denominator == 1)
    return sum((one for one in given if one.denominator != 1), Fraction(whole))


def _item_share(item: Item, judged: list[Judgement]) -> _Share:
    credits_ = [_credit(judgement) for judgement in judged if _counts(item, judgement)]
    if not credits_:
        return _NOTHING
    weight, earned = _weight(item.weight), sum(credits_)
    if earned == len(credits_):
        return _Share(weight, weight)
    return _Share(Fraction(weight * earned, len(credits_)) if earned else _ZERO, weight)


def _credit(judgement: Judgement) -> Fraction | int:
    """What is earned of one; most earn all or nothing, for which no fraction is worked out."""
    if not judgement.points:
        return 0
    if judgement.points == judgement.points_max:
        return 1
    return Fraction(judgement.points) / Fraction(judgement.points_max)


@lru_cache(maxsize=256)
def _weight(weight: Decimal) -> Fraction:
    return Fraction(weight)


def _counts(item: Item, judgement: Judgement) -> bool:
    if judgement.outcome == "na":
        return False
    # A figure that cannot be worked out yet is nobody's omission.
    return judgement.answered or (item.required and not isinstance(item.answer, Calculated))


def _whole(checklist: Checklist, counted: dict[str, _Share]) -> _Share:
    weighted = [s for s in checklist.sections if s.weight is not None and s.key in counted]
    if not weighted:
        earned = _sum(share.earned for share in counted.values())
        return _Share(earned, _possible(counted.values()))
    parts = [_weigh(Fraction(s.weight or 0), counted[s.key]) for s in weighted]
    return _Share(_sum(part.earned for part in parts), _possible(parts))


def _weigh(weight: Fraction, share: _Share) -> _Share:
    return _Share(weight * share.earned / share.possible, weight)


def _items(checklist: Checklist) -> dict[str, Item]:
    return {item.key: item for section in checklist.sections for item in section.items}


def _has_critical(checklist: Checklist, reading: Reading) -> bool:
    items = _items(checklist)
    return any(
        line.judgement.outcome == "fail" and items[line.item].severity == "critical"
        for line in reading.lines
    )


def _is_incomplete(checklist: Checklist, reading: Reading) -> bool:
    """Something required is open, or too few repeats were walked."""
    items = _items(checklist)
    return bool(reading.violations) or any(
        line.judgement.outcome is None and _counts(items[line.item], line.judgement)
        for line in reading.lines
    )


def failures(
    checklist: Checklist, sheet: Sheet, overrides: Overrides = _NO_OVERRIDES
) -> tuple[Failure, ...]:
    """Everything that failed, one a result: what the default rule raises findings for."""
    changed = apply_overrides(checklist, overrides)
    return failures_in(changed, read_sheet(changed, sheet))


def failures_in(checklist: Checklist, reading: Reading) -> tuple[Failure, ...]:
    """The failures of a sheet that was read already, by the same checklist."""
    items = _items(checklist)
    return tuple(
        _failure(items[line.item], line)
        for line in reading.lines
        if line.judgement.outcome == "fail"
    )


def _failure(item: Item, line: Line) -> Failure:
    marks = {"zh-CN": f"（{line.repeat}）", "en": f" ({line.repeat})"}
    titles = {
        language: item.titles.get(language, item.key) + (marks[language] if line.repeat else "")
        for language in LANGUAGES
    }
    return Failure(
        section=line.section,
        item=item.key,
        repeat=line.repeat,
        severity=item.severity,
        titles=titles,
    )
