"""Beginning an upload: by tus, or as a PUT that went straight into the blob store; its lease."""

from collections.abc import Collection
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct
from sqlmodel import Session

from fieldops.flow.land import known_of
from fieldops.flow.newborn import Newborn
from fieldops.flow.receive import HOLD_MS, offset_problem
from fieldops.flow.uploadsaid import ANOTHER, GO_ON
from fieldops.model.problem import ProblemError, problem
from fieldops.store import uploads
from fieldops.store.media import MediaRow
from fieldops.store.uploads import UploadRow


class Wanted(Struct, frozen=True):
    """What a device wants to send, or has sent; ``metadata`` is tus' ``Upload-Metadata``."""

    device: UUID
    sha256: bytes
    size_bytes: int
    mime: str
    metadata: str = ""


_IDLE_MS = 60_000
"""So old, an upload without a byte is one whose answer was lost: it may make room."""
_ROOM_S = 10
"""When a device that has too many uploads open may ask again; an older one may be done by then."""


class Seen(Struct, frozen=True):
    """What there was when an upload was begun: of its device those that are open, and written, and
    what was known of its bytes."""

    open: set[UUID]
    written: set[UUID]
    known: MediaRow


def look(session: Session, wanted: Wanted, now_ms: int) -> Seen:
    """What to know before an upload begins whose row is written later (``flow.newborn``)."""
    held = uploads.open_ones(session, wanted.device, now_ms)
    written = {upload for upload, until_ms in held.items() if until_ms > now_ms}
    return Seen(set(held), written, known_of(session, wanted.sha256))


def begin(
    session: Session, wanted: Wanted, now_ms: int, life_ms: int, open_uploads: int
) -> Newborn:
    """A new upload by tus; one of no bytes is complete.

    Raises ``ProblemError`` uploads-too-many while the device has ``open_uploads`` unfinished ones.
    """
    if not uploads.make_room(session, wanted.device, open_uploads, now_ms, _IDLE_MS):
        raise ProblemError(
            problem(
                "uploads-too-many",
                GO_ON,
                limit="open_uploads",
                maximum=open_uploads,
                retry_after_s=_ROOM_S,
            )
        )
    row = begun_row(wanted, now_ms, life_ms)
    uploads.add(session, row)
    others = uploads.being_written(session, wanted.device, now_ms)
    return Newborn(row, known_of(session, wanted.sha256), others)


def sent_row(wanted: Wanted, now_ms: int, life_ms: int) -> UploadRow:
    """What a device has sent straight to the store, all of it; being verified."""
    row = begun_row(wanted, now_ms, life_ms)
    whole = wanted.size_bytes
    return msgspec.structs.replace(row, state="verifying", offset_bytes=whole, way="put")


def check_writers(count: int, most: int) -> None:
    """Raises ``ProblemError`` uploads-too-many where a device writes ``most`` others already."""
    if count >= most:
        raise ProblemError(
            problem("uploads-too-many", limit="device_uploads", maximum=most, retry_after_s=1)
        )


def take(
    session: Session, row: UploadRow, offset: int, here: Collection[UUID], most: int, now_ms: int
) -> UploadRow:
    """Take the lease, if nobody has since ``row``, and the device may write one more.

    A part that its process comes to late must not take it from who has come since to another one.
    ``here`` are uploads that it is known to write, whatever their rows say.  Raises
    ``ProblemError`` upload-offset, upload-gone, upload-locked, uploads-too-many.
    """
    written = uploads.being_written(session, row.device, now_ms).union(here) - {row.id}
    check_writers(len(written), most)
    held = uploads.take(session, row.id, offset, now_ms + HOLD_MS, row.lease)
    if held is None:
        now = uploads.get(session, row.id) or row
        if (now.state, now.offset_bytes) == ("open", offset):
            raise ProblemError(problem("upload-locked", ANOTHER))
        raise offset_problem(now)
    return held


def begun_row(wanted: Wanted, now_ms: int, life_ms: int) -> UploadRow:
    """A new upload, of which nothing has come."""
    return UploadRow(
        id=uuid4(),
        device=wanted.device,
        sha256=wanted.sha256,
        size_bytes=wanted.size_bytes,
        offset_bytes=0,
        mime=wanted.mime,
        metadata=wanted.metadata,
        lease=0,
        state="open" if wanted.size_bytes else "verifying",
        held_until_ms=0,
        made_ms=now_ms,
        expires_ms=now_ms + life_ms,
    )
