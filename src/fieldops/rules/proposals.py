"""Three proposals for improvement, drawn from what a month has shown (domain.md, rule 9).

    what failed × where × how it moved ─ rules ─ weighed ─→ the heaviest ──────┐
    deadlines, ratings, rounds ───────── rules ─ weighed ─→ with the rest ─────┴─→ three, unlike

Each rule looks at one pattern, has a least number of cases below which it says nothing, and names
the figures that it rests on.  Its weight is how many things went wrong by it, failures by severity:
what would spare most comes first.  Nothing is proposed that the figures do not show.
"""

from collections.abc import Callable, Iterator, Sequence

from fieldops.model.report import Proposal
from fieldops.rules.proposalfacts import Facts
from fieldops.rules.proposalplaces import everywhere, overdue, recurring, rising
from fieldops.rules.proposalshares import dissatisfied, late, missed

PROPOSALS = 3
WALKS_LEAST = 5
"""With fewer walks a month shows nothing that chance would not."""
Rule = Callable[[Facts], Iterator[Proposal]]
_FAILURES: Sequence[Rule] = (rising, recurring, everywhere)
_SHARES: Sequence[Rule] = (overdue, dissatisfied, late, missed)


def propose(facts: Facts) -> tuple[Proposal, ...]:
    """Three proposals, each of a rule of its own; fewer where the data is too thin.

    What failed somewhere comes first, if it is a pattern: it is what walks are made for.
    """
    if facts.walks < WALKS_LEAST:
        return ()
    failures, others = (_heaviest(rules, facts) for rules in (_FAILURES, _SHARES))
    chosen: list[Proposal] = []
    ordered = sorted([*failures[1:], *others], key=_weight)
    for one in [*failures[:1], *ordered]:
        if not any(_same(one, other) for other in chosen):
            chosen.append(one)
    return tuple(chosen[:PROPOSALS])


def _heaviest(rules: Sequence[Rule], facts: Facts) -> list[Proposal]:
    """The heaviest proposal about each thing, the heaviest of them first."""
    found: dict[str, Proposal] = {}
    for one in (one for rule in rules for one in rule(facts)):
        known = found.get(one.about)
        if known is None or one.weight > known.weight:
            found[one.about] = one
    return sorted(found.values(), key=_weight)


def _weight(one: Proposal) -> tuple[int, str]:
    return -one.weight, one.about


def _same(one: Proposal, other: Proposal) -> bool:
    """Whether two say the same of the same failures: one visit mends both."""
    return bool(one.walks) and set(one.walks) <= set(other.walks)
