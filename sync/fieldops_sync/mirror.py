"""What a tablet has pulled: records, sites and people, page by page.

A page and its cursor are one transaction: killed in between, the page comes again (pitfall 8).
A bootstrap fills a new generation beside the old one and sweeps the old at its end, so that a
tablet is never empty while it waits for signal.
"""

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from fieldops_sync import custody
from fieldops_sync.shelf import Db, get_count, get_meta, next_count, set_meta
from fieldops_sync.times import server_ms
from fieldops_sync.wire import Change, Claimed, Heard, Person, PullAnswer, Receipt, Seen

RECEIPT_KIND = "receipt"
"""A change of this kind brings the receipt that stands for one of this device's ops."""

_OPEN, _SEALED, _PURGED = "open", "sealed", "purged"
"""What a site is to this device: worked on; lost, with ops still to send; lost and emptied."""


class _PersonBody(Struct, frozen=True):
    user: UUID | None = None
    name: str = ""
    staff_number: str = ""
    pin: str | None = None
    granted: bool = True


def apply_page(db: Db, page: PullAnswer) -> int:
    """Apply one page and its cursor; returns how many ops and photos a new epoch sends again."""
    resent = custody.note_epoch(db, page.epoch)
    if page.reset:
        _begin_bootstrap(db)
    for site in page.sites_removed:
        _put_site(db, site, _SEALED)
    for site in page.sites_added:
        _put_site(db, site, _OPEN)
    for change in page.changes:
        _put_change(db, change, server_ms(page.server_time))
    set_meta(db, "cursor", page.cursor.encode())
    note_seen(db, page.seen)
    note_server(db, page.durable_through, page.server_time)
    if not page.more:
        _end_page_run(db, page.seen)
        set_meta(db, "owed", msgspec.json.encode(page.owed))
    return resent


def purge_sealed(db: Db) -> list[UUID]:
    """Drop the pulled state of sealed sites once their ops are answered; the sites stay sealed.

    Ops and photos themselves follow the rules of custody, whatever site they are of.
    """
    rows = db.execute(
        f"UPDATE site SET state = '{_PURGED}' WHERE state = '{_SEALED}' AND NOT EXISTS"
        " (SELECT 1 FROM op WHERE op.site = site.id AND op.state IN ('pending', 'sent'))"
        " RETURNING id"
    ).fetchall()
    for row in rows:
        db.execute("DELETE FROM record WHERE feed = ?", (row[0],))
    return [UUID(bytes=bytes(row[0])) for row in rows]


def note_seen(db: Db, seen: Seen | None) -> bool:
    """Remember the highest (position, change) that the server ever showed; whether it is new."""
    known = get_seen(db)
    if seen is None or (known is not None and seen.position <= known.position):
        return False
    set_meta(db, "seen", msgspec.json.encode(seen))
    return True


def get_seen(db: Db) -> Seen | None:
    """What to send as ``seen``."""
    stored = get_meta(db, "seen")
    return msgspec.json.decode(stored, type=Seen) if stored else None


def note_server(db: Db, durable_through: int, server_time: str) -> None:
    """Remember how far the server's verified backup reaches, and its time; neither goes back."""
    for name, number in (
        ("durable_through", durable_through),
        ("server_ms", server_ms(server_time)),
    ):
        set_meta(db, name, b"%d" % max(number, get_count(db, name)))


def note_heard(db: Db, server_time: str, now: Claimed) -> None:
    """Remember what places this boot on the server's time line most closely from below."""
    known = get_heard(db)
    if known is not None and known.boot == now.boot:
        before = server_ms(known.server_time) - known.mono
        if server_ms(server_time) - now.mono <= before:
            return
    set_meta(db, "heard", msgspec.json.encode(Heard(server_time, now.mono, now.boot)))


def get_heard(db: Db) -> Heard | None:
    """What to send as ``heard``."""
    stored = get_meta(db, "heard")
    return msgspec.json.decode(stored, type=Heard) if stored else None


def record(db: Db, kind: str, subject: UUID) -> Change | None:
    """The pulled state of a subject; None if unknown, removed or of a sealed site."""
    row = db.execute(f"{_VISIBLE} AND kind = ? AND record.id = ?", (kind, subject.bytes)).fetchone()
    return _change(row) if row else None


def records(db: Db, kind: str, feed: UUID | None = None) -> list[Change]:
    """The pulled state of all subjects of a kind, of one feed or all."""
    if feed is None:
        rows = db.execute(f"{_VISIBLE} AND kind = ? ORDER BY record.id", (kind,))
    else:
        rows = db.execute(
            f"{_VISIBLE} AND kind = ? AND feed = ? ORDER BY record.id", (kind, feed.bytes)
        )
    return [_change(row) for row in rows.fetchall()]


def is_sealed(db: Db, site: UUID) -> bool:
    """Whether this device has lost the site."""
    row = db.execute("SELECT state FROM site WHERE id = ?", (site.bytes,)).fetchone()
    return row is not None and row[0] != _OPEN


def definition(db: Db, sha256: str) -> bytes | None:
    """The text of a checklist that this tablet has, or None."""
    row = db.execute("SELECT body FROM definition WHERE sha256 = ?", (sha256,)).fetchone()
    return bytes(row[0]) if row else None


def put_definition(db: Db, sha256: str, body: bytes) -> None:
    """Keep the text of a checklist for walks without signal; raises ValueError if not its own."""
    if hashlib.sha256(body).hexdigest() != sha256:
        raise ValueError("the checklist does not have its hash")
    db.execute("INSERT OR REPLACE INTO definition VALUES (?, ?)", (sha256, body))


def put_people(db: Db, people: Iterable[Person]) -> None:
    """Take over who is granted on this device."""
    for person in people:
        db.execute(
            "INSERT INTO person (id, name, staff_number, pin) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
            " staff_number = excluded.staff_number, pin = excluded.pin",
            (person.id.bytes, person.name, person.staff_number, person.pin),
        )


_VISIBLE = (
    "SELECT change FROM record LEFT JOIN site ON site.id = record.feed"
    " WHERE removed = 0 AND coalesce(site.state, 'open') = 'open'"
)


def _change(row: Any) -> Change:
    return msgspec.json.decode(bytes(row[0]), type=Change)


def _begin_bootstrap(db: Db) -> None:
    next_count(db, "generation")


def _end_page_run(db: Db, seen: Seen | None) -> None:
    db.execute("DELETE FROM record WHERE generation < ?", (get_count(db, "generation"),))
    custody.end_pull(db, None if seen is None else seen.position)


def _put_site(db: Db, site: UUID, state: str) -> None:
    db.execute("INSERT OR REPLACE INTO site VALUES (?, ?)", (site.bytes, state))


def _put_change(db: Db, change: Change, now_ms: int) -> None:
    if change.kind == RECEIPT_KIND:
        receipt = msgspec.json.decode(change.body, type=Receipt)
        custody.settle(db, [receipt], change.position, now_ms)
        return
    put = db.execute(
        "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " feed = excluded.feed, revision = excluded.revision, generation = excluded.generation,"
        " change = excluded.change, removed = excluded.removed"
        " WHERE excluded.generation > generation OR excluded.revision >= revision",
        (
            change.kind,
            change.id.bytes,
            change.feed.bytes,
            change.revision,
            get_count(db, "generation"),
            msgspec.json.encode(change),
            change.removed,
        ),
    )
    if change.kind == "person" and put.rowcount:
        _put_person(db, change)


def _put_person(db: Db, change: Change) -> None:
    body = msgspec.json.decode(change.body, type=_PersonBody)
    user = body.user or change.id
    if change.removed or not body.granted:
        db.execute("DELETE FROM person WHERE id = ?", (user.bytes,))
    else:
        put_people(db, [Person(user, body.name, body.staff_number, body.pin)])
