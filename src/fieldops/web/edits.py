"""Edits over HTTP: ``If-Match`` in, the record and its ``ETag`` out.

    @patch("/areas/{area:uuid}", opt={"policy": _SETUP},
           operation_class=documented(Edited, takes=AreaSet, edits=True))
    async def set_area(request: AnyRequest, area: FromPath[UUID]) -> Response[bytes]:
        asked = await read_json(request, AreaSet, core_of(request).limits)
        return await edit(request, "area", area, "area.set@1", fields(asked), demanded=True)

Routes that differ only by the op are rows of a table (``steps``).
``fields`` makes a payload of a struct: members that were left out stay out.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response
from sqlmodel import Session

from fieldops.flow import edits
from fieldops.flow.edits import Edit, Edited, New
from fieldops.model.access import Person
from fieldops.web.bodies import AnyRequest
from fieldops.web.desk import write


async def edit(
    request: AnyRequest,
    kind: str | None,
    subject: UUID,
    op_type: str,
    payload: dict[str, Any],
    *,
    demanded: bool = False,
) -> Response[bytes]:
    """Write one op on a record.  Raises ``ProblemError`` as ``flow.edits.edit``.

    ``demanded``: without If-Match it is 428, because the edit replaces what somebody wrote.
    """
    if_match = request.headers.get("if-match")
    asked = Edit(kind, subject, op_type, payload, if_match, demanded)
    return await _write(request, asked, 200)


async def create(
    request: AnyRequest, kind: str, site: UUID | None, op_type: str, payload: dict[str, Any]
) -> Response[bytes]:
    """Make a record (201).  Raises ``ProblemError`` as ``flow.edits.create``."""
    return await _write(request, New(kind, site, op_type, payload), 201)


def fields(asked: Any) -> dict[str, Any]:
    """A struct as the payload of an op: plain data, without members that are not set."""
    found: dict[str, Any] = msgspec.to_builtins(asked)
    return found


async def _write(request: AnyRequest, asked: Edit | New, status: int) -> Response[bytes]:
    def job(session: Session, who: Person, now_ms: int) -> Edited:
        if isinstance(asked, New):
            return edits.create(session, who, asked, now_ms)
        return edits.edit(session, who, asked, now_ms)

    return await write_edit(request, job, status)


async def write_edit(
    request: AnyRequest, job: Callable[[Session, Person, int], Edited], status: int = 200
) -> Response[bytes]:
    """Answer with what a job of this person has written, under its tag."""
    return await write(request, job, status, lambda done: edits.etag(done.record.revision))
