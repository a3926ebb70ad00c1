"""Orphans are collected, and nothing else, whatever happens at the same moment."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.flow.caring import (
    DAY_MS,
    GRACE_MS,
    collector,
    dangling,
    later,
    orphans,
    put_blob,
    row,
    state,
    store,
    write,
)
from tests.flow.test_upload_finish import complete
from tests.flow.uploading import House, SwitchedBlobs, picture, send_whole, sha256

from fieldops.flow.carework import Condemn
from fieldops.flow.collect import Collected
from fieldops.flow.finish import finish
from fieldops.flow.land import keep
from fieldops.flow.spool import Spool
from fieldops.store import meta
from fieldops.store.blobs import BlobKept, BlobStoreDown
from fieldops.store.turn import turn


class Between(SwitchedBlobs):
    """A real store; what is given happens right after a put, before anybody records it."""

    def __init__(self, inner: SwitchedBlobs, then: Callable[[], object]) -> None:
        super().__init__(inner.inner)
        self._then = [then]

    def put(self, sha256: str, source: object, size_bytes: int, afresh: bool = False) -> None:
        super().put(sha256, source, size_bytes, afresh)  # type: ignore[arg-type]
        if self._then:
            self._then.pop()()


class Stubborn(SwitchedBlobs):
    """A real store that deletes nothing, or dies over it."""

    def __init__(self, inner: SwitchedBlobs, error: BaseException) -> None:
        super().__init__(inner.inner)
        self._error = error

    def delete(self, _sha256: str) -> None:
        raise self._error


def test_an_orphan_goes_when_its_grace_is_over(house: House):
    digest = store(house, data := picture(1000))
    assert collector(house).run(later(house, 29)) == Collected(0, 0, 0)
    assert house.stored(data)
    assert collector(house).run(later(house, 2)) == Collected(1, 0, 0)
    assert not house.stored(data)
    assert state(house, digest) == "gone"
    assert len(house.audited("media.collect")) == 1
    assert house.status(data) == ["unknown"] or house.status(data) == ["awaiting"]
    assert [one.way for one in house.plan(data)] == ["tus"]


def test_what_a_record_names_stays_for_ever(house: House):
    digest = store(house, data := picture(1000))
    house.attach(digest)
    assert collector(house).run(later(house, 4000)) == Collected(0, 0, 0)
    assert house.stored(data)


def test_have_renews_the_grace(house: House):
    store(house, data := picture(1000))
    later(house, 29)
    assert [one.way for one in house.plan(data)] == ["have"]
    assert collector(house).run(later(house, 29)).orphans == 0
    assert collector(house).run(later(house, 2)).orphans == 1


def test_nothing_is_collected_while_collection_is_paused(house: House):
    store(house, picture(1000))
    now_ms = later(house, 40)
    house.do(lambda s: meta.put(s, meta.COLLECTION_PAUSED_MS, str(now_ms + DAY_MS)))
    assert collector(house).run(now_ms).orphans == 0
    assert collector(house).run(later(house, 2)).orphans == 1


def test_bytes_that_an_op_in_quarantine_names_stay(house: House):
    """It has custody: repaired weeks later, its photo must still be there."""
    digest = store(house, picture(1000))
    statement = text(
        "INSERT INTO quarantine (op_id, hash, raw, source, seq, device, site, type, reason,"
        " receipt, received_ms, state, note) VALUES (:id, :id, :raw, 0, NULL, NULL, NULL, '',"
        " 'schema', :raw, 0, :state, '')"
    )
    raw = f'{{"payload": {{"sha256": "{digest}"}}}}'.encode()
    bound = {"id": uuid4().bytes, "raw": raw, "state": "open"}
    house.do(lambda session: session.execute(statement, bound) and None)
    assert collector(house).run(later(house, 40)).orphans == 0
    house.do(lambda s: s.execute(text("UPDATE quarantine SET state = 'discarded'")) and None)
    assert collector(house).run(later(house, 1)).orphans == 1


def test_a_stray_blob_has_its_grace_from_when_it_was_found(house: House):
    digest = put_blob(house, b"put, and then the server died")
    assert collector(house).run(house.clock()).strays == 1
    assert collector(house).run(later(house, 29)) == Collected(0, 0, 0)
    assert collector(house).run(later(house, 2)).orphans == 1
    assert orphans(house) == []
    assert state(house, digest) == "gone"


def test_a_stray_that_arrives_after_all_is_stored(house: House):
    digest = put_blob(house, data := picture(1000))
    collector(house).run(house.clock())
    store(house, data)
    assert state(house, digest) == "stored"


def test_rows_of_what_is_long_gone_are_forgotten(house: House):
    digest = store(house, picture(1000))
    collector(house).run(later(house, 40))
    collector(house).run(later(house, 40))
    assert row(house, digest) is None


def test_a_crash_after_the_verdict_is_finished_by_the_next_round(house: House):
    digest = store(house, data := picture(1000))
    now_ms = later(house, 40)
    dying = collector(house, Stubborn(house.blobs, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        dying.run(now_ms)
    assert state(house, digest) == "condemned"
    assert [one.way for one in house.plan(data)] == ["tus"]
    assert collector(house).run(now_ms).orphans == 1
    assert state(house, digest) == "gone"


def test_a_crash_after_the_deletion_is_finished_by_the_next_round(house: House):
    digest = store(house, picture(1000))
    write(house)(Condemn([digest], later(house, 40)))
    house.blobs.delete(digest)
    assert collector(house).run(house.clock()).orphans == 1
    assert state(house, digest) == "gone"


def test_what_the_store_would_not_delete_waits(house: House):
    store(house, picture(1000))
    store(house, picture(1000))
    now_ms = later(house, 40)
    stubborn = Stubborn(house.blobs, BlobStoreDown("locked"))
    assert collector(house, stubborn).run(now_ms) == Collected(0, 0, 2)
    assert collector(house).run(now_ms) == Collected(2, 0, 0)


def test_what_the_store_keeps_by_its_own_rule_may_still_come_again(house: House):
    """A bucket's retention outlives our grace: an upload of the same bytes must not wait for it."""
    digest = store(house, data := picture(1000))
    kept = Stubborn(house.blobs, BlobKept("locked for a year"))
    assert collector(house, kept).run(later(house, 40)) == Collected(0, 0, 1)
    assert state(house, digest) == "stray"
    write(house)(Condemn([digest], later(house, 40)))
    row_ = complete(house, data)
    assert finish(house.store, kept, Spool(house.spool_dir), row_.id, house.clock()) == "stored"
    assert dangling(house) == []


def test_whoever_comes_while_another_collects_goes_away(house: House):
    store(house, picture(1000))
    now_ms = later(house, 40)
    with turn(house.store) as insist:
        assert insist is not None
        insist()
        assert collector(house).run(now_ms) == Collected(ran=False)
    assert collector(house).run(now_ms).orphans == 1


def test_bytes_that_arrive_while_they_are_condemned_are_stored_at_once(house: House):
    """The collector died: whoever brings the bytes finishes its work first."""
    digest = store(house, data := picture(1000))
    write(house)(Condemn([digest], later(house, 40)))
    store(house, data)
    assert state(house, digest) == "stored"
    assert house.stored(data)


def test_bytes_that_arrive_while_somebody_deletes_wait_for_it(house: House):
    digest = store(house, data := picture(1000))
    row_ = complete(house, data)
    write(house)(Condemn([digest], later(house, 40)))
    spool = Spool(house.spool_dir)
    with turn(house.store):
        assert finish(house.store, house.blobs, spool, row_.id, house.clock()) == "down"
    assert finish(house.store, house.blobs, spool, row_.id, house.clock()) == "stored"
    assert dangling(house) == []


def test_bytes_collected_between_put_and_record_are_put_again(house: House):
    digest = store(house, data := picture(1000))
    row_ = complete(house, data)
    now_ms = later(house, 40)
    between = Between(house.blobs, lambda: collector(house).run(now_ms))
    assert finish(house.store, between, Spool(house.spool_dir), row_.id, now_ms) == "stored"
    assert between.puts == 2
    assert state(house, digest) == "stored"
    assert dangling(house) == []


def test_without_the_generation_the_same_race_is_lost(house: House):
    """What was read after the put instead of before it guards nothing: this is what it is for."""
    digest = store(house, data := picture(1000))
    row_ = complete(house, data)
    now_ms = later(house, 40)
    put_blob(house, data)
    collector(house).run(now_ms)
    found = row(house, digest)
    assert found is not None
    assert house.do(lambda s: keep(s, found.generation, row_, now_ms))
    assert dangling(house) == [digest]


def test_what_is_put_again_and_again_waits_in_the_end(house: House):
    store(house, data := picture(1000))
    row_ = complete(house, data)

    class Always(SwitchedBlobs):
        def put(self, sha256: str, source: object, size_bytes: int, afresh: bool = False) -> None:
            super().put(sha256, source, size_bytes, afresh)  # type: ignore[arg-type]
            house.do(lambda s: s.execute(text("UPDATE media SET generation = generation + 1")))

    always = Always(house.blobs.inner)
    spool = Spool(house.spool_dir)
    assert finish(house.store, always, spool, row_.id, house.clock()) == "down"
    assert finish(house.store, house.blobs, spool, row_.id, house.clock()) == "stored"


def test_a_photo_that_names_condemned_bytes_awaits_them(house: House):
    digest = store(house, data := picture(1000))
    write(house)(Condemn([digest], later(house, 40)))
    photo = house.attach(digest)
    assert house.photo(photo).state == "awaiting"
    assert house.status(data) == ["awaiting"]
    asyncio.run(send_whole(house, house.process(), data))
    assert house.photo(photo).state == "stored"
    assert collector(house).run(later(house, 100)).orphans == 0
    assert house.stored(data)


def test_what_was_touched_after_it_was_found_is_not_condemned(house: House):
    digest = store(house, data := picture(1000))
    found = list(collector(house).orphans(later(house, 40)))
    assert found == [digest]
    house.plan(data)
    assert write(house)(Condemn(found, house.clock() - GRACE_MS)) == []
    house.attach(sha256(data))
    assert write(house)(Condemn(found, house.clock() + DAY_MS)) == []
