"""Whom to reach about feedback: shown to who may see L3 and says what for, and on record."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from fieldops.flow import look
from fieldops.model.access import Level, Person
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.rules.access import level
from fieldops.store import audit

PURPOSE_MAX = 500
"""Characters."""


def unmask(
    session: Session, person: Person, feedback: UUID, purpose: str, now_ms: int
) -> dict[str, Any]:
    """The contact of a feedback; the audit record is in the same transaction.

    Raises ``ProblemError`` not-found (absent, foreign, without a contact), forbidden below L3,
    validation without a purpose.
    """
    state = look.visible(session, person, feedback, now_ms)
    if state.kind != "feedback":
        raise ProblemError(problem("not-found"))
    if level(person, state.feed, now_ms) < Level.L3:
        raise ProblemError(problem("forbidden", Said("联系方式属 L3 数据", "a contact is level 3")))
    if not purpose.strip():
        why = Said("请说明查看联系方式的用途", "say what the contact is needed for")
        raise ProblemError(problem("validation", at("purpose", why)))
    contact: dict[str, Any] | None = state.body.get("contact")
    if not contact:
        raise ProblemError(problem("not-found", Said("未留联系方式", "no contact was left")))
    detail = {"purpose": purpose.strip(), "site": str(state.feed)}
    audit.add(
        session,
        audit.Entry("contact.unmask", now_ms, actor=person.id, subject=state.id, detail=detail),
    )
    return contact
