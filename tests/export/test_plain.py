"""What is made of plain records in one go is what is made of them one by one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.export.month import Month, month

from fieldops.export.asof import Sent
from fieldops.export.columns import of_rows
from fieldops.export.context import Context
from fieldops.export.sources import walks
from fieldops.export.spans import Days
from fieldops.export.walk import Walk, as_taken
from fieldops.export.wanted import Wanted
from fieldops.model.dataset import Audience
from fieldops.store import exportread
from fieldops.store.exportread import Row, Untouched


@pytest.fixture
def october(database_url: str, tmp_path: Path) -> Iterator[Month]:
    with month(database_url, tmp_path, seed=7) as one:
        yield one


def test_results_of_a_month_say_the_same_by_the_page_and_one_by_one(october: Month):
    for day in range(1, 7):
        october.day(day)
    (source,) = [one for one in walks.SOURCES if one.kind == "result"]
    assert source.columns is not None
    assert source.rows is not None
    assert source.reader is not None
    wanted = Wanted(run="full", until=october.head)
    walk = Walk(
        october.made.server.core.store, wanted, Days(), ["result"], apart=frozenset({"result"})
    )
    told, plain = 0, 0
    for session, page in walk.pages(lambda *_: None):
        told, plain = told + len(page.told), plain + len(page.plain["result"])
        for level in (1, 3):
            quick, slow = Context(Audience(level)), Context(Audience(level))
            quick.open(session)
            slow.open(session)
            rows = page.plain["result"]
            one_by_one = [
                row
                for one in map(as_taken, rows)
                for row in source.rows(one, source.reader.read(one.body or Sent(b"")), slow)
            ]
            made = source.columns(rows, quick)
            assert [list(one) for one in made] == [list(one) for one in of_rows(one_by_one)]
    assert told
    assert plain > told


def without_state(row: Row) -> Row:
    return row[:10] + row[11:13]


def test_records_known_to_be_untouched_are_not_read_and_say_the_same(
    october: Month, monkeypatch: pytest.MonkeyPatch
):
    for day in range(1, 5):
        october.day(day)
    october.void("inspection", next(walk for walk, items in october.walks.items() if items))
    head = october.head
    assert head < exportread.SPAN

    def rows(known: Untouched, *since: bytes) -> list[Row]:
        kinds = ["inspection", "result"]
        return exportread.page(session, 0, head, kinds, known, frozenset(since))

    with october.made.server.core.store.read() as session:
        voided = exportread.voided_walks(session)
        known = exportread.untouched(session, voided)
        looked_up, quick = rows(Untouched()), rows(known)
        spared = [row for row in quick if row[13] is None]
        assert spared
        assert [without_state(row) for row in quick] == [without_state(row) for row in looked_up]
        # Whatever was done to a result or to its walk, its record is asked.
        asked = [row for row in looked_up if row[3] not in {one[3] for one in spared}]
        assert "voided" in {row[10] for row in asked if row[1] == "result"}
        assert voided.keys() & {row[13] for row in asked if row[1] == "result"}
        assert not {row[3] for row in spared} & known.touched
        assert [row[3] for row in rows(known, spared[0][3]) if row[13] is None] == [
            row[3] for row in spared[1:]
        ]
        monkeypatch.setattr(exportread, "_TOUCHED_MAX", len(known.touched) - 1)
        assert exportread.untouched(session, voided) == Untouched()
