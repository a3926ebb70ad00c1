"""How a list is asked for: ``?cursor=…&limit=…``, answered by ``{"items": […], "cursor": …}``.

    @get("/walks", opt={"policy": _LOOK}, operation_class=documented(Page[View]))
    async def walks(request: AnyRequest, site: Site = None, cursor: Cursor = "", limit: Limit = 50):
        ask = Ask("walks", filters, cursor, limit)
        return await look_at(request, lambda who: lists.walks(who, filters, ask))

The cursor stands in the body alone: one place to read it from, whatever proxies do with headers.
"""

from typing import Annotated
from uuid import UUID

from litestar.params import QueryParameter

from fieldops.flow.paging import LIMIT_MAX

Cursor = Annotated[
    str,
    QueryParameter(
        max_length=2000, description="the cursor of the page before; none for the first"
    ),
]
Limit = Annotated[
    int, QueryParameter(ge=1, le=LIMIT_MAX, description="how many items a page holds at most")
]
Site = Annotated[UUID | None, QueryParameter(name="site", description="one site only")]
Since = Annotated[
    int | None, QueryParameter(ge=0, le=2**53, description="not before: ms since 1970 UTC")
]
Until = Annotated[
    int | None, QueryParameter(ge=0, le=2**53, description="before: ms since 1970 UTC")
]
