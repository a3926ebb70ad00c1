"""A house whose bytes are cared for: collectors, scrubbers, and what they must leave true."""

import asyncio
import io
from typing import BinaryIO

from sqlalchemy import text
from tests.flow.uploading import House, send_whole, sha256

from fieldops.flow.care import writer
from fieldops.flow.collect import Collector, Write
from fieldops.flow.react import DirectHandin
from fieldops.flow.scrub import Scrubber
from fieldops.store import media
from fieldops.store.blobs import BlobStore

DAY_MS = 24 * 3600 * 1000
GRACE_MS = 30 * DAY_MS


def write(house: House) -> Write:
    return writer(DirectHandin(house.store, house.clock))


def collector(house: House, blobs: BlobStore | None = None) -> Collector:
    return Collector(house.store, blobs or house.blobs, write(house), GRACE_MS)


def scrubber(house: House) -> Scrubber:
    return Scrubber(house.store, house.blobs, write(house), days=30)


def later(house: House, days: float) -> int:
    """The house's clock goes on."""
    house.clock.now_ms += int(days * DAY_MS)
    return house.clock.now_ms


def store(house: House, data: bytes) -> str:
    """Bytes arrive; their SHA-256."""
    asyncio.run(send_whole(house, house.process(), data))
    return sha256(data)


def put_blob(house: House, data: bytes) -> str:
    """Bytes lie in the store, and nobody has said so."""
    house.blobs.inner.put(sha256(data), io.BytesIO(data), len(data))
    return sha256(data)


def row(house: House, digest: str) -> media.MediaRow | None:
    key = bytes.fromhex(digest)
    return house.look(lambda session: media.get(session, [key])).get(key)


def state(house: House, digest: str) -> str:
    found = row(house, digest)
    return "" if found is None else found.state


def dangling(house: House) -> list[str]:
    """What the database calls stored and the store does not have, or not with this hash."""
    query = text("SELECT sha256 FROM media WHERE state = 'stored'")
    names = house.look(lambda session: [bytes(one[0]).hex() for one in session.execute(query)])
    return [name for name in names if not _is_there(house.blobs, name)]


def orphans(house: House) -> list[str]:
    """What lies in the store and no record names."""
    query = text("SELECT DISTINCT sha256 FROM media_ref")
    named = house.look(lambda session: {bytes(one[0]).hex() for one in session.execute(query)})
    return [one.sha256 for one in house.blobs.list() if one.sha256 not in named]


def _is_there(blobs: BlobStore, name: str) -> bool:
    if blobs.head(name) is None:
        return False
    with blobs.get(name) as source:
        return sha256(_all(source)) == name


def _all(source: BinaryIO) -> bytes:
    return source.read()
