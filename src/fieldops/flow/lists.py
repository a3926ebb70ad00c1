"""The lists of the desk: records of one's own sites, newest first, a page at a time.

    filters ─ desk rows ────────────────────────────→ records ─ as the person sees them ─→ page
    results, photos ─ inspections, newest first ─ each one's records ─┘

Results and photos lie with their inspection: a list of them goes from walk to walk.  Only results
that fail have rows of their own, so that those of one item are found among a million others.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow.audience import Audience
from fieldops.flow.look import my_sites
from fieldops.flow.paging import Ask, Instant, Page, Place, Turn, after, cursor, cut, id_of
from fieldops.model.record import View
from fieldops.rules.complaintsteps import COMPLAINT_STATES
from fieldops.store import definitions, deskrows, records, shown
from fieldops.store.deskrows import Row, Wanted

_WALKS = 20
"""Inspections that are looked into at a time."""
_PART = 100
"""Records of one inspection that are read at a time."""
_LOOKED_AT = 2_000
"""Records that are looked at for a page at most: then it is short, and its cursor goes on."""
_END = "f" * 32
"""Behind every record of an inspection."""
_WALK_COST = 5
"""An inspection costs as much to look into as so many records."""


class Filter(Struct, frozen=True):
    """What a desk asks for; what is left out or empty does not narrow.

    ``site`` is one of the person's, ``checklist`` a key, ``inspection`` goes with results and
    photos.  The instants are ms since 1970, ``since_ms`` inclusive, ``until_ms`` exclusive.
    """

    site: UUID | None = None
    state: str = ""
    checklist: str = ""
    person: UUID | None = None
    item: str = ""
    inspection: UUID | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    verdict: str = ""


class WalkPlace(Struct, frozen=True, array_like=True):
    """Where a list of results or photos goes on: behind ``record`` of the walk (at, id)."""

    at_ms: Instant
    walk: str
    record: str


def of_kind(who: Audience, kind: str, wanted: Filter, turn: Turn) -> Page[View]:
    """A page of the records of a kind."""
    ask = turn.ask(f"records/{kind}", wanted)
    is_failed = (kind, wanted.state, wanted.inspection) == ("result", "fail", None)
    if kind in ("result", "photo") and not is_failed:
        return _of_walks(who, kind, wanted, ask)
    return rows(who, replace(_narrowed(who.session, wanted), kind=kind), wanted.site, ask)


def feedback(who: Audience, wanted: Filter, nature: str, turn: Turn) -> Page[View]:
    """A page of what residents said; a complaint stands under its step, the others their nature."""
    ask = turn.ask("feedback", (wanted, nature))
    states = COMPLAINT_STATES if nature == "complaint" else (nature,) if nature else ()
    asked = replace(_narrowed(who.session, wanted), kind="feedback", states=tuple(states))
    return rows(who, asked, wanted.site, ask)


def conflicts(who: Audience, site: UUID | None, kind: str, turn: Turn) -> Page[View]:
    """A page of the records that hold two values for a member until somebody decides."""
    ask = turn.ask("conflicts", (site, kind))
    return rows(who, Wanted(kind=kind, in_conflict=True), site, ask)


def reviews(who: Audience, wanted: Filter, turn: Turn) -> Page[View]:
    """A page of what supervisors have decided on: inspections, results and photos."""
    ask = turn.ask("reviews", wanted)
    return rows(who, replace(_narrowed(who.session, wanted), is_decided=True), wanted.site, ask)


def rows(who: Audience, wanted: Wanted, site: UUID | None, ask: Ask) -> Page[View]:
    """A page of the records behind desk rows, of one of the person's sites or of all."""
    place = after(ask, Place)
    behind = None if place is None else Row(place.at_ms, id_of(place.id))
    at_ms, found = deskrows.views(who.session, _sites(who, site), wanted, behind, ask.limit + 1)
    return cut(ask, found, lambda last: Place(at_ms[ask.limit - 1], last.id.hex), who.seen)


def _of_walks(who: Audience, kind: str, wanted: Filter, ask: Ask) -> Page[View]:
    """A page of the results or photos of the person's walks, the newest walk first.

    It reads so many records at most: a page may be short, and its cursor still goes on.
    """
    found: list[View] = []
    cost = 0
    # Where every record fits, no more are read than are shown.
    every_fits = not wanted.item and wanted.person is None
    size = min(_PART, ask.limit + 1) if every_fits else _PART
    for walk, view in _records(who, kind, wanted, after(ask, WalkPlace), size):
        cost += _WALK_COST if view is None else 1
        if view is not None and (every_fits or _fits(view, wanted)):
            found.append(view)
        if len(found) == ask.limit or cost >= _LOOKED_AT:
            return Page(who.every(found), cursor(ask, _place(walk, view)))
    return Page(who.every(found))


def _records(
    who: Audience, kind: str, wanted: Filter, place: WalkPlace | None, size: int
) -> Iterator[tuple[Row, View | None]]:
    """The records of a kind behind a place, each with its walk; None where a walk ends.

    ``size`` is how many are read at a time.
    """
    for walk, feed in _walks(who, wanted, place):
        inside = place is not None and place.walk == walk.id.hex
        last = id_of(place.record) if place is not None and inside else None
        while True:
            pair = (feed, walk.id)
            part = shown.of_walk(who.session, pair, kind, wanted.state, last, size)
            for view in part:
                yield walk, view
            if len(part) < size:
                break
            last = part[-1].id
        if not inside or part:  # where a page ended is no progress for the next
            yield walk, None


def _place(walk: Row, view: View | None) -> WalkPlace:
    return WalkPlace(walk.at_ms, walk.id.hex, _END if view is None else view.id.hex)


def _walks(who: Audience, wanted: Filter, place: WalkPlace | None) -> Iterator[tuple[Row, UUID]]:
    """The walks that a list goes through, from that of the place on, each with its site."""
    asked = replace(_narrowed(who.session, wanted), kind="inspection", states=(), item="")
    asked = replace(asked, person=None)
    sites = _sites(who, wanted.site)
    if wanted.inspection is not None:
        place_of = records.place(who.session, wanted.inspection)
        if place_of is not None and place_of[0] == "inspection" and place_of[1] in sites:
            yield Row(0, wanted.inspection), place_of[1]
        return
    behind: Row | None = None
    if place is not None:
        # The walk of the place itself comes first: its records may not be at their end.
        walk = id_of(place.walk)
        yield from _with_sites(who.session, sites, [Row(place.at_ms, walk)])
        behind = Row(place.at_ms, walk)
    while part := deskrows.page(who.session, sites, asked, behind, _WALKS):
        yield from _with_sites(who.session, sites, part)
        behind = part[-1]


def _with_sites(
    session: Session, sites: Sequence[UUID], walks: Sequence[Row]
) -> list[tuple[Row, UUID]]:
    feeds = records.feeds(session, [walk.id for walk in walks])
    return [(walk, feeds[walk.id]) for walk in walks if feeds.get(walk.id) in sites]


def _narrowed(session: Session, wanted: Filter) -> Wanted:
    definitions_ = None
    if wanted.checklist:
        versions = definitions.versions(session, wanted.checklist)
        definitions_ = tuple(one.sha256 for one in versions)
    return Wanted(
        states=(wanted.state,) if wanted.state else (),
        item=wanted.item,
        person=wanted.person,
        definitions=definitions_,
        since_ms=wanted.since_ms,
        until_ms=wanted.until_ms,
        verdict=wanted.verdict,
    )


def _fits(view: View, wanted: Filter) -> bool:
    """What the walk's row does not say: item and person of the record itself."""
    body = view.body
    is_theirs = wanted.person is None or body.get("by") == str(wanted.person)
    return is_theirs and (not wanted.item or body.get("item") == wanted.item)


def _sites(who: Audience, site: UUID | None) -> list[UUID]:
    if site is None or who.sites is None:
        mine = my_sites(who)
        return mine if site is None else [one for one in mine if one == site]
    return [site] if site in who.sites else []
