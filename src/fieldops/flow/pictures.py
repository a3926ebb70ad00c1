"""The picture worker: looks at stored photos, stores the derivatives, notes what it read.

    log ─ photo whose bytes are stored ─ blob ─ jailed process ─ derivatives into the blob store
        └─ one transaction: cursor, ``picture`` rows, a ``photo.note@1`` for each photo

The same bytes are looked at once, however many photos name them.  The original is only read.
What feedback, findings and notes name by themselves is looked at alike, and noted nowhere: its
picture says all there is.  Where it comes later than its name, no change tells (``flow.relook``).
"""

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable
from typing import BinaryIO, cast
from uuid import UUID

import structlog
from msgspec import to_builtins
from sqlmodel import Session

from fieldops.flow.clock import wall_ms
from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.follow import Work
from fieldops.flow.page import PAGE_CHANGES, Page
from fieldops.model.record import State
from fieldops.pictures.messages import Looked
from fieldops.rules.claims import awaited, bears_photos
from fieldops.store import audit, batch, media, pictures, records
from fieldops.store.blobs import BlobMissing, BlobStore, BlobStoreDown, HashMismatch
from fieldops.store.blobs.interface import Verifier
from fieldops.store.engine import Store
from fieldops.store.pictures import THUMB_MIME, VIEW_MIME, Derivative, PictureRow
from fieldops_sync.ids import actor_id, uuid7

_logger = structlog.get_logger(__name__)

NAME = "pictures"
"""The picture worker's name as a reader of the log and as an actor."""
PAGE_LOOKS = 8
"""Photos looked at before progress is kept: about a second of work."""
_NOTE = "photo.note@1"
"""A note follows from a look: it is no reason to look again."""
_READ = frozenset({"photo", "feedback", "finding", "note"})
"""Kinds whose changes are followed.  Not results: nearly all of a log is theirs, nearly all of
their photos are records of their own, and the rest is found by ``flow.relook``."""

LookAt = Callable[[BinaryIO, int], Looked]
"""Looks at a photo of so many bytes: ``pictures.box.Box.look``."""


class PictureReader:
    """Follows the log for photos whose bytes are stored."""

    name = NAME
    page_changes = PAGE_CHANGES

    def __init__(self, look: LookAt, blobs: BlobStore) -> None:
        self._eye = Eye(look, blobs)
        self._bearers: dict[UUID, State] = {}
        self._known: dict[bytes, PictureRow] = {}
        self._stored: dict[bytes, media.MediaRow] = {}

    def gather(self, session: Session, page: Page) -> None:
        """Read the photos of the page, and what is known of their pictures."""
        named = {one.subject for one in page.changes if one.kind in _READ and one.type != _NOTE}
        found = records.get(session, named).items()
        self._bearers = {key: state for key, state in found if seen_hashes(state)}
        hashes = {one for state in self._bearers.values() for one in seen_hashes(state)}
        self._stored = media.get(session, hashes)
        self._known = pictures.get(session, hashes)

    def work(self, page: Page, last_try: bool) -> Work:  # noqa: ARG002 - it is never parked
        """Look at a few photos, in the order of the log; raises ``BlobStoreDown`` if at none."""
        ops: list[bytes] = []
        new: dict[bytes, PictureRow] = {}
        to = page.changes[-1].position
        for change in page.changes:
            state = self._bearers.get(change.subject)
            if state is None or change.type == _NOTE:
                continue
            rows = self._unknown(state)
            if rows and len(new) >= PAGE_LOOKS:
                to = change.position - 1
                break
            try:
                seen = [one for row in rows if (one := self._eye.see(row)) is not None]
            except BlobStoreDown:
                if change is page.changes[0]:
                    raise
                to = change.position - 1
                break
            new |= {one.sha256: one for one in seen}
            self._known |= new
            del self._bearers[change.subject]
            if state.kind == "photo" and (known := self._known.get(_sha256(state))) is not None:
                ops += note_ops(state, known, change.op, wall_ms(change.at) or 0)
        return Work(to, ops, pictures=tuple(new.values()))

    def _unknown(self, state: State) -> list[media.MediaRow]:
        """What a record names that is stored and was not looked at."""
        new = sorted(seen_hashes(state) & self._stored.keys() - self._known.keys())
        return [self._stored[sha256] for sha256 in new if self._stored[sha256].state == "stored"]


class Eye:
    """Looks at stored bytes and stores what came of it."""

    def __init__(self, look: LookAt, blobs: BlobStore) -> None:
        self._look = look
        self._blobs = blobs

    def see(self, row: media.MediaRow) -> PictureRow | None:
        """Look at one photo; None if its bytes cannot be had: they are skipped until they come.

        Raises ``BlobStoreDown``.
        """
        name = row.sha256.hex()
        try:
            with self._blobs.get(name) as source:
                verified = _Verified(source, Verifier(name, row.size_bytes))
                looked = self._look(cast(BinaryIO, verified), row.size_bytes)
        except (BlobMissing, HashMismatch, _Unreadable) as error:
            _logger.error("stored photo cannot be read", sha256=name, why=type(error).__name__)
            return None
        return PictureRow(
            sha256=row.sha256,
            picture=looked.picture,
            thumb=self._keep(looked.thumb, THUMB_MIME),
            view=self._keep(looked.view, VIEW_MIME),
        )

    def _keep(self, data: bytes, mime: str) -> Derivative | None:
        if not data:
            return None
        digest = hashlib.sha256(data)
        self._blobs.put(digest.hexdigest(), io.BytesIO(data), len(data))
        return Derivative(digest.digest(), len(data), mime)  # type: ignore[arg-type]


class _Unreadable(Exception):
    """The disk has the bytes and does not give them."""


class _Verified:
    """A stream whose bytes are hashed as they are read; at its end they were the right ones."""

    def __init__(self, source: BinaryIO, verifier: Verifier) -> None:
        self._source = source
        self._verifier = verifier

    def read(self, count: int) -> bytes:
        try:
            chunk = self._source.read(count)
        except OSError as error:
            raise _Unreadable from error
        if not chunk:
            self._verifier.finish()
        return self._verifier.feed(chunk)


def look_again(
    store: Store,
    eye: Eye,
    hashes: Iterable[bytes],
    now_ms: int,
    watch: Callable[[], None],
) -> Counter[str]:
    """Look at stored photos now, whether or not it was done before: ``fieldops media look``.

    Counts ``decoded``, the reasons of the undecodable, and ``missing`` for bytes that cannot be
    had.  Raises ``BlobStoreDown``.
    """
    counts: Counter[str] = Counter()
    for sha256 in hashes:
        with store.read() as session:
            row = media.get(session, [sha256]).get(sha256)
        seen = None if row is None or row.state != "stored" else eye.see(row)
        if seen is not None:
            store.write(lambda session, seen=seen: _take(session, seen, now_ms)).result()  # type: ignore[misc]
        counts[_verdict(seen)] += 1
        watch()
    detail = dict(sorted(counts.items()))
    entry = audit.Entry("media.look", now_ms, actor=actor_id(NAME), detail=detail)
    store.write(lambda session: audit.add(session, entry)).result()
    return counts


def _verdict(seen: PictureRow | None) -> str:
    if seen is None:
        return "missing"
    return seen.picture.facts.reason or seen.picture.facts.verdict


def _take(session: Session, seen: PictureRow, now_ms: int) -> None:
    """Keep one picture and note it for every photo that names it."""
    refs = media.refs(session, [seen.sha256]).get(seen.sha256, [])
    batch.lock(session, sorted({ref.feed for ref in refs}))
    pictures.put(session, [seen], now_ms)
    named = seen_photos(records.get(session, [ref.subject for ref in refs]).values())
    photos = named.get(seen.sha256, [])
    # No change is the cause: an id of its own tells this look from one that found the same before.
    ops = [op for one in photos for op in note_ops(one, seen, uuid7(), now_ms)]
    if ops:
        enter_server(session, ops, now_ms)


def seen_hashes(state: State) -> frozenset[bytes]:
    """The SHA-256 that a record names and that is looked at, as far as it is stored."""
    if state.kind == "photo":
        return frozenset({_sha256(state)} if _is_seen(state) else ())
    return frozenset(map(bytes.fromhex, awaited(state))) if bears_photos(state) else frozenset()


def _is_seen(state: State) -> bool:
    """Whether this is a photo whose bytes are stored, and that counts."""
    return state.kind == "photo" and state.state != "voided" and bool(state.body.get("stored"))


def seen_photos(states: Iterable[State]) -> dict[bytes, list[State]]:
    """The photos whose bytes are stored, and that count, by their SHA-256."""
    found: dict[bytes, list[State]] = {}
    for state in states:
        if _is_seen(state):
            found.setdefault(_sha256(state), []).append(state)
    return found


def _sha256(photo: State) -> bytes:
    return bytes.fromhex(photo.body["sha256"])


def note_ops(photo: State, seen: PictureRow, cause: UUID, at_ms: int) -> list[bytes]:
    """The op that notes a picture on a photo, unless it is noted already."""
    facts = to_builtins(seen.picture.facts)
    if photo.body.get("picture") == facts:
        return []
    payload = {"picture": facts, "cause": cause}
    return [server_op(_NOTE, ("photo", photo.id), photo.feed, NAME, payload, at_ms=at_ms)]
