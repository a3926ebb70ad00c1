"""Steps of a record (``/api/v1``): routes whose whole work is one op, a row of a table each.

    _STEPS = (
        Step("seal", "inspection.seal@1", InspectionSeal, _DESK, "Close the record for review."),
    )
    HANDLERS = steps("/inspections/{inspection:uuid}", None, _STEPS)

makes ``POST /api/v1/inspections/{inspection}/seal``.  The body is the op's payload, the answer the
record as it stands then (``edits``).  What needs more than that is a handler of its own.
"""

from collections.abc import Iterable
from typing import Annotated, NamedTuple
from uuid import UUID

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter
from msgspec import Struct

from fieldops.flow.edits import Edited
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of
from fieldops.web.documented import documented
from fieldops.web.edits import edit, fields
from fieldops.web.policy import Policy


class Step(NamedTuple):
    """One route: the last word of its path, the op, its payload, who may, and what it is for.

    ``demanded``: If-Match must be sent, because the op replaces what somebody wrote.
    """

    word: str
    op_type: str
    body: type[Struct]
    policy: Policy
    what: str
    demanded: bool = False


def steps(path: str, kind: str | None, rows: Iterable[Step]) -> list[HTTPRouteHandler]:
    """The routes below the path of a record, which ends in its id: ``/findings/{finding:uuid}``.

    The record must be of ``kind``, or where that is None of a kind that the op's type is for.
    """
    return [_route(path, kind, row) for row in rows]


def _route(path: str, kind: str | None, row: Step) -> HTTPRouteHandler:
    name = path.rpartition("{")[2].partition(":")[0]

    async def handler(
        request: AnyRequest, subject: Annotated[UUID, PathParameter(name=name)]
    ) -> Response[bytes]:
        asked = await read_json(request, row.body, core_of(request).limits)
        payload = fields(asked)
        return await edit(request, kind, subject, row.op_type, payload, demanded=row.demanded)

    handler.__name__ = row.word  # The document calls the operation by it.
    return post(
        f"{path}/{row.word}",
        opt={"policy": row.policy},
        status_code=200,
        description=row.what,
        operation_class=documented(Edited, takes=row.body, edits=True),
    )(handler)
