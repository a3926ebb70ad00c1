"""What a day at the desk begins with: what is under way, due, owed, late, and what does not work.

One answer within the person's sites.  Everything is counted by an index that holds what waits and
little else, but late complaints: their clocks stand in the open ones themselves, which are all
read.  Of long lists the first are named, and all are counted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import look, plugins
from fieldops.flow.audience import Audience
from fieldops.flow.look import View
from fieldops.flow.quarantine import ROLES as MENDERS
from fieldops.flow.timing import rfc3339
from fieldops.model.answertypes import Titles
from fieldops.model.plugin import State as PluginStanding
from fieldops.model.record import State
from fieldops.rules.access import may, sites
from fieldops.rules.complaintclock import ms_of, overdue
from fieldops.rules.complaintdue import clock_of
from fieldops.rules.complaintsteps import ARCHIVED, COMPLAINT_STATES, owner_of
from fieldops.rules.findingsteps import APPEALED, CONTESTED
from fieldops.rules.zones import zone
from fieldops.settings import Settings
from fieldops.store import deskrows, devices, feedback, owed, records, waiting
from fieldops.store.findingtables import STATES_TO_DO
from fieldops_sync.complaintpayloads import Clock

NAMED = 20
"""How many walks, rounds and tablets are named."""
LATEST = 10
"""How many of what is late are named, those first that are late for the longest."""
BEHIND = 1000
"""From so many changes on a plugin that works counts as behind."""
_DEBTS = 1000
_UNDER_WAY, _WAITS = ("draft", "stub"), ("submitted", "sealed")
_DUE = ("planned", "under-way", "missed")
_RECTIFIED = "rectified"
_OPEN = tuple(state for state in COMPLAINT_STATES if state != ARCHIVED)


class Counts(Struct, frozen=True, kw_only=True):
    """How much waits; ``quarantine`` is null for who may not mend."""

    review_waiting: int
    walks_under_way: int
    findings_open: int
    findings_overdue: int
    rechecks: int
    appeals: int
    complaints_open: int
    complaints_overdue: int
    conflicts: int
    quarantine: int | None


class WalkLine(Struct, frozen=True, kw_only=True):
    """A walk under way; ``began`` is when its first op occurred."""

    id: UUID
    site: UUID
    area: UUID | None
    owner: UUID | None
    checklist: str
    state: str
    began: str
    photos_owed: int


class RoundLine(Struct, frozen=True, kw_only=True):
    """A round of today that is not done; ``people`` are those whom it was given to."""

    id: UUID
    site: UUID
    plan: UUID | None
    title: str
    checklists: list[str]
    state: str
    due: str
    people: list[UUID]
    team: str


class TabletLine(Struct, frozen=True, kw_only=True):
    """A tablet that has announced photos and not sent them."""

    device: UUID
    name: str
    last_seen_ms: int | None
    photos: int
    bytes: int
    since: str


class LateLine(Struct, frozen=True, kw_only=True):
    """A finding or a complaint that is late.  ``title`` is the same in both languages where it was
    written by a person; ``rank`` is the finding's severity or the complaint's tier.
    """

    kind: Literal["finding", "complaint"]
    id: UUID
    site: UUID
    title: Titles
    rank: str
    owner: UUID | None
    due: str


class PluginLine(Struct, frozen=True, kw_only=True):
    """A plugin that is parked, waits, is off, or is behind; ``lag`` counts changes."""

    name: str
    state: PluginStanding
    lag: int
    error: str


class Amiss(Struct, frozen=True, kw_only=True):
    """A part of the server that does not work; ``titles`` where it is known in both languages."""

    kind: str
    name: str
    state: str
    titles: Titles | None


class Today(Struct, frozen=True, kw_only=True):
    """What waits.  Without anything in ``amiss`` the server, its stores and its worker are well."""

    counts: Counts
    walks: list[WalkLine]
    rounds: list[RoundLine]
    tablets: list[TabletLine]
    late: list[LateLine]
    plugins: list[PluginLine]
    amiss: list[Amiss]


def today(who: Audience, settings: Settings, amiss: Sequence[Amiss]) -> Today:
    """The day of one person; ``amiss`` is what the caller found of the server's parts."""
    mine = look.my_sites(who)
    late = _late_complaints(who.session, mine, who.now_ms)
    return Today(
        counts=_counts(who, mine, len(late)),
        walks=_walks(who, mine),
        rounds=_rounds(who, mine, settings.timezone),
        tablets=_tablets(who.session, mine),
        late=sorted(
            [*_late_findings(who, mine), *(_complaint(who, one) for one in late[:LATEST])],
            key=lambda line: line.due,
        )[:LATEST],
        plugins=_plugins(who.session, settings),
        amiss=list(amiss),
    )


def _counts(who: Audience, mine: Sequence[UUID], complaints_overdue: int) -> Counts:
    session = who.session
    states = (*STATES_TO_DO, _RECTIFIED, APPEALED, CONTESTED)
    found = waiting.states(session, mine, "finding", states)
    walks = waiting.states(session, mine, "inspection", (*_WAITS, *_UNDER_WAY))
    return Counts(
        review_waiting=sum(walks[state] for state in _WAITS),
        walks_under_way=sum(walks[state] for state in _UNDER_WAY),
        findings_open=sum(found[state] for state in STATES_TO_DO),
        findings_overdue=waiting.overdue(session, mine, who.now_ms),
        rechecks=found[_RECTIFIED],
        appeals=found[APPEALED] + found[CONTESTED],
        complaints_open=waiting.states(session, mine, "feedback", _OPEN).total(),
        complaints_overdue=complaints_overdue,
        conflicts=waiting.conflicts(session, mine),
        quarantine=_quarantined(who),
    )


def _quarantined(who: Audience) -> int | None:
    if not may(who.person, MENDERS, None, who.now_ms):
        return None
    allowed = sites(who.person, MENDERS, who.now_ms)
    return waiting.quarantined(who.session, None if allowed is None else sorted(allowed))


def _walks(who: Audience, mine: Sequence[UUID]) -> list[WalkLine]:
    wanted = deskrows.Wanted(kind="inspection", states=_UNDER_WAY)
    began, found = deskrows.views(who.session, mine, wanted, None, NAMED)
    rows = owed.rows(who.session, "inspection", owed.Filter(feeds=mine), None, _DEBTS)
    debts = {row.key[0]: row.debt.photos for row in rows}
    return [
        WalkLine(
            id=one.id,
            site=one.site,
            area=_id(one.body.get("area")),
            owner=_id(one.body.get("owner")),
            checklist=one.body.get("checklist") or "",
            state=one.state,
            began=rfc3339(at_ms),
            photos_owed=debts.get(one.id.bytes, 0),
        )
        for at_ms, one in zip(began, who.every(found), strict=True)
    ]


def _rounds(who: Audience, mine: Sequence[UUID], timezone: str) -> list[RoundLine]:
    """Those of today, as the day goes in the organisation's zone, that are not done."""
    now = datetime.fromtimestamp(who.now_ms / 1000, zone(timezone))
    begin = now.replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = deskrows.Wanted(
        kind="round",
        states=_DUE,
        since_ms=int(begin.timestamp() * 1000),
        until_ms=int((begin + timedelta(days=1)).timestamp() * 1000),
    )
    _at, found = deskrows.views(who.session, mine, wanted, None, NAMED)
    return [_round(one) for one in reversed(who.every(found))]


def _round(one: View) -> RoundLine:
    body = one.body
    return RoundLine(
        id=one.id,
        site=one.site,
        plan=_id(body.get("plan")),
        title=body.get("title") or "",
        checklists=body.get("checklists") or [],
        state=one.state,
        due=body.get("due") or "",
        people=[UUID(user) for user in body.get("people") or ()],
        team=body.get("team") or "",
    )


def _tablets(session: Session, mine: Sequence[UUID]) -> list[TabletLine]:
    """Those that owe anything of these sites, who owes the oldest first; a desk is no tablet."""
    found = owed.rows(session, "device", owed.Filter(feeds=mine), None, NAMED + 1)
    lines = []
    for row in found:
        device = devices.get(session, UUID(bytes=row.key[0])) if row.key[0] else None
        if device is not None:
            lines.append(
                TabletLine(
                    device=device.id,
                    name=device.name,
                    last_seen_ms=device.last_seen_ms,
                    photos=row.debt.photos,
                    bytes=row.debt.size_bytes,
                    since=rfc3339(row.debt.since_ms),
                )
            )
    return lines[:NAMED]


def _late_findings(who: Audience, mine: Sequence[UUID]) -> list[LateLine]:
    rows = waiting.latest(who.session, mine, who.now_ms, LATEST)
    states = records.get(who.session, [finding for _, finding in rows])
    lines = []
    for due_ms, finding in rows:
        seen = look.view(who, states[finding])
        lines.append(
            LateLine(
                kind="finding",
                id=finding,
                site=seen.site,
                title=seen.body.get("titles") or _same(seen.body.get("text")),
                rank=seen.body.get("severity") or "",
                owner=_id(seen.body.get("owner")),
                due=rfc3339(due_ms),
            )
        )
    return lines


def _late_complaints(
    session: Session, mine: Sequence[UUID], now_ms: int
) -> list[tuple[str, State, Clock]]:
    """When each complaint that is late should have had what it lacks, the longest first."""
    found = []
    for state in feedback.every(session, mine, _OPEN):
        clock = clock_of(state)
        if clock is not None and (late := overdue(clock, now_ms)):
            found.append((_missed(clock, late[0]), state, clock))
    return sorted(found, key=lambda one: (one[0], one[1].id))


def _complaint(who: Audience, late: tuple[str, State, Clock]) -> LateLine:
    due, state, clock = late
    seen = look.view(who, state)
    return LateLine(
        kind="complaint",
        id=state.id,
        site=seen.site,
        title=_same(seen.body.get("text")),
        rank=clock.tier,
        owner=_id(owner_of(state.body)),
        due=due,
    )


def _missed(clock: Clock, what: str) -> str:
    """The deadline that passed first, in the form of all others."""
    by = {"answer": clock.answer_by, "resolve": clock.resolve_by, "follow-up": clock.follow_up_by}
    due = by[what]
    assert due is not None, "it has passed"
    return rfc3339(ms_of(due))


def _plugins(session: Session, settings: Settings) -> list[PluginLine]:
    return [
        PluginLine(
            name=one.name,
            state=one.state,
            lag=one.lag,
            error=one.faults[-1].code if one.faults and one.state != "running" else "",
        )
        for one in plugins.troubled(session, settings, BEHIND)
    ]


def _same(text: Any) -> Titles:
    return {"zh-CN": text, "en": text} if isinstance(text, str) else {}


def _id(text: Any) -> UUID | None:
    return UUID(text) if isinstance(text, str) and text else None
