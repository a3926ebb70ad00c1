"""What failed in a period, by domain, item and area, with the walks behind each figure.

question ─ assess.gather ─┬─ walks, judged ─→ results that passed or failed ─┐
(any period, one source)  └─ findings, complaints ─→ where they arose ───────┴─→ Failing

The monthly report tells the same of a month by names; here are ids, which a page can lead on.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from fieldops.flow.assess import Question
from fieldops.model.assessment import Source
from fieldops.model.failing import AreaSum, DomainSum, Failing, ItemSum
from fieldops.report.failcount import Counting, Spot, Sum
from fieldops.store import records

ITEMS, AREAS, WALKS = 50, 200, 50
"""Lines of each table, the worst; walks named behind a line, the latest."""


def failing(session: Session, asked: Question, source: Source) -> Failing:
    """What failed of what was asked about, from one source."""
    found = Counting(session, asked, source).count()
    return Failing(
        period=asked.period.name,
        source=source,
        as_of_ms=asked.seen_ms,
        domains=[_domain(name, one) for name, one in sorted(found.domains.items())],
        items=_items(found),
        areas=_areas(session, found.areas),
        dimensions=found.dimensions(),
    )


def _domain(name: str, one: Sum) -> DomainSum:
    return DomainSum(
        domain=name,
        walked=one.walked,
        walked_before=one.walked_before,
        answered=one.answered,
        failed=one.failed,
        answered_before=one.answered_before,
        failed_before=one.failed_before,
        percent=one.percent,
        walks=one.latest(WALKS),
    )


def _items(found: Counting) -> list[ItemSum]:
    hot = [(item, one) for item, one in found.items.items() if one.failed]
    ordered = sorted(hot, key=lambda pair: (-pair[1].failed, pair[1].answered, pair[0]))
    return [
        ItemSum(
            domain=item[0],
            checklist=item[1],
            item=item[2],
            titles=found.about[item][0],
            severity=found.about[item][1],
            answered=one.answered,
            failed=one.failed,
            answered_before=one.answered_before,
            failed_before=one.failed_before,
            walks=one.latest(WALKS),
        )
        for item, one in ordered[:ITEMS]
    ]


def _areas(session: Session, sums: dict[Spot, Sum]) -> list[AreaSum]:
    hot = [(spot, one) for spot, one in sums.items() if one.weight or one.findings]
    ordered = sorted(hot, key=lambda pair: (-pair[1].weight, str(pair[0])))[:AREAS]
    names = _names(session, [one for spot, _ in ordered for one in spot if one])
    return [
        AreaSum(
            site=site,
            site_name=names.get(site, ""),
            area=area,
            area_name=names.get(area, "") if area else "",
            answered=one.answered,
            failed=one.failed,
            failed_before=one.failed_before,
            findings=one.findings,
            repeats=one.repeats,
            complaints=one.complaints,
            walks=one.latest(WALKS),
        )
        for (site, area), one in ordered
    ]


def _names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    states = records.get(session, list(set(ids)))
    return {one: str(state.body.get("name") or "") for one, state in states.items()}
