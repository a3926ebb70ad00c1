"""The audit table: who did what.  Rows are only ever added, in the business transaction."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.model.access import Level
from fieldops.rules.auditchain import content, mark
from fieldops.rules.redaction import covered
from fieldops.store import batch
from fieldops.store.audittables import ABOUT_SOMETHING, BY_SOMEBODY

MARKING = "audit_marking"
"""Where a session's ``info`` has the key that new lines are marked with (``Store.mark_with``)."""
SUBJECTS = "subjects"
"""The member of a detail that names several records; each is found by ``search``."""
_encode = msgspec.json.Encoder(order="deterministic").encode
_INSERT = (
    "INSERT INTO audit (at_ms, actor, device, action, subject, detail, mark)"
    " VALUES (:at_ms, :actor, :device, :action, :subject, :detail, :mark)"
)
_ALSO = "INSERT INTO audit_subject (subject, no) VALUES (:subject, :no)"
_COLUMNS = "no, action, at_ms, actor, device, subject, detail, chain"


class Entry(Struct, frozen=True):
    """One line of the audit: ``action`` is ``noun.verb``; ``detail`` never holds L2 or L3 data."""

    action: str
    at_ms: int
    actor: UUID | None = None
    device: UUID | None = None
    subject: UUID | None = None
    detail: dict[str, Any] = {}


class Found(Struct, frozen=True):
    """A line as it is found: ``no`` is its row, ``chain`` its place once it is chained."""

    no: int
    at_ms: int
    action: str
    actor: UUID | None
    device: UUID | None
    subject: UUID | None
    detail: dict[str, Any]
    chain: int | None


class Wanted(Struct, frozen=True):
    """What to search for; what is empty does not narrow.

    ``actions`` are what the action begins with, ``about`` records or people.  The instants are ms
    since 1970, ``since_ms`` inclusive, ``until_ms`` exclusive.
    """

    actions: tuple[str, ...] = ()
    actor: UUID | None = None
    device: UUID | None = None
    about: tuple[UUID, ...] = ()
    since_ms: int | None = None
    until_ms: int | None = None


def add(session: Session, entry: Entry) -> None:
    """Append one row; it commits or vanishes with what it tells of."""
    detail = _encode(_covered(entry.detail))
    ids = [_bytes(one) for one in (entry.actor, entry.device, entry.subject)]
    key: bytes | None = session.info.get(MARKING)
    said = content(entry.at_ms, ids[0], ids[1], entry.action.encode(), ids[2], detail)
    bound = {
        "at_ms": entry.at_ms,
        "actor": ids[0],
        "device": ids[1],
        "action": entry.action,
        "subject": ids[2],
        "detail": detail,
        "mark": None if key is None else mark(key, said),
    }
    named = subjects(entry.detail)
    if not named:
        batch.run(session, _INSERT, **bound)
        return
    number = batch.run(session, f"{_INSERT} RETURNING no", **bound)[0][0]
    for subject in sorted(named):
        batch.run(session, _ALSO, subject=subject, no=number)


def _covered(detail: dict[str, Any]) -> dict[str, Any]:
    """What somebody worded (a reason) may name anybody; the audit is read by many, for years.

    Ids stay: one with a run of digits may look like a telephone number.
    """
    told: dict[str, Any] = covered(detail, Level.L1)
    return told | {SUBJECTS: detail[SUBJECTS]} if SUBJECTS in detail else told


def subjects(detail: Any) -> set[bytes]:
    """The ids of the records that a detail names, 16 bytes each; none where it has another form."""
    named = detail.get(SUBJECTS) if isinstance(detail, dict) else None
    try:
        return {UUID(one).bytes for one in named or ()}
    except (AttributeError, TypeError, ValueError):
        return set()


def latest(session: Session, limit: int, action: str = "") -> list[Entry]:
    """The newest rows first; ``action`` narrows to a prefix."""
    query = (
        "SELECT action, at_ms, actor, device, subject, detail FROM audit"
        " WHERE action LIKE :prefix ORDER BY no DESC LIMIT :limit"
    )
    rows = batch.run(session, query, prefix=f"{action}%", limit=limit)
    return [
        Entry(row[0], row[1], _id(row[2]), _id(row[3]), _id(row[4]), msgspec.json.decode(row[5]))
        for row in rows
    ]


def search(
    session: Session,
    wanted: Wanted,
    about: Sequence[UUID],
    before: tuple[int, int] | None,
    limit: int,
) -> list[Found]:
    """The newest lines first, behind a place (at_ms, no).  An index narrows each way to ask.

    ``about`` is what ``wanted.about`` comes to: any of these as subject, or among several.
    """
    where, bound = _narrowed(session, wanted)
    if before is not None:
        where += " AND (at_ms, no) < (:at, :no)"
        bound |= {"at": before[0], "no": before[1]}
    tail = "ORDER BY at_ms DESC, no DESC LIMIT :limit"
    bound["limit"] = limit
    if not about:
        query = f"SELECT {_COLUMNS} FROM audit WHERE {where} {tail}"
        return [_found(row) for row in batch.run(session, query, **bound)]
    lines: dict[int, Found] = {}
    for subject in about:
        for query in (
            f"SELECT {_COLUMNS} FROM audit WHERE {ABOUT_SOMETHING} AND subject = :about"
            f" AND {where} {tail}",
            f"SELECT {_COLUMNS} FROM audit WHERE no IN (SELECT no FROM audit_subject"
            f" WHERE subject = :about) AND {where} {tail}",
        ):
            rows = batch.run(session, query, about=subject.bytes, **bound)
            lines |= {row[0]: _found(row) for row in rows}
    newest = sorted(lines.values(), key=lambda one: (one.at_ms, one.no), reverse=True)
    return newest[:limit]


def _narrowed(session: Session, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    parts, bound = ["1 = 1"], dict[str, Any]()
    if wanted.actions:
        # Every action by name: a pattern cannot use the index under all collations.
        names = [one for one in actions(session) if one.startswith(wanted.actions)]
        bound |= {f"action{at}": one for at, one in enumerate(names)}
        parts.append(f"action IN ({', '.join(f':action{at}' for at in range(len(names)))})")
        if not names:
            parts[-1] = "1 = 0"
    if wanted.actor is not None:
        parts.append(f"{BY_SOMEBODY} AND actor = :actor")
        bound["actor"] = wanted.actor.bytes
    if wanted.device is not None:
        parts.append("device = :device")
        bound["device"] = wanted.device.bytes
    if wanted.since_ms is not None:
        parts.append("at_ms >= :since")
        bound["since"] = wanted.since_ms
    if wanted.until_ms is not None:
        parts.append("at_ms < :until")
        bound["until"] = wanted.until_ms
    return " AND ".join(parts), bound


def actions(session: Session) -> list[str]:
    """Every action that was ever written, a few dozen: by skips through the index."""
    found: list[str] = []
    query = "SELECT action FROM audit WHERE action > :last ORDER BY action LIMIT 1"
    while rows := batch.run(session, query, last=found[-1] if found else ""):
        found.append(rows[0][0])
    return found


def _found(row: Sequence[Any]) -> Found:
    no, action, at_ms, actor, device, subject, detail, chain = row
    told = msgspec.json.decode(detail)
    return Found(no, at_ms, action, _id(actor), _id(device), _id(subject), told, chain)


def _bytes(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


def _id(value: Any) -> UUID | None:
    return None if value is None else UUID(bytes=bytes(value))
