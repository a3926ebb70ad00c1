"""Finding what a person names on the command line: an id, a code, a login, or a device's name.

Each raises ``ProblemError`` unknown-name or ambiguous-name.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session

from fieldops.model.access import Person
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.model.record import State
from fieldops.store import devices, people, records

T = TypeVar("T")


def as_id(text: str) -> UUID | None:
    """The id that a text spells, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def all_sites(session: Session) -> list[State]:
    """All sites, by code and name."""
    found = records.get(session, records.site_ids(session)).values()
    return sorted(found, key=lambda one: (one.body.get("code", ""), one.body.get("name", "")))


def sites(session: Session, names: Iterable[str]) -> list[UUID]:
    """The sites of these ids, codes or names."""
    known = all_sites(session)
    return [_site(known, name) for name in names]


def _site(known: Sequence[State], name: str) -> UUID:
    wanted = as_id(name)
    by_code = [one.id for one in known if one.id == wanted or one.body.get("code") == name]
    return _only(by_code or [one.id for one in known if one.body.get("name") == name], name)


def user(session: Session, login: str) -> UUID:
    """The user of a login, or of an id."""
    found = people.user_id(session, login) or as_id(login)
    if found is None or found not in people.pins(session, [found]):
        raise ProblemError(operation("unknown-name", login))
    return found


def person(session: Session, login: str) -> Person:
    """The person of a login who may still sign in, with grants."""
    wanted = user(session, login)
    found = people.people(session, [wanted]).get(wanted)
    if found is None:
        raise ProblemError(operation("unknown-name", login))
    return found


def device(session: Session, name: str) -> devices.DeviceRow:
    """The device of an id, of the beginning of one (8 digits or more), or of a name."""
    wanted = name.replace("-", "").lower()
    known = devices.everything(session)
    by_id = [one for one in known if len(wanted) >= 8 and one.id.hex.startswith(wanted)]
    return _only(by_id or [one for one in known if one.name == name], name)


def _only(found: Sequence[T], name: str) -> T:
    if not found:
        raise ProblemError(operation("unknown-name", name))
    if len(found) > 1:
        raise ProblemError(operation("ambiguous-name", name))
    return found[0]
