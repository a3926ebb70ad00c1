"""Sightings and lookalikes as rows, on SQLite and PostgreSQL."""

import random
from collections.abc import Iterator
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.factories import NOON_MS, Server, running

from fieldops.model.picture import Measures, Picture
from fieldops.store import lookalikes, media, pictures, sightings
from fieldops.store.pictures import BANDS, PictureRow, bands, signed
from fieldops.store.sightings import Sighting, Standing
from fieldops_sync.ids import uuid7
from fieldops_sync.payloads import PictureFacts

SHA, OTHER = b"\x01" * 32, b"\xff" * 32
SITE, WALK, DEVICE = uuid7(), uuid7(), uuid7()


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as found:
        yield found


def sighting(no: int, **members: Any) -> Sighting:
    plain: dict[str, Any] = {"subject": uuid7(), "sha256": SHA, "feed": SITE, "parent": WALK}
    return Sighting(no=no, **{**plain, **members})


def put(server: Server, *rows: Sighting) -> None:
    server.do(lambda s: sightings.put(s, rows))


def test_a_photo_keeps_its_number_and_its_device(server: Server):
    first = sighting(7, item="floor", day="2026-11-21", device=DEVICE, counter=3, risk=40)
    put(server, first)
    again = replace(first, no=9, item="glass", device=None, counter=4, risk=None)
    put(server, again)
    found = server.look(lambda s: sightings.get(s, [first.subject, uuid7()]))
    assert found == {first.subject: replace(again, no=7, device=DEVICE)}


def test_photos_of_bytes_come_in_the_order_of_their_arrival(server: Server):
    rows = [sighting(no, sha256=OTHER if no % 2 else SHA) for no in (5, 3, 4, 2)]
    put(server, *rows, sighting(1, sha256=b"\x02" * 32))
    found = server.look(lambda s: sightings.of_bytes(s, [SHA, OTHER]))
    assert [one.no for one in found] == [2, 3, 4, 5]
    assert server.look(lambda s: sightings.of_bytes(s, [])) == []


def test_only_so_many_twins_are_compared(server: Server):
    put(server, *[sighting(no) for no in range(sightings.TWINS_MAX + 5, 0, -1)])
    found = server.look(lambda s: sightings.of_bytes(s, [SHA]))
    assert [one.no for one in found] == list(range(1, sightings.TWINS_MAX + 1))


def test_the_numbers_around_a_photos_own(server: Server):
    counters = (1, 2, 5, 5, 9)
    put(server, *[sighting(no, device=DEVICE, counter=at) for no, at in enumerate(counters)])
    put(server, sighting(20, device=uuid7(), counter=6), sighting(21, device=DEVICE))

    def around(counter: int) -> tuple[int | None, int | None]:
        def query(session: Any) -> tuple[int | None, int | None]:
            before = sightings.before(session, DEVICE, counter)
            after = sightings.after(session, DEVICE, counter)
            return before.no if before else None, after.no if after else None

        return server.look(query)

    assert around(5) == (1, 4)
    assert around(6) == (2, 4)
    assert around(1) == (None, 1)
    assert around(9) == (2, None)


def test_how_the_photos_of_inspections_stand(server: Server):
    other, nobody = uuid7(), uuid7()
    put(server, *[sighting(no, risk=risk) for no, risk in enumerate((None, 0, 40, 65))])
    put(server, sighting(9, parent=other))
    found = server.look(
        lambda s: sightings.standing(s, [one.bytes for one in (WALK, other, nobody)])
    )
    assert found == {WALK.bytes: Standing(65, 2, 3), other.bytes: Standing(0, 0, 0)}


# Lookalikes


def digits(number: int) -> str:
    return f"{number % (1 << 64):016x}"


def flipped(number: int, places: tuple[int, ...]) -> int:
    return number ^ sum(1 << place for place in places)


def add_pictures(server: Server, hashes: list[int]) -> dict[bytes, int]:
    """A picture a hash, by SHA-256."""
    named = {number.to_bytes(32, "big"): dhash for number, dhash in enumerate(hashes, 1)}

    def job(session: Any) -> None:
        for sha256, dhash in named.items():
            media.put(session, media.MediaRow(sha256, 1, "image/jpeg", "stored", NOON_MS))
            seen = Measures(digits(dhash), 100.0, 100.0, 40.0)
            row = PictureRow(sha256, Picture(PictureFacts("decoded"), seen))
            pictures.put(session, [row], NOON_MS)

    server.do(job)
    return named


def test_everything_within_eight_bits_is_found_and_nothing_else(server: Server):
    draw = random.Random(8)
    wanted = 0x8F0F_33CC_55AA_0FF1
    hashes = [flipped(wanted, tuple(draw.sample(range(64), bits))) for bits in range(14)]
    hashes += [flipped(wanted, tuple(draw.sample(range(64), 8))) for _ in range(60)]
    hashes += [flipped(wanted, tuple(draw.sample(range(64), 9))) for _ in range(60)]
    hashes += [draw.getrandbits(64) for _ in range(60)]
    named = add_pictures(server, hashes)
    for bits in range(9):
        found = server.look(partial(lookalikes.near, dhash=digits(wanted), bits=bits))
        apart = {sha: (dhash ^ wanted).bit_count() for sha, dhash in named.items()}
        assert found == {sha: far for sha, far in apart.items() if far <= bits}, bits


def test_the_highest_bit_is_a_bit_like_any_other(server: Server):
    named = add_pictures(server, [1 << 63, 0, (1 << 64) - 1])
    found = server.look(lambda s: lookalikes.near(s, digits(0)))
    assert [named[sha] for sha in found] in ([1 << 63, 0], [0, 1 << 63])
    assert sorted(found.values()) == [0, 1]


def test_undecodable_pictures_are_near_to_nothing(server: Server):
    server.do(lambda s: media.put(s, media.MediaRow(SHA, 1, "image/jpeg", "stored", NOON_MS)))
    row = PictureRow(SHA, Picture(PictureFacts("undecodable", reason="damaged")))
    server.do(lambda s: pictures.put(s, [row], NOON_MS))
    assert server.look(lambda s: lookalikes.near(s, digits(0))) == {}


@pytest.mark.parametrize("number", range(3))
def test_every_neighbour_of_a_band_is_asked_for_once(number: int):
    width, value = BANDS[number], bands(signed("8f0f33cc55aa0ff1"))[number]
    asked = lookalikes.neighbours(value, width, 2)
    pairs = {flipped(value, places) for places in combinations(range(width), 2)}
    assert len(asked) == len(set(asked)) == 1 + width + width * (width - 1) // 2
    assert pairs <= set(asked)
    assert max(asked) < 1 << width


def test_distance_counts_bits_of_signed_numbers():
    assert lookalikes.distance(-1, 0) == 64
    assert lookalikes.distance(signed("8000000000000000"), 0) == 1
    assert lookalikes.distance(5, 5) == 0


def test_ids_of_photos_are_not_mixed_up(server: Server):
    """Rows are sorted by id before they are put: each keeps its own values."""
    rows = [sighting(no, subject=UUID(int=1000 - no), item=str(no)) for no in range(5)]
    put(server, *rows)
    found = server.look(lambda s: sightings.get(s, [row.subject for row in rows]))
    assert found == {row.subject: row for row in rows}
