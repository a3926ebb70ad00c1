"""``fieldops webhook``: which systems are told what happens, how each fares, and putting it right.

An endpoint is named by its id, by the beginning of one (8 digits or more), or by its address.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import rich_click as click
from msgspec import UNSET, ValidationError, convert, to_builtins
from sqlmodel import Session

from fieldops.cli import names
from fieldops.cli.language import tr
from fieldops.cli.shell import Shell, json_option, pass_shell
from fieldops.cli.written import like
from fieldops.flow import endpoints, endpointviews
from fieldops.flow.endpointviews import EndpointView
from fieldops.flow.setup import SYSTEM
from fieldops.model.operation import operation
from fieldops.model.problem import ProblemError, problem
from fieldops.rules.misfits import misfit
from fieldops_sync.endpointpayloads import EndpointSet

_COLUMNS = (
    ("id", "编号", "id"),
    ("url", "地址", "address"),
    ("state", "状态", "state"),
    ("position", "位置", "position"),
    ("lag", "落后", "lag"),
    ("dead", "被拒", "refused"),
    ("why", "原因", "why"),
)
_DEAD = (
    ("position", "位置", "position"),
    ("type", "事件", "event"),
    ("status", "答复", "answer"),
    ("tries", "次数", "tries"),
    ("again", "将重发", "to be sent"),
)
_DEAD_MOST = 1000
_why = click.option(
    "--why", required=True, help=tr("原因（记录在案）", "The reason, which is recorded")
)


@click.group(
    help=tr(
        "Webhook：把发生的事告知其他系统；状态、密钥、重发。",
        "Webhooks: tell other systems what happens; how they fare, secrets, telling again.",
    )
)
def command() -> None:
    """The group's text is its help, above."""


def _filters(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--kind", "kinds", multiple=True, help=tr("只告知此类记录", "Only this kind")),
        click.option("--type", "types", multiple=True, help=tr("只告知此类操作", "Only this op")),
        click.option("--site", "sites", multiple=True, help=tr("只限此项目", "Only this site")),
        click.option("--level", type=click.IntRange(1, 2), help=tr("数据级别", "Data level")),
        click.option("--description", help=tr("说明", "What it is")),
    ):
        function = option(function)
    return function


@command.command(
    "add", help=tr("新增地址；密钥只显示一次。", "A new endpoint; its secret is shown once.")
)
@click.argument("url", callback=like(r"https?://\S+", "https://example.org/hook"))
@_filters
@click.option(
    "--from",
    "position",
    type=click.IntRange(0),
    help=tr("从此位置之后告知；默认从现在起", "Tell what comes behind it; from now on unless said"),
)
@_why
@json_option
@pass_shell
def add(shell: Shell, /, url: str, position: int | None, why: str, **given: Any) -> None:
    def job(session: Session) -> endpoints.MadeSecret:
        fields = _fields(session, {"url": url, "reason": why, **given})
        settings, now_ms = shell.settings.webhooks, shell.now_ms()
        return endpoints.add(session, settings, fields, SYSTEM, now_ms, position)

    made = shell.write(job)
    shell.show(
        made,
        f"{made.id}\n密钥（只显示这一次）：{made.secret}",
        f"{made.id}\nsecret, shown this once: {made.secret}",
    )


@command.command("set", help=tr("更改告知的内容。", "Change what an endpoint is told."))
@click.argument("endpoint")
@click.option(
    "--url",
    callback=like(r"https?://\S+", "https://example.org/hook"),
    help=tr("新地址", "Another address"),
)
@_filters
@_why
@json_option
@pass_shell
def set_(shell: Shell, /, endpoint: str, why: str, **given: Any) -> None:
    def job(session: Session) -> UUID:
        found, fields = _find(session, endpoint), _fields(session, {"reason": why, **given})
        endpoints.change(session, shell.settings.webhooks, found, fields, SYSTEM, shell.now_ms())
        return found

    _done(shell, shell.write(job), "已更改", "is changed")


@command.command("list", help=tr("列出地址及其状态。", "List endpoints and how they fare."))
@json_option
@pass_shell
def list_(shell: Shell) -> None:
    found = shell.read(lambda s: endpointviews.listing(s, shell.now_ms()))
    shell.table([to_builtins(one) for one in found], _COLUMNS)


@command.command("show", help=tr("显示一个地址的全部信息。", "Show everything about an endpoint."))
@click.argument("endpoint")
@json_option
@pass_shell
def show(shell: Shell, endpoint: str) -> None:
    def query(session: Session) -> EndpointView:
        return endpointviews.show(session, _find(session, endpoint), shell.now_ms())

    found: dict[str, Any] = to_builtins(shell.read(query))
    lines = "\n".join(f"{name}: {value}" for name, value in found.items())
    shell.show(found, lines, lines)


@command.command("test", help=tr("现在发送一条测试。", "Send a test now."))
@click.argument("endpoint")
@json_option
@pass_shell
def test(shell: Shell, endpoint: str) -> None:
    made = shell.read(
        lambda s: endpoints.trial(s, _find(s, endpoint), SYSTEM, shell.now_ms()),
    )
    answer = endpoints.send(made, shell.settings.webhooks)
    if not 200 <= answer.status < 300:
        raise ProblemError(operation("webhook-failed", answer.why))
    told = {"status": answer.status, "why": answer.why}
    shell.show(told, f"已收到（{answer.status}）", f"it was taken ({answer.status})")


@command.command("pause", help=tr("暂停；位置保留。", "Let it wait where it stands."))
@click.argument("endpoint")
@_why
@json_option
@pass_shell
def pause(shell: Shell, endpoint: str, why: str) -> None:
    found = _do(shell, endpoint, lambda s, e: endpoints.pause(s, e, why, SYSTEM, shell.now_ms()))
    _done(shell, found, "已暂停", "is paused")


@command.command("resume", help=tr("立即从原位置继续。", "Let it go on at once where it stands."))
@click.argument("endpoint")
@_why
@json_option
@pass_shell
def resume(shell: Shell, endpoint: str, why: str) -> None:
    found = _do(shell, endpoint, lambda s, e: endpoints.resume(s, e, why, SYSTEM, shell.now_ms()))
    _done(shell, found, "将继续", "goes on")


@command.command(
    "replay",
    help=tr("从某位置起再次告知，编号不变。", "Tell it again, under the same ids."),
)
@click.argument("endpoint")
@click.option(
    "--from",
    "position",
    type=click.IntRange(0),
    required=True,
    help=tr("从此位置之后；0 为全部", "Behind this position; 0 for all of it"),
)
@json_option
@pass_shell
def replay(shell: Shell, endpoint: str, position: int) -> None:
    found = _do(
        shell, endpoint, lambda s, e: endpoints.replay(s, e, position, SYSTEM, shell.now_ms())
    )
    _done(shell, found, f"将从位置 {position} 起再次告知", f"is told again from {position}")


@command.command(
    "rotate",
    help=tr("更换密钥；旧密钥在过渡期内仍签名。", "A new secret; for a while both sign."),
)
@click.argument("endpoint")
@json_option
@pass_shell
def rotate(shell: Shell, endpoint: str) -> None:
    def job(session: Session) -> endpoints.MadeSecret:
        found = _find(session, endpoint)
        return endpoints.rotate(session, shell.settings.webhooks, found, SYSTEM, shell.now_ms())

    made, hours = shell.write(job), shell.settings.webhooks.rotate_hours
    shell.show(
        made,
        f"新密钥（只显示这一次）：{made.secret}\n旧密钥还将签名 {hours} 小时",
        f"new secret, shown this once: {made.secret}\nthe old one signs for {hours} h more",
    )


@command.group("dead", help=tr("被拒收的事件：列出、重发。", "What was refused: list, send again."))
def dead() -> None:
    """The group's text is its help, above."""


@dead.command("list", help=tr("列出被拒收的事件。", "List what an endpoint refused."))
@click.argument("endpoint")
@json_option
@pass_shell
def dead_list(shell: Shell, endpoint: str) -> None:
    found = shell.read(lambda s: endpoints.dead(s, _find(s, endpoint), 0, _DEAD_MOST))
    shell.table([to_builtins(one) for one in found], _DEAD)


@dead.command("retry", help=tr("重发一条或全部。", "Send one of them again, or all."))
@click.argument("endpoint")
@click.option("--position", type=click.IntRange(1), help=tr("只重发这一条", "Only this one"))
@json_option
@pass_shell
def dead_retry(shell: Shell, endpoint: str, position: int | None) -> None:
    def job(session: Session) -> int:
        found = _find(session, endpoint)
        return endpoints.retry(session, found, position, SYSTEM, shell.now_ms())

    count = shell.write(job)
    shell.show({"again": count}, f"将重发 {count} 条", f"{count} will be sent again")


def _do(shell: Shell, endpoint: str, job: Callable[[Session, UUID], None]) -> UUID:
    def run(session: Session) -> UUID:
        found = _find(session, endpoint)
        job(session, found)
        return found

    return shell.write(run)


def _done(shell: Shell, endpoint: UUID, zh: str, en: str) -> None:
    shell.show({"id": endpoint}, f"{endpoint} {zh}", f"{endpoint} {en}")


def _find(session: Session, name: str) -> UUID:
    wanted = name.replace("-", "").lower()
    known = endpoints.states(session)
    found = [one.id for one in known if len(wanted) >= 8 and one.id.hex.startswith(wanted)]
    found = found or [one.id for one in known if one.body.get("url") == name]
    if not found:
        raise ProblemError(operation("unknown-name", name))
    if len(found) > 1:
        raise ProblemError(operation("ambiguous-name", name))
    return found[0]


def _fields(session: Session, given: dict[str, Any]) -> EndpointSet:
    """What was said on the command line, as an op carries it; what was not said stays as it is."""
    said = {name: value for name, value in given.items() if value not in (None, (), UNSET)}
    if "sites" in said:
        said["sites"] = names.sites(session, said["sites"])
    try:
        return convert(to_builtins(said), EndpointSet)
    except ValidationError as error:
        raise ProblemError(problem("validation", misfit(str(error)))) from error
