"""Who stood in which team since when, as the audit tells it."""

from collections.abc import Mapping
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.uuids import uuid_of


class _Detail(Struct):
    team: str = ""


_detail = msgspec.json.Decoder(_Detail).decode
Placements = Mapping[UUID, list[tuple[int, str]]]
"""By person, from when (ms) in which team, oldest first; an empty text is none."""


def until(session: Session, until_ms: int) -> Placements:
    """All placements up to a moment."""
    rows = batch.run(
        session,
        "SELECT subject, at_ms, detail FROM audit WHERE action = 'user.place' AND at_ms <= :until"
        " ORDER BY no",
        until=until_ms,
    )
    found: dict[UUID, list[tuple[int, str]]] = {}
    for subject, at_ms, detail in rows:
        found.setdefault(uuid_of(subject), []).append((at_ms, _detail(detail).team))
    return found


def team_at(placements: Placements, person: UUID, at_ms: int) -> str:
    """The team that a person stood in at a moment; before the first placement, the first one.

    A company that names its teams in November means October's walks too.
    """
    known = placements.get(person, [])
    stood = [team for since_ms, team in known if since_ms <= at_ms]
    return stood[-1] if stood else known[0][1] if known else ""
