"""The organisation's texts to answer complaints with: read by who answers, set as a whole."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.edits import check_match
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.answertemplates import (
    DEFAULTS,
    PLACEHOLDERS,
    AnswerTemplate,
    Placeholder,
    wrong,
)
from fieldops.store import audit, batch, meta

TEMPLATES_MAX = 50
_KEY = "answer_templates"


class AnswerTemplates(Struct, frozen=True, kw_only=True):
    """The texts, in the order in which they are offered.

    ``revision`` counts how often they were set; 0 is the defaults.
    """

    revision: int
    templates: list[AnswerTemplate]
    placeholders: list[Placeholder]


class _Kept(Struct, frozen=True):
    revision: int
    templates: list[AnswerTemplate]


_read = msgspec.json.Decoder(_Kept).decode


def standing(session: Session) -> AnswerTemplates:
    """The texts as they stand."""
    kept = meta.get(session, _KEY)
    found = _Kept(0, list(DEFAULTS)) if kept is None else _read(kept)
    return AnswerTemplates(
        revision=found.revision, templates=found.templates, placeholders=list(PLACEHOLDERS)
    )


def put(
    session: Session,
    templates: Sequence[AnswerTemplate],
    if_match: str | None,
    actor: UUID,
    now_ms: int,
) -> AnswerTemplates:
    """Set all texts; who did stays on record.

    Raises ``ProblemError`` validation, revision-required, or revision-changed where ``if_match``
    (the header as sent) is not of what stands.
    """
    batch.lock(session, [meta.organisation(session)])
    before = standing(session)
    check_match(before.revision, if_match, demanded=True)
    why = wrong(templates)
    if why:
        raise ProblemError(problem("validation", why))
    kept = _Kept(before.revision + 1, list(templates))
    meta.put(session, _KEY, msgspec.json.encode(kept).decode())
    detail = {"revision": kept.revision, "keys": [one.key for one in templates]}
    audit.add(session, audit.Entry("templates.set", now_ms, actor=actor, detail=detail))
    return standing(session)
