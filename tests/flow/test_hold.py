"""What is held is released beside others who work on the same records, and never forgotten."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
import pytest
from sqlmodel import Session
from tests.factories import (
    Server,
    Tablet,
    checklist_address,
    checklist_text,
    enrol_tablet,
    found_company,
    publish,
    running,
)

from fieldops.flow import hold, keep
from fieldops.flow.accept import accept, known
from fieldops.flow.decode import decode_all
from fieldops.flow.rights import device_source
from fieldops.store import batch, records
from fieldops.store.engine import open_store
from fieldops_sync.ids import result_id, uuid7

LATE = checklist_text("lobby-walk", "1")
WALK = uuid7()


def running_tablet(database: str, folder: Path) -> Iterator[Tablet]:
    with running(database, folder) as server:
        company = found_company(server)
        yield enrol_tablet(server, [company.inspector], company.site)


@pytest.fixture
def tablet(database_url: str, tmp_path: Path) -> Iterator[Tablet]:
    yield from running_tablet(database_url, tmp_path)


@pytest.fixture
def on_postgres(postgres_database: str, tmp_path: Path) -> Iterator[Tablet]:
    yield from running_tablet(postgres_database, tmp_path)


def edit(tablet: Tablet, base: Any, note: str, **more: Any) -> dict[str, Any]:
    return tablet.op(
        "result.record@1", inspection=WALK, item="floor", base=[base], note=note, **more
    )


def test_a_release_waits_for_who_works_on_the_site(
    on_postgres: Tablet, postgres_database: str
) -> None:
    """A checklist is published on another server while a tablet edits what a held op edits."""
    tablet = on_postgres
    first = tablet.op("result.record@1", inspection=WALK, item="floor", note="")
    held, other = (
        edit(tablet, first["id"], "held", **{"def": checklist_address(LATE)}),
        edit(tablet, first["id"], "other"),
    )
    assert [one["status"] for one in tablet.receipts_of([first, held])] == ["applied", "held"]
    elsewhere, written, go = open_store(postgres_database, lanes=1), Event(), Event()

    def write(session: Session) -> None:
        batch.lock(session, [tablet.site])
        items = decode_all([msgspec.json.encode(other)])
        source = device_source(session, tablet.device, [tablet.site], tablet.server.clock())
        accept(session, items, known(session, items), source, 0, {})
        written.set()
        assert go.wait(20)

    editing = elsewhere.write(write)
    assert written.wait(20)
    publishing = Thread(target=publish, args=(tablet.server, LATE))
    publishing.start()
    publishing.join(0.5)
    go.set()
    editing.result(20)
    publishing.join(20)
    elsewhere.close()
    (found,) = tablet.server.look(
        lambda session: records.get(session, [result_id(WALK, "floor")]).values()
    )
    assert {str(head) for head in found.heads} == {held["id"], other["id"]}
    assert found.revision == 3


def test_what_came_while_it_was_held_is_caught_up_with(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if each had been written in a transaction that does not see the other's."""
    need = tablet.op("suggestion.make@1", item="door")
    first = tablet.op("suggestion.make@1", item="floor", needs=[need["id"]])
    second = tablet.op("suggestion.make@1", item="roof", needs=[first["id"]])
    third = tablet.op("suggestion.make@1", item="wall", needs=[uuid7()])
    tablet.receipts_of([first, second, third])
    with monkeypatch.context() as patch:
        patch.setattr(hold, "release", lambda *_: [])
        tablet.receipts_of([need])
    assert standing(tablet, first, second) == ["held", "held"]
    server: Server = tablet.server
    assert server.do(lambda session: keep.sweep(session, server.clock())) == 2
    assert standing(tablet, first, second, third) == ["applied", "applied", "held"]
    assert server.do(lambda session: keep.sweep(session, server.clock())) == 0


def test_what_waits_for_two_is_released_by_the_last(tablet: Tablet) -> None:
    first, second = (tablet.op("suggestion.make@1", item=item) for item in ("door", "floor"))
    both = tablet.op("suggestion.make@1", item="roof", needs=[first["id"], second["id"]])
    tablet.receipts_of([both])
    tablet.receipts_of([first])
    assert standing(tablet, both) == ["held"]
    tablet.receipts_of([second])
    assert standing(tablet, both) == ["applied"]


def test_a_circle_is_held_no_more(tablet: Tablet) -> None:
    """Neither what closed it nor what was held before takes effect when its time is up."""
    before, other = uuid7(), uuid7()
    first = tablet.op("suggestion.make@1", item="door", id=before, needs=[other])
    second = tablet.op("suggestion.make@1", item="floor", id=other, needs=[before])
    tablet.receipts_of([first])
    tablet.receipts_of([second])
    tablet.server.clock.forward(5 * 24)
    tablet.renew()
    assert tablet.server.do(lambda session: keep.sweep(session, tablet.server.clock())) == 0
    assert standing(tablet, first, second) == ["quarantined", "quarantined"]


def standing(tablet: Tablet, *ops: dict[str, Any]) -> list[str]:
    return [receipt["stands"]["status"] for receipt in tablet.receipts_of(ops)]
