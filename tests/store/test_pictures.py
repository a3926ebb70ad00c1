"""Pictures as rows, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import NOON_MS, Server, running

from fieldops.model.picture import Measures, Picture
from fieldops.store import media, pictures
from fieldops.store.phototables import MediaRef
from fieldops.store.pictures import Derivative, PictureRow
from fieldops_sync.ids import uuid7
from fieldops_sync.payloads import PictureFacts

SHA, OTHER = b"\x01" * 32, b"\xff" * 32
FACTS = PictureFacts("decoded", format="JPEG", width=4000, height=3000, latitude="31.2304")
MEASURES = Measures("f00000000000000f", 120.5, 99.25, 40.0)
ROW = PictureRow(
    SHA,
    Picture(FACTS, MEASURES),
    Derivative(b"\x02" * 32, 9_000, "image/webp"),
    Derivative(b"\x03" * 32, 250_000, "image/jpeg"),
)


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as found:
        yield found


def store(server: Server, *hashes: bytes, state: str = "stored") -> None:
    for sha256 in hashes:
        row = media.MediaRow(sha256, 5_000_000, "image/jpeg", state, NOON_MS)  # type: ignore[arg-type]
        server.do(lambda s, row=row: media.put(s, row))  # type: ignore[misc]


def test_picture_comes_back_as_it_was_put(server):
    store(server, SHA)
    server.do(lambda s: pictures.put(s, [ROW], NOON_MS))
    found = server.look(lambda s: pictures.get(s, [SHA, OTHER]))
    kept = PictureRow(SHA, ROW.picture, ROW.thumb, ROW.view, NOON_MS)
    assert found == {SHA: kept}


def test_later_look_stands_in_the_place_of_the_former(server):
    store(server, SHA)
    server.do(lambda s: pictures.put(s, [ROW], NOON_MS))
    bad = PictureRow(SHA, Picture(PictureFacts("undecodable", "damaged")))
    server.do(lambda s: pictures.put(s, [bad], NOON_MS + 1))
    (found,) = server.look(lambda s: pictures.get(s, [SHA])).values()
    assert found == PictureRow(SHA, bad.picture, looked_ms=NOON_MS + 1)


def test_picture_of_bytes_that_are_not_stored_is_left_out(server):
    store(server, OTHER, state="bad")
    rows = [ROW, PictureRow(OTHER, ROW.picture)]
    server.do(lambda s: pictures.put(s, rows, NOON_MS))
    assert server.look(lambda s: pictures.get(s, [SHA, OTHER])) == {}


def test_stored_bytes_that_nobody_looked_at_are_listed_in_order(server):
    hashes = [bytes([number]) * 32 for number in (5, 1, 9, 7)]
    store(server, *hashes)
    store(server, OTHER, state="bad")
    server.do(lambda s: pictures.put(s, [PictureRow(hashes[3], ROW.picture)], NOON_MS))
    first = server.look(lambda s: pictures.waiting(s, limit=2))
    assert first == [hashes[1], hashes[0]]
    assert server.look(lambda s: pictures.waiting(s, first[-1])) == [hashes[2]]
    assert len(server.look(lambda s: pictures.waiting(s, again=True))) == 4
    site = uuid7()
    named = MediaRef(sha256=hashes[3], subject=site.bytes, parent=site.bytes, feed=site.bytes)
    server.do(lambda s: s.add(named))
    assert server.look(lambda s: pictures.waiting(s, site=site)) == []
    assert server.look(lambda s: pictures.waiting(s, site=site, again=True)) == [hashes[3]]


@given(st.integers(0, 2**64 - 1))
def test_bands_are_the_pieces_of_the_hash(number):
    dhash = pictures.signed(f"{number:016x}")
    assert -(2**63) <= dhash < 2**63
    first, second, third = pictures.bands(dhash)
    assert first << 42 | second << 21 | third == number
    assert max(first, second, third) < 2**22
