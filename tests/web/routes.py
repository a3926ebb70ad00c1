"""The routes of the app, as the router knows them, with what a test needs to call each."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from fieldops_sync.ids import uuid7


class Route(NamedTuple):
    """A method and a path with its parameters in braces."""

    method: str
    path: str

    def address(self, number: UUID | None = None) -> str:
        """The path with every parameter filled in: an id that does not exist, or this one."""
        return re.sub(r"\{[^}]*\}", lambda _: str(number or uuid7()), self.path)

    @property
    def is_binary(self) -> bool:
        """Whether it is one of the upload routes, whose bodies are no JSON."""
        return "/uploads" in self.path

    @property
    def ends_upload(self) -> bool:
        """Whether a device whose token has just expired may still call it."""
        return self.is_binary or self.path.endswith("/complete")


def routes(app: Litestar) -> list[Route]:
    """Every route but the automatic OPTIONS answers, sorted."""
    return sorted(set(_routes(app)))


def _routes(app: Litestar) -> Iterator[Route]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
                for method in map(str, handler.http_methods):
                    if method != "OPTIONS":
                        yield Route(method, path)
