"""The line in front of what takes long: bounded, and who is too many gets a time to come back."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from tests.factories import Server, enrol_tablet, found_company, running

from fieldops.model.problem import ProblemError, slug_of
from fieldops.web.turns import LINE_S, Turns

T = TypeVar("T")


class Hands:
    """A clock that goes on by as much as each turn is said to need."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    def work(self, seconds: float) -> str:
        self.now_s += seconds
        return "done"


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def turns(hands: Hands) -> Iterator[Turns]:
    made = Turns("turns", 1, hands)
    yield made
    made.close()


class Full(Turns):
    """A line that is too long already."""

    async def run(self, work: Callable[[], T]) -> T:
        self._inside, self._turn_s = 100, 0.1
        return await super().run(work)


async def fill(turns: Turns, gate: threading.Event) -> list["asyncio.Task[bool]"]:
    """Enter until the line is too long."""
    inside: list[asyncio.Task[bool]] = []
    while True:
        task = asyncio.create_task(turns.run(gate.wait))
        await asyncio.sleep(0)
        if task.done():
            assert isinstance(task.exception(), ProblemError)
            return inside
        inside.append(task)
        assert len(inside) < 100


def away_s(error: ProblemError) -> int:
    assert slug_of(error.problem) == "too-busy"
    seconds = error.problem.extra["retry_after_s"]
    assert isinstance(seconds, int)
    return seconds


def test_the_line_is_as_long_as_turns_are_short(turns: Turns, hands: Hands):
    async def scene() -> tuple[int, int]:
        gate = threading.Event()
        for _ in range(50):
            assert await turns.run(lambda: hands.work(1.0)) == "done"
        few = await fill(turns, gate)
        gate.set()
        await asyncio.gather(*few)
        gate.clear()
        for _ in range(50):
            await turns.run(lambda: hands.work(0.25))
        many = await fill(turns, gate)
        gate.set()
        assert all(await asyncio.gather(*many))
        return len(few), len(many)

    few, many = asyncio.run(scene())
    assert few == pytest.approx(LINE_S / 1.0, abs=1.5)
    assert many == pytest.approx(LINE_S / 0.25, abs=3)


def test_whoever_is_sent_away_gets_a_time_of_their_own(turns: Turns, hands: Hands):
    async def scene() -> list[int]:
        gate = threading.Event()
        for _ in range(50):
            await turns.run(lambda: hands.work(2.0))
        inside = await fill(turns, gate)
        told = []
        for _ in range(200):
            with pytest.raises(ProblemError) as caught:
                await turns.run(gate.wait)
            told.append(away_s(caught.value))
        gate.set()
        await asyncio.gather(*inside)
        assert await turns.run(lambda: "in") == "in"
        return told

    told = asyncio.run(scene())
    assert told[0] >= LINE_S / 2
    assert told[1] - told[0] == pytest.approx(2, abs=1)
    assert told == sorted(told)
    assert told[-1] == 120


def test_what_the_work_raises_comes_out_and_leaves_the_line(turns: Turns):
    def broken() -> None:
        raise ValueError("broken")

    async def scene() -> str:
        for _ in range(500):
            with pytest.raises(ValueError, match="broken"):
                await turns.run(broken)
        return await turns.run(lambda: "in")

    assert asyncio.run(scene()) == "in"


def test_a_pull_at_a_long_line_is_told_when_to_come(sqlite_database: str, tmp_path: Path):
    with running(sqlite_database, tmp_path) as server:
        check_pull(server)


def check_pull(server: Server) -> None:
    tablet = enrol_tablet(server, [found_company(server).inspector])
    usual, server.core.pulls = server.core.pulls, Full("full", 1)
    answer = tablet.post("pull", {"cursor": None})
    assert answer.status_code == 503
    assert answer.json()["type"].endswith(":too-busy")
    assert 6 <= int(answer.headers["retry-after"]) <= 8
    server.core.pulls.close()
    server.core.pulls = usual
    assert tablet.post("pull", {"cursor": None}).status_code == 200
