"""The current state: one row a subject."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.model.record import State
from fieldops.rules.effects import signed
from fieldops.store import batch
from fieldops.store.tables import IS_GROUPED, IS_REGISTER, UNDER_WAY, WAITS_FOR_REVIEW
from fieldops.store.uuids import bytes_of, text_of, uuid_of, uuids_of

RAW = "CASE WHEN record.body IS NULL THEN (SELECT raw FROM ledger WHERE op_id = record.change) END"
"""The op that a body is read from that lies nowhere else."""
COLUMNS = (
    "record.id, record.kind, record.feed, record.parent, record.state, record.heads,"
    f" record.revision, record.change, record.body, record.conflict, {RAW}"
)
"""What ``states`` takes; a body that is not here is read from the op that wrote it."""
_WIDTH = 11
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def get(session: Session, ids: Iterable[UUID]) -> dict[UUID, State]:
    """The subjects that exist, by id."""
    keys = bytes_of(ids)
    rows = batch.select_in(session, f"SELECT {COLUMNS} FROM record WHERE id {{}}", keys)
    return {state.id: state for state in states(rows)}


def parents(session: Session, ids: Sequence[bytes]) -> dict[bytes, bytes]:
    """Which inspection (or other subject) each belongs to, by the bytes of the ids."""
    rows = batch.select_in(session, "SELECT id, parent FROM record WHERE id {}", ids)
    return {bytes(row[0]): bytes(row[1]) for row in rows}


def feeds(session: Session, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Which feed each belongs to, without reading what they are."""
    query = "SELECT id, feed FROM record WHERE id {}"
    rows = batch.select_in(session, query, [one.bytes for one in ids])
    return {uuid_of(row[0]): uuid_of(row[1]) for row in rows}


def place(session: Session, subject: UUID) -> tuple[str, UUID] | None:
    """The kind and the feed of a subject, if it exists, without reading what it is."""
    rows = batch.run(session, "SELECT kind, feed FROM record WHERE id = :id", id=subject.bytes)
    return (rows[0][0], uuid_of(rows[0][1])) if rows else None


def get_one(session: Session, subject: UUID) -> State | None:
    """One subject, if it exists."""
    found = _select(session, "id = :id", id=subject.bytes)
    return found[0] if found else None


def add(session: Session, states: Sequence[State]) -> None:
    """Insert the first state of subjects that were not there when the caller looked.

    Should another transaction have made one meanwhile, the job fails and is run again.
    """
    batch.insert_records(session, _columns(states))


def put(session: Session, states: Sequence[State]) -> None:
    """Insert or replace subjects, sorted by id."""
    batch.upsert_records(session, _columns(states))


def page(session: Session, feed: UUID, after: tuple[UUID, UUID], limit: int) -> list[State]:
    """Subjects of a feed in (parent, id) order after a pair: the pages of a bootstrap."""
    batch.give_back(session)
    return _select(
        session,
        "feed = :feed AND (parent, id) > (:parent, :id) ORDER BY parent, id LIMIT :limit",
        feed=feed.bytes,
        parent=after[0].bytes,
        id=after[1].bytes,
        limit=limit,
    )


def children(session: Session, feed: UUID, parent: UUID) -> list[State]:
    """An inspection's results, photos, findings, …, with the inspection itself."""
    return _select(
        session,
        "feed = :feed AND parent = :parent ORDER BY id",
        feed=feed.bytes,
        parent=parent.bytes,
    )


def of_kind(session: Session, feeds: Sequence[UUID], kind: str) -> Iterator[State]:
    """All subjects of a kind in some feeds."""
    for feed in feeds:
        yield from _select(
            session, "feed = :feed AND kind = :kind ORDER BY parent, id", feed=feed.bytes, kind=kind
        )


def of_feed(session: Session, feed: UUID) -> list[UUID]:
    """The ids of a feed's subjects: for feeds in which there is little, such as a person's."""
    rows = batch.run(session, "SELECT id FROM record WHERE feed = :feed", feed=feed.bytes)
    return [uuid_of(row[0]) for row in rows]


def registers(session: Session, feed: UUID) -> list[State]:
    """The entries of all registers of a site."""
    return _select(session, f"feed = :feed AND {IS_REGISTER} ORDER BY id", feed=feed.bytes)


def open_rounds(session: Session, plan: UUID) -> list[State]:
    """The rounds of a plan that are not walked yet."""
    return _select(
        session,
        f"parent = :parent AND ({IS_GROUPED}) AND kind = 'round' ORDER BY id",
        parent=plan.bytes,
    )


def is_grouped(session: Session, parent: UUID) -> bool:
    """Whether any qualification belongs to a domain, given as its records' parent."""
    query = (
        f"SELECT 1 FROM record WHERE parent = :parent AND ({IS_GROUPED})"
        " AND kind = 'qualification' AND state <> 'withdrawn' LIMIT 1"
    )
    return bool(batch.run(session, query, parent=parent.bytes))


def grouped(
    session: Session, parent: UUID | None, feed: UUID | None, after: UUID, limit: int
) -> list[State]:
    """Qualifications of a domain (by ``parent``), of a person (by ``feed``), behind an id."""
    where, bound = [f"({IS_GROUPED})", "kind = 'qualification'", "id > :after"], {}
    if parent is not None:
        where, bound["parent"] = [*where, "parent = :parent"], parent.bytes
    if feed is not None:
        where, bound["feed"] = [*where, "feed = :feed"], feed.bytes
    text_ = f"{' AND '.join(where)} ORDER BY id LIMIT :limit"
    return _select(session, text_, **bound, after=after.bytes, limit=limit)


def voided(session: Session, ids: Iterable[UUID]) -> set[UUID]:
    """Which of these subjects were voided."""
    query = "SELECT id FROM record WHERE state = 'voided' AND id {}"
    rows = batch.select_in(session, query, [one.bytes for one in ids])
    return {UUID(bytes=bytes(row[0])) for row in rows}


def photos(session: Session, feed: UUID, parent: UUID) -> list[State]:
    """An inspection's photos."""
    return _select(
        session,
        "feed = :feed AND parent = :parent AND kind = 'photo' ORDER BY id",
        feed=feed.bytes,
        parent=parent.bytes,
    )


def evidence(session: Session, feed: UUID, parent: UUID) -> tuple[list[UUID], list[UUID]]:
    """The failed results of an inspection and its photos, without reading what they are."""
    rows = batch.run(
        session,
        "SELECT id, kind FROM record WHERE feed = :feed AND parent = :parent"
        " AND (kind = 'photo' OR (kind = 'result' AND state = 'fail')) ORDER BY id",
        feed=feed.bytes,
        parent=parent.bytes,
    )
    by_kind: dict[str, list[UUID]] = {"result": [], "photo": []}
    for subject, kind in rows:
        by_kind[kind].append(uuid_of(subject))
    return by_kind["result"], by_kind["photo"]


def open_tasks(session: Session, feed: UUID, parent: UUID) -> list[State]:
    """An inspection's tasks that are to be done."""
    return _select(
        session,
        "feed = :feed AND parent = :parent AND kind = 'task' AND state = 'open' ORDER BY id",
        feed=feed.bytes,
        parent=parent.bytes,
    )


def in_state(session: Session, feed: UUID, kind: str, state: str) -> list[State]:
    """The subjects of a kind in a feed that stand so; for feeds in which there is little."""
    return _select(
        session,
        "feed = :feed AND kind = :kind AND state = :state ORDER BY id",
        feed=feed.bytes,
        kind=kind,
        state=state,
    )


class Waiting(Struct, frozen=True):
    """An inspection that waits for a supervisor; ``since_ms`` is when its head was received."""

    id: bytes
    since_ms: int


def waiting(session: Session, feeds: Iterable[UUID]) -> list[Waiting]:
    """The submitted and sealed inspections of some feeds: what nobody has decided on yet."""
    query = (
        "SELECT record.id, ledger.received_ms FROM record JOIN ledger"
        f" ON ledger.op_id = substr(record.heads, 1, 16) WHERE {WAITS_FOR_REVIEW}"
        " AND record.feed {}"
    )
    return [
        Waiting(bytes(row[0]), row[1]) for row in batch.select_in(session, query, bytes_of(feeds))
    ]


def under_way(session: Session) -> list[State]:
    """The inspections of all sites that are not submitted yet."""
    return _select(session, f"{UNDER_WAY} ORDER BY feed, id")


def _select(session: Session, where: str, **bound: Any) -> list[State]:
    return states(batch.run(session, f"SELECT {COLUMNS} FROM record WHERE {where}", **bound))


def states(rows: Sequence[Any]) -> list[State]:
    """Rows that begin with ``COLUMNS`` as states, made by the column: a page has hundreds."""
    if not rows:
        return []
    columns = list(zip(*rows, strict=True))
    ids, kinds, feeds, parents, words, heads = columns[:6]
    numbers, changes, stored, beside, raws = columns[6:_WIDTH]
    # The records of a page are of few sites and walks.
    above = [*{*feeds, *parents}]
    known = dict(zip(above, uuids_of(above), strict=True))
    changed = uuids_of(changes)
    return list(
        map(
            State,
            uuids_of(ids),
            kinds,
            map(known.__getitem__, feeds),
            map(known.__getitem__, parents),
            words,
            map(_heads, heads, changes, changed),
            numbers,
            changed,
            bodies(stored, raws),
            conflicts(beside),
            [one is None for one in stored],
        )
    )


def _heads(heads: bytes, change: bytes, changed: UUID) -> tuple[UUID, ...]:
    return (changed,) if heads == change else heads_of(heads)


def bodies(stored: Iterable[bytes | None], raws: Iterable[bytes]) -> list[dict[str, Any]]:
    """The body of each record that lies here, or else in the op that wrote it."""
    return [
        body_of(raw) if one is None else _decode(one) for one, raw in zip(stored, raws, strict=True)
    ]


def conflicts(stored: Iterable[bytes | None]) -> list[dict[str, list[dict[str, Any]]]]:
    """The values that stand beside those of each body."""
    return [{} if one is None else _decode(one) for one in stored]


def body_of(raw: bytes) -> dict[str, Any]:
    """What an op made of a subject that was not there before (``State.as_sent``)."""
    op = _op(raw)
    return signed(op.payload, text_of(op.actor), op.at.wall, op.def_)


class _At(Struct, gc=False):
    wall: str


class _Sent(Struct, gc=False):
    """What a body is made of; the rest of the op was read when it came."""

    payload: dict[str, Any]
    actor: str
    at: _At
    def_: str | None = msgspec.field(name="def", default=None)


_op = msgspec.json.Decoder(_Sent).decode


def heads_of(heads: bytes) -> tuple[UUID, ...]:
    """The heads of a subject from the bytes that they lie as."""
    return tuple([uuid_of(heads[at : at + 16]) for at in range(0, len(heads), 16)])


def _pack(heads: tuple[UUID, ...]) -> bytes:
    return b"".join(bytes_of(heads))


def _columns(states: Iterable[State]) -> batch.Columns:
    """What is written of subjects, by column, in order of their ids."""
    ordered = sorted(states, key=_number)
    changes = bytes_of(one.change for one in ordered)
    every_is_sent = all(map(_is_sent, ordered))
    return {
        "id": bytes_of(one.id for one in ordered),
        "kind": [one.kind for one in ordered],
        "feed": bytes_of(one.feed for one in ordered),
        "parent": bytes_of(one.parent for one in ordered),
        "state": [one.state for one in ordered],
        "heads": changes if every_is_sent else [_pack(one.heads) for one in ordered],
        "revision": [one.revision for one in ordered],
        "change": changes,
        "body": [None if one.as_sent else _encode(one.body) for one in ordered],
        "conflict": [_encode(one.conflict) if one.conflict else None for one in ordered],
    }


_number = attrgetter("id.int")
_is_sent = attrgetter("as_sent")


def site_ids(session: Session) -> list[UUID]:
    """All sites."""
    return [UUID(bytes=bytes(row[0])) for row in session.execute(_SITES)]


_SITES = text(
    # From feed to feed by the index: reading every record would take as long as there are records.
    "WITH RECURSIVE feeds (feed) AS ("
    " SELECT feed FROM (SELECT feed FROM record ORDER BY feed LIMIT 1) one UNION ALL"
    " SELECT (SELECT r.feed FROM record r WHERE r.feed > feeds.feed ORDER BY r.feed LIMIT 1)"
    " FROM feeds WHERE feeds.feed IS NOT NULL)"
    " SELECT r.id FROM feeds JOIN record r ON r.id = feeds.feed"
    " WHERE r.feed = r.id AND r.kind = 'site'"
)
