"""``fieldops site``: the estates, towers and sales centres that are inspected."""

from typing import Any
from uuid import UUID

import rich_click as click
from sqlmodel import Session

from fieldops.cli.language import tr
from fieldops.cli.names import all_sites
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import columns, importing, setup
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at
from fieldops.rules.places import FENCE, read_fence
from fieldops.store import records

_COLUMNS = (
    ("code", "编码", "code"),
    ("name", "名称", "name"),
    ("nature", "类型", "nature"),
    ("timezone", "时区", "time zone"),
    ("areas", "区域", "areas"),
    ("fence", "围栏", "fence"),
    ("id", "编号", "id"),
)


@click.group(help=tr("项目：列出、添加。", "Sites: list, add."))
def command() -> None:
    """The group's text is its help, above."""


@command.command("list", help=tr("列出所有项目。", "List all sites."))
@json_option
@pass_shell
def list_(shell: Shell) -> None:
    def query(session: Session) -> list[dict[str, object]]:
        return [
            {
                "id": site.id,
                "code": site.body.get("code", ""),
                "name": site.body.get("name", ""),
                "nature": site.body.get("nature", ""),
                "address": site.body.get("address", ""),
                "timezone": site.body.get("timezone", ""),
                "fence": ", ".join(site.body["fence"].values()) if site.body.get("fence") else "",
                "areas": sum(1 for _ in records.of_kind(session, [site.id], "area")),
            }
            for site in all_sites(session)
        ]

    shell.table(shell.read(query), _COLUMNS)


@command.command(help=tr("添加一个项目。", "Add a site."))
@click.argument("code")
@click.argument("name")
@click.option("--nature", default="", help=tr("类型，如 estate", "What it is, such as estate"))
@click.option("--address", default="", help=tr("地址", "Its address"))
@click.option("--timezone", default="", help=tr("时区", "Its time zone, such as Asia/Shanghai"))
@click.option(
    "--fence",
    default="",
    metavar="LAT,LON,RADIUS",
    help=tr(
        "围栏：纬度,经度,半径（米），WGS 84，如 31.23,121.47,300",
        "Where it is: latitude,longitude,radius in metres (WGS 84), such as 31.23,121.47,300",
    ),
)
@json_option
@pass_shell
def add(
    shell: Shell, code: str, name: str, nature: str, address: str, timezone: str, fence: str
) -> None:
    given = {"code": code, "name": name, "nature": nature, "address": address}
    given |= {"timezone": timezone}
    columns.check_given("sites", given)
    payload: dict[str, Any] = {key: value for key, value in given.items() if value}
    if fence:
        payload["fence"] = _fence(fence)

    def job(session: Session) -> UUID:
        if any(site.body.get("code") == code for site in all_sites(session)):
            taken = Said(f"{code} 已被占用", f"{code} is taken")
            raise ProblemError(problem("validation", at("code", taken)))
        site = importing.site_id(session, code)
        setup.put_site(session, site, payload, setup.SYSTEM, shell.now_ms())
        return site

    site = shell.write(job)
    shell.show({"id": site, "code": code}, f"已添加项目 {code}（{site}）", f"Added {code} ({site})")


def _fence(text: str) -> dict[str, str]:
    """Raises ``ProblemError`` validation."""
    parts = [part.strip() for part in text.split(",")]
    fence = read_fence(dict(zip(FENCE, parts, strict=False)))
    if len(parts) != len(FENCE) or fence.keys() != set(FENCE):
        detail = Said(
            f"{text} 不是如 31.23,121.47,300 的形式", f"{text} is not like 31.23,121.47,300"
        )
        raise ProblemError(problem("validation", at("fence", detail)))
    return fence
