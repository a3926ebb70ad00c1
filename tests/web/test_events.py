"""What happens, as open pages follow it: nothing lost, nothing twice, nothing of foreign sites."""

import asyncio
import contextlib
import http.client
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import pytest
from tests.factories import (
    Company,
    Server,
    enrol_tablet,
    found_company,
    on_loopback,
    running,
    sign_in,
)

from fieldops.flow import setup
from fieldops.flow.setup import SYSTEM
from fieldops.model.access import Grant, Role
from fieldops.store import log, people
from fieldops.store.writer import StoreBusy
from fieldops.web import watch
from fieldops.web.watch import Sight, Watch
from fieldops_sync.ids import uuid7

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def happen(server: Server, site: Any, name: str) -> int:
    """A change on a site; its position."""
    now_ms = server.clock()
    server.do(lambda s: setup.put_area(s, uuid7(), site, {"name": name}, SYSTEM, now_ms))
    return server.look(log.counter)


class Stream:
    """An open stream, read block by block by a real HTTP client."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        self._connection.request("GET", "/api/v1/events", headers=headers)
        self.answer = self._connection.getresponse()

    def block(self) -> dict[str, str]:
        """The next block; empty at the end of the stream."""
        found: dict[str, str] = {}
        while line := self.answer.readline().decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            found[name] = value
        return found

    def events(self, count: int) -> list[dict[str, str]]:
        """So many blocks that a page would hear of."""
        found: list[dict[str, str]] = []
        while len(found) < count:
            block = self.block()
            assert block, "the stream has ended"
            found += [block] if "event" in block else []
        return found

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


@contextlib.contextmanager
def opened(url: str, headers: dict[str, str], after: int | None = None) -> Iterator[Stream]:
    told = {} if after is None else {"last-event-id": str(after)}
    stream = Stream(url, headers | told)
    try:
        if stream.answer.status == 200:
            assert stream.block() == {"retry": "3000"}
        yield stream
    finally:
        stream.close()


def await_until(condition: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextlib.contextmanager
def serving(database_url: str, folder: Path) -> Iterator[tuple[Server, Company, str]]:
    with running(database_url, folder) as server:
        company = found_company(server)
        server.core.watch = Watch(server.core.store)
        server.core.watch.look_s, server.core.watch.heartbeat_s = 0.02, 5.0
        with on_loopback(server) as url:
            yield server, company, url
            server.core.watch.close()


def test_a_page_hears_what_happens_and_goes_on_where_it_was(database_url: str, tmp_path: Path):
    with serving(database_url, tmp_path) as (server, company, url):
        headers = sign_in(server, company.inspector)
        with opened(url, headers) as stream:
            assert stream.answer.headers["Content-Type"].startswith("text/event-stream")
            first = happen(server, company.site, "one")
            happen(server, company.other_site, "foreign")
            third = happen(server, company.site, "two")
            heard = stream.events(2)
        assert [int(one["id"]) for one in heard] == [first, third]
        assert {one["event"] for one in heard} == {"change"}
        data = msgspec.json.decode(heard[0]["data"])
        assert (data["type"], data["changed"], data["position"]) == ("area.set", ["name"], first)
        assert "one" not in heard[0]["data"]
        await_until(lambda: server.core.watch.watchers == 0)
        missed = [happen(server, company.site, f"area {number}") for number in range(3)]
        with opened(url, headers, after=third) as stream:
            assert [int(one["id"]) for one in stream.events(3)] == missed
        with opened(url, headers, after=first) as stream:
            assert [int(one["id"]) for one in stream.events(4)] == [third, *missed]


def test_what_happens_once_the_answer_has_begun_is_heard(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with serving(sqlite_database, tmp_path) as (server, company, url):
        end = server.core.watch._end

        async def slow() -> int:
            await asyncio.sleep(0.2)
            return await end()

        monkeypatch.setattr(server.core.watch, "_end", slow)
        stream = Stream(url, sign_in(server, company.inspector))
        with contextlib.closing(stream):
            # Browsers say "open" when they have the headers; the page loads its data then.
            assert stream.answer.status == 200
            place = happen(server, company.site, "one")
            assert stream.block() == {"retry": "3000"}
            # A heartbeat would come first if it were lost.
            assert stream.block().items() >= {"id": str(place), "event": "change"}.items()


def test_a_stream_ends_with_the_rights_of_its_person(sqlite_database: str, tmp_path: Path):
    with serving(sqlite_database, tmp_path) as (server, company, url):
        server.core.watch.heartbeat_s = 0.05
        user = company.supervisor
        headers = sign_in(server, user)
        with opened(url, headers) as stream:
            (grant,) = server.look(lambda s: people.grants(s, user))
            server.do(lambda s: setup.revoke_grant(s, grant[0], SYSTEM, server.clock()))
            assert stream.events(1)[0]["event"] == "end"
            assert stream.block() == {}
        headers = sign_in(server, company.inspector)
        with opened(url, headers) as stream:
            more = server.do(
                lambda s: setup.add_grant(
                    s,
                    company.inspector,
                    Grant(Role.INSPECTOR, frozenset([company.other_site])),
                    SYSTEM,
                    server.clock(),
                )
            )
            assert more
            assert stream.events(1)[0] == {"event": "end", "data": '{"why":"rights"}'}
        headers = sign_in(server, company.inspector)
        with opened(url, headers) as stream:
            server.clock.forward(hours=13)
            assert stream.events(1)[0]["event"] == "end"
        with opened(url, headers) as stream:
            assert stream.answer.status == 401


def test_who_has_too_many_pages_open_is_told(sqlite_database: str, tmp_path: Path):
    with (
        serving(sqlite_database, tmp_path) as (server, company, url),
        contextlib.ExitStack() as all_,
    ):
        headers = sign_in(server, company.inspector)
        for _ in range(watch.PER_PERSON):
            all_.enter_context(opened(url, headers))
        await_until(lambda: server.core.watch.watchers == watch.PER_PERSON)
        with opened(url, headers) as stream:
            assert stream.answer.status == 503
            assert int(stream.answer.headers["Retry-After"]) >= 10
        with opened(url, sign_in(server, company.supervisor)) as stream:
            assert stream.answer.status == 200
        # Every one of them is let go of when the server stops.
        server.core.watch.close()
        await_until(lambda: server.core.watch.watchers == 0)


@pytest.mark.parametrize("told", ["999999", "nonsense", "9" * 5000])
def test_who_cannot_go_on_is_told_to_load_again(sqlite_database: str, tmp_path: Path, told: str):
    with running(sqlite_database, tmp_path) as server:
        company = found_company(server)
        headers = sign_in(server, company.inspector) | {"last-event-id": told}
        text = server.client.get("/api/v1/events", headers=headers).text
        head = server.look(log.counter)
        assert text.startswith(f"retry: 3000\n\nid: {head}\nevent: reset\ndata: {{}}\n\n")


def test_a_tablet_is_no_page(sqlite_database: str, tmp_path: Path):
    with running(sqlite_database, tmp_path) as server:
        company = found_company(server)
        tablet = enrol_tablet(server, [company.inspector])
        headers = {"authorization": f"Bearer {tablet.token}"}
        assert server.client.get("/api/v1/events", headers=headers).status_code == 401


def test_one_look_serves_many_and_the_ring_is_bounded(
    sqlite_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(watch, "_RING", 3)
    with running(sqlite_database, tmp_path) as server:
        company = found_company(server)
        one = Watch(server.core.store)
        one.look_s, one.heartbeat_s = 0.01, 20.0
        start = server.look(log.counter)
        places: list[int] = []

        async def hear(count: int, after: int) -> list[int]:
            heard: list[int] = []
            async for _end, lines in one.lines(after, Sight()):
                heard += [line.position for line in lines]
                if len(heard) >= count:
                    return heard
            return heard

        async def play() -> list[list[int]]:
            people_ = [uuid7() for _ in range(3)]
            await asyncio.gather(*(one.enter(user) for user in people_))
            hearing = [asyncio.create_task(hear(6, start)) for _ in people_]
            for number in range(6):
                places.append(
                    await asyncio.to_thread(happen, server, company.site, f"area {number}")
                )
                await asyncio.sleep(0.02)
            heard = [await task for task in hearing]
            # Whoever comes back behind the ring reads the log by itself.
            heard.append(await hear(6, start))
            for user in people_:
                one.leave(user)
            return heard

        assert asyncio.run(play()) == [places] * 4
        assert one.watchers == 0


def test_a_database_that_is_away_for_a_moment_is_waited_for(sqlite_database: str, tmp_path: Path):
    with running(sqlite_database, tmp_path) as server:
        company = found_company(server)

        class Flaky:
            """The store, busy once while somebody watches."""

            calls = 0

            def read(self) -> Any:
                self.calls += 1
                if self.calls == 2:
                    raise StoreBusy("for a moment")
                return server.core.store.read()

        one = Watch(Flaky())  # type: ignore[arg-type]
        one.look_s = 0.01

        async def play() -> int:
            user = uuid7()
            await one.enter(user)
            place = await asyncio.to_thread(happen, server, company.site, "area")
            async for _end, lines in one.lines(one.head, Sight()):
                one.leave(user)
                assert lines[0].position == place
                return place
            return 0

        assert asyncio.run(play())


def test_a_browser_follows_by_itself(sqlite_database: str, tmp_path: Path, chromium: "Browser"):
    with serving(sqlite_database, tmp_path) as (server, company, url):
        page = chromium.new_page(extra_http_headers=sign_in(server, company.inspector))
        page.goto(f"{url}/healthz")
        page.evaluate(
            """() => { window.heard = []; const source = new EventSource('/api/v1/events');
            source.addEventListener('change', (event) => heard.push(Number(event.lastEventId)));
            return new Promise((opened) => source.onopen = opened); }"""
        )
        await_until(lambda: server.core.watch.watchers == 1)
        places = [happen(server, company.site, "one")]
        page.wait_for_function("heard.length == 1")
        # The server lets go of the stream; the browser comes back and misses nothing.
        server.core.watch.longest_s = server.core.watch.heartbeat_s = 0.0
        places.append(happen(server, company.site, "two"))
        await_until(lambda: server.core.watch.watchers == 0)
        server.core.watch.longest_s, server.core.watch.heartbeat_s = 900.0, 5.0
        places.append(happen(server, company.site, "three"))
        page.wait_for_function("heard.length == 3", timeout=20_000)
        assert page.evaluate("heard") == places
        page.close()
        await_until(lambda: server.core.watch.watchers == 0)
