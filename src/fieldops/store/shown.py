"""Records as pages of desks show them, with everything in them: ``flow.audience`` takes out what is
not for whom they are shown to.

They are made by the column, past ``State``: a page has hundreds, and needs nothing of merging.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from sqlmodel import Session

from fieldops.model.record import APART, View
from fieldops.store import batch, records
from fieldops.store.literals import equals
from fieldops.store.uuids import uuids_of

COLUMNS = (
    "record.id, record.kind, record.feed, record.parent, record.state, record.revision,"
    f" record.heads, record.conflict, record.body, {records.RAW}"
)
"""What ``views`` takes; a body that is not here is read from the op that wrote it."""
_WIDTH = 10


def views(rows: Sequence[Sequence[Any]]) -> list[View]:
    """Rows that begin with ``COLUMNS``."""
    if not rows:
        return []
    columns = list(zip(*rows, strict=True))
    ids, kinds, feeds, parents, words, numbers, heads, conflicts, stored, raws = columns[:_WIDTH]
    below = [
        None if kind in APART or parent == id_ else parent
        for kind, parent, id_ in zip(kinds, parents, ids, strict=True)
    ]
    # The records of a page are of few sites and walks; UUIDs are made by one call.
    above = [*{*feeds, *below} - {None}]
    # Most records have one head; a stub has none, a conflict has several.
    is_single = {*map(len, heads)} == {16}
    made = uuids_of([*ids, *above, *(heads if is_single else _split(heads))])
    beside, behind = len(ids), len(ids) + len(above)
    known = dict(zip(above, made[beside:behind], strict=True))
    return list(
        map(
            View,
            made[:beside],
            kinds,
            map(known.__getitem__, feeds),
            map(known.get, below),
            words,
            numbers,
            [[one] for one in made[behind:]] if is_single else _heads(heads, made[behind:]),
            records.bodies(stored, raws),
            records.conflicts(conflicts),
        )
    )


def _split(heads: Sequence[bytes]) -> list[bytes]:
    whole = b"".join(heads)
    return [whole[at : at + 16] for at in range(0, len(whole), 16)]


def _heads(heads: Sequence[bytes], made: Sequence[UUID]) -> Iterable[list[UUID]]:
    """The heads of each record out of those of all."""
    rest = iter(made)
    return [[*islice(rest, len(one) >> 4)] for one in heads]


def get(session: Session, ids: Sequence[bytes]) -> dict[bytes, View]:
    """The records that exist, by id."""
    rows = batch.select_in(session, f"SELECT {COLUMNS} FROM record WHERE id {{}}", ids)
    return {bytes(row[0]): view for row, view in zip(rows, views(rows), strict=True)}


def family(session: Session, walk: UUID) -> list[View]:
    """An inspection with its results, photos, findings, …, by id; nothing where there is none."""
    feed = "(SELECT feed FROM record WHERE id = :walk)"
    return _select(session, f"feed = {feed} AND parent = :walk ORDER BY id", walk=walk.bytes)


def of_walk(
    session: Session, walk: tuple[UUID, UUID], kind: str, state: str, after: UUID | None, limit: int
) -> list[View]:
    """So many records of a kind of (feed, inspection) by id, behind one; ``state`` "" is any."""
    bound: dict[str, Any] = {}
    where = equals("kind", kind, "kind", bound)
    if state:
        where += " AND " + equals("state", state, "state", bound)
    return _select(
        session,
        f"feed = :feed AND parent = :parent AND {where} AND id > :after"
        f" ORDER BY id LIMIT {limit:d}",
        feed=walk[0].bytes,
        parent=walk[1].bytes,
        after=b"" if after is None else after.bytes,
        **bound,
    )


def _select(session: Session, where: str, **bound: Any) -> list[View]:
    return views(batch.run(session, f"SELECT {COLUMNS} FROM record WHERE {where}", **bound))
