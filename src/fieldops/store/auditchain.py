"""The chain of the audit in the database: what is not chained yet, its places, its checkpoints.

Lines are written by many at once and commit in any order.  One at a time (``turn``) gives those
that are committed their places afterwards, so nobody who writes waits for the chain.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel import Session

from fieldops.rules.auditchain import GENESIS, Line
from fieldops.rules.checkpoints import Checkpoint
from fieldops.store import batch
from fieldops.store.pgbinary import array

_TURN = 0x66_6F_00_61_75_64_69_74
"""The advisory lock's number: ``fo`` and ``audit`` as text."""
_COLUMNS = "no, at_ms, actor, device, action, subject, detail, mark, chain, link"
_PAGE = 2000
_CHAIN = "UPDATE audit SET chain = {chain}, link = {link} WHERE no = {no}"
_KEPT = "last, at_ms, body FROM audit_checkpoint"
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Checkpoint).decode


def turn(session: Session) -> bool:
    """Be the only one who extends the chain, until COMMIT; False if another process is at it."""
    if not batch.is_postgres(session):
        return True
    query = "SELECT pg_try_advisory_xact_lock(:key)"
    taken: bool = batch.run(session, query, key=_TURN)[0][0]
    return taken


def head(session: Session) -> tuple[int, bytes]:
    """The place and the link of the last chained line."""
    query = "SELECT chain, link FROM audit WHERE chain IS NOT NULL ORDER BY chain DESC LIMIT 1"
    rows = batch.run(session, query)
    return (_number(rows[0][0]), _raw(rows[0][1]) or b"") if rows else (0, GENESIS)


def link_at(session: Session, chain: int) -> bytes | None:
    """The link of the line at a place, if there is one."""
    rows = batch.run(session, "SELECT link FROM audit WHERE chain = :chain", chain=chain)
    return (_raw(rows[0][0]) or b"") if rows else None


def unchained(session: Session, limit: int) -> list[Line]:
    """Committed lines that have no place yet, in the order of their rows."""
    query = f"SELECT {_COLUMNS} FROM audit WHERE chain IS NULL ORDER BY no LIMIT :limit"
    return [_line(row) for row in batch.run(session, query, limit=limit)]


def oldest_unchained_ms(session: Session) -> int | None:
    """When the line was written that waits longest for its place."""
    query = "SELECT at_ms FROM audit WHERE chain IS NULL ORDER BY no LIMIT 1"
    rows = batch.run(session, query)
    return rows[0][0] if rows else None


def put(session: Session, placed: Sequence[tuple[int, int, bytes]]) -> None:
    """Give lines their places: (no, chain, link)."""
    run = batch.cursor(session)
    if not batch.is_postgres(session):
        statement = _CHAIN.format(chain="?", link="?", no="?")
        run.executemany(statement, [(chain, link, no) for no, chain, link in placed])
        return
    numbers, chains, links = zip(*placed, strict=True)
    run.execute(
        "UPDATE audit SET chain = v.chain, link = v.link"
        " FROM unnest(%b, %b, %b) AS v (no, chain, link) WHERE audit.no = v.no",
        (array("int8", numbers), array("int8", chains), array("bytea", links)),
    )


def lines(session: Session) -> Iterator[Line]:
    """Every chained line in the order of places, some thousand in memory at a time."""
    where = "chain IS NOT NULL"
    bound: dict[str, int] = {}
    query = "SELECT {} FROM audit WHERE {} ORDER BY chain, no LIMIT :limit"
    while rows := batch.run(session, query.format(_COLUMNS, where), limit=_PAGE, **bound):
        yield from map(_line, rows)
        where, bound = "(chain, no) > (:chain, :no)", {"chain": rows[-1][8], "no": rows[-1][0]}


def checkpoints(session: Session, after: int = 0) -> Iterator[Checkpoint]:
    """The checkpoints behind a place, in order."""
    query = f"SELECT {_KEPT} WHERE last > :after ORDER BY last LIMIT :limit"
    while rows := batch.run(session, query, after=after, limit=_PAGE):
        yield from map(_checkpoint, rows)
        after = rows[-1][0]


def latest_checkpoint(session: Session) -> Checkpoint | None:
    """The newest signed statement of how far the chain is: what travels with exports."""
    rows = batch.run(session, f"SELECT {_KEPT} ORDER BY last DESC LIMIT 1")
    return _checkpoint(rows[0]) if rows else None


def _checkpoint(row: Sequence[Any]) -> Checkpoint:
    """What somebody has meddled with is a checkpoint that nobody signed."""
    last, at_ms, body = row[0], row[1], _raw(row[2]) or b""
    try:
        said = _decode(body)
    except (msgspec.MsgspecError, UnicodeError):
        said = None
    if said is None or (said.last, said.at_ms, _encode(said)) != (last, at_ms, body):
        return Checkpoint(UUID(int=0), last, "", at_ms)
    return said


def put_checkpoint(session: Session, said: Checkpoint) -> None:
    """Keep a checkpoint."""
    statement = (
        "INSERT INTO audit_checkpoint (last, at_ms, body) VALUES (:last, :at_ms, :body)"
        " ON CONFLICT (last) DO NOTHING"
    )
    batch.run(session, statement, last=said.last, at_ms=said.at_ms, body=_encode(said))


def copied(session: Session, limit: int) -> list[int]:
    """Rows that bear the mark of another one."""
    query = (
        "SELECT max(no) FROM audit WHERE mark IS NOT NULL"
        " GROUP BY mark HAVING count(*) > 1 ORDER BY 1 LIMIT :limit"
    )
    return [row[0] for row in batch.run(session, query, limit=limit)]


def index_of(session: Session, numbers: Sequence[int]) -> set[tuple[int, bytes]]:
    """The entries (no, subject) by which these rows are found."""
    if not numbers:
        return set()
    low, high = min(numbers), max(numbers)
    query = "SELECT no, subject FROM audit_subject WHERE no BETWEEN :low AND :high"
    wanted = set(numbers)
    rows = batch.run(session, query, low=low, high=high)
    return {(row[0], bytes(row[1])) for row in rows if row[0] in wanted}


def index_size(session: Session) -> int:
    """How many entries there are in all."""
    found: int = batch.run(session, "SELECT count(*) FROM audit_subject")[0][0]
    return found


def ops_by_device(session: Session) -> dict[UUID | None, int]:
    """How many ops of each tablet are kept: applied, held or in quarantine."""
    kept: dict[UUID | None, int] = {}
    for query in (
        "SELECT i.device, count(*) FROM ledger l JOIN incarnation i ON i.no = l.source"
        " GROUP BY i.device",
        "SELECT i.device, count(*) FROM held h JOIN incarnation i ON i.no = h.source"
        " GROUP BY i.device",
        "SELECT device, count(*) FROM quarantine WHERE device IS NOT NULL AND state <> 'replayed'"
        " GROUP BY device",
    ):
        for device, number in batch.run(session, query):
            key = UUID(bytes=bytes(device))
            kept[key] = kept.get(key, 0) + number
    return kept


def _line(row: Sequence[Any]) -> Line:
    no, at_ms, actor, device, action, subject, detail, mark, chain, link = row
    return Line(
        no, _number(at_ms), _raw(actor), _raw(device), _raw(action) or b"", _raw(subject),
        _raw(detail) or b"", _raw(mark), None if chain is None else _number(chain), _raw(link),
    )  # fmt: skip


def _number(value: Any) -> int:
    """A number, or what no column of ours holds."""
    return value if type(value) is int else -1


def _raw(value: Any) -> bytes | None:
    """Bytes, whatever somebody put into the column: SQLite takes any kind anywhere."""
    if value is None or isinstance(value, bytes):
        return value
    return bytes(value) if isinstance(value, memoryview | bytearray) else str(value).encode()
