"""The reader that judges photos: what it notes, when it judges again, and what it leaves alone."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlmodel import Session
from tests.factories import BOOT, HOUR_MS
from tests.flow.following import default_reader, keeper
from tests.flow.judging import HASH, Judging, digest, judging

from fieldops.flow import setup
from fieldops.flow.enter import enter_server, server_op
from fieldops.flow.evidence import EvidenceReader
from fieldops.flow.follow import LogReader, step
from fieldops.flow.plugins import plugin_states
from fieldops.flow.setup import SYSTEM
from fieldops.store import batch, quarantine
from fieldops_sync.ids import uuid7
from fieldops_sync.payloads import PictureFacts

FENCE = {"latitude": "31.23", "longitude": "121.47", "radius_m": "300"}
FAR = (1 << 64) - 1 ^ HASH


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Judging]:
    with judging(database_url, tmp_path) as made:
        yield made


@pytest.fixture
def quick(sqlite_database: str, tmp_path: Path) -> Iterator[Judging]:
    """For what does not depend on the database."""
    with judging(sqlite_database, tmp_path) as made:
        yield made


def taken(wall: str, mono: int = 1000, boot: str = BOOT) -> dict[str, Any]:
    return {"wall": wall, "mono": mono, "boot": boot}


# What is noted


def test_a_photo_without_anything_to_note_is_judged_once(desk: Judging):
    photo = desk.attach("a", item="floor")
    desk.judge()
    assert desk.risk(photo) is None, "it has not come yet"
    desk.store("a")
    desk.judge()
    assert desk.risk(photo) is None, "it was not looked at yet"
    desk.look("a")
    desk.judge()
    body = desk.record(photo).body
    assert (body["notes"], body["risk"]) == ([], 0)
    assert desk.sighting(photo).risk == 0


def test_the_same_bytes_at_another_item_are_noted_on_the_later_photo(desk: Judging):
    walk = uuid7()
    first = desk.attach("a", walk=walk, item="floor")
    second = desk.attach("a", walk=walk, item="glass")
    desk.show("a")
    desk.judge()
    assert desk.codes(first, second) == [[], ["same-bytes"]]
    note = desk.notes(second)["same-bytes"]
    assert note["weight"] == 40
    assert set(note["titles"]) == {"zh-CN", "en"}
    assert note["evidence"] == {
        "photo": str(first),
        "inspection": str(walk),
        "site": str(desk.company.site),
        "item": "floor",
        "date": "2026-11-21",
        "differs": "item",
    }
    assert (desk.risk(second), desk.sighting(second).risk) == (40, 40)


def test_a_photo_whose_names_hold_a_nul_is_judged_like_any_other(desk: Judging):
    first = desk.attach("a", item="fl\0or", repeat="\0")
    second = desk.attach("a", item="fl\0or", repeat="\0")
    desk.show("a")
    desk.judge()
    assert (desk.risk(first), desk.sighting(first).item) == (0, "fl\ufffdor")
    assert "differs" not in str(desk.notes(second))


def test_a_near_duplicate_at_another_site_is_noted_up_to_eight_bits(desk: Judging):
    there = desk.tablet("there", desk.company.other_site)
    first = desk.attach("a", item="floor")
    desk.show("a")
    others = {}
    for bits in (7, 8, 9):
        others[bits] = desk.attach(f"copy {bits}", there, item="floor")
        desk.show(f"copy {bits}", dhash=HASH ^ ((1 << bits) - 1) << 20)
    desk.judge()
    assert desk.codes(first) == [[]]
    found = desk.notes(others[7])["near-duplicate"]["evidence"]
    assert (found["photo"], found["bits"], found["differs"]) == (str(first), "7", "site")
    assert desk.notes(others[8])["near-duplicate"]["evidence"]["photo"] == str(first)
    # Nine bits from the first, and near to its own copies only, which are of the same place.
    assert desk.codes(others[9]) == [[]]


def test_the_same_item_shot_again_is_no_note_but_another_day_is(desk: Judging):
    walk = uuid7()
    photos = [desk.attach(name, walk=walk, item="floor") for name in ("a", "b", "b")]
    desk.show("a")
    desk.show("b")
    desk.judge()
    assert desk.codes(*photos) == [[], [], []]
    desk.server.clock.forward(4)  # midnight in Shanghai
    late = desk.attach("b", desk.tablet("two"), walk=walk, item="floor")
    desk.judge()
    desk.look("b")
    desk.judge()
    assert desk.sighting(late).day == "2026-11-22"
    assert desk.notes(late)["same-bytes"]["evidence"]["differs"] == "date"


def test_plain_pictures_are_compared_by_their_bytes_only(desk: Judging):
    photos = [desk.attach(name, item=name) for name in ("a", "b")]
    for name in ("a", "b"):
        desk.show(name, contrast=3.0)
    desk.judge()
    assert desk.codes(*photos) == [[], []]


def test_the_sites_fence_and_zone_count(desk: Judging):
    site = {"name": "翠湖花园", "fence": FENCE, "timezone": "America/New_York"}
    desk.server.do(lambda s: setup.put_site(s, desk.company.site, site, SYSTEM, 0))
    facts = PictureFacts("decoded", latitude="31.25", longitude="121.47")
    photo = desk.attach("a", latitude="31.2301", longitude="121.47", accuracy_m="5")
    desk.show("a", facts=facts)
    desk.judge()
    assert desk.codes(photo) == [["outside-fence", "gps-disagrees"]]
    assert desk.notes(photo)["outside-fence"]["evidence"] == {"exif_m": "1924", "radius_m": "300"}
    assert desk.sighting(photo).day == "2026-11-21"


def test_times_are_corrected_before_they_are_judged(desk: Judging):
    old = "1970-01-01T08:00:00+08:00"
    at = {"wall": old, "mono": 1000, "boot": BOOT}
    photo = desk.attach("a", at=at, taken=taken(old))
    agreeing = PictureFacts("decoded", taken="1970-01-01T08:00:00")
    desk.show("a", facts=agreeing)
    days = 10 * 24 * HOUR_MS
    late = desk.attach("b", taken=taken("2026-11-11T20:00:00+08:00", mono=1000 - days))
    desk.show("b", dhash=FAR)
    lost = desk.attach("c", taken=taken("2036-11-21T20:00:00+08:00", boot="gone"))
    desk.show("c", dhash=HASH ^ 0xFFFF)
    desk.judge()
    assert desk.codes(photo, late, lost) == [[], ["late-claim"], ["claimed-time"]]
    assert desk.sighting(photo).day == "2026-11-21"
    assert desk.sighting(late).day == "2026-11-11"


def test_an_unreadable_clock_and_an_edit_at_a_desk_do_not_confuse_it(desk: Judging):
    photo = desk.attach("a", at={"wall": "noon", "mono": 1, "boot": "gone"}, item="floor")
    desk.show("a")
    desk.judge()
    assert desk.codes(photo) == [["claimed-time"]]
    desk.server.clock.forward(24 * 20)
    state = desk.record(photo)
    base = [str(head) for head in state.heads]
    desk.attach("a", desk.tablet("two"), subject=photo, walk=state.parent, base=base, item="glass")
    desk.judge()
    seen = desk.sighting(photo)
    assert (seen.item, seen.device) == ("glass", desk.tablet().device)
    assert desk.codes(photo) == [["claimed-time"]], "an edit later on is no late claim"


def test_what_cannot_be_opened_is_noted(desk: Judging):
    photo = desk.attach("a")
    desk.show("a", facts=PictureFacts("undecodable", reason="truncated"))
    desk.judge()
    assert desk.notes(photo)["undecodable"]["evidence"] == {"reason": "truncated"}
    assert desk.risk(photo) == 30


# Gaps


def test_a_gap_closes_when_the_missing_photo_comes(desk: Judging):
    first = desk.attach("1", counter=1)
    fourth = desk.attach("4", counter=4)
    ninth = desk.attach("9", counter=9)
    for at, name in enumerate(("1", "4", "9")):
        desk.show(name, dhash=HASH ^ 0x3FFF << 14 * at)
    desk.judge()
    assert desk.codes(first, fourth, ninth) == [[], ["counter-gap"], ["counter-gap"]]
    assert desk.notes(fourth)["counter-gap"]["evidence"] == {"missing": "2–3", "count": "2"}
    desk.attach("2", counter=2)
    desk.judge()
    assert desk.notes(fourth)["counter-gap"]["evidence"] == {"missing": "3", "count": "1"}
    third = desk.attach("3", counter=3)
    desk.void("photo", third)
    desk.judge()
    assert (desk.codes(fourth), desk.risk(fourth)) == ([[]], 0), "a voided photo has come as well"
    assert desk.codes(ninth) == [["counter-gap"]]


def test_every_device_counts_by_itself(desk: Judging):
    mine = desk.attach("1", counter=1)
    other = desk.attach("5", desk.tablet("two"), counter=5)
    again = desk.attach("6", counter=1)
    for at, name in enumerate(("1", "5", "6")):
        desk.show(name, dhash=HASH ^ 0x3FFF << 14 * at)
    desk.judge()
    assert desk.codes(mine, other, again) == [[], [], []]


# Judged again


def test_an_earlier_photo_whose_bytes_come_late_is_named_all_the_same(desk: Judging):
    first = desk.attach("a", item="floor")
    second = desk.attach("b", item="glass")
    desk.show("b", dhash=HASH ^ 1)
    desk.judge()
    assert desk.codes(second) == [[]]
    desk.show("a")
    desk.judge()
    assert desk.codes(first, second) == [[], ["near-duplicate"]]
    assert desk.notes(second)["near-duplicate"]["evidence"]["photo"] == str(first)


def test_a_voided_photo_takes_its_notes_with_it(desk: Judging):
    first = desk.attach("a", item="floor")
    second = desk.attach("a", item="glass")
    third = desk.attach("b", item="door")
    desk.show("a")
    desk.show("b", dhash=HASH ^ 1)
    desk.judge()
    assert desk.codes(second, third) == [["same-bytes"], ["near-duplicate"]]
    desk.void("photo", first)
    desk.judge()
    assert desk.codes(second) == [[]]
    assert desk.notes(third)["near-duplicate"]["evidence"]["photo"] == str(second)
    assert desk.sighting(first).risk is None
    before = desk.head()
    desk.judge_again()
    assert desk.head() == before


def test_the_photos_of_a_voided_walk_count_no_more(desk: Judging):
    walk = uuid7()
    tablet = desk.tablet()
    start = tablet.op("inspection.start@1", subject={"kind": "inspection", "id": str(walk)})
    tablet.receipts_of([start])
    desk.attach("a", walk=walk, item="floor")
    second = desk.attach("a", item="glass")
    desk.show("a")
    desk.judge()
    assert desk.codes(second) == [["same-bytes"]]
    desk.void("inspection", walk)
    desk.judge()
    assert (desk.codes(second), desk.risk(second)) == ([[]], 0)


def test_a_removed_photo_keeps_its_notes(desk: Judging):
    desk.attach("a", item="floor")
    photo = desk.attach("a", item="glass")
    desk.show("a")
    desk.judge()
    payload = {"sha256": digest("a"), "reason": "retention"}

    def remove(session: Session) -> None:
        subject = ("photo", photo)
        op = server_op("media.removed@1", subject, desk.company.site, "care", payload)
        assert not enter_server(session, [op], 0).quarantined
        batch.run(session, "DELETE FROM picture")

    desk.server.do(remove)
    desk.judge()
    assert (desk.record(photo).state, desk.codes(photo)) == ("removed", [["same-bytes"]])


@pytest.mark.parametrize("seed", range(3))
def test_what_is_noted_does_not_depend_on_the_order_of_the_bytes(
    sqlite_database: str, tmp_path: Path, seed: int
):
    """Ops come in one order; bytes, looks and pages in any: the notes come out the same."""
    names = ["a", "b", "c", "d", "a", "e"]
    hashes = {"a": HASH, "b": HASH ^ 0xF, "c": FAR, "d": HASH ^ 0xFF, "e": FAR ^ 1}
    with judging(sqlite_database, tmp_path) as desk:
        photos = [desk.attach(name, item=str(at), counter=at + 1) for at, name in enumerate(names)]
        order = sorted(hashes)
        random.Random(seed).shuffle(order)
        for name in order:
            desk.show(name, dhash=hashes[name])
            if seed:
                desk.judge()
        desk.judge()
        near = {at: desk.notes(photo) for at, photo in enumerate(photos)}
        named = {
            at: {code: photos.index(UUID(one["evidence"]["photo"])) for code, one in found.items()}
            for at, found in near.items()
        }
    assert named == {
        0: {},
        1: {"near-duplicate": 0},
        2: {},
        3: {"near-duplicate": 1},
        4: {"same-bytes": 0, "near-duplicate": 1},
        5: {"near-duplicate": 2},
    }


# Replays, loops, faults


def test_a_replay_of_the_log_adds_nothing(desk: Judging):
    for at, name in enumerate(("a", "a", "b", "c")):
        desk.attach(name, item=str(at), counter=at * 2)
    desk.show("a")
    desk.show("b", dhash=HASH ^ 1)
    desk.judge()
    before = desk.head(), _sightings(desk)
    assert before[1]
    desk.judge_again()
    assert (desk.head(), _sightings(desk)) == before


def _sightings(desk: Judging) -> list[Any]:
    return desk.server.look(
        lambda s: batch.run(s, "SELECT subject, no, day, risk FROM sighting ORDER BY no")
    )


def test_both_databases_note_the_same(sqlite_database: str, postgres_database: str, tmp_path: Path):
    found = []
    for url, folder in ((sqlite_database, "one"), (postgres_database, "two")):
        with judging(url, tmp_path / folder) as desk:
            photos = [
                desk.attach(name, item=str(at), counter=at * 2)
                for at, name in enumerate(("a", "b", "a", "c"))
            ]
            for name, dhash in (("c", HASH ^ 3), ("a", HASH), ("b", FAR)):
                desk.show(name, dhash=dhash)
            desk.judge()
            found.append([(desk.codes(photo), desk.risk(photo)) for photo in photos])
            numbers = [desk.sighting(photo).no for photo in photos]
            assert numbers == sorted(numbers)
    assert found[0] == found[1]
    assert found[0][2] == ([["same-bytes", "counter-gap"]], 55)


def test_pages_that_end_anywhere_give_the_same(quick: Judging, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(EvidenceReader, "page_changes", 1)
    photos = [quick.attach(name, item=name, counter=at) for at, name in enumerate("ab")]
    quick.show("b", dhash=HASH ^ 1)
    quick.show("a")
    quick.judge()
    assert quick.codes(*photos) == [[], ["near-duplicate"]]


def test_notes_make_no_plugin_and_no_keeper_work(quick: Judging):
    tablet, walk = quick.tablet(), uuid7()
    subject = {"kind": "inspection", "id": str(walk)}
    tablet.receipts_of([tablet.op("inspection.start@1", subject=subject)])
    photo = quick.attach("a", walk=walk, item="floor")
    quick.show("a")
    base = [str(head) for head in quick.record(walk).heads]
    sent = tablet.op("inspection.submit@1", subject=subject, base=base, photos=1)
    tablet.receipts_of([sent])
    readers: list[LogReader] = [default_reader(), keeper()]
    for reader in readers:
        quick.judge(reader)
    assert quick.record(walk).state == "sealed"
    revision = quick.record(walk).revision
    quick.judge()
    assert quick.risk(photo) == 0
    for reader in readers:
        before = quick.head()
        quick.judge(reader)
        assert quick.head() == before
    assert (quick.record(walk).state, quick.record(walk).revision) == ("sealed", revision)
    assert quick.record(photo).state == "stored"


def test_a_photo_that_cannot_be_judged_holds_up_no_other(quick: Judging):
    bad, good = quick.attach("a", item="floor"), quick.attach("b", item="glass")
    broken = quick.attach("c", item="door")
    for name in "ab":
        quick.show(name, dhash=HASH if name == "a" else FAR)
    quick.show("c", dhash=HASH ^ 0xFFFF)

    def spoil(session: Session) -> None:
        """As a conflict resolved to something that no tablet sends would leave it."""
        for photo, name, more in ((bad, "a", {"taken": 5}), (broken, "c", {"picture": {"x": 1}})):
            body = msgspec.json.encode({"sha256": digest(name), **more})
            query = "UPDATE record SET body = :body WHERE id = :id"
            batch.run(session, query, body=body, id=photo.bytes)

    quick.server.do(spoil)
    quick.judge()
    assert quick.risk(good) == 0
    assert quick.risk(bad) is None


def test_what_is_voided_while_it_is_judged_goes_to_no_quarantine(desk: Judging):
    desk.attach("a", item="floor")
    photo = desk.attach("a", item="glass")
    desk.show("a")
    reader = desk.reader()
    store = desk.server.core.store

    def handin(request: Any) -> Any:
        desk.void("photo", photo)
        return desk.handin(request)

    assert step(store, handin, reader, 3) is not None
    desk.judge(reader)
    assert desk.server.look(lambda s: quarantine.page(s, "open", "", None)) == []
    assert (desk.risk(photo), desk.sighting(photo).risk) == (None, None)


def test_the_reader_is_no_plugin(quick: Judging):
    quick.attach("a")
    quick.judge()
    states = quick.server.look(lambda s: plugin_states(s, quick.server.core.settings))
    assert "evidence" not in {one.name for one in states}


def test_a_used_up_note_may_stand_again(desk: Judging):
    """A note that went and comes back is another op: its cause tells them apart."""
    first = desk.attach("1", counter=1)
    third = desk.attach("3", counter=3)
    desk.show("3")
    desk.judge()
    assert desk.codes(third) == [["counter-gap"]]
    second = desk.attach("2", counter=2)
    desk.judge()
    assert desk.codes(third) == [[]]
    _edit(desk, "2", second, counter=7)
    _edit(desk, "3", third, counter=3, caption="a rail")
    desk.judge()
    assert desk.codes(first, third) == [[], ["counter-gap"]]


def _edit(desk: Judging, name: str, photo: UUID, **given: Any) -> None:
    state = desk.record(photo)
    base = [str(head) for head in state.heads]
    desk.attach(name, subject=photo, walk=state.parent, base=base, **given)
