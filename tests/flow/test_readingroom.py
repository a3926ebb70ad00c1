"""What the readers of one worker share, and how long it holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.flow.following import Walk, walking

from fieldops.flow import readingroom
from fieldops.flow.page import Page
from fieldops.flow.readingroom import ReadingRoom
from fieldops.flow.view import Case, Shelf
from fieldops.model.access import Level
from fieldops.store import log
from fieldops_sync.ids import uuid7


@pytest.fixture
def walk(database_url: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(database_url, tmp_path) as made:
        made.start()
        made.record("floor", "fail")
        yield made


def page(walk: Walk, room: ReadingRoom, position: int = 0) -> Page:
    return walk.server.look(lambda session: room.page(session, position))


def case(walk: Walk, room: ReadingRoom, shelf: Shelf) -> Case:
    site, inspection = walk.company.site, walk.id
    found = walk.server.look(
        lambda session: room.case(session, log.counter(session), site, inspection, shelf)
    )
    assert found is not None
    return found


def test_what_one_reader_read_the_others_need_not_while_the_log_stands(walk: Walk) -> None:
    room, first, second = ReadingRoom(), Shelf(Level.L3), Shelf(Level.L1)
    assert page(walk, room) is page(walk, room)
    assert case(walk, room, first) is case(walk, room, second)
    before = page(walk, room), case(walk, room, first)
    walk.record("glass", "fail")
    after = page(walk, room), case(walk, room, second)
    assert len(after[0].changes) == len(before[0].changes) + 1
    assert [one.item for one in before[1].inspection.failed] == ["floor"]
    assert [one.item for one in after[1].inspection.failed] == ["floor", "glass"]


def test_what_is_masked_is_shared_by_those_of_one_level(walk: Walk) -> None:
    room, trusted, other, same = ReadingRoom(), Shelf(Level.L3), Shelf(), Shelf()
    walk.record("glass", "fail", note="call 13800000000")
    notes = [
        [one.note for one in case(walk, room, shelf).inspection.failed_of("glass")]
        for shelf in (trusted, other, trusted)
    ]
    assert notes == [["call 13800000000"], ["call 138****0000"], ["call 13800000000"]]
    assert case(walk, room, other) is case(walk, room, same)


def test_only_so_much_is_kept(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readingroom, "_CASES", 1)
    monkeypatch.setattr(readingroom, "_PAGES", 1)
    room, shelf = ReadingRoom(), Shelf()
    first, whole = case(walk, room, shelf), page(walk, room)
    kept, walk.id = walk.id, uuid7()
    nobody = walk.server.look(
        lambda session: room.case(session, walk.head(), walk.company.site, walk.id, shelf)
    )
    assert nobody is None
    page(walk, room, 1)
    walk.id = kept
    assert case(walk, room, shelf) is not first
    assert page(walk, room) is not whole
