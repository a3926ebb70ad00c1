"""What the readers of one worker share, and how long it holds."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.flow.following import Walk, default_reader, walking

from fieldops.flow import readingroom
from fieldops.flow.page import Page
from fieldops.flow.readingroom import ReadingRoom
from fieldops.flow.view import Case, Shelf
from fieldops.model.access import Level
from fieldops.model.record import State
from fieldops.store import arrivals, families, log, records
from fieldops.store.arrivals import Arrival
from fieldops.store.families import Family
from fieldops_sync.ids import result_id, uuid7

_TIMED = frozenset({"inspection", "result"})


@pytest.fixture
def walk(database_url: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(database_url, tmp_path) as made:
        made.start()
        made.record("floor", "fail")
        yield made


def page(walk: Walk, room: ReadingRoom, position: int = 0, most: int = 500) -> Page:
    return walk.server.look(lambda session: room.page(session, position, most))


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


def test_a_page_that_ends_with_the_log_serves_whoever_asks_for_more(walk: Walk) -> None:
    room, head = ReadingRoom(), walk.head()
    whole = page(walk, room, most=head)
    assert page(walk, room, most=head + 1) is whole
    less = page(walk, room, most=head - 1)
    assert [one.position for one in less.changes] == list(range(1, head))
    assert page(walk, room, most=head) is not less, "what was cut off is missing"


def test_a_family_is_what_children_and_arrivals_are(walk: Walk) -> None:
    walk.record("glass", "fail", note="wet")
    walk.record("glass", "pass")
    walk.submit(photos=1)
    walk.follow(default_reader())
    walk.void("result", result_id(walk.id, "glass"))

    def both(session: Session) -> tuple[Family, list[State], dict[UUID, Arrival]]:
        children = records.children(session, walk.company.site, walk.id)
        timed = [one for one in children if one.kind in _TIMED]
        known = arrivals.of(session, [one.change for one in timed])
        found = families.read(session, walk.company.site, walk.id, _TIMED)
        return found, children, {one.id: known[one.change] for one in timed}

    found, children, arrived = walk.server.look(both)
    assert {one.kind for one in children} == {"inspection", "result", "finding"}
    assert {one.as_sent for one in children} == {True, False}
    assert list(found.states.items()) == [(one.id, one) for one in children]
    assert found.arrivals == arrived
