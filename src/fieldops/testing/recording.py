"""What a tablet records on a walk: the ops of its answers and photos, and the photos' bytes."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID

from msgspec import Struct
from PIL import Image

from fieldops.model.answer import Answer
from fieldops.model.checklist import Checklist
from fieldops.model.inspection import PhotoView
from fieldops.rules.checklists import address
from fieldops.testing.tablet import Tablet
from fieldops_sync.ids import result_id, uuid7

Slot = tuple[str, str]
_SIZE_PX = (1024, 768)
"""Large enough that no plugin holds the size of a picture against it."""


class Shot(Struct, frozen=True):
    """A photo that was taken for an answer, and its bytes."""

    slot: Slot
    role: str
    caption: str
    content: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes."""
        return sha256(self.content).hexdigest()


class Recorded(Struct, frozen=True):
    """A walk as a tablet has it."""

    inspection: UUID
    ops: list[Any]
    shots: list[Shot]


def record(
    tablet: Tablet,
    standard: Checklist,
    answers: Sequence[Answer],
    photos: Sequence[PhotoView],
    submit: bool,
) -> Recorded:
    """Record a walk.  ``photos`` say which were taken; elsewhere as many as the answers count."""
    walk, cited = uuid7(), address(standard)
    shots = list(_shots(walk, answers, photos))
    begun = tablet.op("inspection.start@1", "inspection", walk, {}, **{"def": cited})
    ops = [begun, *(_attached(tablet, walk, one) for one in shots)]
    taken: dict[Slot, list[str]] = {}
    for one in shots:
        taken.setdefault(one.slot, []).append(one.digest)
    ops += [_answered(tablet, walk, cited, one, taken) for one in answers]
    if submit:
        counts = {"results": len(answers), "photos": len(shots)}
        base = {"base": [begun["id"]]}
        ops.append(tablet.op("inspection.submit@1", "inspection", walk, counts, **base))
    return Recorded(walk, ops, shots)


def _shots(walk: UUID, answers: Sequence[Answer], photos: Sequence[PhotoView]) -> Iterator[Shot]:
    named = {(one.item, one.repeat) for one in photos}
    for one in photos:
        slot = one.item, one.repeat
        yield Shot(slot, one.role, one.caption, _picture(walk, slot, one.role, one.caption))
    for answer in answers:
        slot = answer.item, answer.repeat
        for number in range(0 if slot in named else answer.photo_count):
            yield Shot(slot, "evidence", "", _picture(walk, slot, "evidence", str(number)))


def _attached(tablet: Tablet, walk: UUID, shot: Shot) -> Any:
    payload = {
        "inspection": walk,
        "sha256": shot.digest,
        "size_bytes": len(shot.content),
        "mime": "image/jpeg",
        "role": shot.role,
        "caption": shot.caption,
        "taken": tablet.now(),
    }
    if shot.slot[0]:
        payload |= {"item": shot.slot[0], "repeat": shot.slot[1]}
    return tablet.op("photo.attach@1", "photo", uuid7(), payload, media=[shot.digest])


def _answered(
    tablet: Tablet, walk: UUID, cited: str, answer: Answer, taken: Mapping[Slot, list[str]]
) -> Any:
    payload: dict[str, Any] = {"inspection": walk, "item": answer.item, "repeat": answer.repeat}
    if answer.value is not None:
        payload["value"] = answer.value
    if answer.outcome is not None:
        payload["outcome"] = answer.outcome
    photos = taken.get((answer.item, answer.repeat), [])
    if photos:
        payload["photos"] = photos
    subject = result_id(walk, answer.item, answer.repeat)
    members = {"def": cited, "media": photos}
    return tablet.op("result.record@1", "result", subject, payload, **members)


def _picture(walk: UUID, slot: Slot, *what: str) -> bytes:
    """A real JPEG with bytes of its own; what follows its end (FF D9) decoders do not read."""
    return _jpeg() + "\n".join([walk.hex, *slot, *what]).encode()


@cache
def _jpeg() -> bytes:
    buffer = BytesIO()
    Image.linear_gradient("L").resize(_SIZE_PX).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()
