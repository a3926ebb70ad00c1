"""Qualifications at the desk: of whoever may look at all sites, a page at a time, edited as ops."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct
from sqlmodel import Session

from fieldops.flow import edits
from fieldops.flow.audience import Audience
from fieldops.flow.edits import Edit, Edited
from fieldops.flow.enter import desk_op
from fieldops.flow.look import View, view
from fieldops.flow.paging import STRANGE, Ask, Page, after, cut
from fieldops.model.access import Person
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.rules.roundeffects import qualifications_id
from fieldops.store import audit, batch, people, records
from fieldops_sync.ids import qualification_id
from fieldops_sync.roundpayloads import QualificationSet

_KEPT = ("person", "domain", "valid_from")
"""What a change is checked against, and leaves as it is."""


class Behind(Struct, frozen=True, array_like=True):
    """Where a page ended: the id of its last record, as 32 hex digits."""

    id: str


def page(who: Audience, person: UUID | None, domain: str, ask: Ask) -> Page[View]:
    """A page of qualifications, by id.  The caller may look at every site."""
    place = after(ask, Behind)
    parent = qualifications_id(domain) if domain else None
    found = records.grouped(who.session, parent, person, _id(place), ask.limit + 1)
    return cut(ask, found, lambda one: Behind(one.id.hex), lambda one: view(who, one))


def _id(place: Behind | None) -> UUID:
    """Raises ``ProblemError`` validation for a cursor that no page gave."""
    try:
        return UUID(int=0) if place is None else UUID(hex=place.id)
    except ValueError as error:
        raise ProblemError(problem("validation", STRANGE)) from error


def add(session: Session, who: Person, asked: QualificationSet, now_ms: int) -> Edited:
    """Record one.  Raises ``ProblemError`` validation, id-reused where it is on record."""
    if asked.person not in people.people(session, [asked.person]):
        why = at("person", Said("没有该用户", "there is no such user"))
        raise ProblemError(problem("validation", why))
    certificate, begin = asked.certificate or "", asked.valid_from or ""
    subject = qualification_id(asked.person, asked.domain, certificate, begin)
    batch.lock(session, [asked.person])
    if records.get(session, [subject]):
        why = Said("该资质已登记", "this qualification is on record")
        raise ProblemError(problem("id-reused", why))
    payload: dict[str, Any] = msgspec.to_builtins(asked)
    named = ("qualification", subject)
    op = desk_op("qualification.set@1", named, asked.person, who.id, payload, now_ms)
    return _entered(session, who, edits.enter(session, who, op, subject, now_ms), payload, now_ms)


def change(
    session: Session,
    who: Person,
    subject: UUID,
    told: dict[str, Any],
    if_match: str | None,
    now_ms: int,
) -> Edited:
    """Change until when one is valid, or withdraw it.  Raises ``ProblemError`` as ``edit``."""
    state = records.get_one(session, subject)
    if state is None or state.kind != "qualification":
        raise ProblemError(problem("not-found"))
    kept = {name: state.body[name] for name in _KEPT if name in state.body}
    payload = {**kept, **told}
    asked = Edit("qualification", subject, "qualification.set@1", payload, if_match, demanded=True)
    return _entered(session, who, edits.edit(session, who, asked, now_ms), payload, now_ms)


def _entered(
    session: Session, who: Person, done: Edited, payload: dict[str, Any], now_ms: int
) -> Edited:
    detail = {name: value for name, value in payload.items() if value is not UNSET}
    subject = done.record.id
    entry = audit.Entry("qualification.set", now_ms, actor=who.id, subject=subject, detail=detail)
    audit.add(session, entry)
    return done
