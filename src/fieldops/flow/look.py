"""What people at desks look at: records of their sites, redacted to their level.

A record of a foreign site answers exactly like one that does not exist.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import debts, history
from fieldops.flow.audience import Audience
from fieldops.flow.debts import DebtView
from fieldops.model.access import Person
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import APART, Rev, State
from fieldops.model.record import View as View
from fieldops.rules.access import OFFICE_KINDS, PRIVATE_KINDS, READERS, office_kinds, sites
from fieldops.store import debts as ledger
from fieldops.store import records, shown
from fieldops.store.owed import Filter
from fieldops_sync.wire import Problem


class InspectionView(Struct, frozen=True):
    """An inspection with all that belongs to it; photos as (stored, announced).

    ``debts`` says by device what was announced, is wanted and has not arrived.
    """

    inspection: View
    records: list[View]
    photos_stored: int
    photos_announced: int
    photos_missing: list[str]
    debts: list[DebtView]


class Step(Struct, frozen=True):
    """One revision in a record's history."""

    op: UUID
    actor: UUID
    number: int
    base: list[UUID]
    fields: dict[str, Any]


def my_sites(who: Audience) -> list[UUID]:
    """The sites that a person may look at."""
    return sorted(records.site_ids(who.session) if who.sites is None else who.sites)


def one(who: Audience, subject: UUID) -> View:
    """One record.  Raises ``ProblemError`` not-found."""
    return view(who, _visible(who, subject))


def visible(session: Session, person: Person, subject: UUID, now_ms: int) -> State:
    """A record that the person may see.  Raises ``ProblemError`` not-found."""
    mine = sites(person, READERS, now_ms)
    return _seen(records.get_one(session, subject), mine, office_kinds(person, now_ms))


def _seen(state: State | None, mine: Collection[UUID] | None, of_office: Collection[str]) -> State:
    if state is None or state.kind in PRIVATE_KINDS:
        raise ProblemError(_absent())
    is_mine = mine is None or state.feed in mine
    if not (state.kind in of_office if state.kind in OFFICE_KINDS else is_mine):
        raise ProblemError(_absent())
    return state


def _is_mine(who: Audience, site: UUID) -> bool:
    return who.sites is None or site in who.sites


def inspection(who: Audience, subject: UUID) -> InspectionView:
    """An inspection with its records and what is owed.  Raises ``ProblemError`` not-found."""
    session = who.session
    family = shown.family(session, subject)
    walk = next((one for one in family if one.id == subject), None)
    if walk is None or walk.kind != "inspection" or not _is_mine(who, walk.site):
        raise ProblemError(_absent())
    stored, missing = ledger.stored(session, subject), ledger.missing(session, subject)
    return InspectionView(
        inspection=who.seen(walk),
        records=who.every(one for one in family if one is not walk),
        photos_stored=stored,
        photos_announced=stored + len(missing),
        photos_missing=[sha.hex() for sha in missing],
        debts=debts.every(session, "device", Filter(inspection=subject)) if missing else [],
    )


def steps(who: Audience, subject: UUID) -> list[Step]:
    """A record's revisions, oldest first.  Raises ``ProblemError`` not-found."""
    state = _visible(who, subject)
    # The latest change of a finding is the server's, and steps are no heads: they stand beside.
    taken = {UUID(one) for one in state.body.get("steps", ())}
    revs = history.load(who.session, state, beside={state.change, *taken}).values()
    return [_step(who, state, rev) for rev in sorted(revs, key=lambda rev: rev.number)]


def _step(who: Audience, state: State, rev: Rev) -> Step:
    fields = who.fields(state, dict(rev.fields), rev.definition)
    return Step(rev.id, rev.actor, rev.number, list(rev.base), fields)


def _visible(who: Audience, subject: UUID) -> State:
    state = records.get_one(who.session, subject)
    is_office = state is not None and state.kind in OFFICE_KINDS
    return _seen(state, who.sites, office_kinds(who.person, who.now_ms) if is_office else ())


def view(who: Audience, state: State) -> View:
    """A record as the person sees it; the caller has checked that he may."""
    return who.seen(
        View(
            id=state.id,
            kind=state.kind,
            site=state.feed,
            inspection=None if state.kind in APART or state.parent == state.id else state.parent,
            state=state.state,
            revision=state.revision,
            heads=list(state.heads),
            body=state.body,
            conflict=state.conflict,
        )
    )


def _absent() -> Problem:
    return problem("not-found")
