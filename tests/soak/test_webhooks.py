"""Kill -9 of the worker while it tells two systems what happens, one of which comes and goes."""

import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from tests.consumers import Consumer, consumer
from tests.soak.company import found, settings_of, settle_in
from tests.soak.product import Product
from tests.soak.report import report

from fieldops.flow import endpoints, setup
from fieldops.sections import WebhookSettings
from fieldops.store import log
from fieldops.store.engine import Store, open_store
from fieldops_sync.endpointpayloads import EndpointSet
from fieldops_sync.ids import uuid7

KILLS = 20
_TOML = """
plugins = []
[webhooks]
http = true
networks = ["127.0.0.0/8"]
ports = {ports}
first_pause_s = 1
most_pause_s = 1
"""


@pytest.mark.soak
def test_kills_of_the_worker_lose_no_event_and_keep_order(
    database_url: str, tmp_path: Path
) -> None:
    dice = Random(KILLS)
    with consumer() as good, consumer() as bad:
        toml = _TOML.format(ports=[good.port, bad.port])
        config = settle_in(tmp_path, database_url, toml)
        settings = settings_of(config)
        company = found(settings, 1)
        store = open_store(settings.database_url)
        for one in (good, bad):
            one.pause_s = 0.02
            fields = EndpointSet(url=one.url, reason="soak")
            tell(store, settings.webhooks, fields)
        start = head(store)
        with Product(config) as product:
            for number in range(KILLS):
                for area in range(20):
                    happen(store, company.site, f"{number}-{area}")
                if number % 4 == 1:
                    bad.went_down()
                if number % 4 == 3:
                    bad.came_up()
                bad.answers.extend([500] * dice.randrange(3))
                # In the middle of telling: what was taken and not yet kept is told again.
                await_taken(good, len(good.requests) + dice.randrange(1, 20))
                product.kill("worker")
                product.await_ready()
            bad.came_up()
            last = head(store)
            end = time.monotonic() + 120
            while not all(one.positions and max(one.positions) == last for one in (good, bad)):
                assert time.monotonic() < end, (good.positions[-1:], bad.positions[-1:], last)
                time.sleep(0.1)
        store.close()
    wanted = [*range(start + 1, last + 1)]
    twice = [len(one.positions) - len(wanted) for one in (good, bad)]
    report(
        f"webhooks {database_url.split(':')[0]}: {KILLS} kills, {len(wanted):,} events to each of"
        f" two endpoints, lost 0, told twice {twice[0]} and {twice[1]}"
    )
    assert first_seen(good) == first_seen(bad) == wanted
    assert ids(good) == ids(bad)


def tell(store: Store, given: WebhookSettings, fields: EndpointSet) -> None:
    """An endpoint that is told of everything from now on."""
    store.write(lambda s: endpoints.add(s, given, fields, setup.SYSTEM, now_ms())).result(60)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def head(store: Store) -> int:
    with store.read() as session:
        return log.counter(session)


def happen(store: Store, site: UUID, name: str) -> None:
    store.write(
        lambda s: setup.put_area(s, uuid7(), site, {"name": name}, setup.SYSTEM, now_ms())
    ).result(60)


def first_seen(one: Consumer) -> Sequence[int]:
    """The positions in the order in which each came for the first time."""
    return list(dict.fromkeys(one.positions))


def await_taken(one: Consumer, count: int) -> None:
    """Wait until so many requests have come, or there are no more."""
    end = time.monotonic() + 10
    while len(one.requests) < count and time.monotonic() < end:
        time.sleep(0.005)


def ids(one: Consumer) -> dict[int, set[str]]:
    """Every id under which each position came."""
    known: dict[int, set[str]] = {}
    for place, name in zip(one.positions, one.ids, strict=True):
        known.setdefault(place, set()).add(name)
    assert all(len(names) == 1 for names in known.values())
    return known
