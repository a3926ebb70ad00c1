"""Who has an op or a photo: only the server's custody lets a tablet forget (promise 1).

What is settled is kept until a verified backup has passed it, or 14 days of the server's time.  The
tablet's own clock plays no part (promise 6).  A server that came back from a backup, seen by its
new epoch, is sent everything that is still kept.
"""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from fieldops_sync.opshelf import incarnation, new_incarnation
from fieldops_sync.shelf import Db, get_meta, next_count, set_meta
from fieldops_sync.wire import Receipt

KEEP_DAYS = 14
"""How long to keep what is settled but in no verified backup yet; PROTOCOL.md, "Restore"."""

_KEEP_MS = KEEP_DAYS * 86_400_000
_LOGGED = frozenset({"applied", "merged", "conflict"})
_PULLING = "pulling"
_LATE = 2**62
"""The place of what is settled while a pull is under way, which may have read the log before."""


def settle(db: Db, receipts: Iterable[Receipt], position: int | None, server_ms: int) -> None:
    """Keep receipts: custody settles an op, ``refused`` sets it aside, ``retry`` sends it again.

    ``position``: a log position at or after the effects, None when it is not known yet.
    """
    for receipt in receipts:
        if receipt.custody:
            _take_custody(db, receipt, position, server_ms)
        else:
            db.execute(
                "UPDATE op SET state = ?, receipt = ? WHERE id = ? AND state <> 'kept'",
                (
                    "refused" if receipt.status == "refused" else "pending",
                    msgspec.json.encode(receipt),
                    receipt.id.bytes,
                ),
            )


def _take_custody(db: Db, receipt: Receipt, position: int | None, server_ms: int) -> None:
    # Only these put a change into the log; a duplicate's may lie after all this answer has shown.
    known = position if receipt.status in _LOGGED else None
    db.execute(
        "UPDATE op SET state = 'kept', receipt = ?, revision = ?,"
        " position = coalesce(position, ?), settled_ms = coalesce(settled_ms, ?) WHERE id = ?",
        (
            msgspec.json.encode(receipt),
            (receipt.stands or receipt).revision,
            _unplaced(db) if known is None else known,
            server_ms,
            receipt.id.bytes,
        ),
    )


def settle_photo(db: Db, sha256: str, server_ms: int) -> None:
    """The server says ``stored``."""
    db.execute(
        "UPDATE photo SET state = 'stored', url = '', settled_ms = ?,"
        " position = coalesce(position, ?) WHERE sha256 = ?",
        (server_ms, _unplaced(db), sha256),
    )


def begin_pull(db: Db) -> None:
    """A page is asked for: what was settled by now, its pull has seen."""
    for table in ("op", "photo"):
        db.execute(f"UPDATE {table} SET position = NULL WHERE position = ?", (_LATE,))
    set_meta(db, _PULLING, b"1")


def end_pull(db: Db, position: int | None) -> None:
    """A complete pull ended at ``position``, None where the log is empty."""
    db.execute("DELETE FROM meta WHERE name = ?", (_PULLING,))
    if position is not None:
        fill_positions(db, position)


def _unplaced(db: Db) -> int | None:
    return None if get_meta(db, _PULLING) is None else _LATE


def fill_positions(db: Db, position: int) -> None:
    """Place what has no place in the log by a complete pull that ended at ``position``.

    It was settled by then, but perhaps without any change of its own, after the one there.  Only a
    backup that holds a later change holds it for sure.
    """
    for table, state in (("op", "kept"), ("photo", "stored")):
        db.execute(
            f"UPDATE {table} SET position = ? WHERE state = ? AND position IS NULL",
            (position + 1, state),
        )


def forget(db: Db, durable_through: int, server_ms: int) -> list[str]:
    """Drop what a verified backup holds or what is 14 days old; the hashes of dropped photos."""
    passed = "(position <= ? OR settled_ms + ? <= ?)"
    bounds = (durable_through, _KEEP_MS, server_ms)
    db.execute(f"DELETE FROM op WHERE state = 'kept' AND {passed}", bounds)
    rows = db.execute(
        f"DELETE FROM photo WHERE state = 'stored' AND {passed} RETURNING sha256", bounds
    ).fetchall()
    return [row[0] for row in rows]


def note_epoch(db: Db, epoch: UUID) -> int:
    """Remember the server's epoch; when it changed, everything kept is to be sent again.

    Returns how many ops and photos that are.
    """
    known = get_meta(db, "epoch")
    if known == epoch.bytes:
        return 0
    set_meta(db, "epoch", epoch.bytes)
    if known is None:
        return 0
    db.execute("DELETE FROM meta WHERE name IN ('seen', 'durable_through')")
    ops = db.execute(
        "UPDATE op SET state = 'pending', position = NULL, settled_ms = NULL WHERE state = 'kept'"
    ).rowcount
    photos = db.execute(
        "UPDATE photo SET state = 'waiting', url = '', position = NULL, settled_ms = NULL"
        " WHERE state = 'stored'"
    ).rowcount
    _renumber(db)
    return int(ops) + int(photos)


def fork(db: Db) -> UUID:
    """Draw a new incarnation and number everything without custody anew (409 device-forked)."""
    drawn = new_incarnation(db)
    _renumber(db)
    return drawn


def retry_refused(db: Db) -> int:
    """Send refused ops again, e.g. after the server was mended; returns how many."""
    changed = db.execute("UPDATE op SET state = 'pending' WHERE state = 'refused'").rowcount
    _renumber(db)
    return int(changed)


def _renumber(db: Db) -> None:
    """A push holds one incarnation: bring unsettled ops of earlier ones into the present one."""
    here = incarnation(db).bytes
    rows = db.execute(
        "SELECT id FROM op WHERE state IN ('pending', 'sent') AND incarnation <> ? ORDER BY made",
        (here,),
    ).fetchall()
    for row in rows:
        db.execute(
            "UPDATE op SET incarnation = ?, seq = ?, state = 'pending' WHERE id = ?",
            (here, next_count(db, "seq"), row[0]),
        )
