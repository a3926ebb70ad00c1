"""A worker moves a reader of the log while a person, or another worker, changes how it stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from tests.flow.following import Walk, plugin, reader_of, walking
from tests.flow.meeting import at_once

from fieldops.flow import plugins, react
from fieldops.flow.handin import Advance, HandinRequest, Introduce
from fieldops.flow.setup import SYSTEM
from fieldops.model.finding import FindingDraft
from fieldops.model.plugin import PluginFault
from fieldops.plugin.host import Host
from fieldops.store.engine import Store, open_store


@pytest.fixture
def walk(postgres_database: str, tmp_path: Path) -> Iterator[Walk]:
    with walking(postgres_database, tmp_path) as made:
        made.start()
        made.handin(introduced("1.0"))
        yield made


@pytest.fixture
def elsewhere(postgres_database: str) -> Iterator[Store]:
    store = open_store(postgres_database, lanes=1)
    yield store
    store.close()


def finding(version: str, *rules: str) -> Host:
    """A plugin that finds these about every inspection."""
    titles: Any = {"zh-CN": "问题", "en": "Problem"}
    drafts = [FindingDraft(rule=rule, titles=titles) for rule in rules]
    return plugin("judge", version=version, raise_findings=lambda: drafts)


def introduced(version: str) -> Introduce:
    return Introduce("judge", finding(version).card, again_days=90)


def take(walk: Walk, request: HandinRequest) -> Any:
    return lambda session: react.take(session, request, walk.server.clock())


def park(walk: Walk) -> Any:
    def job(session: Session) -> None:
        assert plugins.park(session, "judge", "it finds too much", SYSTEM, walk.server.clock())

    return job


FAULT = PluginFault(plugin="judge", code="raised")
MOVES = {
    "moves": Advance("judge", 0, 1),
    "fails": Advance("judge", 0, 0, faults=(FAULT,), failed=True),
    "renewed": introduced("1.1"),
}


@pytest.mark.parametrize("request_", MOVES.values(), ids=MOVES)
@pytest.mark.parametrize("is_first", [True, False], ids=["parked-first", "parked-then"])
def test_who_is_parked_by_hand_stays_so(
    walk: Walk, elsewhere: Store, request_: HandinRequest, is_first: bool
):
    both = [park(walk), take(walk, request_)]
    at_once(walk.server.core.store, elsewhere, *(both if is_first else both[::-1])).result(20)
    state = walk.state_of("judge")
    assert (state.state, state.faults[-1].code) == ("parked", plugins.BY_HAND)
    assert len(state.faults) == 1 + (request_ is MOVES["fails"] and not is_first)


def test_a_page_that_an_older_version_judged_is_judged_by_the_one_that_came_meanwhile(walk: Walk):
    """A worker that is replaced may be at its last page, where its heir begins again."""
    old = reader_of(finding("1.0", "stays", "goes"))
    direct, new = walk.handin, finding("1.1", "stays")

    def renew_first(request: HandinRequest) -> Any:
        direct(Introduce("judge", new.card, again_days=90))
        return direct(request)

    walk.handin = renew_first
    answer = walk.step(old)
    assert answer is not None
    assert (answer.moved, answer.position, walk.rules()) == (False, 0, [])
    walk.handin = direct
    again = walk.step(old)  # It goes on until it is stopped.
    assert again is not None
    assert not again.moved
    walk.follow(reader_of(new))
    assert walk.rules() == ["judge:stays"]
