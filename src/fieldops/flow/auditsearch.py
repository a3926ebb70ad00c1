"""Searching the audit: by whom, on what, when; newest first, a page at a time.

a person, a record, a household ─ everything that belongs to it ─→ lines about any of it ─→ page
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.paging import Instant, Page, Turn, after, cut
from fieldops.model.record import State
from fieldops.rules.complainttiers import is_same_household
from fieldops.store import audit, devices, people, records
from fieldops.store.audit import Found, Wanted

READS = ("record.read", "contact.unmask", "photo.read", "sheet.make", "export.")
"""What the actions begin with by which somebody saw data in the clear, or took it along."""


class Spot(Struct, frozen=True, array_like=True):
    """Where a page ended: when, and the line's row."""

    at_ms: Instant
    no: Instant


class Lines(Page[Found], frozen=True, kw_only=True):
    """A page of lines; ``names`` are of the people, tablets, sites and areas in them, by id.

    ``kinds`` says what sort of record a subject is, where it is one.
    """

    names: dict[UUID, str]
    kinds: dict[UUID, str]


def page(session: Session, wanted: Wanted, turn: Turn) -> Lines:
    """A page of the lines that are wanted, about all that belongs to what is named."""
    ask = turn.ask("audit", wanted)
    spot = after(ask, Spot)
    behind = None if spot is None else (spot.at_ms, spot.no)
    about = belonging(session, wanted.about)
    found = audit.search(session, wanted, about, behind, ask.limit + 1)
    lines = cut(ask, found, lambda one: Spot(one.at_ms, one.no), lambda one: one)
    ids = {one for line in lines.items for one in (line.actor, line.subject, line.device) if one}
    states = records.get(session, ids)
    kinds = {one.id: one.kind for one in states.values()}
    return Lines(
        items=lines.items, cursor=lines.cursor, names=_names(session, ids, states), kinds=kinds
    )


def _names(
    session: Session, ids: Collection[UUID], states: Mapping[UUID, State]
) -> dict[UUID, str]:
    """People who are gone keep their name in the audit."""
    names = people.names(session, ids) | devices.names(session, ids)
    named = {one.id: str(one.body.get("name") or "") for one in states.values()}
    return names | {id_: name for id_, name in named.items() if name}


def belonging(session: Session, ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """These, and what is read in their stead.

    Of an inspection its records, of a record its inspection, of a person the records on them.
    """
    found: dict[UUID, None] = dict.fromkeys(ids)
    states = records.get(session, ids)
    for state in states.values():
        found[state.parent] = None
        family = records.children(session, state.feed, state.id)
        found |= dict.fromkeys(one.id for one in family)
    for one in ids:
        if one not in states:
            found |= dict.fromkeys(records.of_feed(session, one))
    return tuple(found)


def household(session: Session, contact: str) -> tuple[UUID, ...]:
    """What residents of a telephone number or a unit have said: the ids of the records.

    It reads all feedback there is: seconds for a hundred thousand.
    """
    given = {"phone": contact, "unit": contact}
    said = records.of_kind(session, records.site_ids(session), "feedback")
    return tuple(one.id for one in said if is_same_household(given, one.body.get("contact") or {}))
