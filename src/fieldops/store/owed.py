"""What is owed, reckoned from the ledger (``debts``): by inspection, by device, by photo.

Bytes are counted once for each hash of a row, however many subjects await them.  The cost grows
with what is owed: only the partial indexes over ``owed = 1`` are read.
"""

from collections.abc import Collection
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam, text
from sqlmodel import Session

By = Literal["inspection", "device", "photo"]


class Filter(Struct, frozen=True):
    """Which debts: on ``feeds`` (None: everywhere), of a device, of an inspection, since before."""

    feeds: Collection[UUID] | None = None
    device: UUID | None = None
    inspection: UUID | None = None
    before_ms: int | None = None


class Debt(Struct, frozen=True):
    """``photos`` not here, of ``size_bytes`` together; ``unsized`` of them never said their size.

    ``since_ms`` is when the oldest was announced.  ``here_bytes`` of them have come so far, the
    last at ``progress_ms``.
    """

    photos: int = 0
    size_bytes: int = 0
    unsized: int = 0
    since_ms: int = 0
    here_bytes: int = 0
    progress_ms: int | None = None


class Row(Struct, frozen=True):
    """The debt of one ``key``: (inspection, site), (device,) or (inspection, site, hash)."""

    key: tuple[bytes, ...]
    debt: Debt


_KEYS: dict[By, tuple[str, ...]] = {
    "inspection": ("r.parent", "r.feed"),
    "device": ("COALESCE(r.device, :none)",),
    "photo": ("r.parent", "r.feed", "r.sha256"),
}
"""A photo announced at a desk is no device's: its key is empty."""
COUNTED_BYTES = 2**30
"""The most that an announced size counts for: 1,025 photos of ``INT_MAX`` bytes would be more than
SQLite can add up, and a tablet that announced them would never get the last page of a pull."""
_SIZE = f"CASE WHEN r.size_bytes > {COUNTED_BYTES} THEN {COUNTED_BYTES} ELSE r.size_bytes END"
_SUMS = (
    "count(*), sum(COALESCE(size, 0)), sum(CASE WHEN size IS NULL THEN 1 ELSE 0 END), min(since),"
    " sum(COALESCE(here, 0)), max(progress)"
)


def width(by: By) -> int:
    """How many ids make the key of a row."""
    return len(_KEYS[by])


def total(session: Session, wanted: Filter) -> Debt:
    """All of it together."""
    query = f"SELECT {_SUMS} FROM ({_photos((), wanted)}) p WHERE {_older(wanted)}"
    return _debt(_run(session, query, wanted).one())


def rows(
    session: Session, by: By, wanted: Filter, after: tuple[int | bytes, ...] | None, limit: int
) -> list[Row]:
    """Rows in order of age, then key; ``after`` is the (since_ms, key …) of the last one before."""
    keys = _KEYS[by]
    names = [f"k{number}" for number in range(len(keys))]
    order = ", ".join(["min(since)", *names])
    bound: dict[str, Any] = {"limit": limit}
    place = ""
    if after is not None:
        marks = [f":after{number}" for number in range(len(after))]
        place = f" HAVING ({order}) > ({', '.join(marks)})"
        bound |= {f"after{number}": value for number, value in enumerate(after)}
    query = (
        f"SELECT {_SUMS}, {', '.join(names)} FROM ({_photos(keys, wanted)}) p"
        f" WHERE {_older(wanted)} GROUP BY {', '.join(names)}{place} ORDER BY {order} LIMIT :limit"
    )
    found = _run(session, query, wanted, none=b"" if by == "device" else None, **bound)
    return [Row(tuple(bytes(key) for key in row[6:]), _debt(row)) for row in found]


def _photos(keys: tuple[str, ...], wanted: Filter) -> str:
    """Each hash once a key, with what is known of its size and of the bytes that came."""
    named = "".join(f"{key} AS k{number}, " for number, key in enumerate(keys))
    group = ", ".join([*keys, "r.sha256"])
    where = ["r.owed = 1"]
    where += ["r.feed IN :feeds"] if wanted.feeds is not None else []
    where += ["r.device = :device"] if wanted.device is not None else []
    where += ["r.parent = :parent"] if wanted.inspection is not None else []
    return (
        f"SELECT {named}max({_SIZE}) AS size, min(r.since_ms) AS since,"
        " max(u.offset_bytes) AS here, max(u.touched_ms) AS progress FROM media_ref r"
        " LEFT JOIN upload u ON u.device = r.device AND u.sha256 = r.sha256"
        f" AND u.state IN ('open', 'verifying') WHERE {' AND '.join(where)} GROUP BY {group}"
    )


def _older(wanted: Filter) -> str:
    return "1 = 1" if wanted.before_ms is None else "since <= :before"


def _run(session: Session, query: str, wanted: Filter, **bound: Any) -> Any:
    statement = text(query)
    if wanted.feeds is not None:
        statement = statement.bindparams(bindparam("feeds", expanding=True))
        # An empty list has no type on PostgreSQL; no site has this id.
        bound["feeds"] = [feed.bytes for feed in wanted.feeds] or [bytes(16)]
    if wanted.device is not None:
        bound["device"] = wanted.device.bytes
    if wanted.inspection is not None:
        bound["parent"] = wanted.inspection.bytes
    if wanted.before_ms is not None:
        bound["before"] = wanted.before_ms
    return session.execute(statement, {k: v for k, v in bound.items() if v is not None})


def _debt(row: Any) -> Debt:
    return Debt(row[0], int(row[1] or 0), int(row[2] or 0), row[3] or 0, int(row[4] or 0), row[5])
