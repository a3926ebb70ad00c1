"""The tablet's outbox: what was recorded and captured, what the server has, what was pulled.

    record(), capture() ──> next_batch() ──> push ──> settle_push()
                                             pull ──> apply_page()
                            waiting_photos() ──tus──> photo_stored()

Every method is one durable transaction: when it has returned, a kill -9 or a power cut changes
nothing about it.  No method touches the network.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

import msgspec

from fieldops_sync import custody, mirror, opshelf, people, photoshelf
from fieldops_sync.ids import uuid7
from fieldops_sync.keys import DeviceKey
from fieldops_sync.opshelf import Batch, KeptOp
from fieldops_sync.payloads import InspectionHandover
from fieldops_sync.people import Crew
from fieldops_sync.photoshelf import Album
from fieldops_sync.shelf import Db, Shelf, get_count, get_meta, set_meta
from fieldops_sync.times import claimed_now, server_ms
from fieldops_sync.wire import (
    Change,
    Claimed,
    EnrolAnswer,
    Hello,
    Limits,
    Op,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    ReceiptsAnswer,
    Seen,
    Subject,
)

OPS_MAX = 1_000_000
"""No bound of its own on a batch: the server's limits decide."""


class NotEnrolled(RuntimeError):
    """This tablet has no device id yet: call ``Client.enrol`` with a code first."""


class SiteSealed(ValueError):
    """This device has lost the site: what was recorded is sent, nothing new can be recorded."""


class Outbox(Crew, Album):
    """Everything a tablet keeps, in one folder; safe to use from several threads."""

    def __init__(
        self,
        folder: Path | str,
        *,
        secret: str = "",
        clock: Callable[[], Claimed] = claimed_now,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open or create; ``secret`` encrypts the database (not the photos) at rest.

        Raises ShelfUnreadable, as does any other method that is the first to come upon damage.
        """
        shelf = Shelf(Path(folder), secret)
        Crew.__init__(self, shelf, monotonic_s)
        Album.__init__(self, shelf)
        self._clock = clock
        try:
            with self._shelf.writing() as db:
                self.key = _own_key(db)
                opshelf.incarnation(db)
                photoshelf.sweep(db, self._shelf.media)
        except BaseException:
            shelf.close()
            raise

    def __enter__(self) -> "Outbox":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; whatever was recorded stays."""
        self._shelf.close()

    # Identity

    @property
    def device(self) -> UUID:
        """The id that the server gave at enrolment; raises NotEnrolled."""
        with self._shelf.reading() as db:
            stored = get_meta(db, "device")
        if stored is None:
            raise NotEnrolled("this tablet is not enrolled")
        return UUID(bytes=stored)

    @property
    def incarnation(self) -> UUID:
        """What ``seq`` counts within; drawn anew when another tablet turns out to share it."""
        with self._shelf.reading() as db:
            return opshelf.incarnation(db)

    @property
    def epoch(self) -> UUID | None:
        """The server database's epoch, as last heard."""
        with self._shelf.reading() as db:
            stored = get_meta(db, "epoch")
        return UUID(bytes=stored) if stored else None

    @property
    def limits(self) -> Limits:
        """The server's limits as last heard, or the protocol's defaults."""
        with self._shelf.reading() as db:
            stored = get_meta(db, "limits")
        return msgspec.json.decode(stored, type=Limits) if stored else Limits()

    def enrolled(self, answer: EnrolAnswer) -> None:
        """Take over the device id and the people granted."""
        with self._shelf.writing() as db:
            set_meta(db, "device", answer.device.bytes)
            mirror.put_people(db, answer.people)

    def note_hello(self, hello: Hello) -> int:
        """Take over limits, epoch and time; how many ops and photos a new epoch sends again."""
        with self._shelf.writing() as db:
            set_meta(db, "limits", msgspec.json.encode(hello.limits))
            # Receipts that are asked for again bring no time; how long they are kept counts by it.
            mirror.note_server(db, 0, hello.server_time)
            mirror.note_heard(db, hello.server_time, self._clock())
            return custody.note_epoch(db, hello.epoch)

    def now(self) -> Claimed:
        """The tablet's own reading of the time."""
        return self._clock()

    # Recording

    def record(
        self,
        type_: str,
        subject: Subject,
        site: UUID,
        payload: Any,
        *,
        op_id: UUID | None = None,
        actor: UUID | None = None,
        base: Sequence[UUID] | None = None,
        definition: str | None = None,
        media: Sequence[str] = (),
        needs: Sequence[UUID] = (),
        repairs: UUID | None = None,
    ) -> UUID:
        """Record one op durably and return its id, which is also the id of its revision.

        ``actor`` defaults to who is signed in, ``base`` to the newest state this tablet knows.
        Raises UnknownPerson, SiteSealed.
        """
        with self._shelf.writing() as db:
            if mirror.is_sealed(db, site):
                raise SiteSealed("this device has lost the site")
            op = Op(
                id=op_id or uuid7(),
                type=type_,
                subject=subject,
                site=site,
                actor=actor or people.actor(db),
                base=_base(db, subject) if base is None else list(base),
                def_=definition,
                media=list(media),
                needs=list(needs),
                repairs=repairs,
                at=self._clock(),
                payload=msgspec.Raw(msgspec.json.encode(payload)),
            )
            opshelf.add(db, op)
            return op.id

    def hand_over(self, inspection: UUID, site: UUID, to: UUID, note: str = "") -> UUID:
        """Hand an unfinished walk to another person granted here; raises UnknownPerson."""
        with self._shelf.reading() as db:
            people.find_person(db, to)
        payload = InspectionHandover(to=to, note=note) if note else InspectionHandover(to=to)
        return self.record(
            "inspection.handover@1", Subject("inspection", inspection), site, payload
        )

    # Sending

    def next_batch(self, ops_max: int = OPS_MAX) -> Batch:
        """The next ops to push, noted as on their way; empty when everything is settled.

        An op beyond the limit is turned into a small one, and its bytes into media.
        """
        limits = self.limits
        with self._shelf.writing() as db:
            for op_id, raw in opshelf.oversize(db, limits.op_bytes):
                self._put_stand_in(db, op_id, raw)
            batch = opshelf.next_batch(db, limits, ops_max)
            opshelf.mark_sent(db, batch.ids)
            return batch

    def send_as_media(self, op_id: UUID) -> bool:
        """Turn one unsettled op into a small one whose bytes go as media; False if it is one."""
        with self._shelf.writing() as db:
            raw = opshelf.unsettled_raw(db, op_id)
            if raw is None or opshelf.is_stand_in(raw):
                return False
            self._put_stand_in(db, op_id, raw)
            return True

    def push_request(self, batch: Batch) -> PushRequest:
        """What to push for a batch."""
        with self._shelf.reading() as db:
            seen, heard = mirror.get_seen(db), mirror.get_heard(db)
        ops = [msgspec.Raw(raw) for raw in batch.raws]
        return PushRequest(batch.incarnation, ops, seen, self._clock(), heard)

    def settle_push(self, answer: PushAnswer) -> int:
        """Keep the receipts of a push; returns how many ops and photos a new epoch sends again."""
        with self._shelf.writing() as db:
            resent = custody.note_epoch(db, answer.epoch)
            # An answer that shows nothing new says nothing about where its effects lie.
            new = mirror.note_seen(db, answer.seen)
            position = answer.seen.position if answer.seen and new else None
            custody.settle(db, answer.receipts, position, server_ms(answer.server_time))
            mirror.note_server(db, answer.durable_through, answer.server_time)
            mirror.note_heard(db, answer.server_time, self._clock())
            gone = _tidy(db)
        self._drop_files(gone)
        return resent

    def settle_receipts(self, answer: ReceiptsAnswer) -> None:
        """Keep receipts that were asked for again; what the server never saw is sent again."""
        with self._shelf.writing() as db:
            custody.settle(db, answer.receipts, None, get_count(db, "server_ms"))
            opshelf.mark_unsent(db, answer.unknown)

    def unanswered(self, count: int = 500) -> list[UUID]:
        """Ops that went out and were never answered, e.g. because the answer was lost."""
        with self._shelf.reading() as db:
            return opshelf.unanswered(db, count)

    def fork(self) -> UUID:
        """Another tablet shares the incarnation: draw a new one, number anew what is unsettled."""
        with self._shelf.writing() as db:
            return custody.fork(db)

    def retry_refused(self) -> int:
        """Send refused ops again; returns how many."""
        with self._shelf.writing() as db:
            return custody.retry_refused(db)

    def ops(self, *states: str) -> list[KeptOp]:
        """The ops in any of these states (pending, sent, kept, refused), or all of them."""
        with self._shelf.reading() as db:
            return opshelf.kept(db, states or ("pending", "sent", "kept", "refused"))

    def counts(self) -> dict[str, int]:
        """How many ops stand in each state."""
        with self._shelf.reading() as db:
            return opshelf.counts(db)

    # Pulled state

    def definition(self, sha256: str) -> bytes | None:
        """The text of a checklist that this tablet has, or None."""
        with self._shelf.reading() as db:
            return mirror.definition(db, sha256)

    def put_definition(self, sha256: str, body: bytes) -> None:
        """Keep the text of a checklist; raises ValueError if it does not have its hash."""
        with self._shelf.writing() as db:
            mirror.put_definition(db, sha256, body)

    def pull_request(self) -> PullRequest:
        """What to ask for next."""
        with self._shelf.writing() as db:
            custody.begin_pull(db)
            cursor, seen = get_meta(db, "cursor"), mirror.get_seen(db)
        return PullRequest(cursor=cursor.decode() if cursor else None, seen=seen)

    def apply_page(self, page: PullAnswer) -> int:
        """Apply a page and its cursor; returns how many ops and photos a new epoch sends again."""
        with self._shelf.writing() as db:
            resent = mirror.apply_page(db, page)
            gone = _tidy(db)
        self._drop_files(gone)
        return resent

    @property
    def seen(self) -> Seen | None:
        """The highest (position, change) that the server ever showed."""
        with self._shelf.reading() as db:
            return mirror.get_seen(db)

    def find(self, kind: str, subject: UUID) -> Change | None:
        """The pulled state of one subject; None if unknown, removed or of a sealed site."""
        with self._shelf.reading() as db:
            return mirror.record(db, kind, subject)

    def records(self, kind: str, feed: UUID | None = None) -> list[Change]:
        """The pulled state of all subjects of a kind, of one feed or all."""
        with self._shelf.reading() as db:
            return mirror.records(db, kind, feed)

    def _drop_files(self, gone: list[str]) -> None:
        """Only after the commit: a row without its file would be a photo lost."""
        with self._shelf.reading() as db:
            photoshelf.drop_files(db, self._shelf.media, gone)

    def _put_stand_in(self, db: Db, op_id: UUID, raw: bytes) -> None:
        small, site, sha256 = opshelf.stand_in(raw)
        photoshelf.write_media(self._shelf.media, raw)
        photoshelf.add(db, sha256, len(raw), "application/json", site)
        opshelf.put_stand_in(db, op_id, small)


def _own_key(db: Db) -> DeviceKey:
    stored = get_meta(db, "key")
    if stored is not None:
        return DeviceKey.from_pem(stored)
    key = DeviceKey.generate()
    set_meta(db, "key", key.to_pem())
    return key


def _base(db: Db, subject: Subject) -> list[UUID]:
    pulled = mirror.record(db, subject.kind, subject.id)
    heads, revision = (pulled.heads, pulled.revision) if pulled else ([], -1)
    return opshelf.base(db, subject.kind, subject.id, heads, revision)


def _tidy(db: Db) -> list[str]:
    """Purge and forget what may go; the hashes of media whose files can be removed."""
    mirror.purge_sealed(db)
    return custody.forget(db, get_count(db, "durable_through"), get_count(db, "server_ms"))
