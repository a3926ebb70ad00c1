"""What people at desks look at: records of their sites, redacted to their level.

A record of a foreign site answers exactly like one that does not exist.
"""

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import debts, history
from fieldops.flow.debts import DebtView
from fieldops.model.access import Person, Role
from fieldops.model.problem import ProblemError, problem
from fieldops.model.record import State
from fieldops.rules.access import level, sites
from fieldops.rules.redaction import redact
from fieldops.store import debts as ledger
from fieldops.store import records
from fieldops.store.owed import Filter
from fieldops_sync.wire import Problem

READERS = (Role.INSPECTOR, Role.SUPERVISOR, Role.OPS, Role.AUDITOR, Role.ADMINISTRATOR)


_PRIVATE = frozenset({"person", "receipt"})
"""What stands in a device's own feed (PIN hashes, receipts) is for that device alone."""


class View(Struct, frozen=True, omit_defaults=True):
    """A record as it is shown."""

    id: UUID
    kind: str
    site: UUID
    inspection: UUID | None
    state: str
    revision: int
    heads: list[UUID]
    body: dict[str, Any]
    conflict: dict[str, list[dict[str, Any]]] = {}


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


def my_sites(session: Session, person: Person, now_ms: int) -> list[UUID]:
    """The sites that a person may look at."""
    mine = sites(person, READERS, now_ms)
    return sorted(records.site_ids(session) if mine is None else mine)


def listing(
    session: Session, person: Person, kind: str, site: UUID | None, now_ms: int
) -> list[View]:
    """All records of a kind on the person's sites (or on one of them)."""
    mine = my_sites(session, person, now_ms)
    wanted = mine if site is None else [one for one in mine if one == site]
    return [_view(person, state, now_ms) for state in records.of_kind(session, wanted, kind)]


def conflicts(session: Session, person: Person, now_ms: int) -> list[View]:
    """The records that hold two values for a member until somebody decides."""
    found = records.in_conflict(session, my_sites(session, person, now_ms))
    return [_view(person, state, now_ms) for state in found]


def one(session: Session, person: Person, subject: UUID, now_ms: int) -> View:
    """One record.  Raises ``ProblemError`` not-found."""
    return _view(person, visible(session, person, subject, now_ms), now_ms)


def visible(session: Session, person: Person, subject: UUID, now_ms: int) -> State:
    """A record that the person may see.  Raises ``ProblemError`` not-found."""
    state = records.get_one(session, subject)
    mine = sites(person, READERS, now_ms)
    private = state is not None and state.kind in _PRIVATE
    if state is None or private or not (mine is None or state.feed in mine):
        raise ProblemError(_absent())
    return state


def inspection(session: Session, person: Person, subject: UUID, now_ms: int) -> InspectionView:
    """An inspection with its records and what is owed.  Raises ``ProblemError`` not-found."""
    state = visible(session, person, subject, now_ms)
    if state.kind != "inspection":
        raise ProblemError(_absent())
    family = records.children(session, state.feed, subject)
    stored, missing = ledger.stored(session, subject), ledger.missing(session, subject)
    return InspectionView(
        inspection=_view(person, state, now_ms),
        records=[_view(person, child, now_ms) for child in family if child.id != subject],
        photos_stored=stored,
        photos_announced=stored + len(missing),
        photos_missing=[sha.hex() for sha in missing],
        debts=debts.every(session, "device", Filter(inspection=subject)) if missing else [],
    )


def steps(session: Session, person: Person, subject: UUID, now_ms: int) -> list[Step]:
    """A record's revisions, oldest first.  Raises ``ProblemError`` not-found."""
    state = visible(session, person, subject, now_ms)
    seen, mine = level(person, state.feed, now_ms), sites(person, READERS, now_ms)
    # The latest change of a finding is the server's: it stands beside the heads.
    revs = history.load(session, {*state.heads, state.change}, {}).values()
    return [
        Step(
            rev.id,
            rev.actor,
            rev.number,
            list(rev.base),
            redact(state.kind, dict(rev.fields), seen, mine),
        )
        for rev in sorted(revs, key=lambda rev: rev.number)
    ]


def _view(person: Person, state: State, now_ms: int) -> View:
    seen, mine = level(person, state.feed, now_ms), sites(person, READERS, now_ms)
    hidden = redact(state.kind, state.conflict, seen)
    return View(
        id=state.id,
        kind=state.kind,
        site=state.feed,
        inspection=state.parent if state.parent != state.id and _is_of_walk(state) else None,
        state=state.state,
        revision=state.revision,
        heads=list(state.heads),
        body=redact(state.kind, state.body, seen, mine),
        conflict={name: values for name, values in hidden.items() if name != "withheld"},
    )


def _is_of_walk(state: State) -> bool:
    """Whether a record that stands below another stands below an inspection."""
    return state.kind != "override"


def _absent() -> Problem:
    return problem("not-found")
