"""Sites and their areas."""

from collections.abc import Iterator

from fieldops.export.bodies import AreaBody, Reader, SiteBody
from fieldops.export.context import Context
from fieldops.export.source import SIGNED, Cells, Source, column, dataset, signed
from fieldops.export.text import id_text
from fieldops.export.walk import Taken

SITES = dataset(
    "sites", "项目", "Sites",
    column("id", "uuid", "项目标识", "Site id"),
    column("name", "string", "名称", "Name"),
    column("code", "string", "编码", "Code"),
    column("nature", "string", "业态", "Nature"),
    column("address", "string", "地址", "Address"),
    column("timezone", "string", "时区", "Time zone"),
    *SIGNED,
)  # fmt: skip

AREAS = dataset(
    "areas", "区域", "Areas",
    column("id", "uuid", "区域标识", "Area id"),
    column("site", "uuid", "项目标识", "Site id"),
    column("parent", "uuid", "上级区域标识", "Id of the area that it is part of"),
    column("name", "string", "名称", "Name"),
    column("code", "string", "编码", "Code"),
    column("nature", "string", "类型", "Nature"),
    *SIGNED,
)  # fmt: skip


def _site(taken: Taken, body: SiteBody, _context: Context) -> Iterator[Cells]:
    yield (
        taken.change, taken.position, id_text(taken.subject), body.name or None, body.code or None,
        body.nature or None, body.address or None, body.timezone or None, *signed(taken, body),
    )  # fmt: skip


def _area(taken: Taken, body: AreaBody, _context: Context) -> Iterator[Cells]:
    yield (
        taken.change, taken.position, id_text(taken.subject), id_text(taken.feed), body.parent,
        body.name or None, body.code or None, body.nature or None, *signed(taken, body),
    )  # fmt: skip


SOURCES = (
    Source(SITES, "site", Reader(SiteBody), _site),
    Source(AREAS, "area", Reader(AreaBody), _area),
)
