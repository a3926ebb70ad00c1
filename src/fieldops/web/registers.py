"""Registers at the desk (``/api/v1/registers``): assets, patrol points, zones of a site."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Struct
from sqlmodel import Session

from fieldops.flow import registerdesk
from fieldops.flow.registerdesk import Counts, Registers
from fieldops.model.access import Person, Role
from fieldops.model.register import Entry
from fieldops.rules.access import READERS
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of, look_up, write
from fieldops.web.documented import documented
from fieldops.web.policy import person

_LOOK = person(*READERS)
_SETUP = person(Role.OPS, Role.ADMINISTRATOR)


class Entries(Struct, frozen=True):
    """Entries to set, each whole: a value that is left out is empty from then on."""

    entries: Annotated[list[Entry], Meta(min_length=1, max_length=500)]


@get("/registers", opt={"policy": _LOOK}, operation_class=documented(Registers))
async def listing(request: AnyRequest) -> Response[bytes]:
    """The registers that plugins declare; their entries are records of the kind ``register``."""
    return await look_up(request, lambda session, _who, _now: registerdesk.declared(session))


@post(
    "/sites/{site:uuid}/registers",
    opt={"policy": _SETUP},
    status_code=200,
    operation_class=documented(Counts, takes=Entries, more=("not-found", "forbidden")),
)
async def set_entries(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Set entries of a site, all or none; every fault comes back by entry and column."""
    asked = await read_json(request, Entries, core_of(request).limits)

    def job(session: Session, who: Person, now_ms: int) -> Counts:
        return registerdesk.set_entries(session, who, site, asked.entries, now_ms)

    return await write(request, job)


HANDLERS: list[HTTPRouteHandler] = [listing, set_entries]
