"""One edit from a desk: an op through the one mouth, or a problem and nothing written.

    person ─ may see it? ─ lock ─ If-Match ─ op on the heads ─ enter_desk ─→ timed ─→ the record now
               └ not-found          └ revision-changed   └ quarantined → problem, all rolled back

A tablet's op is kept whatever becomes of it; a person at a desk is told at once and decides again,
so nothing of a desk's edit ever lies in quarantine.  The answer's ``revision`` is the next edit's
``If-Match``.
"""

import re
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import atonce, look
from fieldops.flow.audience import Audience
from fieldops.flow.enter import desk_op, enter_desk
from fieldops.model.access import Person
from fieldops.model.problem import ProblemError, problem, said_of, slug_of
from fieldops.model.record import State
from fieldops.model.said import Said
from fieldops.store import batch, ledger, records
from fieldops_sync.ids import uuid7
from fieldops_sync.optypes import OP_TYPES
from fieldops_sync.wire import Receipt

_SAYS = {
    "schema": "validation",
    "not-permitted": "forbidden",
    "out-of-scope": "forbidden",
    "voided-subject": "record-voided",
}
"""What a desk is told where a tablet's op would be quarantined; other reasons name themselves."""
_EXTENDED = frozenset({"plan"})
"""Kinds that the server carries on by itself night by night, which is no edit."""
_TAG = re.compile(r'(?:W/)?"[^"]*"')


class Edit(Struct, frozen=True):
    """One edit: ``op_type`` with ``payload`` on the record ``subject``.

    The record must be of ``kind``, or where that is None of a kind that the type is for.
    ``if_match`` is the header as sent; ``demanded`` says that it must be there, because the edit
    replaces what somebody wrote.  A step of a state machine needs none: the machine decides.
    """

    kind: str | None
    subject: UUID
    op_type: str
    payload: dict[str, Any]
    if_match: str | None = None
    demanded: bool = False


class New(Struct, frozen=True):
    """A record to make: ``site`` None means that it is a feed of its own (a site is)."""

    kind: str
    site: UUID | None
    op_type: str
    payload: dict[str, Any]
    subject: UUID | None = None
    """The record's id where it is derived; otherwise it is drawn."""


class Edited(Struct, frozen=True):
    """The record as it is now, and how the edit went in.

    ``status`` is ``applied``; ``merged`` or ``conflict`` with the members in ``fields`` where a
    tablet wrote beside it.
    """

    record: look.View
    op: UUID
    status: str
    fields: list[str] = []
    marks: list[str] = []


def edit(session: Session, person: Person, asked: Edit, now_ms: int) -> Edited:
    """Write one edit, or nothing.

    Raises ``ProblemError``: not-found (absent, foreign, or of another kind), revision-required,
    revision-changed, forbidden, validation, record-voided, transition.
    """
    seen = look.visible(session, person, asked.subject, now_ms)
    if seen.kind not in ({asked.kind} if asked.kind else OP_TYPES[asked.op_type].kinds):
        raise ProblemError(problem("not-found"))
    # Whoever else edits the record waits here: the revision is read when it cannot change any more.
    batch.lock(session, [seen.feed])
    state = records.get(session, [seen.id])[seen.id]
    edited = _edited(session, state) if state.kind in _EXTENDED else None
    check_match(state.revision, asked.if_match, asked.demanded, edited)
    subject = (state.kind, state.id)
    op = desk_op(asked.op_type, subject, state.feed, person.id, asked.payload, now_ms, state.heads)
    return enter(session, person, op, asked.subject, now_ms)


def create(session: Session, person: Person, asked: New, now_ms: int) -> Edited:
    """Make a record, or nothing.  Raises ``ProblemError`` as ``edit``; id-reused if it is there."""
    subject = asked.subject or uuid7()
    site = subject if asked.site is None else asked.site
    if asked.site is not None:
        look.visible(session, person, site, now_ms)
    batch.lock(session, [site])
    if records.get(session, [subject]):
        raise ProblemError(problem("id-reused"))
    op = desk_op(asked.op_type, (asked.kind, subject), site, person.id, asked.payload, now_ms)
    return enter(session, person, op, subject, now_ms)


def enter(session: Session, person: Person, op: bytes, subject: UUID, now_ms: int) -> Edited:
    """Enter one desk op; what would be quarantined is a problem, and the transaction ends."""
    done = enter_desk(session, [op], person.id, now_ms)
    receipt = done.receipts[0]
    check(receipt)
    atonce.time(session, done.changes, now_ms)
    who = Audience(session, person, now_ms)
    shown = look.view(who, records.get(session, [subject])[subject])
    if who.read:
        who.note_read(session)
    return Edited(shown, receipt.id, receipt.status, receipt.fields, receipt.marks)


def check(receipt: Receipt) -> None:
    """Raise ``ProblemError`` for a desk's op that would be quarantined."""
    if receipt.status not in ("applied", "merged", "conflict"):
        raise ProblemError(_told(receipt))


def _edited(session: Session, state: State) -> int:
    """The revision that people wrote last: the server's own members leave the heads alone."""
    return max(number for _raw, number in ledger.raws(session, state.heads).values())


def check_match(
    revision: int, if_match: str | None, demanded: bool = False, edited: int | None = None
) -> None:
    """Hold ``If-Match`` (RFC 9110, 13.1.1) against a revision, or against those since ``edited``.

    Raises ``ProblemError`` revision-required (428) or revision-changed (412).
    """
    if if_match is None:
        if demanded:
            raise ProblemError(problem("revision-required", revision=revision))
        return
    fitting = {etag(one) for one in range(revision if edited is None else edited, revision + 1)}
    if if_match.strip() != "*" and fitting.isdisjoint(_tags(if_match)):
        raise ProblemError(problem("revision-changed", revision=revision))


def is_known(state: State, if_none_match: str | None) -> bool:
    """Whether the caller has this revision already (RFC 9110, 13.1.2: compared weakly)."""
    if if_none_match is None:
        return False
    tags = [tag.removeprefix("W/") for tag in _tags(if_none_match)]
    return if_none_match.strip() == "*" or etag(state.revision) in tags


def etag(revision: int) -> str:
    """The entity tag of a record at a revision."""
    return f'"{revision}"'


def _tags(header: str) -> list[str]:
    return _TAG.findall(header)


def _would_be(status: str) -> Said:
    """Whatever waits or is seen before has no effect that a desk could show."""
    return Said(f"此更改不会立即生效（{status}）", f"the edit would be {status}")


def _told(receipt: Receipt) -> Any:
    """The problem of an op that was not applied, in the words of a desk."""
    if receipt.problem is None:
        return problem("validation", _would_be(receipt.status))
    slug = slug_of(receipt.problem)
    return problem(_SAYS.get(slug, slug), said_of(receipt.problem), **receipt.problem.extra)
