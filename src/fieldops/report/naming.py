"""What sites, areas and people were called when the report's month was known."""

from functools import cache
from uuid import UUID

from sqlmodel import Session

from fieldops.flow import history
from fieldops.model.report import Place
from fieldops.report.covering import Cover
from fieldops.store import people, records


class Names:
    """Asked for many records of one report; each name is read once, and covered."""

    def __init__(self, session: Session, as_of_ms: int, cover: Cover) -> None:
        self._session, self._until_ms, self._cover = session, as_of_ms + 1, cover
        self.of = cache(self._of)
        self.person = cache(self._person)

    def place(self, site: UUID, area: UUID | None) -> Place:
        """A site, or an area of it, by name; an area of another site is no area of this one."""
        return Place(self.of(site, site), self.of(area, site) if area else "")

    def _of(self, subject: UUID, site: UUID) -> str:
        """The name that somebody had given it by then; of what has none, the first of its id."""
        state = records.get_one(self._session, subject)
        if state is None or state.feed != site:
            return ""
        body = history.body_at(self._session, state, self._until_ms)
        place = "sites.name" if subject == site else "areas.name"
        return self._cover.text(place, body.get("name") or "") or str(subject)[:8]

    def _person(self, text: str) -> str:
        """Somebody's name, by his id as text; nobody's is empty."""
        if not text:
            return ""
        found = people.people(self._session, [UUID(text)])
        return self._cover.text("people.name", found[UUID(text)].name) if found else ""
