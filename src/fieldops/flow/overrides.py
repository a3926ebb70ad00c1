"""What a site has changed about a checklist: set with who and why, in force for walks begun since.

    override.set ─ one record an item ─ its revisions are the history
    walk ─ began at a moment ─ the revisions that had arrived by then ─→ Overrides

A later change does not judge a walk again: who walked by the old figure keeps it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow import history
from fieldops.flow.setup import put
from fieldops.model.access import Level
from fieldops.model.checklist import Checklist, Overrides
from fieldops.model.record import State
from fieldops.rules.effects import overrides_id
from fieldops.rules.overrides import OverrideFields, overrides_of
from fieldops.rules.personal import mask
from fieldops.rules.scoring import apply_overrides, override_marks
from fieldops.store import arrivals, audit, definitions, records
from fieldops_sync.ids import override_id

_NONE = Overrides()


class InForce(Struct, frozen=True):
    """The overrides that a walk is judged by."""

    overrides: Overrides = _NONE

    def apply(self, checklist: Checklist) -> Checklist:
        """A version as the site has changed it."""
        return checklist if self.overrides == _NONE else apply_overrides(checklist, self.overrides)

    def marks(self, checklist: Checklist) -> tuple[str, ...]:
        """What the score bears, so that no override is silent."""
        return override_marks(checklist, self.overrides)


class Step(Struct, frozen=True, kw_only=True):
    """One change of an override, as its history shows it; ``at_ms`` is when it arrived."""

    site: UUID
    checklist: str
    item: str
    values: dict[str, Any] | None
    reason: str
    actor: UUID
    at_ms: int


def in_force(session: Session, site: UUID, key: str, began_ms: Callable[[], int]) -> InForce:
    """What a site had changed about a checklist when a walk began.

    Most sites change nothing, so when it began is asked only where something was changed.
    """
    states = _of_checklist(session, site, key)
    if not states:
        return InForce()
    until_ms = began_ms()
    arrived = arrivals.of(session, [state.change for state in states])
    bodies = (
        # As it stands, which is what tablets have, unless it has changed since.
        state.body
        if arrived[state.change].received_ms <= until_ms
        else history.body_at(session, state, until_ms + 1)
        for state in states
    )
    return InForce(overrides_of(_fields(body) for body in bodies if body))


def _of_checklist(session: Session, site: UUID, key: str) -> list[State]:
    return records.children(session, site, overrides_id(site, key))


def _fields(body: Mapping[str, Any]) -> OverrideFields:
    return OverrideFields(
        checklist=body["checklist"],
        item=body["item"],
        values=body["values"],
        reason=body["reason"],
    )


def set_override(
    session: Session,
    site: UUID,
    fields: OverrideFields,
    actor: UUID,
    now_ms: int,
) -> None:
    """Change what a site has changed about an item, or take it back.

    Raises ``ProblemError`` validation for values that do not go together, or no reason.
    """
    subject = ("override", override_id(site, fields.checklist, fields.item))
    payload = {
        "checklist": fields.checklist,
        "item": fields.item,
        "values": fields.values,
        "reason": fields.reason,
    }
    put(session, "override.set@1", subject, site, payload, actor, now_ms)
    detail = {"site": str(site), **payload}
    audit.add(
        session, audit.Entry("override.set", now_ms, actor, subject=subject[1], detail=detail)
    )


def standing(session: Session, site: UUID) -> list[Step]:
    """What a site has changed now, by checklist and item: the last step of each."""
    found = [steps[-1] for steps in _steps(session, site)]
    return [one for one in found if one.values is not None]


def steps(session: Session, site: UUID) -> list[Step]:
    """Every change that a site ever made, by checklist and item, oldest first."""
    return [one for steps in _steps(session, site) for one in steps]


def _steps(session: Session, site: UUID) -> Iterator[list[Step]]:
    """By the keys of all published checklists: looking through the site's records would be slow."""
    for key in sorted({row[0] for row in definitions.listing(session)}):
        states = _of_checklist(session, site, key)
        for state in sorted(states, key=lambda one: str(one.body["item"])):
            revisions = history.load(session, state)
            arrived = arrivals.of(session, revisions)
            yield [
                Step(
                    site=site,
                    checklist=key,
                    item=one.fields["item"],
                    values=one.fields["values"],
                    reason=mask(one.fields["reason"], Level.L1),
                    actor=one.actor,
                    at_ms=arrived[one.id].received_ms,
                )
                for one in sorted(revisions.values(), key=lambda one: one.number)
            ]
