"""Sites and areas as the desk sets them up (``/api/v1``): each change is an op."""

from uuid import UUID

from litestar import Response, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from fieldops.flow.edits import Edited
from fieldops.model.access import Role
from fieldops.web.bodies import AnyRequest, read_json
from fieldops.web.desk import core_of
from fieldops.web.documented import documented
from fieldops.web.edits import create, edit, fields
from fieldops.web.policy import organisation, person
from fieldops_sync.payloads import AreaSet, SiteSet

_SETUP = person(Role.OPS, Role.ADMINISTRATOR)
_EVERYWHERE = organisation(Role.OPS, Role.ADMINISTRATOR)


@post(
    "/sites",
    opt={"policy": _EVERYWHERE},
    status_code=201,
    operation_class=documented(Edited, 201, takes=SiteSet, edits=True),
)
async def add_site(request: AnyRequest) -> Response[bytes]:
    """Found a site."""
    asked = await read_json(request, SiteSet, core_of(request).limits)
    return await create(request, "site", None, "site.set@1", fields(asked))


@patch(
    "/sites/{site:uuid}",
    opt={"policy": _SETUP},
    operation_class=documented(Edited, takes=SiteSet, edits=True),
)
async def set_site(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Change members of a site; those that are left out stay.  If-Match is demanded."""
    asked = await read_json(request, SiteSet, core_of(request).limits)
    return await edit(request, "site", site, "site.set@1", fields(asked), demanded=True)


@post(
    "/sites/{site:uuid}/areas",
    opt={"policy": _SETUP},
    status_code=201,
    operation_class=documented(Edited, 201, takes=AreaSet, edits=True),
)
async def add_area(request: AnyRequest, site: FromPath[UUID]) -> Response[bytes]:
    """Add an area to a site."""
    asked = await read_json(request, AreaSet, core_of(request).limits)
    return await create(request, "area", site, "area.set@1", fields(asked))


@patch(
    "/areas/{area:uuid}",
    opt={"policy": _SETUP},
    operation_class=documented(Edited, takes=AreaSet, edits=True),
)
async def set_area(request: AnyRequest, area: FromPath[UUID]) -> Response[bytes]:
    """Change members of an area; those that are left out stay.  If-Match is demanded."""
    asked = await read_json(request, AreaSet, core_of(request).limits)
    return await edit(request, "area", area, "area.set@1", fields(asked), demanded=True)


HANDLERS: list[HTTPRouteHandler] = [add_site, set_site, add_area, set_area]
