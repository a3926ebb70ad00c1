"""A site's overrides of checklists at the desk: shown, and changed as ops with the reason.

change ─ the checklist is out, it has the item, something changes ─ If-Match ─→ override.set
"""

from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from sqlmodel import Session

from fieldops.flow import edits, look, overrides
from fieldops.flow.audience import Audience
from fieldops.flow.edits import Edited
from fieldops.flow.enter import desk_op
from fieldops.flow.versions import published
from fieldops.flow.view import Shelf
from fieldops.model.access import Person
from fieldops.model.checklist import Checklist
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import NOTHING, Said, at
from fieldops.rules.inspections import find_item
from fieldops.rules.overrides import OverrideFields, overrides_of
from fieldops.rules.scoring import override_marks
from fieldops.store import audit, batch, records
from fieldops_sync.ids import override_id


class OverrideView(Struct, frozen=True):
    """What a site has changed about an item (empty: the threshold), by whom, when and why.

    ``revision`` is what If-Match of the next change names.
    """

    id: UUID
    revision: int
    checklist: str
    item: str
    values: dict[str, Any]
    reason: str
    actor: UUID
    at_ms: int


class Overrides(Struct, frozen=True):
    """Everything that a site has changed, by checklist and item."""

    overrides: list[OverrideView]


def standing(who: Audience, site: UUID) -> Overrides:
    """What a site has changed now.  Raises ``ProblemError`` not-found."""
    if site not in look.my_sites(who):
        raise ProblemError(problem("not-found"))
    steps = overrides.standing(who.session, site)
    ids = [override_id(site, one.checklist, one.item) for one in steps]
    known = records.get(who.session, ids)
    told = zip(steps, ids, strict=True)
    return Overrides([_view(one, known[id_].revision, id_) for one, id_ in told])


def _view(step: overrides.Step, revision: int, id_: UUID) -> OverrideView:
    return OverrideView(
        id=id_,
        revision=revision,
        checklist=step.checklist,
        item=step.item,
        values=step.values or {},
        reason=step.reason,
        actor=step.actor,
        at_ms=step.at_ms,
    )


def change(
    session: Session,
    who: Person,
    site: UUID,
    fields: OverrideFields,
    if_match: str | None,
    now_ms: int,
) -> Edited:
    """Change what a site has changed about an item, or take it back.

    If-Match is demanded once it was changed.  Raises ``ProblemError`` as ``flow.edits.edit``.
    """
    look.visible(session, who, site, now_ms)
    if name := unknown(session, fields):
        raise ProblemError(problem("validation", at(name, Said("不存在", "there is none"))))
    if wrong := idle(session, fields):
        raise ProblemError(problem("validation", wrong))
    batch.lock(session, [site])
    subject = override_id(site, fields.checklist, fields.item)
    before = records.get_one(session, subject)
    if before is not None:
        edits.check_match(before.revision, if_match, demanded=True)
    base = () if before is None else before.heads
    told, named = asdict(fields), ("override", subject)
    op = desk_op("override.set@1", named, site, who.id, told, now_ms, base)
    done = edits.enter(session, who, op, subject, now_ms)
    detail = {"site": str(site), **told}
    audit.add(session, audit.Entry("override.set", now_ms, who.id, subject=subject, detail=detail))
    return done


def unknown(session: Session, fields: OverrideFields) -> str:
    """The checklist that was never published, or the item that it has not; else nothing."""
    versions = published(session, fields.checklist, Shelf())
    if not versions:
        return fields.checklist
    if fields.values is None or not fields.item or find_item(versions[-1], fields.item):
        return ""
    return f"{fields.checklist}: {fields.item}"


def idle(session: Session, fields: OverrideFields) -> Said:
    """Why a change of an item would change nothing; else nothing."""
    latest = published(session, fields.checklist, Shelf())[-1]
    if fields.values and fields.item and not _changes(latest, fields):
        told = Said(
            "其类型没有此限值，或已是如此", "its type has no such limit, or it is so already"
        )
        return at(fields.item, told)
    return NOTHING


def _changes(latest: Checklist, fields: OverrideFields) -> bool:
    marks = override_marks(latest, overrides_of([fields]))
    return not any(mark.startswith("override-unused") for mark in marks)
