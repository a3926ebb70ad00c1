"""Three proposals for improvement, drawn from what a month has shown (domain.md, rule 9).

    what failed × where × how it moved ─┐
    deadlines, ratings, rounds ─────────┴─ rules ─ weighed ─→ the three heaviest, of unlike kinds

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
_RULES: Sequence[Callable[[Facts], Iterator[Proposal]]] = (
    rising,
    recurring,
    everywhere,
    overdue,
    dissatisfied,
    late,
    missed,
)


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
