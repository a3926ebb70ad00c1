"""What people at desks decide about records (``/api/v1``): each decision is one op."""

from uuid import UUID

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from fieldops.flow.edits import Edited
from fieldops.model.access import Role
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of
from fieldops.web.documented import documented
from fieldops.web.edits import edit, fields
from fieldops.web.policy import person
from fieldops_sync.payloads import (
    ConflictResolve,
    InspectionHandover,
    InspectionReopen,
    InspectionSeal,
    InspectionSubmit,
    PhotoWaive,
    RecordVoid,
    ReviewDecide,
)

_WALK = person(Role.INSPECTOR, Role.SUPERVISOR)
_DESK = person(Role.SUPERVISOR)


async def _decide(
    request: AnyRequest,
    subject: UUID,
    op_type: str,
    body: type[Struct],
    *,
    demanded: bool = False,
) -> Response[bytes]:
    """The body is the op's payload; the op's type says of which kinds the record may be."""
    asked = await read_json(request, body, core_of(request).limits)
    return await edit(request, None, subject, op_type, fields(asked), demanded=demanded)


@post(
    "/inspections/{inspection:uuid}/submit",
    opt={"policy": _WALK},
    status_code=200,
    operation_class=documented(Edited, takes=InspectionSubmit, edits=True),
)
async def submit(request: AnyRequest, inspection: FromPath[UUID]) -> Response[bytes]:
    """The walk is over."""
    return await _decide(request, inspection, "inspection.submit@1", InspectionSubmit)


@post(
    "/inspections/{inspection:uuid}/handover",
    opt={"policy": _WALK},
    status_code=200,
    operation_class=documented(Edited, takes=InspectionHandover, edits=True),
)
async def handover(request: AnyRequest, inspection: FromPath[UUID]) -> Response[bytes]:
    """Give an unfinished walk to another person."""
    return await _decide(request, inspection, "inspection.handover@1", InspectionHandover)


@post(
    "/inspections/{inspection:uuid}/seal",
    opt={"policy": _DESK},
    status_code=200,
    operation_class=documented(Edited, takes=InspectionSeal, edits=True),
)
async def seal(request: AnyRequest, inspection: FromPath[UUID]) -> Response[bytes]:
    """Nothing is owed any more: close the record for review."""
    return await _decide(request, inspection, "inspection.seal@1", InspectionSeal)


@post(
    "/inspections/{inspection:uuid}/reopen",
    opt={"policy": _DESK},
    status_code=200,
    operation_class=documented(Edited, takes=InspectionReopen, edits=True),
)
async def reopen(request: AnyRequest, inspection: FromPath[UUID]) -> Response[bytes]:
    """Give a submitted or sealed inspection back to its inspector."""
    return await _decide(request, inspection, "inspection.reopen@1", InspectionReopen)


@post(
    "/records/{record:uuid}/review",
    opt={"policy": _DESK},
    status_code=200,
    operation_class=documented(Edited, takes=ReviewDecide, edits=True),
)
async def review(request: AnyRequest, record: FromPath[UUID]) -> Response[bytes]:
    """Decide on an inspection, a result or one photo."""
    return await _decide(request, record, "review.decide@1", ReviewDecide)


@post(
    "/records/{record:uuid}/waive",
    opt={"policy": _DESK},
    status_code=200,
    operation_class=documented(Edited, takes=PhotoWaive, edits=True),
)
async def waive(request: AnyRequest, record: FromPath[UUID]) -> Response[bytes]:
    """Do without a photo that will never come."""
    return await _decide(request, record, "photo.waive@1", PhotoWaive)


@post(
    "/records/{record:uuid}/void",
    opt={"policy": _WALK},
    status_code=200,
    operation_class=documented(Edited, takes=RecordVoid, edits=True),
)
async def void(request: AnyRequest, record: FromPath[UUID]) -> Response[bytes]:
    """It was recorded by mistake; it stays readable, marked, with the reason."""
    return await _decide(request, record, "record.void@1", RecordVoid)


@post(
    "/records/{record:uuid}/resolve",
    opt={"policy": _WALK},
    status_code=200,
    operation_class=documented(Edited, takes=ConflictResolve, edits=True),
)
async def resolve(request: AnyRequest, record: FromPath[UUID]) -> Response[bytes]:
    """Say which values stand of those that are in conflict.  If-Match is demanded."""
    op_type = "conflict.resolve@1"
    return await _decide(request, record, op_type, ConflictResolve, demanded=True)


HANDLERS: list[HTTPRouteHandler] = [
    submit,
    handover,
    seal,
    reopen,
    review,
    waive,
    void,
    resolve,
]
"""Every decision; those about findings and complaints have modules of their own."""
