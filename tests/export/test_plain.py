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
