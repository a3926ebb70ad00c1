"""``fieldops media show|fetch|sheet``: one photo's facts, its bytes, an inspection's contact sheet.

Whoever runs the server may look at every site; reading an original is on record all the same.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

import msgspec
import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, harmless, json_option, pass_shell
from fieldops.flow import contactsheet, photos
from fieldops.flow.contactzip import Making
from fieldops.flow.outgoing import ShortFile, pieces
from fieldops.flow.photos import File, Kind, Photo
from fieldops.flow.setup import SYSTEM
from fieldops.flow.timing import rfc3339
from fieldops.model.access import Grant, Level, Person, Role
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError
from fieldops.rules.redaction import masked
from fieldops.store import holds, media, pictures, records
from fieldops.store.blobs import BlobMissing, BlobStore, HashMismatch, open_blobs
from fieldops.store.blobs.interface import Verifier, is_name

_OPERATOR = Person(SYSTEM, "operator", (Grant(Role.ADMINISTRATOR),))
"""Sees the photos of every site."""
_PART = ".part"


@click.command(
    help=tr("显示照片的登记、图片信息与保管状态。", "A photo's records, facts and care.")
)
@click.argument("photo", metavar="SHA256|PHOTO")
@json_option
@pass_shell
def show(shell: Shell, photo: str) -> None:
    found = shell.read(lambda session: _facts(session, photo))
    if shell.as_json:
        shell.show_json(found)
        return
    used = found.pop("used")
    for member, value in found.items():
        shown = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        if value not in (None, [], {}):
            click.echo(harmless(f"{member:9} {shown}"))
    shell.table(used, _USED)


_USED = (
    ("site", "项目", "site"),
    ("inspection", "巡检", "inspection"),
    ("id", "登记", "record"),
    ("kind", "类型", "kind"),
    ("item", "检查项", "item"),
    ("state", "状态", "state"),
    ("taken", "拍摄", "taken"),
    ("risk", "风险", "risk"),
    ("codes", "疑点", "notes"),
)


def _facts(session: Session, name: str) -> dict[str, Any]:
    """Everything that is known of some bytes."""
    sha256 = _sha256(session, name)
    row = media.get(session, [sha256]).get(sha256)
    looked = pictures.get(session, [sha256]).get(sha256)
    refs = media.refs(session, [sha256]).get(sha256, [])
    if row is None and not refs:
        raise ProblemError(operation("unknown-name", name))
    made = {} if looked is None else {"thumb": looked.thumb, "view": looked.view}
    return {
        "sha256": sha256.hex(),
        "bytes": row and {"state": row.state, "size": row.size_bytes, "claimed": row.mime},
        "stored": row and rfc3339(row.stored_ms),
        "held": bool(holds.held(session, [sha256])),
        "picture": looked and looked.picture.facts,
        "measures": looked and looked.picture.measures,
        "made": {
            kind: {"sha256": one.sha256.hex(), "size": one.size_bytes, "type": one.mime}
            for kind, one in made.items()
            if one is not None
        },
        "used": [*_used(session, refs)],
    }


def _used(session: Session, refs: list[media.Ref]) -> Iterator[dict[str, Any]]:
    sites = {site.id: site.body.get("code") or str(site.id) for site in names.all_sites(session)}
    states = records.get(session, [ref.subject for ref in refs])
    for state in sorted(states.values(), key=lambda one: one.id):
        notes = state.body.get("notes") or []
        yield {
            "site": sites.get(state.feed, str(state.feed)),
            "inspection": state.parent if state.parent != state.id else None,
            "id": state.id,
            "kind": state.kind,
            "item": state.body.get("item") or "",
            "caption": masked(state.body, Level.L1).get("caption") or "",
            "state": state.state,
            "taken": (state.body.get("taken") or {}).get("wall", ""),
            "risk": state.body.get("risk"),
            "codes": [note["code"] for note in notes],
            "notes": notes,
        }


def _sha256(session: Session, name: str) -> bytes:
    """The bytes that a hash or a photo's id names.  Raises ``ProblemError`` unknown-name."""
    if is_name(name.lower()):
        return bytes.fromhex(name)
    subject = names.as_id(name)
    state = records.get_one(session, subject) if subject else None
    named = "" if state is None else str(state.body.get("sha256") or "")
    if not is_name(named):
        raise ProblemError(operation("unknown-name", name))
    return bytes.fromhex(named)


@click.command(help=tr("取出照片并校验哈希。", "Save a photo, its hash verified on the way."))
@click.argument("photo", metavar="SHA256|PHOTO")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help=tr("保存到此文件", "The file to write; by default named by day, item and hash"),
)
@click.option("--kind", type=click.Choice(photos.KINDS), default="original", show_default=True)
@json_option
@pass_shell
def fetch(shell: Shell, photo: str, output: Path | None, kind: str) -> None:
    with shell.store() as store:
        with store.read() as session:
            sha256 = _sha256(session, photo).hex()
            found = photos.seen(session, _OPERATOR, [sha256], shell.now_ms()).get(sha256)
        if found is None:
            raise ProblemError(operation("unknown-name", photo))
        file = photos.file(found, cast(Kind, kind))
        if kind == "original":
            job = photos.note_read
            store.write(lambda s: job(s, SYSTEM, found, "shell", shell.now_ms())).result()
    path = output or Path(file.name)
    _save(shell, open_blobs(shell.settings), found, file, path)
    size = f"{file.size_bytes:,}"
    told = {"file": str(path), "sha256": file.sha256, "size_bytes": file.size_bytes}
    shell.show(
        told, f"已保存 {path}（{size} 字节，哈希相符）", f"Saved {path} ({size} bytes, verified)"
    )


def _save(shell: Shell, blobs: BlobStore, photo: Photo, file: File, path: Path) -> None:
    """Write a file wholly or not at all.  Raises ``ProblemError`` photo-missing."""
    verifier = Verifier(file.sha256, file.size_bytes)
    with shell.progress() as progress, _saved(path) as out:
        bar = progress.add_task(shell.text("取出", "fetch"), total=file.size_bytes)
        try:
            with closing(pieces(blobs.get(file.sha256), file.size_bytes)) as source:
                for piece in source:
                    out.write(verifier.feed(piece))
                    progress.advance(bar, len(piece))
            verifier.finish()
        except (BlobMissing, HashMismatch, ShortFile) as error:
            raise ProblemError(photos.absence(photo, "missing")) from error


@click.command(help=tr("把巡检的照片联系表存为 zip。", "Save a walk's contact sheet, a zip."))
@click.argument("inspection", type=click.UUID)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help=tr("保存到此文件", "The file to write; by default named by day and inspection"),
)
@click.option("--originals", is_flag=True, help=tr("包含原件", "With the originals"))
@json_option
@pass_shell
def sheet(shell: Shell, inspection: UUID, output: Path | None, originals: bool) -> None:
    now_ms = shell.now_ms()
    with shell.store() as store:
        with store.read() as session:
            found = contactsheet.gather(session, _OPERATOR, inspection, now_ms)
        note = contactsheet.note_made
        store.write(lambda session: note(session, SYSTEM, found, originals, now_ms)).result()
    path = output or Path(f"{found.stem}.zip")
    with shell.progress() as progress, _saved(path) as out:
        bar = progress.add_task(shell.text("照片", "photos"), total=len(found.cards))
        making = Making(
            found,
            open_blobs(shell.settings),
            originals,
            shell.language,
            on_photo=lambda: progress.advance(bar),
        )
        for piece in making.stream():
            out.write(piece)
    count, size = len(found.cards), path.stat().st_size
    told = {"file": str(path), "photos": count, "size_bytes": size}
    shell.show(told, f"已保存 {path}：{count} 张照片", f"Saved {path}: {count} photos")


@contextmanager
def _saved(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name once it is whole and durable; else nothing is left."""
    part = path.with_name(path.name + _PART)
    try:
        with part.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
