"""Whose stored bytes are: at which sites they may be called stored, shown, answered ``have``.

Bytes are stored once for the organisation, and a SHA-256 is no secret: whoever only knows that of a
foreign photo must not get at it by naming it at a site of its own.  So a site has bytes from when

    somebody sent them (all of them, hashed) ─┬─ whose ops name them: at the sites of those ops
                                              └─ and no op does yet: at all sites of the sender
    somebody names them who may see them anyway: at a site of theirs that has them

and until then what names them awaits them.  A sender of its own is asked to send, and what comes is
not stored a second time.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from uuid import UUID

from sqlmodel import Session

from fieldops.flow.rights import device_people, device_sites
from fieldops.model.access import Role
from fieldops.model.record import Decoded
from fieldops.rules.access import sites
from fieldops.store import devices, media, people, uploads
from fieldops.store.media import Ref

Sites = frozenset[UUID] | None
"""Sites, or None for every site."""


def scope(session: Session, device: UUID, now_ms: int) -> Sites:
    """The sites of a device now."""
    return device_sites(device_people(session, device).values(), now_ms)


def sender_sites(device: UUID, mine: Sites, refs: Sequence[Ref]) -> set[UUID]:
    """The sites among those of ``refs`` for which a sender of the bytes speaks."""
    announced = {ref.feed for ref in refs if ref.device == device}
    return announced or {ref.feed for ref in refs if mine is None or ref.feed in mine}


def waiting(device: UUID, mine: Sites, refs: Sequence[Ref]) -> set[UUID]:
    """The sites where something awaits bytes that the device could send, or has elsewhere."""
    have = {ref.feed for ref in refs if ref.is_proven}
    owed = {ref.feed for ref in refs if ref.is_owed}
    return (sender_sites(device, mine, refs) & owed) - have


def is_seen(mine: Sites, refs: Iterable[Ref]) -> bool:
    """Whether a site among ``mine`` has the bytes."""
    return any(ref.is_proven and (mine is None or ref.feed in mine) for ref in refs)


def here(
    session: Session,
    ops: Sequence[Decoded],
    stored: Collection[bytes],
    source: int,
    now_ms: int,
) -> set[tuple[bytes, UUID]]:
    """At which sites of a batch the stored bytes that it is about are, or come to be by it.

    ``source`` is the number of the incarnation that wrote the ops, 0 for desks and the server.
    """
    if not stored:
        return set()
    batch = _Batch(session, ops, stored, source, now_ms)
    feeds = {one.op.site for one in ops}
    return {(sha256, feed) for sha256 in stored for feed in feeds if batch.has(sha256, feed)}


class _Batch:
    """Who writes, and what is known of the bytes."""

    def __init__(
        self,
        session: Session,
        ops: Sequence[Decoded],
        stored: Collection[bytes],
        source: int,
        now_ms: int,
    ) -> None:
        self._session, self._ops, self._stored, self._now_ms = session, ops, stored, now_ms
        self._refs = media.refs(session, stored)
        self._device = devices.device_of(session, source) if source else None
        self._scopes: dict[UUID, Sites] = {}

    def has(self, sha256: bytes, feed: UUID) -> bool:
        """Whether a site has stored bytes, or has them by this batch."""
        refs = self._refs.get(sha256, [])
        there = [ref for ref in refs if ref.feed == feed]
        if any(ref.is_proven for ref in there):
            return True
        if any(ref.is_owed for ref in there):
            # Who has announced them before is told by what is sent, or by ``have``, not by this.
            return False
        senders = self._senders.get(sha256, set())
        if self._device in senders or is_seen(self._writer_sites, refs):
            return True
        return any(self._speaks(device, feed, refs) for device in senders)

    def _speaks(self, device: UUID, feed: UUID, refs: Sequence[Ref]) -> bool:
        """Whether a sender that has named the bytes nowhere yet looks after the site."""
        if any(ref.device == device for ref in refs):
            return False
        mine = self._scope(device)
        return mine is None or feed in mine

    def _scope(self, device: UUID) -> Sites:
        if device not in self._scopes:
            self._scopes[device] = scope(self._session, device, self._now_ms)
        return self._scopes[device]

    @cached_property
    def _senders(self) -> dict[bytes, set[UUID]]:
        return uploads.senders(self._session, self._stored)

    @cached_property
    def _writer_sites(self) -> Sites:
        """The sites that the writer may see: of the device, or of the people at a desk."""
        if self._device is not None:
            return self._scope(self._device)
        actors = people.people(self._session, {one.op.actor for one in self._ops})
        found: frozenset[UUID] = frozenset()
        for person in actors.values():
            mine = sites(person, Role, self._now_ms)
            if mine is None:
                return None
            found |= mine
        return found
