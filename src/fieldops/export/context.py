"""What makers of rows ask while a run is made: levels of answers, masks, published checklists."""

from functools import lru_cache
from typing import Any

from sqlmodel import Session

from fieldops.export.bodies import ResultBody
from fieldops.flow.answerlevels import AnswerLevels
from fieldops.flow.view import Shelf
from fieldops.model.access import Level
from fieldops.model.checklist import Checklist
from fieldops.model.dataset import Audience
from fieldops.rules.personal import has_hint, mask


class Context:
    """One run's; ``open`` it on the session of each page."""

    def __init__(self, audience: Audience) -> None:
        self.level = Level(audience.level)
        self._answers: AnswerLevels | None = None
        self._session: Session | None = None
        self._shelf = Shelf()
        self.answers: dict[tuple[str, str | None, str], Any] = {}
        """Of answers that are text, by version and item, what ``sources.answers`` made of them."""
        self._items: dict[tuple[str | None, str | None], tuple[Level, bool]] = {}

    def open(self, session: Session) -> None:
        """Ask this session from now on."""
        self._session, self._answers = session, AnswerLevels(session)

    def answer(self, body: ResultBody) -> tuple[Level, bool]:
        """The data level of an answer, and whether it is in words."""
        asked = (body.def_, body.item)
        known = self._items.get(asked)
        if known is None:
            assert self._answers is not None, "no session was opened"
            named = {"def": body.def_, "item": body.item}
            known = self._answers.level(named), self._answers.is_worded(named)
            # A version that is not published yet may be published while the run is made.
            if body.def_:
                self._items[asked] = known
        return known

    def checklist(self, sha256: str) -> Checklist | None:
        """A published version, or None where it cannot be read."""
        assert self._session is not None, "no session was opened"
        return self._shelf.get(self._session, sha256)

    def masked(self, text: str) -> str:
        """What somebody wrote, as the audience may see it."""
        return _mask(text, self.level) if has_hint(text) else text


@lru_cache(maxsize=4096)
def _mask(text: str, level: Level) -> str:
    return mask(text, level)
