"""Time acts on a subject when it is due, once, and is told of it by the change itself."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import Session
from tests.flow.following import Walk, walking

from fieldops.flow import due, duetimes
from fieldops.flow.calendars import set_calendar
from fieldops.flow.enter import server_op
from fieldops.flow.handin import Due
from fieldops.flow.setup import SYSTEM
from fieldops.model.record import State
from fieldops.store import due as rows
from fieldops.store import meta
from fieldops_sync.ids import uuid7

_MINUTE_MS = 60_000


def next_risk(_session: Session, state: State) -> int | None:
    """A photo's risk grows at the moments that its caption names."""
    left = _left(state)
    return left[0] if left else None


def grow(_session: Session, state: State, now_ms: int) -> list[bytes]:
    """One step a call: what is due as well comes by the next."""
    if _left(state)[0] > now_ms:
        return []
    payload = {"risk": state.body.get("risk", 0) + 1, "cause": str(state.change)}
    return [server_op("photo.note@1", ("photo", state.id), state.feed, "clock", payload)]


def _left(state: State) -> list[int]:
    moments = sorted(map(int, state.body["caption"].split()))
    return moments[state.body.get("risk", 0) :]


@pytest.fixture
def walk(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    """Time acts on photos, of all things: no kind of the product is moved by two sides."""
    monkeypatch.setitem(duetimes.NEXT_DUE, "photo", next_risk)
    monkeypatch.setitem(due.WHEN_DUE, "photo", grow)
    with walking(database_url, tmp_path) as begun:
        yield begun


def attach(walk: Walk, *minutes: int) -> UUID:
    subject = uuid7()
    now_ms = walk.server.clock()
    caption = " ".join(str(now_ms + minute * _MINUTE_MS) for minute in minutes)
    walk.push(
        "photo.attach@1",
        subject={"kind": "photo", "id": str(subject)},
        inspection=str(walk.id),
        sha256="0" * 64,
        caption=caption,
    )
    return subject


def act(walk: Walk) -> int:
    return walk.handin(Due()).position


def risk(walk: Walk, photo: UUID) -> int:
    state = walk.get(photo)
    assert state is not None
    return int(state.body.get("risk", 0))


def test_what_is_due_is_done_once_and_in_its_time(walk: Walk) -> None:
    photo = attach(walk, 10, 20)
    assert act(walk) == 0
    walk.server.clock.forward(10 / 60)
    assert (act(walk), risk(walk, photo)) == (1, 1)
    assert (act(walk), risk(walk, photo)) == (0, 1)
    walk.server.clock.forward(10 / 60)
    assert (act(walk), risk(walk, photo)) == (1, 2)
    walk.server.clock.forward(10)
    assert (act(walk), risk(walk, photo)) == (0, 2)


def test_what_was_missed_comes_step_by_step(walk: Walk) -> None:
    photo = attach(walk, 10, 20, 30)
    walk.server.clock.forward(1)
    assert [(act(walk), risk(walk, photo)) for _ in range(4)] == [(1, 1), (1, 2), (1, 3), (0, 3)]


def test_a_change_of_what_is_reckoned_by_wakes_what_waits(walk: Walk) -> None:
    attach(walk, 600)
    server = walk.server
    for feed in (walk.company.site, server.do(meta.organisation)):
        fields = {"holidays": ["2026-12-25"]}
        server.do(lambda s: set_calendar(s, feed, fields, SYSTEM, server.clock()))  # noqa: B023
        assert server.look(lambda s: rows.is_any(s, server.clock()))
        assert act(walk) == 1
        assert not server.look(lambda s: rows.is_any(s, server.clock()))
    other = server.do(lambda s: set_calendar(s, uuid7(), {"holidays": []}, SYSTEM, server.clock()))
    assert other is None
    assert not server.look(lambda s: rows.is_any(s, server.clock()))


def test_what_nothing_moves_on_is_let_go(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(due.WHEN_DUE, "photo", lambda *_: [])
    photo = attach(walk, 10)
    walk.server.clock.forward(1)
    assert [act(walk), act(walk), risk(walk, photo)] == [1, 0, 0]


def test_what_cannot_be_reckoned_holds_up_no_other(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, other = attach(walk, 10), attach(walk, 10)

    def reckon(session: Session, state: State, now_ms: int) -> list[bytes]:
        if state.id == poison:
            raise ValueError("year 0 is out of range")
        return grow(session, state, now_ms)

    monkeypatch.setitem(due.WHEN_DUE, "photo", reckon)
    walk.server.clock.forward(1)
    assert [act(walk), act(walk)] == [2, 0]
    assert [risk(walk, poison), risk(walk, other)] == [0, 1]


def test_a_subject_of_a_kind_that_time_left_is_let_go(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(walk, 10)
    monkeypatch.delitem(duetimes.NEXT_DUE, "photo")
    walk.server.clock.forward(1)
    assert [act(walk), act(walk)] == [1, 0]
