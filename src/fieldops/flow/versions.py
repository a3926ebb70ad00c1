"""The versions of a checklist side by side: an item's key in one, and in another."""

from collections.abc import Mapping

from sqlmodel import Session

from fieldops.flow.view import Shelf
from fieldops.model.checklist import Checklist
from fieldops.rules.migrations import keys_between
from fieldops.store import definitions


def published(session: Session, key: str, shelf: Shelf) -> list[Checklist]:
    """The versions of a checklist that can be read, oldest first, withdrawn ones included."""
    found = (shelf.get(session, one.sha256.hex()) for one in definitions.versions(session, key))
    return [one for one in found if one is not None]


def keys(
    session: Session, shelf: Shelf, key: str, cited: str, wanted: str
) -> Mapping[str, str | None]:
    """The keys that the items of one version have in another, None for what it has not.

    Versions that are not published have the same keys as any other.
    """
    known = published(session, key, shelf)
    by_version = {one.version: one for one in known}
    if cited == wanted or cited not in by_version or wanted not in by_version:
        return {}
    return keys_between(by_version[cited], by_version[wanted], known)
