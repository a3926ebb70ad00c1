"""``fieldops media debts``: the photos that were announced and have not arrived."""

import re
from typing import Any
from uuid import UUID

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Column, Shell, json_option, pass_shell
from fieldops.flow import debts as flow
from fieldops.flow.debts import DebtView
from fieldops.store import owed
from fieldops.store.owed import By, Filter

_UNITS_MS = {"h": 3_600_000, "d": 24 * 3_600_000}
_FIGURES: tuple[Column, ...] = (
    ("photos", "照片", "photos"),
    ("size", "大小", "size"),
    ("here", "已到", "here"),
    ("since", "最早登记", "since"),
    ("progress", "最近进展", "last progress"),
)
_WALKS: tuple[Column, ...] = (
    ("site_name", "项目", "site"),
    ("inspection", "巡检", "inspection"),
    *_FIGURES,
)
_DEVICES: tuple[Column, ...] = (
    ("device_name", "平板", "device"),
    ("device", "编号", "id"),
    *_FIGURES,
)


class _Age(click.ParamType[int]):
    """``3d`` or ``12h``, as milliseconds."""

    name = "3d|12h"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Read the text; wrong usage if it is neither days nor hours."""
        found = re.fullmatch("([0-9]{1,5})([dh])", str(value))
        if found is None:
            self.fail(tr("写作 3d 或 12h", "write 3d or 12h"), param, ctx)
        return int(found[1]) * _UNITS_MS[found[2]]


@click.command(help=tr("列出已登记但未到的照片。", "List photos announced that have not arrived."))
@click.option("--site", default="", help=tr("只看此项目", "Only this site"))
@click.option("--device", default="", help=tr("只看此平板", "Only this tablet"))
@click.option(
    "--older-than",
    "age_ms",
    type=_Age(),
    help=tr("只看早于此的，如 3d、12h", "Only those announced longer ago, e.g. 3d or 12h"),
)
@json_option
@pass_shell
def command(shell: Shell, site: str, device: str, age_ms: int | None) -> None:
    """By inspection and by tablet, the oldest first, and a line of totals."""
    now_ms = shell.now_ms()

    def query(session: Session) -> dict[str, Any]:
        wanted = Filter(
            feeds=names.sites(session, [site]) if site else None,
            device=names.device(session, device).id if device else None,
            before_ms=None if age_ms is None else now_ms - age_ms,
        )
        called = {one.id: str(one.body.get("name") or one.id) for one in names.all_sites(session)}
        return {
            "total": _row(flow.total(session, wanted), {}),
            **{f"{by}s": _rows(session, by, wanted, called) for by in _BOTH},
        }

    found = shell.read(query)
    if shell.as_json:
        shell.show_json(found)
        return
    if found["inspections"]:
        shell.table(found["inspections"], _WALKS)
        click.echo()
        shell.table(found["devices"], _DEVICES)
        click.echo()
    _show_total(shell, found["total"])


_BOTH: tuple[By, ...] = ("inspection", "device")


def _rows(
    session: Session, by: By, wanted: owed.Filter, called: dict[UUID, str]
) -> list[dict[str, Any]]:
    return [_row(one, called) for one in flow.every(session, by, wanted)]


def _row(debt: DebtView, called: dict[UUID, str]) -> dict[str, Any]:
    """A row with every member, and the figures as people read them."""
    unsized = f" + {debt.unsized} × ?" if debt.unsized else ""
    return {
        "inspection": debt.inspection,
        "site": debt.site,
        "site_name": "" if debt.site is None else called.get(debt.site, str(debt.site)),
        "device": debt.device,
        "device_name": debt.device_name,
        "photos": debt.photos,
        "bytes": debt.bytes,
        "unsized": debt.unsized,
        "here_bytes": debt.here_bytes,
        "size": f"{debt.bytes / 1e6:.1f} MB{unsized}",
        "here": f"{debt.here_bytes / 1e6:.1f} MB",
        "since": debt.since,
        "progress": debt.progress,
    }


def _show_total(shell: Shell, total: dict[str, Any]) -> None:
    if not total["photos"]:
        click.echo(shell.text("没有欠传的照片。", "No photo is owed."))
        return
    click.echo(
        shell.text(
            f"合计：{total['photos']} 张照片未到（{total['size']}），已到 {total['here']}，"
            f"最早登记于 {total['since']}",
            f"Total: {total['photos']} photos have not arrived ({total['size']}),"
            f" {total['here']} here so far, the oldest announced {total['since']}",
        )
    )
