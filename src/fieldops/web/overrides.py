"""What a site changes about checklists (``/api/v1/sites/{site}/overrides``)."""

from uuid import UUID

from litestar import Response, get, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlmodel import Session

from fieldops.flow import overridedesk
from fieldops.flow.edits import Edited
from fieldops.flow.overridedesk import Overrides
from fieldops.model.access import Person, Role
from fieldops.rules.access import READERS
from fieldops.rules.overrides import OverrideFields
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of, look_at
from fieldops.web.documented import documented
from fieldops.web.edits import fields, write_edit
from fieldops.web.policy import person
from fieldops_sync.checklistpayloads import OverrideSet

_LOOK = person(*READERS)
_SET = person(Role.SUPERVISOR, Role.OPS, Role.ADMINISTRATOR)


@get("/sites/{site:uuid}/overrides", opt={"policy": _LOOK}, operation_class=documented(Overrides))
async def listing(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """What a site has changed about checklists, each with who and why."""
    return await look_at(request, lambda who: overridedesk.standing(who, site))


@put(
    "/sites/{site:uuid}/overrides",
    opt={"policy": _SET},
    operation_class=documented(Edited, takes=OverrideSet, edits=True),
)
async def change(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Change an item's weight, limits or applicability, or the threshold (empty ``item``).

    ``values`` null takes it back.  If-Match is demanded once the item was changed.
    """
    asked = await read_json(request, OverrideSet, core_of(request).limits)
    told = OverrideFields(**fields(asked))
    if_match = request.headers.get("if-match")

    def job(session: Session, who: Person, now_ms: int) -> Edited:
        return overridedesk.change(session, who, site, told, if_match, now_ms)

    return await write_edit(request, job)


HANDLERS: list[HTTPRouteHandler] = [listing, change]
