"""What an item is called, by the checklist version that a record was made with."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from fieldops.flow.resultviews import titled
from fieldops.model.answertypes import Titles
from fieldops.rules import checklists
from fieldops.store import definitions


class ItemTitles:
    """Asked about the records of one page; reads each version once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._versions: dict[str, dict[str, Titles]] = {}

    def of(self, body: Mapping[str, Any]) -> Titles:
        """The titles of a record's item with its repeat; empty where nothing is known of it."""
        sha256 = body.get("def") or ""
        if sha256 not in self._versions:
            self._versions[sha256] = self._read(sha256)
        titles = self._versions[sha256].get(body.get("item") or "", {})
        return titled(titles, body.get("repeat") or "")

    def _read(self, sha256: str) -> dict[str, Titles]:
        found = definitions.get(self._session, bytes.fromhex(sha256)) if sha256 else None
        if found is None:
            return {}
        try:
            sections = checklists.decode(found).sections
        except checklists.UnreadableChecklist:
            return {}
        return {item.key: item.titles for section in sections for item in section.items}
