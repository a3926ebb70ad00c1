"""The calendar of a site is a record: set with who and why, told to tablets, read for deadlines."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.flow.following import Walk, walking

from fieldops.flow.calendars import calendar_of, set_calendar
from fieldops.flow.setup import SYSTEM
from fieldops.model.problem import ProblemError
from fieldops.store import meta
from fieldops_sync.ids import calendar_id


@pytest.fixture
def walk(database_url: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(database_url, tmp_path) as begun:
        yield begun


def test_the_sites_own_stands_over_the_organisations(walk: Walk) -> None:
    server, site = walk.server, walk.company.site
    every = server.do(meta.organisation)
    for feed, fields in (
        (every, {"holidays": ["2026-10-01"], "hours": {"mon": ["09:00-18:00"]}}),
        (site, {"hours": {"tue": ["08:00-12:00"]}, "reason": "opens early"}),
    ):
        server.do(lambda s: set_calendar(s, feed, fields, SYSTEM, server.clock()))  # noqa: B023
    found = server.do(lambda s: calendar_of(s, site))
    assert found.hours == {"tue": ((480, 720),)}
    assert found.holidays == {date(2026, 10, 1)}
    body = server.do(lambda s: calendar_of(s, every))
    assert body.hours == {"mon": ((540, 1080),)}


def test_a_bad_one_is_a_problem_and_nothing_is_written(walk: Walk) -> None:
    server, site = walk.server, walk.company.site
    bad = {"hours": {"mon": ["18:00-09:00"]}}
    with pytest.raises(ProblemError, match="ends before it begins"):
        server.do(lambda s: set_calendar(s, site, bad, SYSTEM, server.clock()))
    assert walk.get(calendar_id(site)) is None
