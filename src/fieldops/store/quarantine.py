"""The quarantine: raw bytes under (op id, hash), with the reason and the receipt that stands."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import text
from sqlmodel import Session

from fieldops.store import batch
from fieldops.store.uuids import bytes_of
from fieldops_sync.wire import Receipt

_encode = msgspec.json.Encoder().encode
_receipt = msgspec.json.Decoder(Receipt).decode


class Item(Struct, frozen=True):
    """One quarantined op.  ``state``: open, repaired, replayed or discarded."""

    op_id: UUID
    hash: bytes
    raw: bytes
    source: int
    seq: int | None
    device: UUID | None
    site: UUID | None
    type: str
    reason: str
    receipt: Receipt
    received_ms: int
    state: str = "open"
    note: str = ""


_COLUMNS = (
    "op_id, hash, raw, source, seq, device, site, type, reason, receipt, received_ms, state, note"
)
_INSERT = text(
    f"INSERT INTO quarantine ({_COLUMNS}) VALUES"
    " (:op_id, :hash, :raw, :source, :seq, :device, :site, :type, :reason, :receipt,"
    " :received_ms, :state, :note)"
)


def put(session: Session, items: Iterable[Item]) -> None:
    """Keep items; (op id, hash) must be new."""
    for item in items:
        session.execute(_INSERT, _row(item))


def find(session: Session, ids: Iterable[UUID]) -> dict[UUID, dict[bytes, Receipt]]:
    """The receipts that stand for quarantined ops, by id and hash, of those asked for."""
    query = "SELECT op_id, hash, receipt FROM quarantine WHERE op_id {}"
    found: dict[UUID, dict[bytes, Receipt]] = {}
    for op_id, hash_, receipt in batch.select_in(session, query, bytes_of(ids)):
        found.setdefault(UUID(bytes=bytes(op_id)), {})[bytes(hash_)] = _receipt(receipt)
    return found


def of_sources(session: Session, ids: Iterable[UUID], sources: frozenset[int]) -> list[Receipt]:
    """The receipts of quarantined ops that came by one of these incarnations."""
    query = "SELECT op_id, source, receipt FROM quarantine WHERE op_id {}"
    rows = batch.select_in(session, query, [one.bytes for one in ids])
    return [_receipt(row[2]) for row in rows if row[1] in sources]


def get(session: Session, op_id: UUID, hash_: bytes | None = None) -> list[Item]:
    """The items under an op id (and a hash, where one is given)."""
    found = _select(session, "op_id = :op_id ORDER BY received_ms, hash", {"op_id": op_id.bytes})
    return [item for item in found if hash_ is None or item.hash == hash_]


def page(
    session: Session,
    state: str = "open",
    reason: str = "",
    sites: Sequence[UUID] | None = None,
    limit: int = 1000,
) -> list[Item]:
    """Items in order of receipt; ``sites`` None means all, otherwise only items of those sites."""
    where = "state = :state" + (" AND reason = :reason" if reason else "")
    found = _select(
        session,
        f"{where} ORDER BY received_ms, op_id LIMIT :limit",
        {"state": state, "reason": reason, "limit": limit},
    )
    return [item for item in found if sites is None or item.site in sites]


class Wanted(Struct, frozen=True):
    """Which items a list is of; what is left out does not narrow it."""

    state: str = "open"
    reason: str = ""
    site: UUID | None = None
    device: UUID | None = None


class Spot(Struct, frozen=True, array_like=True):
    """An item's place in the list, newest first: ids and hash as hexadecimal."""

    received_ms: Annotated[int, Meta(ge=-(2**53), le=2**53)]
    op: str
    hash: str


def listed(
    session: Session, wanted: Wanted, sites: Sequence[UUID] | None, behind: Spot | None, limit: int
) -> list[Item]:
    """The newest items behind a place; ``sites`` None means all, those without a site included."""
    where = ["state = :state"]
    bound: dict[str, Any] = {"state": wanted.state, "limit": limit}
    if wanted.reason:
        where.append("reason = :reason")
        bound["reason"] = wanted.reason
    for name, value in (("site", wanted.site), ("device", wanted.device)):
        if value is not None:
            where.append(f"{name} = :{name}")
            bound[name] = value.bytes
    if sites is not None:
        named = {f"site{number}": site.bytes for number, site in enumerate(sites)}
        where.append(f"site IN ({', '.join(f':{name}' for name in named) or 'NULL'})")
        bound |= named
    if behind is not None:
        where.append("(received_ms, op_id, hash) < (:at, :op, :hash)")
        bound |= {"at": behind.received_ms, "op": bytes.fromhex(behind.op)}
        bound["hash"] = bytes.fromhex(behind.hash)
    order = "ORDER BY received_ms DESC, op_id DESC, hash DESC LIMIT :limit"
    return _select(session, f"{' AND '.join(where)} {order}", bound)


def claim(session: Session, op_id: UUID) -> None:
    """Wait for whoever gives the items of this op their end; from now on nobody else does."""
    session.execute(
        text("UPDATE quarantine SET state = state WHERE op_id = :op_id AND state = 'open'"),
        {"op_id": op_id.bytes},
    )


def settle(session: Session, item: Item, state: str, receipt: Receipt, note: str) -> bool:
    """Give an open item its end; the raw bytes stay.  False if somebody else has just done so."""
    done = session.execute(
        text(
            "UPDATE quarantine SET state = :state, receipt = :receipt, note = :note"
            " WHERE op_id = :op_id AND hash = :hash AND state = 'open' RETURNING 1"
        ),
        {
            "state": state,
            "receipt": _encode(receipt),
            "note": note,
            "op_id": item.op_id.bytes,
            "hash": item.hash,
        },
    )
    return done.first() is not None


def by_seq(session: Session, source: int, first: int, last: int) -> list[UUID]:
    """The ids of an incarnation's quarantined ops in an inclusive range of seq."""
    rows = session.execute(
        text(
            "SELECT op_id FROM quarantine WHERE source = :source AND seq BETWEEN :first AND :last"
            " ORDER BY seq"
        ),
        {"source": source, "first": first, "last": last},
    )
    return [UUID(bytes=bytes(row[0])) for row in rows]


def _select(session: Session, where: str, bound: dict[str, Any]) -> list[Item]:
    rows = session.execute(text(f"SELECT {_COLUMNS} FROM quarantine WHERE {where}"), bound)
    return [_item(row) for row in rows]


def _row(item: Item) -> dict[str, Any]:
    return {
        "op_id": item.op_id.bytes,
        "hash": item.hash,
        "raw": item.raw,
        "source": item.source,
        "seq": item.seq,
        "device": None if item.device is None else item.device.bytes,
        "site": None if item.site is None else item.site.bytes,
        # A PostgreSQL text holds no NUL; the op as sent stands in ``raw``.
        "type": item.type.replace("\0", "\ufffd"),
        "reason": item.reason,
        "receipt": _encode(item.receipt),
        "received_ms": item.received_ms,
        "state": item.state,
        "note": item.note,
    }


def _item(row: Any) -> Item:
    return Item(
        op_id=UUID(bytes=bytes(row[0])),
        hash=bytes(row[1]),
        raw=bytes(row[2]),
        source=row[3],
        seq=row[4],
        device=None if row[5] is None else UUID(bytes=bytes(row[5])),
        site=None if row[6] is None else UUID(bytes=bytes(row[6])),
        type=row[7],
        reason=row[8],
        receipt=_receipt(row[9]),
        received_ms=row[10],
        state=row[11],
        note=row[12],
    )


_HASH = re.compile(rb"[0-9a-f]{64}")


def naming(session: Session, hashes: Iterable[bytes]) -> set[bytes]:
    """Those of the bytes that an op names which waits: in quarantine, or held."""
    wanted = {sha256.hex().encode() for sha256 in hashes}
    if not wanted:
        return set()
    named: set[bytes] = set()
    for query in ("SELECT raw FROM quarantine WHERE state = 'open'", "SELECT raw FROM held"):
        for (raw,) in session.execute(text(query)):
            named |= wanted.intersection(_HASH.findall(bytes(raw)))
    return {bytes.fromhex(name.decode()) for name in named}
