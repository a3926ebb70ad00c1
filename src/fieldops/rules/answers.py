"""Judge one answer to one item: outcome, violations, and what it earns.

Nothing is refused for its content: a violation is told beside the answer, which stays recorded.
An answer with a violation of type, choice, range, pattern or constraint never counts as passed, but
a failure stays one.  Where a type has no criterion (a text, a photo), the person's claim decides.
"""

from decimal import Decimal

from fieldops.model.answer import Answer, Judgement, Read, Value, Violation
from fieldops.model.answertypes import Calculated, Multiple, PassFail, PhotoOnly
from fieldops.model.checklist import Item, Outcome, PhotoRule, RawValue
from fieldops.rules.evaluation import Scope, evaluate
from fieldops.rules.expressions import parse_expression
from fieldops.rules.figures import round_figure
from fieldops.rules.numbers import judge_figure
from fieldops.rules.values import read_value
from fieldops.rules.violations import violation

_NOTHING = Scope()


def judge(item: Item, answer: Answer | None, scope: Scope = _NOTHING) -> Judgement:
    """What ``answer`` comes to; ``scope`` holds the earlier answers that expressions refer to."""
    if isinstance(item.answer, Calculated):
        return _judge_calculated(item, item.answer, answer, scope)
    answer = answer or Answer(item=item.key)
    if answer.outcome == "na" or (isinstance(item.answer, PassFail) and answer.value == "na"):
        return _judge_not_applicable(item)
    raw = _raw_value(item, answer)
    if raw is None:
        return _judge_blank(item, answer)
    read = read_value(item.answer, raw, scope.today)
    return _judge_read(item, answer, read, scope)


def _is_photo(item: Item) -> bool:
    return isinstance(item.answer, PhotoOnly)


def _raw_value(item: Item, answer: Answer) -> RawValue:
    """The answer as sent, None when blank; photos answer by being there, pass/fail by the claim."""
    raw = answer.value
    if raw in ("", {}) or (isinstance(raw, str) and not raw.strip()):
        raw = None
    if raw == [] and not isinstance(item.answer, Multiple):
        raw = None
    if raw is None and _is_photo(item):
        return answer.photo_count > 0 or None
    if raw is None and isinstance(item.answer, PassFail):
        return answer.outcome
    return raw


def _judge_not_applicable(item: Item) -> Judgement:
    if item.na_allowed:
        return Judgement(outcome="na", answered=True)
    return Judgement(violations=(violation("not-applicable"),), answered=True)


def _judge_blank(item: Item, answer: Answer) -> Judgement:
    """A failure that somebody claims stands even where the value was left out."""
    faults = (violation("required"),) if item.required else ()
    if answer.outcome == "fail":
        return Judgement(
            outcome="fail", violations=faults + _check_photos(item, "fail", answer), answered=True
        )
    return Judgement(violations=faults)


def _judge_read(item: Item, answer: Answer, read: Read, scope: Scope) -> Judgement:
    faults = read.violations + _check_constraint(item, read.value, scope)
    claim = answer.outcome if answer.outcome in {"pass", "fail"} else None
    outcome = _outcome(read, claim, bool(faults))
    if claim is not None and read.fails is not None and read.fails != (claim == "fail"):
        faults += (violation("outcome"),)
    return Judgement(
        outcome=outcome,
        violations=faults + _check_photos(item, outcome, answer),
        points=_points(read, outcome),
        points_max=read.points_max,
        answered=True,
        value=read.value,
        usage=read.usage,
    )


def _outcome(read: Read, claim: Outcome | None, faulty: bool) -> Outcome | None:
    fails = claim == "fail" if read.fails is None else read.fails
    if fails:
        return "fail"
    return None if faulty else "pass"


def _points(read: Read, outcome: Outcome | None) -> Decimal:
    """Where the type itself gives points they count; else a pass earns all and a failure nothing.

    A failure that only a person claims earns nothing, whatever the points.
    """
    if outcome is None or (outcome == "fail" and not read.fails):
        return Decimal(0)
    if read.points is not None:
        return read.points
    return read.points_max if outcome == "pass" else Decimal(0)


def _check_constraint(item: Item, value: Value, scope: Scope) -> tuple[Violation, ...]:
    if item.constraint is None or value is None:
        return ()
    own = Scope(scope.values, scope.outcomes, scope.usages, scope.repeat, scope.today, value)
    if evaluate(parse_expression(item.constraint.expression), own) is not False:
        return ()
    return (Violation(code="constraint", messages=item.constraint.messages),)


def _photo_rule(item: Item) -> PhotoRule:
    if isinstance(item.answer, PhotoOnly):
        return PhotoRule(min_count=item.answer.min_count, max_count=item.answer.max_count)
    return item.photos


def _check_photos(item: Item, outcome: Outcome | None, answer: Answer) -> tuple[Violation, ...]:
    rule = _photo_rule(item)
    low = max(rule.min_count, rule.min_count_on_fail if outcome == "fail" else 0)
    if answer.photo_count < low:
        return (violation("photos-few", low=low, value=answer.photo_count),)
    if answer.photo_count > rule.max_count:
        return (violation("photos-many", high=rule.max_count, value=answer.photo_count),)
    return ()


def _judge_calculated(
    item: Item, kind: Calculated, answer: Answer | None, scope: Scope
) -> Judgement:
    """What a tablet sent for it is not used: the rule gives the same figure on both sides."""
    value = evaluate(parse_expression(kind.expression), scope)
    figure = round_figure(value, kind.decimals) if isinstance(value, Decimal) else None
    if figure is None:
        return Judgement()
    read = judge_figure(kind, figure)
    return _judge_read(item, answer or Answer(item=item.key), read, scope)
