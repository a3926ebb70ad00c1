"""Who saw one person's data: searched by whom, about what and when, a page at a time."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.factories import HOUR_MS, NOON_MS, Server, found_company, make_op, running

from fieldops.flow import auditsearch
from fieldops.flow.auditsearch import READS
from fieldops.flow.enter import enter_desk
from fieldops.flow.paging import Turn
from fieldops.model.problem import ProblemError
from fieldops.store import audit
from fieldops.store.audit import Found, Wanted

ME, YOU = UUID(int=1), UUID(int=2)


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    with running(database_url, tmp_path) as made:
        yield made


def note(server: Server, action: str, hours: int = 0, **more: object) -> None:
    entry = audit.Entry(action, NOON_MS + hours * HOUR_MS, **more)  # type: ignore[arg-type]
    server.do(lambda session: audit.add(session, entry))


def found(server: Server, limit: int = 2, **wanted: object) -> list[Found]:
    """Every line, by small pages."""
    asked = Wanted(**wanted)  # type: ignore[arg-type]
    lines: list[Found] = []
    cursor = ""
    while True:
        turn = Turn(cursor, limit)
        page = server.look(partial(auditsearch.page, wanted=asked, turn=turn))
        lines += page.items
        if page.cursor is None:
            return lines
        cursor = page.cursor


def test_each_way_to_ask_narrows_and_pages_miss_nothing(server: Server):
    subject, several, device = uuid4(), [uuid4() for _ in range(3)], uuid4()
    for hour in range(5):
        note(server, "photo.read", hour, actor=ME, subject=subject)
    note(server, "photo.reading", 5, actor=YOU, subject=subject)
    note(server, "push.apply", 6, device=device, subject=uuid4())
    note(server, "record.read", 7, actor=YOU, detail={"subjects": [str(one) for one in several]})
    all_of_it = found(server)
    assert [line.at_ms for line in all_of_it] == sorted(
        (line.at_ms for line in all_of_it), reverse=True
    )
    assert len({line.no for line in all_of_it}) == len(all_of_it) == 8
    assert len(found(server, actor=ME)) == 5
    assert len(found(server, actions=("photo.",))) == 6
    assert len(found(server, actions=("photo.read",), actor=YOU)) == 1
    assert found(server, actions=("nothing.",)) == []
    assert [line.action for line in found(server, device=device)] == ["push.apply"]
    assert len(found(server, about=(subject,))) == 6
    assert [line.actor for line in found(server, about=(several[1],), actions=READS)] == [YOU]
    assert len(found(server, about=(subject, several[0]))) == 7
    hours = {"since_ms": NOON_MS + HOUR_MS, "until_ms": NOON_MS + 3 * HOUR_MS}
    assert [line.at_ms for line in found(server, **hours)] == [
        NOON_MS + 2 * HOUR_MS,
        NOON_MS + HOUR_MS,
    ]


def test_a_cursor_of_another_search_is_refused(server: Server):
    note(server, "user.add", 0)
    note(server, "user.add", 1)
    page = server.look(lambda s: auditsearch.page(s, Wanted(), Turn("", 1)))
    assert page.cursor is not None
    other = Wanted(actor=ME)
    with pytest.raises(ProblemError):
        server.look(lambda s: auditsearch.page(s, other, Turn(page.cursor or "", 1)))


def test_what_was_read_of_a_walk_or_a_household_is_found(server: Server):
    company = found_company(server)
    op = make_op(
        "feedback.record@1",
        company.site,
        company.inspector,
        nature="suggestion",
        text="灯坏了",
        contact={"phone": "138 0013 8000", "unit": "3-501"},
    )
    subject = UUID(str(op["subject"]["id"]))
    done = server.do(
        lambda s: enter_desk(s, [msgspec.json.encode(op)], company.inspector, server.clock())
    )
    assert [one and one.status for one in done.receipts] == ["applied"]
    note(server, "contact.unmask", 1, actor=ME, subject=subject)
    for contact in ("13800138000", "3-501"):
        ids = server.look(partial(auditsearch.household, contact=contact))
        assert ids == (subject,)
        assert [line.actor for line in found(server, about=ids, actions=READS)] == [ME]
    assert server.look(lambda s: auditsearch.household(s, "13900139000")) == ()
    person = company.people["inspector"]
    assert {line.action for line in found(server, about=(person,))} >= {"user.add", "grant.add"}


def test_ids_stay_whole_though_they_look_like_telephone_numbers(server: Server):
    unlucky = UUID("019ab5c1-0000-7000-8000-a13800138000")
    note(server, "record.read", detail={"subjects": [str(unlucky)], "why": "问 13800138000"})
    (line,) = found(server, about=(unlucky,))
    assert line.detail["subjects"] == [str(unlucky)]
    assert "13800138000" not in line.detail["why"]
