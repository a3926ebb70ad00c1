"""The reader that follows walks: for their rounds, and for the qualification of who walked them.

page ─┬─ inspection that changed ─ its own ops: begun, submitted, by whom ─→ Walked
      └─ qualification that changed ─ that person's walks in the domain ─→ Requalified
hand in ─→ ``take``: ops made under the lock of the sites
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow import history, moments
from fieldops.flow.follow import Work
from fieldops.flow.page import PAGE_CHANGES, Page
from fieldops.flow.planning import ACTOR
from fieldops.flow.qualified import mark_ops
from fieldops.flow.rounds import settle_ops
from fieldops.model.inspection import LogChange
from fieldops.model.moment import Moment
from fieldops.model.record import State
from fieldops.model.walked import Requalified, Walked
from fieldops.rules.deadlines import rfc3339
from fieldops.store import arrivals, definitions, records, walkers
from fieldops.store.definitions import Version
from fieldops.store.walkers import Walker
from fieldops_sync.roundpayloads import RoundWalk

_START, _SUBMIT = "inspection.start@1", "inspection.submit@1"
_FOLLOWING = frozenset({"inspection.score@1", "inspection.mark@1", "inspection.seal@1"})
"""What follows from a walk says nothing new of when it was made, and by whom."""
_NONE = frozenset({"stub", "voided"})
"""An inspection in such a state is no walk of its round."""


class WalkReader:
    """Hands in when walks were made, and by whom."""

    name = ACTOR
    page_changes = PAGE_CHANGES

    def __init__(self) -> None:
        self._walked: tuple[Walked, ...] = ()
        self._requalified: tuple[Requalified, ...] = ()

    def gather(self, session: Session, page: Page) -> None:
        """Read the walks that the page touches, and those that a qualification concerns."""
        changed = {
            one.subject: one
            for one in page.changes
            if one.kind == "inspection" and one.type not in _FOLLOWING
        }
        states = records.get(session, changed)
        self._walked = tuple(_walked(session, states[one], changed[one].op) for one in states)
        self._requalified = tuple(_requalified(session, page.changes))

    def work(self, page: Page, last_try: bool) -> Work:  # noqa: ARG002 - nothing here can fail
        """Hand in what was gathered."""
        last = page.changes[-1].position
        return Work(last, [], walked=self._walked, requalified=self._requalified)


def take(
    session: Session, walked: tuple[Walked, ...], requalified: tuple[Requalified, ...]
) -> list[bytes]:
    """The ops that follow, made under the lock of all the sites; who walked is kept."""
    walkers.put(session, (one for walk in walked for one in _walkers(walk)))
    causes = {one.inspection: one.cause for one in requalified}
    causes |= {one.inspection: one.cause for one in walked}
    return [*settle_ops(session, walked), *mark_ops(session, causes)]


def _walkers(walk: Walked) -> Iterable[Walker]:
    for person in walk.people:
        yield Walker(person, walk.inspection, walk.site, walk.domain, walk.began_ms)


def _requalified(session: Session, changes: Iterable[LogChange]) -> Iterable[Requalified]:
    changed = {one.subject: one for one in changes if one.kind == "qualification"}
    for state in records.get(session, changed).values():
        cause = changed[state.id].op
        for walk in walkers.of_person(session, state.feed, state.body["domain"]):
            yield Requalified(walk.inspection, walk.feed, cause)


def _walked(session: Session, state: State, cause: UUID) -> Walked:
    """What is told of an inspection as it stands.

    What was sent back to its inspector and submitted again ended when it was submitted first.
    """
    named = state.body.get("round")
    told = Walked(state.id, state.feed, cause, UUID(named) if named else None)
    revisions = history.load(session, state)
    known = arrivals.of(session, revisions)
    order = sorted(revisions.values(), key=lambda one: one.number)
    start = next((one for one in order if known[one.id].type == _START), None)
    end = next((one for one in order if known[one.id].type == _SUBMIT), None)
    if state.state in _NONE or start is None:
        return told
    when = moments.of(session, [one.id for one in (start, end) if one is not None])
    about = _definition(session, state)
    owners = {UUID(one.fields["owner"]) for one in order if one.fields.get("owner")}
    return replace(
        told,
        walk=_walk(about, when[start.id], None if end is None else when[end.id]),
        domain=about.domain if about else "",
        people=() if end is None else tuple(sorted({start.actor, *owners})),
        began_ms=when[start.id].counts_ms,
    )


def _definition(session: Session, state: State) -> Version | None:
    sha256 = bytes.fromhex(state.body.get("checklist") or "")
    return definitions.about(session, [sha256]).get(sha256)


def _walk(about: Version | None, start: Moment, end: Moment | None) -> RoundWalk:
    """What happened nobody knows when, happened when it came: then ``assumed`` names it."""
    told = {"begun": start} if end is None else {"begun": start, "ended": end}
    assumed: Any = [name for name, one in told.items() if one.occurred_ms is None]
    walk = RoundWalk(about.key if about else "", _instant(start.counts_ms), assumed=assumed)
    if end is None:
        return walk
    ended, received = _instant(end.counts_ms), _instant(end.received_ms)
    return replace(walk, ended=ended, received=received, error_ms=end.error_ms or 0)


def _instant(ms: int) -> str:
    return rfc3339(datetime.fromtimestamp(ms / 1000, UTC))
