"""By which rules the photos of each site are judged, and how far: a value of ``meta`` a site.

Nothing but ``put`` moves it, from exactly the value that the mover has read, so that two workers
can never both go on from one place.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.store import batch, meta

_KEY = "evidence:"
_NONE = UUID(int=0)


class Standing(Struct, frozen=True, omit_defaults=True):
    """``scale`` and ``place`` mark the rules: those of the settings, and what the site says.

    Photos are gone through by (inspection, id), up to ``after`` so far, until ``done``.  ``cause``
    stands in what is noted meanwhile, ``since_ms`` is when the round began.
    """

    scale: str
    place: str
    cause: UUID
    since_ms: int
    after: tuple[UUID, UUID] = (_NONE, _NONE)
    done: bool = False


class Move(Struct, frozen=True):
    """The step of one site: nothing is kept unless it still stands at ``before``."""

    site: UUID
    before: Standing | None
    after: Standing


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Standing).decode


def everywhere(session: Session) -> dict[UUID, Standing]:
    """Where each site stands; one that was never gone through is left out."""
    query = "SELECT key, value FROM meta WHERE key >= :first AND key < :last"
    rows = batch.run(session, query, first=_KEY, last=_KEY[:-1] + chr(ord(_KEY[-1]) + 1))
    return {UUID(key.removeprefix(_KEY)): _decode(value) for key, value in rows}


def stands(session: Session, moves: Iterable[Move]) -> bool:
    """Whether every site stands where its move begins; its site is locked by the caller."""
    return all(_get(session, move.site) == move.before for move in moves)


def put(session: Session, moves: Iterable[Move]) -> None:
    """Move sites on."""
    for move in moves:
        meta.put(session, f"{_KEY}{move.site}", _encode(move.after).decode())


def _get(session: Session, site: UUID) -> Standing | None:
    value = meta.get(session, f"{_KEY}{site}")
    return None if value is None else _decode(value)


def photos(
    session: Session, site: UUID, after: tuple[UUID, UUID], window: int, most: int
) -> tuple[list[UUID], tuple[UUID, UUID] | None]:
    """Photos of a site behind a pair, at most so many, among the next ``window`` records.

    Also gives the pair to go on from, or None at the end.
    """
    rows = batch.run(
        session,
        "SELECT parent, id, kind FROM record WHERE feed = :feed AND (parent, id) > (:parent, :id)"
        " ORDER BY parent, id LIMIT :window",
        feed=site.bytes,
        parent=after[0].bytes,
        id=after[1].bytes,
        window=window,
    )
    found: list[UUID] = []
    for parent, subject, kind in rows:
        if kind == "photo":
            found.append(UUID(bytes=bytes(subject)))
            if len(found) == most:
                return found, (UUID(bytes=bytes(parent)), found[-1])
    if len(rows) < window:
        return found, None
    return found, (UUID(bytes=bytes(rows[-1][0])), UUID(bytes=bytes(rows[-1][1])))
