"""``fieldops media look``: look at stored photos now."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID

import rich_click as click

from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell

if TYPE_CHECKING:
    from fieldops.store.engine import Store

_PAGE = 500


def _hashes(
    _ctx: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> list[bytes]:
    from fieldops.store.blobs.interface import is_name

    wrong = [one for one in given if not is_name(one)]
    if wrong:
        text = tr("不是 SHA-256（64 位小写十六进制）", "no SHA-256 (64 lower-case hex digits)")
        raise click.BadParameter(f"{wrong[0]}: {text}")
    return [bytes.fromhex(one) for one in given]


@click.command(
    help=tr(
        "查看已存照片：读取信息并生成缩略图。不指定时处理从未查看过的照片。",
        "Look at stored photos: read their facts, make their derivatives.  Those that were never"
        " looked at, unless others are named.",
    )
)
@click.argument("sha256", nargs=-1, callback=_hashes)
@click.option("--site", default="", help=tr("仅此项目的照片", "Only photos of this site"))
@click.option("--again", is_flag=True, help=tr("已查看过的也重来", "Those looked at before, too"))
@json_option
@pass_shell
def look(shell: Shell, sha256: list[bytes], site: str, again: bool) -> None:
    from fieldops.cli import names
    from fieldops.flow.pictures import Eye, look_again
    from fieldops.flow.worker import picture_box
    from fieldops.store.blobs import open_blobs

    box = picture_box(shell.settings)
    try:
        with shell.store() as store, shell.progress() as progress:
            with store.read() as session:
                feed = names.sites(session, [site])[0] if site else None
                total = len(sha256) or _count(store, feed, again)
            bar = progress.add_task(shell.text("照片", "photos"), total=total)
            counts = look_again(
                store,
                Eye(box.look, open_blobs(shell.settings)),
                sha256 or _waiting(store, feed, again),
                shell.now_ms(),
                lambda: progress.advance(bar),
            )
    finally:
        box.close()
    said = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    shell.show(
        dict(sorted(counts.items())),
        f"已查看 {counts.total()} 张照片：{said or '无'}",
        f"Looked at {counts.total()} photos: {said or 'none'}",
    )


def _count(store: "Store", site: UUID | None, again: bool) -> int:
    return sum(1 for _ in _waiting(store, site, again))


def _waiting(store: "Store", site: UUID | None, again: bool) -> Iterator[bytes]:
    """The photos to be looked at, a page in memory at a time."""
    from fieldops.store import pictures

    last = b""
    while True:
        with store.read() as session:
            page = pictures.waiting(session, last, _PAGE, site, again)
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1]
