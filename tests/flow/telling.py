"""A server whose endpoints are told of what happens, courier by courier, stepped by the test."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.consumers import Consumer
from tests.factories import Company, Server, found_company, running

from fieldops.flow import endpoints, endpointviews, setup
from fieldops.flow.courier import Courier, Step
from fieldops.flow.endpointviews import EndpointView
from fieldops.flow.handin import Handin
from fieldops.flow.react import DirectHandin
from fieldops.flow.setup import SYSTEM
from fieldops.store import log
from fieldops_sync.endpointpayloads import EndpointSet
from fieldops_sync.ids import uuid7


class Telling:
    """A server with endpoints; ``secrets`` by endpoint."""

    def __init__(self, server: Server, company: Company) -> None:
        self.server, self.company = server, company
        self.clock = server.clock
        self.secrets: dict[UUID, str] = {}
        self.handin: Handin = DirectHandin(server.core.store, server.clock)
        self.given = server.core.settings.webhooks

    def add(self, to: Consumer | str, position: int | None = 0, **given: Any) -> Courier:
        """An endpoint, told of everything unless a position is named, with its courier."""
        url = to if isinstance(to, str) else to.url
        fields = EndpointSet(url=url, reason="a test", **given)
        made = self.server.do(
            lambda s: endpoints.add(s, self.given, fields, SYSTEM, self.clock(), position)
        )
        self.secrets[made.id] = made.secret
        return self.courier(made.id)

    def courier(self, endpoint: UUID, handin: Handin | None = None) -> Courier:
        store = self.server.core.store
        taking = handin or self.handin
        return Courier(endpoint, store, taking, self.given, self.clock, chance=lambda: 0.5)

    def happen(self, count: int = 1) -> list[int]:
        """So many changes of areas, each of its own; their positions."""
        return [self._area(number) for number in range(count)]

    def _area(self, number: int) -> int:
        payload, site = {"name": f"B{number}"}, self.company.site
        self.server.do(lambda s: setup.put_area(s, uuid7(), site, payload, SYSTEM, self.clock()))
        return self.head()

    def head(self) -> int:
        return self.server.look(log.counter)

    def show(self, courier: Courier) -> EndpointView:
        return self.server.look(lambda s: endpointviews.show(s, courier.endpoint, self.clock()))


def drain(courier: Courier) -> Step:
    """Step a courier until there is nothing more to do at once."""
    for _ in range(200):
        step = courier.step()
        if not step.more:
            return step
    raise AssertionError("the courier does not come to rest")


@contextlib.contextmanager
def telling(database_url: str, folder: Path, *to: Consumer, **webhooks: Any) -> Iterator[Telling]:
    """A server that may call these consumers."""
    given = {"http": True, "networks": ["127.0.0.0/8"], "connect_s": 2, "read_s": 2}
    given["ports"] = [one.port for one in to] or [443]
    with running(database_url, folder, webhooks=given | webhooks) as server:
        yield Telling(server, found_company(server))
