"""``fieldops device``: tablets, from their one-time code to their end."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

import rich_click as click
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.serve import running_url
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.flow import enrolment, setup
from fieldops.flow.timing import rfc3339
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, problem
from fieldops.model.said import Said, at, lines
from fieldops.store import devices, people

if TYPE_CHECKING:
    from fieldops.flow.outbox import Taken

_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
"""What a tablet that is told it would call itself."""
_COLUMNS = (
    ("name", "名称", "name"),
    ("state", "状态", "state"),
    ("people", "人员", "people"),
    ("last_seen", "最近联系", "last seen"),
    ("model", "型号", "model"),
    ("id", "编号", "id"),
)


@click.group(
    help=tr("平板：注册、列出、吊销、导入离线数据。", "Tablets: enrol, list, revoke, import.")
)
def command() -> None:
    """The group's text is its help, above."""


@command.command(help=tr("生成一次性注册码和二维码。", "Make a one-time code, with its QR code."))
@click.argument("name")
@click.option(
    "--person",
    "logins",
    multiple=True,
    required=True,
    help=tr("登录名，可多次", "A login that may use it; repeatable"),
)
@click.option(
    "--url", default="", help=tr("平板访问服务器的地址", "Where tablets reach the server")
)
@json_option
@pass_shell
def enrol(shell: Shell, name: str, logins: tuple[str, ...], url: str) -> None:
    settings, now_ms = shell.settings, shell.now_ms()
    url = url or settings.public_url or running_url(settings.data_dir) or _configured_url(shell)
    _check(name, url)

    def job(session: Session) -> str:
        users = [names.person(session, login).id for login in logins]
        minutes = settings.enrol_minutes
        return setup.enrol_code(session, name, users, setup.SYSTEM, now_ms, minutes)

    code = shell.write(job)
    expires = rfc3339(now_ms + settings.enrol_minutes * 60_000)
    link = enrolment.link(url, code)
    if shell.as_json:
        shell.show_json({"code": code, "expires": expires, "url": url, "link": link})
        return
    _show_qr(link)
    click.echo(shell.text(f"注册码    {code}", f"Code      {code}"))
    click.echo(shell.text(f"服务器    {url}", f"Server    {url}"))
    click.echo(shell.text(f"有效期至  {expires}", f"Good till {expires}"))
    if urlsplit(url).hostname in _HERE:
        shell.note(
            "平板无法访问此地址：请设置 public_url，或用 --url 指定",
            "Tablets cannot reach this address: set public_url, or say --url",
        )


def _check(name: str, url: str) -> None:
    """Raises ``ProblemError`` validation."""
    wrong = []
    if not name.strip():
        wrong.append(at("name", Said("不能为空", "must not be empty")))
    if not url.startswith(("http://", "https://")):
        wrong.append(
            at("url", Said("应以 http:// 或 https:// 开头", "begins with http:// or https://"))
        )
    if wrong:
        raise ProblemError(problem("validation", lines(wrong)))


def _configured_url(shell: Shell) -> str:
    return f"http://{shell.settings.host}:{shell.settings.port}"


def _show_qr(link: str) -> None:
    import io

    import segno

    drawn = io.StringIO()
    segno.make(link, error="m").terminal(drawn, compact=True)
    click.echo(drawn.getvalue())


@command.command("list", help=tr("列出所有平板。", "List all tablets."))
@json_option
@pass_shell
def list_(shell: Shell) -> None:
    def query(session: Session) -> list[dict[str, Any]]:
        logins = {person.id: login for login, person in people.everybody(session)}
        return [_row(session, one, logins) for one in devices.everything(session)]

    shell.table(shell.read(query), _COLUMNS)


def _row(session: Session, one: devices.DeviceRow, logins: dict[UUID, str]) -> dict[str, Any]:
    granted = [user for user in devices.people(session, one.id) if user in logins]
    return {
        "id": one.id,
        "name": one.name,
        "state": "active" if one.revoked_ms is None else "revoked",
        "people": [logins[user] for user in granted],
        "enrolled": rfc3339(one.enrolled_ms),
        "last_seen": None if one.last_seen_ms is None else rfc3339(one.last_seen_ms),
        "model": one.model,
        "app_version": one.app_version,
    }


@command.command(help=tr("吊销平板；60 秒内生效。", "Revoke a tablet; in force within 60 s."))
@click.argument("name")
@json_option
@pass_shell
def revoke(shell: Shell, name: str) -> None:
    def job(session: Session) -> tuple[UUID, bool]:
        device = names.device(session, name).id
        return device, setup.revoke_device(session, device, setup.SYSTEM, shell.now_ms())

    device, done = shell.write(job)
    if not done:
        detail = shell.text(f"{name} 此前已吊销", f"{name} was revoked before")
        raise ProblemError(operation("unknown-name", detail))
    shell.show({"revoked": device}, f"已吊销 {name}（{device}）", f"Revoked {name} ({device})")


@command.command(
    "import-outbox",
    help=tr("导入平板导出的离线数据文件。", "Take in an outbox that a tablet wrote to a file."),
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@pass_shell
def import_outbox(shell: Shell, file: Path) -> None:
    from fieldops.flow import outbox
    from fieldops.store.blobs import open_blobs

    settings = shell.settings
    with shell.store() as store, shell.progress() as progress:
        bar = progress.add_task(file.name, total=outbox.size(store, file))
        taken = outbox.take(
            store,
            open_blobs(settings),
            file,
            settings.limits.wire(),
            shell.now_ms(),
            lambda count: progress.advance(bar, count),
        )
    _show_taken(shell, taken)


def _show_taken(shell: Shell, taken: "Taken") -> None:
    counts = ", ".join(f"{status} {count}" for status, count in taken.statuses.items()) or "0"
    told = Said(
        f"平板 {taken.device}：操作 {taken.ops}（{counts}），"
        f"照片新增 {taken.photos}，已有 {taken.known}",
        f"Device {taken.device}: {taken.ops} ops ({counts}),"
        f" {taken.photos} photos stored, {taken.known} were there",
    )
    if taken.revoked:
        shell.note(
            "该平板已吊销：其操作在隔离区，请用 fieldops quarantine list 处理",
            "The tablet is revoked: its ops are in quarantine; see fieldops quarantine list",
        )
    if taken.damaged:
        extra = {"taken": taken}
        each = [Said(f"损坏：{name}", f"damaged: {name}") for name in taken.damaged]
        detail = lines([told, *each])
        raise ProblemError(operation("outbox-damaged", detail, **extra))
    shell.show(taken, told.zh, told)
