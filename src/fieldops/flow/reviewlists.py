"""By which checklists the inspections of a queue were walked: to narrow it, and to say so."""

from collections.abc import Iterable

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.view import Shelf
from fieldops.model.answertypes import Titles
from fieldops.store import deskrows

_KEPT = 64


class Standard(Struct, frozen=True):
    """A checklist's key, and what it is called."""

    key: str = ""
    titles: Titles = {}


_NONE = Standard()
_kept: dict[bytes, Standard] = {}
"""By SHA-256, which is the same text for ever: reading one outlasts a page of the queue."""


class Standards:
    """The checklists of some inspections; what is not published stands under no key."""

    def __init__(self, session: Session, inspections: Iterable[bytes]) -> None:
        self._of = deskrows.definitions(session, inspections)
        shelf = Shelf()
        self._known = {one: _standard(session, one, shelf) for one in sorted({*self._of.values()})}

    def of(self, inspection: bytes) -> Standard:
        """What an inspection was walked by."""
        return self._known.get(self._of.get(inspection, b""), _NONE)

    @property
    def titles(self) -> dict[str, Titles]:
        """What they are called, by their keys; of several versions one speaks for all."""
        return {one.key: one.titles for one in self._known.values() if one.key}


def _standard(session: Session, sha256: bytes, shelf: Shelf) -> Standard:
    known = _kept.get(sha256)
    if known is not None:
        return known
    found = shelf.get(session, sha256.hex())
    if found is None:  # It may be published later.
        return _NONE
    if len(_kept) >= _KEPT:
        _kept.clear()
    _kept[sha256] = Standard(found.key, found.titles)
    return _kept[sha256]
