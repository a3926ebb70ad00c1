"""What failed, where, and how it moved: failures by item, hot spots by area, patterns of both."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from fieldops.model.report import Failure, HotSpot, ItemMonth, MonthView, Place, Report, Walk
from fieldops.report.life import Lives
from fieldops.report.tally import Count, Item, Noted, Tally
from fieldops.rules.proposalfacts import Pattern

FAILURES, SPOTS = 15, 15
"""Lines of each table."""
Numbers = Mapping[UUID, int]


def numbered(noted: Iterable[Noted]) -> tuple[tuple[Walk, ...], Numbers]:
    """The walks in the order in which they were made, with their numbers by id."""
    ordered = sorted(noted, key=lambda one: (one.case.at_ms, one.case.id.hex))
    walks = tuple(
        Walk(
            number=number,
            id=one.case.id,
            place=one.place,
            checklist=one.checklist,
            version=one.version,
            domain=one.domain,
            source=one.case.source,
            state=one.state,
            at_ms=one.case.at_ms,
            score=one.score,
            items=one.items,
            failed=one.failed,
            photos=one.photos,
        )
        for number, one in enumerate(ordered, 1)
    )
    return walks, {one.id: one.number for one in walks}


def items(tally: Tally, domain: str | None = None) -> dict[Item, ItemMonth]:
    """Every item over all places, of a domain if one is given."""
    by_item: dict[Item, list[Count]] = defaultdict(list)
    for (item, _place), count in tally.counts.items():
        if domain is None or item.domain == domain:
            by_item[item].append(count)
    return {item: _summed(tally, item, found) for item, found in by_item.items()}


def _summed(tally: Tally, item: Item, found: Sequence[Count]) -> ItemMonth:
    titles, severity = tally.about[item]
    return ItemMonth(
        checklist=item.checklist,
        item=item.key,
        titles=titles,
        severity=severity,
        answered=sum(one.answered for one in found),
        failed=sum(one.failed for one in found),
        answered_before=sum(one.answered_before for one in found),
        failed_before=sum(one.failed_before for one in found),
    )


def failures(tally: Tally, numbers: Numbers) -> tuple[Failure, ...]:
    """The items that failed most often; of equal ones first which fails in the larger share."""
    places: dict[Item, list[Place]] = defaultdict(list)
    walks: dict[Item, set[int]] = defaultdict(set)
    for (item, place), count in tally.counts.items():
        if count.failed:
            places[item].append(place)
            walks[item] |= _numbers(count, numbers)
    found = [
        Failure(
            item=one,
            domain=item.domain,
            places=tuple(sorted(places[item], key=_by_name)),
            walks=tuple(sorted(walks[item])),
        )
        for item, one in items(tally).items()
        if one.failed
    ]
    return tuple(sorted(found, key=_often)[:FAILURES])


def _often(one: Failure) -> tuple[object, ...]:
    about = one.item
    return -about.failed, about.answered, about.checklist, about.item


def spots(tally: Tally, lives: Lives, numbers: Numbers) -> tuple[HotSpot, ...]:
    """The areas where most went wrong: failures, what came again, complaints."""
    findings, repeats = _findings(lives)
    sums: dict[Place, Counter[str]] = defaultdict(Counter)
    walks: dict[Place, set[int]] = defaultdict(set)
    for (_item, place), count in tally.counts.items():
        sums[place].update(answered=count.answered, failed=count.failed, before=count.failed_before)
        walks[place] |= _numbers(count, numbers)
    for place in {*findings, *lives.complaints} - sums.keys():
        sums[place].update()
    found = [
        HotSpot(
            place=place,
            answered=one["answered"],
            failed=one["failed"],
            failed_before=one["before"],
            findings=findings[place],
            repeats=repeats[place],
            complaints=lives.complaints[place],
            walks=tuple(sorted(walks[place])),
        )
        for place, one in sums.items()
    ]
    hot = [one for one in found if one.weight]
    return tuple(sorted(hot, key=lambda one: (-one.weight, _by_name(one.place)))[:SPOTS])


def _findings(lives: Lives) -> tuple[Counter[Place], Counter[Place]]:
    findings, repeats = Counter[Place](), Counter[Place]()
    for _walk, one in lives.findings:
        place = Place(one.site, one.area)
        findings[place] += 1
        repeats[place] += one.repeated
    return findings, repeats


def of(tally: Tally, lives: Lives, numbers: Numbers) -> tuple[Pattern, ...]:
    """Each item at each place, with what came again there."""
    repeats: Counter[tuple[str, Place]] = Counter()
    for _walk, one in lives.findings:
        repeats[one.item, Place(one.site, one.area)] += one.repeated
    found = [
        Pattern(
            key=f"{item.checklist}\x1f{item.key}",
            titles=tally.about[item][0],
            place=place,
            severity=tally.about[item][1],
            answered=count.answered,
            failed=count.failed,
            answered_before=count.answered_before,
            failed_before=count.failed_before,
            repeats=repeats[item.key, place],
            walks=tuple(sorted(_numbers(count, numbers))),
        )
        for (item, place), count in tally.counts.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.key, _by_name(one.place))))


def view(tally: Tally, lives: Lives, report: Report, domain: str) -> MonthView:
    """What the plugin of a domain is shown; of no domain, all there is."""

    def walks(is_now: bool) -> int:
        known = tally.walks_of.items()
        return sum(n for (of_, now), n in known if now == is_now and domain in ("", of_))

    found = items(tally, domain or None)
    ordered = sorted(found, key=lambda item: (item.checklist, item.key))
    return MonthView(
        month=report.month,
        sites=report.sites,
        walks=walks(True),
        walks_before=walks(False),
        items=tuple(found[item] for item in ordered),
        findings=tuple(
            one
            for walk, one in lives.findings
            if not domain or (walk is not None and tally.domains.get(walk) == domain)
        ),
    )


def _numbers(count: Count, numbers: Numbers) -> set[int]:
    return {numbers[walk] for walk in count.walks}


def _by_name(place: Place) -> tuple[str, str]:
    return place.site, place.area
