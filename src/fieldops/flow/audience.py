"""One person who looks at records: what he sees of each, and what of it leaves an audit record.

record ─ his level at its site ─ declared level of its answer ─ redact ─→ what he sees
                                                                 └ L3 in the clear ─→ ``read``
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlmodel import Session

from fieldops.flow.answerlevels import AnswerLevels
from fieldops.model.access import Level, Person
from fieldops.model.record import State, View
from fieldops.rules.access import READERS, level, sites
from fieldops.rules.redaction import is_plain, masked_op, redact, redact_conflict
from fieldops.rules.texts import RAISED, raised
from fieldops.store import audit

_L1 = Level.L1
_NOWHERE = UUID(int=0)
"""No site has this id."""
SUBJECTS_NAMED = 200
"""How many of the records that were read are named in one line of the audit; more take several."""


class Audience:
    """A person during one request.  ``read`` are the records of which he saw L3 in the clear."""

    def __init__(self, session: Session, person: Person, now_ms: int) -> None:
        self.session, self.person, self.now_ms = session, person, now_ms
        self.sites = sites(person, READERS, now_ms)
        self.read: dict[UUID, None] = {}
        self._answers = AnswerLevels(session)
        self._levels: dict[UUID | None, Level] = {}
        self._last: tuple[UUID | None, Level] = (_NOWHERE, Level.L1)

    def level(self, site: UUID | None) -> Level:
        """The level that the person holds for a site; for what is of none, on any."""
        if site is self._last[0]:  # as most records of a page: a UUID is slow to look up by
            return self._last[1]
        known = self._levels.get(site)
        if known is None:
            known = self._levels[site] = level(self.person, site, self.now_ms)
        self._last = site, known
        return known

    def seen(self, view: View) -> View:
        """A record with everything in it, as the person sees it; most are the same."""
        kind, body, conflict = view.kind, view.body, view.conflict
        is_open = is_plain(kind, body, conflict)
        declared = self._answers.standing(body, conflict) if kind == "result" else _L1
        if is_open and declared is _L1:
            return view
        mine = self.level(view.site)
        return replace(
            view,
            body=self._body(kind, view.id, body, mine, declared),
            conflict=redact_conflict(kind, conflict, body, mine, declared),
        )

    def every(self, views: Iterable[View]) -> list[View]:
        """The records of a page as the person sees them."""
        return [*map(self.seen, views)]

    def fields(
        self, state: State, fields: dict[str, Any], definition: str | None = None
    ) -> dict[str, Any]:
        """What one revision of a record wrote, as the person sees it: levels as of its own text.

        An answer has the level of the checklist that its revision cites, if that is the higher one:
        whoever writes another by another checklist opens none that stood before.
        """
        found = raised(state.kind, fields)
        if state.kind == "result" and "value" in found and not self._answers.is_worded(state.body):
            del found["value"]
        told = {**fields, RAISED: found} if found else fields
        declared, mine = self.declared(state.kind, state.body), self.level(state.feed)
        if definition is not None:
            cited = {**state.body, "def": definition}
            declared = max(declared, self.declared(state.kind, cited))
        return self._body(state.kind, state.id, told, mine, declared)

    def op(self, subject: UUID, site: UUID | None, raw: bytes) -> str:
        """An op that is no record (it is in quarantine), as the person sees it."""
        mine = self.level(site)
        seen = masked_op(raw, mine)
        if mine >= Level.L3 and seen != masked_op(raw, Level.L2):
            self.read[subject] = None
        return seen

    def declared(self, kind: str, body: dict[str, Any]) -> Level:
        """The level of a result's answer as its item has it."""
        return self._answers.level(body) if kind == "result" else _L1

    def note_read(self, session: Session) -> None:
        """Leave the audit record of the whole request: it names every record, for ``search``."""
        subjects = list(self.read)
        for start in range(0, len(subjects), SUBJECTS_NAMED):
            named = [str(subject) for subject in subjects[start : start + SUBJECTS_NAMED]]
            detail = {"level": int(Level.L3), "records": len(subjects), audit.SUBJECTS: named}
            only = subjects[0] if len(subjects) == 1 else None
            entry = audit.Entry("record.read", self.now_ms, self.person.id, None, only, detail)
            audit.add(session, entry)

    def _body(
        self, kind: str, subject: UUID, body: dict[str, Any], mine: Level, declared: Level
    ) -> dict[str, Any]:
        if mine >= Level.L3 and _is_secret(body, declared):
            self.read[subject] = None
        return redact(kind, body, mine, self.sites, declared)


def _is_secret(body: dict[str, Any], declared: Level) -> bool:
    """Whether any member of a body is L3."""
    # A register's entry has the levels of its columns in ``levels``.
    above = [*(body.get(RAISED) or {}).values(), *(body.get("levels") or {}).values()]
    answered = declared >= Level.L3 and body.get("value") is not None
    return answered or any(needed >= Level.L3 for needed in above)
