"""A process to be cut from its power: takes photos in parts and says what was acknowledged.

Run as a program with a JSON line of ``Orders`` on standard input.  It goes on with the uploads that
the orders name, then begins new ones, three at a time, and prints a line for each thing that a
tablet would have been told:

    begun UPLOAD NUMBER     the upload is made; its photo is ``photo(NUMBER)``
    there UPLOAD OFFSET     so many bytes are there
    stored UPLOAD           the photo is stored
    gone UPLOAD             the server has lost it
"""

import asyncio
import hashlib
import itertools
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec

from fieldops.flow import receive
from fieldops.flow.begin import Wanted
from fieldops.flow.receive import Checksum, Part
from fieldops.flow.spool import Segment
from fieldops.flow.upload import Uploads
from fieldops.model.problem import ProblemError
from fieldops.store.blobs.disk import DiskBlobs
from fieldops.store.engine import open_store
from fieldops_sync.wire import Limits

TASKS = 3
PHOTO_BYTES = (100_000, 600_000)
PART_BYTES = (20_000, 300_000)
PIECE_BYTES = 32 * 1024
_FLUSH_BYTES = 80_000
"""Long parts are acknowledged on the way, as those of 4 MiB are in earnest."""


class Orders(msgspec.Struct):
    """For whom, where, and what to go on with: (upload, number of its photo)."""

    url: str
    folder: str
    device: UUID
    going: list[tuple[UUID, int]]
    first: int
    syncs: bool = True
    """False: nothing of a photo is made durable, but all of it acknowledged."""


def photo(number: int) -> bytes:
    """The bytes of a photo; none is like another."""
    dice = Random(number)
    return dice.randbytes(dice.randint(*PHOTO_BYTES))


def open_uploads(orders: Orders) -> Uploads:
    """The uploads of one server process."""
    folder = Path(orders.folder)
    blobs = DiskBlobs(folder / "blobs")
    return Uploads(open_store(orders.url), blobs, folder / "spool", Limits(), _clock)


async def main(orders: Orders) -> None:
    """Take photos until the power goes."""
    receive.FLUSH_BYTES = _FLUSH_BYTES
    if not orders.syncs:
        Segment.sync = lambda _self: None  # type: ignore[assignment,method-assign]
    uploads, going, numbers = (
        open_uploads(orders),
        iter(orders.going),
        itertools.count(orders.first),
    )
    await asyncio.gather(*(_work(uploads, orders, going, numbers) for _ in range(TASKS)))


async def _work(
    uploads: Uploads,
    orders: Orders,
    going: Iterator[tuple[UUID, int]],
    numbers: Iterator[int],
) -> None:
    for upload, number in going:
        await _send(uploads, orders.device, upload, number)
    for number in numbers:
        data = photo(number)
        wanted = Wanted(orders.device, hashlib.sha256(data).digest(), len(data), "image/jpeg")
        row = await uploads.create(wanted)
        _say("begun", row.id, number)
        await _send(uploads, orders.device, row.id, number)


async def _send(uploads: Uploads, device: UUID, upload: UUID, number: int) -> None:
    data, dice, state = photo(number), Random(number), "open"
    try:
        at = (await uploads.head(device, upload)).offset_bytes
        while state != "done":
            part = data[at : at + dice.randint(*PART_BYTES)]
            check = Checksum("sha256", hashlib.sha256(part).digest())
            given = Part(at, dice.choice([None, check]), len(part))
            row = await uploads.write(device, upload, given, _pieces(part))
            at, state = row.offset_bytes, row.state
            _say("there", upload, at)
        _say("stored", upload)
    except ProblemError:
        _say("gone", upload)


async def _pieces(part: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(part), PIECE_BYTES):
        yield part[at : at + PIECE_BYTES]


def _clock() -> int:
    return time.time_ns() // 1_000_000


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(sys.stdin.readline(), type=Orders)))
