"""The contact sheet of an inspection (``/api/v1/inspections/{id}/contact-sheet``), as a zip."""

import asyncio
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.background_tasks import BackgroundTask
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream
from sqlmodel import Session

from fieldops.flow import contactsheet
from fieldops.flow.contactsheet import Sheet
from fieldops.flow.contactzip import Making
from fieldops.rules.access import READERS
from fieldops.web.auth import read
from fieldops.web.bodies import AnyRequest
from fieldops.web.core import Core
from fieldops.web.described import answering
from fieldops.web.outflow import Outflow
from fieldops.web.policy import person

_LOOK = person(*READERS)


@get(
    "/inspections/{inspection:uuid}/contact-sheet",
    opt={"policy": _LOOK},
    operation_class=answering("application/zip"),
)
async def contact_sheet(
    request: AnyRequest,
    inspection: FromPath[UUID],
    originals: Annotated[bool, QueryParameter()] = False,
) -> Stream:
    """A zip with a page of all photos, the pictures, and on demand the originals; on record."""
    core: Core = request.app.state.core
    who, now_ms = request.user.person, core.clock()

    def query(session: Session) -> Sheet:
        return contactsheet.gather(session, who, inspection, now_ms)

    def record(session: Session) -> None:
        contactsheet.note_made(session, who.id, sheet, originals, now_ms)

    sheet = await read(core, query)
    await asyncio.wrap_future(core.store.write(record))
    making = Making(sheet, core.blobs, originals, core.settings.languages[0])
    outflow = await Outflow(making.stream(), core.threads, sheet.stem).begin()
    return Stream(
        outflow,
        media_type="application/zip",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{sheet.stem}.zip"',
            "X-Content-Type-Options": "nosniff",
        },
        background=BackgroundTask(outflow.close),
    )


HANDLERS: list[HTTPRouteHandler] = [contact_sheet]
